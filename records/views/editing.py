"""Editing a patient: demographics, contacts, photo, related persons, consents."""

from django.shortcuts import render
from django.urls import reverse

from clinic import audit
from clinic.core.errors import ClinicError, Stale, to_form
from clinic.core.merge import read_snapshot, snapshot
from clinic.core.profile import clinic_zone
from clinic.core.submissions import once
from clinic.core.time import today
from clinic.messaging.services.consent import record_consent
from clinic.staff.access import allow
from clinic.staff.permissions import Permission as P
from clinic.ui.acts import form_act
from clinic.ui.forms import ClinicForm
from clinic.ui.responses import invalid, saved
from records import services
from records.forms.patients import (
    RELATIONS,
    ConsentForm,
    ContactRow,
    PatientForm,
    PhotoForm,
    RelatedPersonForm,
    contact_rows,
)
from records.queries import rows
from records.queries.conflicts import conflict_rows
from records.services.editing import flatten
from records.views._back import page_below

EDIT = "records/patient/edit.html"


def _url(pk) -> str:
    return reverse("records:patient", args=[pk])


@allow(P.PATIENT_EDIT)
def patient_edit(request, pk):
    """Edit demographics and contacts. Two people's edits merge; what clashes is shown side by side."""
    patient = rows.patient(pk)
    contacts = rows.contacts(pk)
    audit.looked(request, pk, "edit")
    flat = flatten(patient, contacts)
    if request.method != "POST":
        form = PatientForm(initial=_initial(patient, flat))
        return render(request, EDIT, _context(patient, form, _contact_rows(contacts)))
    form = PatientForm(request.POST)
    typed = contact_rows(request.POST)
    context = _context(patient, form, [ContactRow(key, **row) for key, row in typed.items()])
    if not form.is_valid():
        return invalid(request, EDIT, context)
    settle = {name[7:]: text for name, text in request.POST.items() if name.startswith("settle:")}
    base = read_snapshot(form.cleaned_data["base"])

    def do():
        row = services.update_patient(
            by=request.actor,
            patient_id=pk,
            version=form.cleaned_data["version"],
            base=base,
            values=form.values(),
            contacts=typed,
            settle=settle,
        )
        return str(row.pk)

    try:
        once(by=request.actor, verb="patient.update", form_key=form.cleaned_data["form_key"], do=do)
    except Stale as error:
        mine = {name: form[name].value() for name in form.fields if name in flat or name.startswith("no_")}
        context["conflicts"] = conflict_rows(error, base or {}, mine, typed)
        context["stale"] = str(error)
        return invalid(request, EDIT, context, status=409)
    except ClinicError as error:
        to_form(form, error)
        return invalid(request, EDIT, context, status=error.status)
    return saved(request, "Saved.", to=page_below(request, _url(pk)))


def _initial(patient, flat: dict) -> dict:
    held = patient.restrictions or {}
    return {name: getattr(patient, name, "") for name in PatientForm.base_fields} | {
        "no_text": held.get("no_text"),
        "no_voicemail": held.get("no_voicemail"),
        "no_mail": held.get("no_mail"),
        "version": patient.version,
        "base": snapshot(flat),
    }


def _contact_rows(contacts) -> list[ContactRow]:
    found = [ContactRow(str(one.pk), one.kind, one.shown, one.is_preferred) for one in contacts]
    return [*found, ContactRow("new1"), ContactRow("new2", "email")]


def _context(patient, form, contacts) -> dict:
    return {
        "patient": patient,
        "form": form,
        "contacts": contacts,
        "title": "Edit patient",
        "cancel_url": _url(patient.pk),
    }


@allow(P.PATIENT_EDIT)
def patient_photo(request, pk):
    """Set the patient's picture."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "photo")
    return form_act(
        request,
        PhotoForm(request.POST or None, request.FILES or None),
        verb="patient.photo",
        to=page_below(request, _url(pk)),
        do=lambda v: str(services.set_photo(by=request.actor, patient=patient, upload=v["photo"]).pk),
        message="Picture saved.",
        context={"title": "Patient’s picture", "submit_label": "Save", "cancel_url": _url(pk)},
    )


@allow(P.PATIENT_EDIT, P.PATIENT_REGISTER)
def related_add(request, pk):
    """Add an emergency contact, guardian, proxy or somebody to talk to."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "contacts")
    return form_act(
        request,
        RelatedPersonForm(request.POST or None),
        verb="related.add",
        to=page_below(request, _url(pk)),
        do=lambda v: str(services.add_related_person(by=request.actor, patient=patient, **v).pk),
        message="Added.",
        template="records/lists/form.html",
        context={
            "title": "Add a related person",
            "submit_label": "Add",
            "cancel_url": _url(pk),
            "patient_pk": pk,
            "choices": {"relations": RELATIONS},
        },
    )


@allow(P.PATIENT_EDIT)
def related_end(request, pk):
    """End somebody's role from today on."""
    row = rows.related(pk)
    audit.looked(request, row.patient_id, "contacts")
    return form_act(
        request,
        ClinicForm(request.POST or None),
        verb="related.end",
        to=page_below(request, _url(row.patient_id)),
        do=lambda v: str(
            services.end_related_person(by=request.actor, related=row, on=today(clinic_zone())).pk
        ),
        message="Ended.",
        context={
            "title": f"{row.name} is no longer {row.roles or row.relation}?",
            "submit_label": "End today",
            "cancel_url": _url(row.patient_id),
        },
    )


@allow(P.PATIENT_EDIT, P.PATIENT_REGISTER)
def consent_record(request, pk):
    """Record a yes or no to one way of contact, in the words that were asked."""
    patient = rows.patient(pk)
    audit.looked(request, pk, "contacts")
    form = ConsentForm(request.POST or None, contacts=rows.contacts(pk))

    def do(values):
        row = record_consent(
            by=request.actor,
            patient=patient,
            channel=values["channel"],
            address=values["address"],
            is_granted=values["is_granted"] == "1",
            how=values["how"],
            wording="May we contact you here about your appointments?",
        )
        return str(row.pk)

    return form_act(
        request,
        form,
        verb="consent.record",
        do=do,
        message="Recorded.",
        to=page_below(request, _url(pk)),
        context={
            "title": "May we contact the patient here?",
            "submit_label": "Record",
            "cancel_url": _url(pk),
        },
    )
