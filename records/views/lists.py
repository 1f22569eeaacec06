"""Allergies, problems, medications: the lists themselves, and what changes them."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinic import audit
from clinic.core.errors import ClinicError, NotFound, Refused
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.responses import refused, saved
from records import services
from records.forms import lists as forms
from records.models import Allergy, DiagnosisCode, Medication, Problem
from records.queries import rows
from records.queries.banners import allergy_words, fetch, is_dangerous
from records.queries.chart import LISTS
from records.queries.codes import search_diagnoses

NAMES = ("allergies", "problems", "medications")
TITLES = {"allergies": "Allergies", "problems": "Problems", "medications": "Medications"}


@dataclass(frozen=True)
class Kind:
    """What the dialogs of one kind of entry need."""

    model: type
    list_name: str
    noun: str
    edit_form: type
    fields: tuple[str, ...]


KINDS = {
    "allergy": Kind(
        Allergy,
        "allergies",
        "allergy",
        forms.AllergyEditForm,
        ("substance", "reaction", "severity", "kind", "category", "note", "status"),
    ),
    "problem": Kind(
        Problem,
        "problems",
        "problem",
        forms.ProblemEditForm,
        ("text", "onset_on", "status", "resolved_on", "note"),
    ),
    "medication": Kind(
        Medication,
        "medications",
        "medication",
        forms.MedicationEditForm,
        ("name", "dose", "route", "frequency", "status", "started_on", "is_over_the_counter", "note"),
    ),
}


@require_GET
@allow(P.CHART_VIEW)
def patient_list(request, pk, list_name):
    """One list of a patient, for the page to load again."""
    return _panel(request, pk, list_name, request.GET.get("encounter") or None)


@require_GET
@allow(P.CHART_VIEW)
def rooming_list(request, pk, list_name):
    """One list in the rooming page, where it is gone through with the patient."""
    encounter = rows.encounter(pk)
    return _panel(request, encounter.patient_id, list_name, encounter.pk)


def _panel(request, patient_pk, list_name, encounter_pk) -> HttpResponse:
    if list_name not in NAMES:
        raise NotFound("There is no such list.")
    wanted = {name: LISTS[name] for name in {list_name, "allergies", "reviews"}}
    row = fetch(patient_pk, wanted)
    for one in row["allergies"]:
        one["is_dangerous"] = is_dangerous(one)
    audit.looked(request, patient_pk, list_name)
    return render(
        request,
        f"records/lists/{list_name}.html",
        {
            "row": row,
            "patient_pk": patient_pk,
            "encounter_pk": encounter_pk,
            "title": TITLES[list_name],
            "allergy_words": allergy_words(row),
            "review": next((one for one in row["reviews"] if one["list_name"] == list_name), None),
        },
    )


def _encounter(request, patient_pk):
    """The visit that a link names, only when it is this patient's."""
    given = request.GET.get("encounter", "")
    if not given:
        return None
    try:
        found = rows.encounter(given)
    except (ValueError, ValidationError) as error:
        raise NotFound("This visit is not on file.") from error
    if found.patient_id != patient_pk:
        raise Refused("This visit is another patient’s.")
    return found


def _chart_url(patient_pk) -> str:
    return reverse("records:patient", args=[patient_pk])


def _context(title: str, patient_pk, *, label: str = "Save", **more) -> dict:
    return {
        "title": title,
        "submit_label": label,
        "cancel_url": _chart_url(patient_pk),
        "patient_pk": patient_pk,
        "choices": {"reactions": forms.REACTIONS, "routes": forms.ROUTES, "frequencies": forms.FREQUENCIES},
    } | more


@allow(P.CHART_EDIT)
def allergy_add(request, pk):
    """Add an allergy or intolerance."""
    patient, encounter = rows.patient(pk), _encounter(request, pk)
    audit.looked(request, pk, "allergies")
    return form_act(
        request,
        forms.AllergyForm(request.POST or None),
        verb="allergy.add",
        do=lambda v: str(
            services.add_allergy(by=request.actor, patient=patient, encounter=encounter, **v).pk
        ),
        to=_chart_url(pk),
        message="Allergy added.",
        refresh=("allergies",),
        template="records/lists/form.html",
        context=_context("Add an allergy", pk, label="Add"),
    )


@require_POST
@allow(P.CHART_EDIT)
def allergies_none(request, pk):
    """The patient says there are none."""
    patient, encounter = rows.patient(pk), _encounter(request, pk)
    try:
        services.state_no_known_allergies(by=request.actor, patient=patient, encounter=encounter)
    except ClinicError as error:
        return refused(request, error, to=_chart_url(pk))
    return saved(request, "No known allergies, as of today.", to=_chart_url(pk), refresh=("allergies",))


