"""Allergies, problems, medications and the stamps that say somebody went through them."""

import datetime as dt
from typing import TypeVar
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused
from clinic.core.time import now
from records.models import (
    Allergy,
    AllergyStatement,
    DiagnosisCode,
    Encounter,
    Medication,
    Patient,
    Problem,
    ReviewStamp,
)
from records.services._common import check_fields, clean_text, expect_version, need_member, retraction
from records.services.encounters import same_patient

Row = TypeVar("Row", Allergy, Problem, Medication)
_NOUN = {Allergy: "allergy", Problem: "problem", Medication: "medication"}
_TEXT = {
    Allergy: ("substance", "reaction", "note"),
    Problem: ("text", "note"),
    Medication: ("name", "dose", "route", "frequency", "note", "stop_reason"),
}
_PLAIN = {
    Allergy: ("category", "severity", "kind", "status", "onset_on"),
    Problem: ("status", "onset_on", "resolved_on", "code"),
    Medication: ("status", "started_on", "stopped_on", "is_over_the_counter"),
}


@service
def add_allergy(
    *, by: Actor, patient: Patient, substance: str, encounter: Encounter | None = None, **fields
) -> Allergy:
    """Adds an allergy or intolerance and withdraws a standing “no known allergies”.

    `fields`: reaction, severity, kind, category, onset_on, note. Audited as `allergy.added`. Refuses one
    that is on the list already.
    """
    row = _new(by, Allergy, patient, encounter, {"substance": substance, **fields})
    live = Allergy.objects.filter(patient=patient, retracted_at__isnull=True, status=Allergy.Status.ACTIVE)
    if live.filter(substance__iexact=row.substance).exists():
        raise Refused("This substance is on the allergy list already.", field="substance")
    row.save(force_insert=True)
    last = AllergyStatement.objects.filter(patient=patient).order_by("-at").first()
    if last is not None and last.no_known:
        AllergyStatement.objects.create(
            patient=patient, encounter=encounter, no_known=False, by_id=by.member_id, at=now()
        )
    audit.record(by, "allergy.added", obj=row, patient=patient, severity=row.severity)
    return row


@service
def state_no_known_allergies(
    *, by: Actor, patient: Patient, encounter: Encounter | None = None
) -> AllergyStatement:
    """The patient says there are none: an explicit, dated statement. Audited as `allergy.none_stated`.

    Refuses while an active allergy is on the list.
    """
    need_member(by)
    same_patient(getattr(encounter, "pk", None), patient.pk)
    if Allergy.objects.filter(patient=patient, retracted_at__isnull=True, status="active").exists():
        raise Refused(
            "There is an active allergy on the list.", hint="Mark it inactive or as an error first."
        )
    row = AllergyStatement.objects.create(
        patient=patient, encounter=encounter, no_known=True, by_id=by.member_id, at=now()
    )
    audit.record(by, "allergy.none_stated", obj=row, patient=patient)
    return row


@service
def add_problem(
    *,
    by: Actor,
    patient: Patient,
    text: str = "",
    code: DiagnosisCode | None = None,
    encounter: Encounter | None = None,
    **fields,
) -> Problem:
    """Adds a problem, by ICD-10-CM code or in words. Audited as `problem.added`. Refuses an active repeat."""
    words = text or (code.description if code else "")
    row = _new(by, Problem, patient, encounter, {"text": words, "code": code, **fields})
    live = Problem.objects.filter(patient=patient, retracted_at__isnull=True, status=Problem.Status.ACTIVE)
    same = live.filter(code=code) if code else live.filter(text__iexact=row.text)
    if row.status == Problem.Status.ACTIVE and same.exists():
        raise Refused("This problem is on the list already.", field="text")
    row.save(force_insert=True)
    audit.record(by, "problem.added", obj=row, patient=patient, code=code.code if code else "")
    return row


@service
def add_medication(
    *, by: Actor, patient: Patient, name: str, encounter: Encounter | None = None, **fields
) -> Medication:
    """Adds a medication the patient takes. Audited as `medication.added`."""
    row = _new(by, Medication, patient, encounter, {"name": name, **fields})
    row.save(force_insert=True)
    audit.record(by, "medication.added", obj=row, patient=patient, status=row.status)
    return row


def _new(by: Actor, model: type[Row], patient: Patient, encounter: Encounter | None, fields: dict) -> Row:
    same_patient(getattr(encounter, "pk", None), patient.pk)
    row = model(patient=patient, encounter=encounter, recorded_by_id=by.member_id, recorded_at=now())
    source_key = fields.pop("source_key", None)
    _apply(row, fields)
    row.source_key = source_key
    return row


def _apply(row: Row, fields: dict) -> None:
    text, plain = _TEXT[type(row)], _PLAIN[type(row)]
    for name, value in fields.items():
        if name not in text and name not in plain:
            raise TypeError(f"{name} is no field of {_NOUN[type(row)]}")
        setattr(row, name, clean_text(value) if name in text else value)
    check_fields(row, fields)


