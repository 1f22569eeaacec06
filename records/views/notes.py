"""The visit note: written, signed, added to."""

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, Stale
from clinic.core.submissions import once
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.responses import invalid, refused, saved
from records import services
from records.forms.notes import AddendumForm
from records.queries import rows
from records.queries.notes import my_draft, notes_of
from records.rules.note_sections import SECTIONS

WRITE = "records/note/write.html"


def _typed(post) -> dict:
    return {name: post.get(name, "") for name, _ in SECTIONS}


def _version(post) -> int | None:
    text = post.get("version", "")
    return int(text) if text.isdecimal() else None


@allow(P.NOTE_WRITE)
def note_write(request, pk):
    """Write the visit note. Saved as a draft while typing; “Sign” fixes it."""
    encounter = rows.encounter(pk)
    audit.looked(request, encounter.patient_id, "note")
    draft = my_draft(encounter.pk, request.actor.member_id)
    context = {
        "encounter": encounter,
        "patient": encounter.patient,
        "notes": notes_of(encounter.pk),
        "draft": draft,
    }
    if request.method != "POST":
        return render(request, WRITE, context | _sections(draft.sections if draft else {}))
    typed = _typed(request.POST)
    wants_signature = request.POST.get("act") == "sign"
    try:
        if wants_signature and not request.actor.can(P.NOTE_SIGN):
            raise ClinicError("Your role writes notes but does not sign them.")
        if request.headers.get("X-Clinic-Autosave") == "1":
            return JsonResponse({"version": _save(request, encounter, typed).version})

        def act() -> str:
            note = _save(request, encounter, typed)
            if wants_signature:
                services.sign_note(by=request.actor, note=note)
            return str(note.pk)

        verb = "note.sign" if wants_signature else "note.save"
        once(by=request.actor, verb=verb, form_key=request.POST.get("form_key", ""), do=act)
    except ClinicError as error:
        context |= _sections(typed) | {"error": str(error), "theirs": _theirs(error)}
        return invalid(request, WRITE, context, status=error.status)
    to = reverse("records:note-write", args=[pk])
    return saved(request, "Note signed." if wants_signature else "Draft saved.", to=to)


def _save(request, encounter, typed):
    return services.save_note(
        by=request.actor,
        encounter=encounter,
        sections=typed,
        version=_version(request.POST),
        kind=_kind(request.actor),
    )


def _kind(by) -> str:
    return "visit" if by.can(P.NOTE_SIGN) else "nurse"


def _theirs(error) -> dict:
    return error.theirs.get("sections", {}) if isinstance(error, Stale) else {}


def _sections(values: dict) -> dict:
    return {"sections": [(name, label, values.get(name, "")) for name, label in SECTIONS]}


@require_GET
@allow(P.CHART_VIEW)
def note(request, pk):
    """A note with its addenda."""
    row = rows.note(pk)
    audit.looked(request, row.patient_id, "note")
    return render(
        request,
        "records/note/detail.html",
        {
            "note": row,
            "patient": row.patient,
            "notes": notes_of(row.encounter_id, origin=row.addends_id or row.pk),
        },
    )


@allow(P.NOTE_WRITE)
def note_addend(request, pk):
    """Add to a signed note."""
    row = rows.note(pk)
    audit.looked(request, row.patient_id, "note")
    to = reverse("records:note", args=[row.addends_id or row.pk])
    return form_act(
        request,
        AddendumForm(request.POST or None),
        verb="note.addend",
        to=to,
        message="Addendum signed.",
        do=lambda v: str(services.addend_note(by=request.actor, note=row, text=v["text"]).pk),
        template="records/lists/form.html",
        context={
            "title": "Add to this note",
            "submit_label": "Sign addendum",
            "cancel_url": to,
            "patient_pk": row.patient_id,
        },
    )


@require_POST
@allow(P.NOTE_WRITE)
def note_discard(request, pk):
    """Throw one's own draft away."""
    row = rows.note(pk)
    to = reverse("records:patient", args=[row.patient_id])
    try:
        services.discard_draft(by=request.actor, note=row)
    except ClinicError as error:
        return refused(request, error, to=to)
    return saved(request, "Draft thrown away.", to=to)
