"""Diagnoses of a visit, and which charge points at which."""

from collections.abc import Sequence

from billing.models import Charge, ChargeDiagnosis, EncounterDiagnosis
from billing.models.charges import MAX_DIAGNOSES, MAX_POINTERS
from billing.queries.codes import diagnosis_on
from billing.queries.visits import service_day
from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys


@service
def add_diagnosis(*, by, encounter, code) -> EncounterDiagnosis:
    """Put a diagnosis at the end of a visit's list. The first one is pointed at by charges without any.

    Refuses a thirteenth, a repeat, a heading that is not billable, and a code that is not in the ICD-10-CM
    release of the service date. Audited as diagnosis.added.
    """
    lock_keys(f"charges:{encounter.pk}")
    day = service_day(encounter)
    valid = diagnosis_on(code.code, day)
    if valid is None:
        raise Refused(f"{code.display} is not a valid ICD-10-CM code on {day:%m/%d/%Y}.", field="diagnosis")
    if not valid.is_billable:
        raise Refused(
            f"{valid.display} is a heading. Choose a more specific code under it.", field="diagnosis"
        )
    listed = list(EncounterDiagnosis.objects.filter(encounter=encounter).select_related("code"))
    if any(row.code.code == valid.code for row in listed):
        raise Refused(f"{valid.display} is on the list already.", field="diagnosis")
    if len(listed) >= MAX_DIAGNOSES:
        raise Refused(f"A visit carries up to {MAX_DIAGNOSES} diagnoses.", field="diagnosis")
    row = EncounterDiagnosis.objects.create(encounter=encounter, code=valid, rank=len(listed) + 1)
    if not listed:
        bare = Charge.objects.filter(encounter=encounter, state=Charge.State.PROPOSED, pointers__isnull=True)
        ChargeDiagnosis.objects.bulk_create(
            ChargeDiagnosis(charge=charge, diagnosis=row, rank=1) for charge in bare
        )
    record(by, "diagnosis.added", obj=row, patient=encounter.patient_id, code=valid.code, rank=row.rank)
    return row


@service
def remove_diagnosis(*, by, diagnosis: EncounterDiagnosis) -> None:
    """Take a diagnosis off a visit; those below move up. Refuses one that an approved charge points at. Audited."""
    lock_keys(f"charges:{diagnosis.encounter_id}")
    if diagnosis.pointers.filter(charge__state=Charge.State.APPROVED).exists():
        raise Refused("An approved charge points at this diagnosis. Void that charge first.")
    record(
        by,
        "diagnosis.removed",
        obj=diagnosis,
        patient=diagnosis.encounter.patient_id,
        code=diagnosis.code.code,
        rank=diagnosis.rank,
    )
    touched = list(diagnosis.pointers.values_list("charge_id", flat=True))
    rank, encounter_id = diagnosis.rank, diagnosis.encounter_id
    diagnosis.delete()
    for charge in Charge.objects.filter(pk__in=touched):
        set_pointers(
            charge, [row.diagnosis for row in charge.pointers.select_related("diagnosis")], keep_empty=True
        )
    below = EncounterDiagnosis.objects.filter(encounter_id=encounter_id, rank__gt=rank).order_by("rank")
    for row in below:
        row.rank -= 1
        row.save(update_fields=["rank", "updated_at"])


@service
def move_diagnosis(*, by, diagnosis: EncounterDiagnosis, up: bool) -> None:
    """Swap a diagnosis with its neighbour; the first is the main reason. At the edge nothing happens. Audited."""
    lock_keys(f"charges:{diagnosis.encounter_id}")
    diagnosis.refresh_from_db()
    other = EncounterDiagnosis.objects.filter(
        encounter_id=diagnosis.encounter_id, rank=diagnosis.rank + (-1 if up else 1)
    ).first()
    if other is None:
        return
    diagnosis.rank, other.rank = other.rank, diagnosis.rank
    diagnosis.save(update_fields=["rank", "updated_at"])
    other.save(update_fields=["rank", "updated_at"])
    record(by, "diagnosis.moved", obj=diagnosis, patient=diagnosis.encounter.patient_id, rank=diagnosis.rank)


@service
def point_charge(*, by, charge: Charge, diagnoses: Sequence[EncounterDiagnosis]) -> Charge:
    """Point a proposed charge at 1-4 diagnoses of its own visit, in order of importance. Audited."""
    lock_keys(f"charges:{charge.encounter_id}")
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    if charge.state != Charge.State.PROPOSED:
        raise Refused("This charge is no longer a proposal.")
    set_pointers(charge, diagnoses)
    record(
        by, "charge.pointed", obj=charge, patient=charge.patient_id, diagnoses=[row.rank for row in diagnoses]
    )
    return charge


@service
def point_rest(*, by, encounter) -> list[Charge]:
    """Point every proposal of a visit that points at nothing yet at its main diagnosis. Audited per charge.

    Refuses a visit without a diagnosis.
    """
    lock_keys(f"charges:{encounter.pk}")
    main = EncounterDiagnosis.objects.filter(encounter=encounter).order_by("rank").first()
    if main is None:
        raise Refused("Add a diagnosis to the visit first.", field="diagnosis")
    bare = list(
        Charge.objects.filter(encounter=encounter, state=Charge.State.PROPOSED, pointers__isnull=True)
    )
    for charge in bare:
        set_pointers(charge, [main])
        record(by, "charge.pointed", obj=charge, patient=charge.patient_id, diagnoses=[main.rank])
    return bare


def set_pointers(charge: Charge, diagnoses: Sequence[EncounterDiagnosis], keep_empty: bool = False) -> None:
    """Replace a charge's pointers. Refuses none (unless asked), more than four, and another visit's."""
    rows = new_pointers(charge, diagnoses, keep_empty)
    charge.pointers.all().delete()
    ChargeDiagnosis.objects.bulk_create(rows)


def new_pointers(
    charge: Charge, diagnoses: Sequence[EncounterDiagnosis], keep_empty: bool = False
) -> list[ChargeDiagnosis]:
    """The pointers of a charge, yet to be inserted. Refuses what `set_pointers` refuses."""
    if not diagnoses and not keep_empty:
        raise Refused("Point the charge at one to four diagnoses.", field="diagnoses")
    if len(diagnoses) > MAX_POINTERS:
        raise Refused("A charge points at up to 4 diagnoses.", field="diagnoses")
    if any(row.encounter_id != charge.encounter_id for row in diagnoses):
        raise Refused("That diagnosis belongs to another visit.", field="diagnoses")
    return [ChargeDiagnosis(charge=charge, diagnosis=row, rank=rank) for rank, row in enumerate(diagnoses, 1)]
