"""Single rows by id. Each raises NotFound, so that a wrong address is a 404 page and nothing else."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Model, QuerySet

from clinic.core.errors import NotFound
from clinic.core.lookups import by_key
from records.models import (
    Allergy,
    ContactPoint,
    Coverage,
    Encounter,
    Immunization,
    Medication,
    Note,
    Patient,
    Problem,
    RedFlag,
    RelatedPerson,
    VitalSet,
)

_patient = by_key(lambda: Patient.objects.all())
_encounter = by_key(lambda: Encounter.objects.select_related("patient", "provider"))


def _one(rows: QuerySet | Callable[[UUID], Model | None], pk: UUID, noun: str):
    row = rows(pk) if callable(rows) else rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(f"This {noun} is not on file.")
    return row


def patient_or_none(pk: UUID) -> Patient | None:
    """For a form, where a key of nobody is a refusal of the field and no missing page."""
    return _patient(pk)


def patient(pk: UUID) -> Patient:
    return _one(_patient, pk, "patient")


def encounter(pk: UUID) -> Encounter:
    """With its patient and provider."""
    return _one(_encounter, pk, "visit")


def coverage(pk: UUID) -> Coverage:
    return _one(Coverage.objects.select_related("patient", "payer"), pk, "coverage")


def entry(model: type[Model], pk: UUID):
    """An allergy, problem or medication, with its patient."""
    nouns = {Allergy: "allergy", Problem: "problem", Medication: "medication"}
    return _one(model.objects.select_related("patient"), pk, nouns[model])


def note(pk: UUID) -> Note:
    return _one(
        Note.objects.select_related("patient", "encounter", "author", "signed_by", "addends"), pk, "note"
    )


def vital_set(pk: UUID) -> VitalSet:
    return _one(VitalSet.objects.select_related("patient", "encounter"), pk, "set of vital signs")


def red_flag(pk: UUID) -> RedFlag:
    return _one(RedFlag.objects.select_related("patient", "set"), pk, "red flag")


def immunization(pk: UUID) -> Immunization:
    return _one(Immunization.objects.select_related("patient", "movement"), pk, "dose")


def related(pk: UUID) -> RelatedPerson:
    return _one(RelatedPerson.objects.select_related("patient"), pk, "person")


def contacts(patient_id: UUID) -> list[ContactPoint]:
    """Live phones and e-mails in their order."""
    return list(ContactPoint.objects.filter(patient_id=patient_id, is_active=True))


def coverages(patient_id: UUID) -> list[Coverage]:
    """All coverages with their payers, by rank, the latest first within one."""
    return list(
        Coverage.objects.filter(patient_id=patient_id)
        .select_related("payer", "verified_by")
        .order_by("rank", "-starts_on", "-created_at")
    )