@allow(P.CHART_EDIT)
def problem_add(request, pk):
    """Add a problem by code or in words."""
    patient, encounter = rows.patient(pk), _encounter(request, pk)
    audit.looked(request, pk, "problems")

    def do(values):
        code = DiagnosisCode.objects.filter(pk=values.pop("code") or None).first()
        if code and values["text"] == f"{code.display} {code.description}":
            values["text"] = code.description
        return str(
            services.add_problem(
                by=request.actor, patient=patient, encounter=encounter, code=code, **values
            ).pk
        )

    form = forms.ProblemForm(request.POST or None, search_url=reverse("records:diagnosis-options"))
    return form_act(
        request,
        form,
        verb="problem.add",
        do=do,
        to=_chart_url(pk),
        message="Problem added.",
        refresh=("problems",),
        template="records/lists/form.html",
        context=_context("Add a problem", pk, label="Add"),
    )


@allow(P.CHART_EDIT)
def medication_add(request, pk):
    """Add a medication the patient takes."""
    patient, encounter = rows.patient(pk), _encounter(request, pk)
    audit.looked(request, pk, "medications")
    return form_act(
        request,
        forms.MedicationForm(request.POST or None),
        verb="medication.add",
        do=lambda v: str(
            services.add_medication(by=request.actor, patient=patient, encounter=encounter, **v).pk
        ),
        to=_chart_url(pk),
        message="Medication added.",
        refresh=("medications",),
        template="records/lists/form.html",
        context=_context("Add a medication", pk, label="Add"),
    )


_UPDATE = {
    "allergy": services.update_allergy,
    "problem": services.update_problem,
    "medication": services.update_medication,
}
_RETRACT = {
    "allergy": services.retract_allergy,
    "problem": services.retract_problem,
    "medication": services.retract_medication,
}


def _kind(noun: str) -> Kind:
    if noun not in KINDS:
        raise NotFound("There is no such list.")
    return KINDS[noun]


@allow(P.CHART_EDIT)
def entry_edit(request, noun, pk):
    """Change an allergy, problem or medication."""
    kind = _kind(noun)
    row = rows.entry(kind.model, pk)
    audit.looked(request, row.patient_id, kind.list_name)
    initial = {name: getattr(row, name) for name in kind.fields} | {"version": row.version}
    form = kind.edit_form(request.POST or None, initial=initial)
    return form_act(
        request,
        form,
        verb=f"{noun}.update",
        refresh=(kind.list_name,),
        to=_chart_url(row.patient_id),
        do=lambda v: str(_UPDATE[noun](by=request.actor, **{f"{noun}_id": pk}, **v).pk),
        message="Saved.",
        template="records/lists/form.html",
        context=_context(
            f"Change this {noun}",
            row.patient_id,
            retract_url=reverse("records:entry-retract", args=[noun, pk]),
        ),
    )


@allow(P.CHART_EDIT)
def entry_retract(request, noun, pk):
    """Mark an allergy, problem or medication as entered in error."""
    kind = _kind(noun)
    row = rows.entry(kind.model, pk)
    audit.looked(request, row.patient_id, kind.list_name)
    return form_act(
        request,
        forms.RetractForm(request.POST or None),
        verb=f"{noun}.retract",
        refresh=(kind.list_name,),
        do=lambda v: str(_RETRACT[noun](by=request.actor, **{f"{noun}_id": pk}, **v).pk),
        to=_chart_url(row.patient_id),
        message="Marked as entered in error.",
        template="records/lists/form.html",
        context=_context(f"“{row}” was entered in error", row.patient_id, label="Mark as error"),
    )


@allow(P.CHART_EDIT)
def medication_stop(request, pk):
    """Take a medication off the current list."""
    row = rows.entry(Medication, pk)
    audit.looked(request, row.patient_id, "medications")
    form = forms.StopForm(request.POST or None, initial={"on": today(clinic_zone())})
    return form_act(
        request,
        form,
        verb="medication.stop",
        refresh=("medications",),
        to=_chart_url(row.patient_id),
        do=lambda v: str(services.stop_medication(by=request.actor, medication_id=pk, **v).pk),
        message=f"{row.name} stopped.",
        template="records/lists/form.html",
        context=_context(f"Stop {row.name}", row.patient_id, label="Stop"),
    )


@require_POST
@allow(P.CHART_EDIT)
def list_review(request, pk, list_name):
    """Stamp a list as gone through with the patient."""
    patient, encounter = rows.patient(pk), _encounter(request, pk)
    try:
        services.review_list(
            by=request.actor,
            patient=patient,
            encounter=encounter,
            list_name=list_name,
            changed=request.POST.get("changed") == "1",
            reconciled=request.actor.can(P.NOTE_SIGN),
        )
    except ClinicError as error:
        return refused(request, error, to=_chart_url(pk))
    return saved(request, "Reviewed.", to=_chart_url(pk), refresh=(list_name,))


@require_POST
@allow(P.CHART_VIEW, P.CHARGE_PROPOSE, P.BILLING_QUEUE)
def diagnosis_options(request):
    """Diagnosis codes as options of a combobox."""
    found = search_diagnoses(request.POST.get("q", ""), today(clinic_zone()), limit=12)
    return render(request, "records/lists/_codes.html", {"codes": found})