def _locked(model: type[Row], pk: UUID, patient_id: UUID | None) -> Row:
    rows = model.objects.select_for_update(of=("self",)).filter(pk=pk)
    row = (rows.filter(patient_id=patient_id) if patient_id else rows).first()
    if row is None:
        raise NotFound(f"This {_NOUN[model]} is not in the chart.")
    if row.retracted_at:
        raise Refused(f"This {_NOUN[model]} was marked as entered in error.")
    return row


def _update(
    by: Actor, model: type[Row], pk: UUID, version: int | None, patient_id: UUID | None, fields: dict
) -> Row:
    row = _locked(model, pk, patient_id)
    names = tuple(fields)
    expect_version(row, version, names)
    before = {name: getattr(row, name) for name in names}
    _apply(row, fields)
    changed = sorted(name for name in names if getattr(row, name) != before[name])
    if not changed:
        return row
    row.version += 1
    row.save()
    audit.record(
        by, f"{_NOUN[model]}.updated", obj=row, patient=row.patient_id, fields=changed, status=row.status
    )
    return row


@service
def update_allergy(
    *, by: Actor, allergy_id: UUID, version: int | None = None, patient_id=None, **fields
) -> Allergy:
    """Changes an allergy; audited as `allergy.updated`. Stale when edited since, refused when retracted."""
    return _update(by, Allergy, allergy_id, version, patient_id, fields)


@service
def update_problem(
    *, by: Actor, problem_id: UUID, version: int | None = None, patient_id=None, **fields
) -> Problem:
    """Changes a problem; resolving it without a date takes the day given. Audited as `problem.updated`."""
    return _update(by, Problem, problem_id, version, patient_id, fields)


@service
def update_medication(
    *, by: Actor, medication_id: UUID, version: int | None = None, patient_id=None, **fields
) -> Medication:
    """Changes how a medication is taken. Audited as `medication.updated`."""
    return _update(by, Medication, medication_id, version, patient_id, fields)


@service
def stop_medication(
    *, by: Actor, medication_id: UUID, on: dt.date, reason: str = "", patient_id: UUID | None = None
) -> Medication:
    """Takes a medication off the current list. Audited as `medication.updated`. Refuses one stopped already."""
    row = _locked(Medication, medication_id, patient_id)
    if row.status == Medication.Status.STOPPED:
        raise Refused("This medication was stopped already.")
    return _update(
        by,
        Medication,
        medication_id,
        None,
        patient_id,
        {"status": Medication.Status.STOPPED, "stopped_on": on, "stop_reason": reason},
    )


def _retract(by: Actor, model: type[Row], pk: UUID, reason: str, patient_id: UUID | None) -> Row:
    row = _locked(model, pk, patient_id)
    for name, value in retraction(by, reason).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    audit.record(by, f"{_NOUN[model]}.retracted", obj=row, patient=row.patient_id, reason=row.retract_reason)
    return row


@service
def retract_allergy(*, by: Actor, allergy_id: UUID, reason: str, patient_id: UUID | None = None) -> Allergy:
    """Marks an allergy as entered in error; it stays visible, struck through."""
    return _retract(by, Allergy, allergy_id, reason, patient_id)


@service
def retract_problem(*, by: Actor, problem_id: UUID, reason: str, patient_id: UUID | None = None) -> Problem:
    """Marks a problem as entered in error; it stays visible, struck through."""
    return _retract(by, Problem, problem_id, reason, patient_id)


@service
def retract_medication(
    *, by: Actor, medication_id: UUID, reason: str, patient_id: UUID | None = None
) -> Medication:
    """Marks a medication as entered in error; it stays visible, struck through."""
    return _retract(by, Medication, medication_id, reason, patient_id)


@service
def review_list(
    *,
    by: Actor,
    patient: Patient,
    list_name: str,
    changed: bool = False,
    encounter: Encounter | None = None,
    reconciled: bool = False,
) -> ReviewStamp:
    """Stamps that a list was gone through with the patient. Audited as `list.reviewed`.

    `reconciled` is the provider's stamp. Refuses reviewing allergies that are neither listed nor stated as
    none, as an unasked question is not an answer.
    """
    need_member(by)
    same_patient(getattr(encounter, "pk", None), patient.pk)
    if list_name not in ReviewStamp.List.values:
        raise Refused("There is no such list.")
    if list_name == ReviewStamp.List.ALLERGIES and not _allergies_answered(patient):
        raise Refused("Allergies are still blank.", hint="Add one, or state that none are known.")
    row = ReviewStamp.objects.create(
        patient=patient,
        encounter=encounter,
        list_name=list_name,
        changed=changed,
        by_id=by.member_id,
        at=now(),
        kind=ReviewStamp.Kind.RECONCILED if reconciled else ReviewStamp.Kind.REVIEWED,
    )
    audit.record(
        by, "list.reviewed", obj=row, patient=patient, list=list_name, changed=changed, stamp=row.kind
    )
    return row


def _allergies_answered(patient: Patient) -> bool:
    last = AllergyStatement.objects.filter(patient=patient).order_by("-at").first()
    if last is not None and last.no_known:
        return True
    return Allergy.objects.filter(patient=patient, retracted_at__isnull=True).exists()
