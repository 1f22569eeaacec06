"""Proposing charges: by hand, and by what the visit itself shows."""

from decimal import Decimal
from itertools import chain
from uuid import UUID

from billing.models import Charge, EncounterDiagnosis, FeeItem
from billing.queries.fees import fee_of_vaccine, fee_on, first_fee_of_kind, visit_type_code
from billing.queries.visits import (
    dose_of,
    service_day,
    visit_of,
    what_visit_shows,
    withdrawable_charges,
)
from clinic.audit import event, record
from clinic.core import time
from clinic.core.db import insert_together, service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys

from .diagnosing import new_pointers


@service
def propose_charge(
    *, by, encounter, code: str, units: int = 1, diagnoses=(), source: str = "", at=None
) -> Charge:
    """Propose one service of a visit at the price of its day, pointed at 1-4 of the visit's diagnoses.

    Refuses a code without a price on the day of service, 0 or more than 99 units, and diagnoses of another
    visit. Audited as charge.proposed.
    """
    lock_keys(f"charges:{encounter.pk}")
    day = service_day(encounter)
    fee = fee_on(code, day)
    if fee is None:
        raise Refused(f"{code} has no price on {day:%m/%d/%Y}.", field="code")
    # Without a word said, a service was done for the main reason of the visit.
    diagnoses = diagnoses or EncounterDiagnosis.objects.filter(encounter=encounter).order_by("rank")[:1]
    charge, *others = _new_charge(
        by=by, encounter=encounter, fee=fee, units=units, day=day, source=source, at=at, diagnoses=diagnoses
    )
    insert_together(charge, *others)
    return charge


@service
def propose_visit_charges(*, by, encounter, at=None) -> list[Charge]:
    """Propose what the visit shows by itself: its type, each added step whose type names a fee, each vaccine
    given and its administration.

    Safe to run again: what was proposed before, also if it was voided since, is not proposed twice. A dose
    that was retracted takes its own proposal back. A vaccine from public stock (VFC, state) is not charged,
    its administration is. Audited per charge.
    """
    lock_keys(f"charges:{encounter.pk}")
    day, shown = service_day(encounter), what_visit_shows(encounter)
    wanted: list[tuple[str, FeeItem | None]] = []
    appointment = visit_of(encounter)
    if appointment is not None:
        code = visit_type_code(appointment.visit_type_id)
        wanted.append((f"visit:{appointment.pk}", fee_on(code, day) if code else None))
    for step in shown.steps:
        code = visit_type_code(UUID(step["visit_type"]))
        wanted.append((f"step:{step['pk']}", fee_on(code, day) if code else None))
    for dose in shown.doses:
        if dose["funding"] not in ("vfc", "state"):
            wanted.append((f"immunization:{dose['pk']}", fee_of_vaccine(dose["cvx"], day)))
        wanted.append((f"administration:{dose['pk']}", first_fee_of_kind(FeeItem.Kind.ADMIN, day)))
    rows: list[tuple[Charge, ...]] = [
        _new_charge(
            by=by, encounter=encounter, fee=fee, units=1, day=day, source=source, at=at, diagnoses=shown.main
        )
        for source, fee in wanted
        if fee is not None and source not in shown.sources
    ]
    insert_together(*chain.from_iterable(rows))
    given = {dose["pk"] for dose in shown.doses}
    if any(dose_of(source) not in given for source in shown.withdrawable):
        _withdraw_retracted(by=by, encounter=encounter, given=given)
    return [charge for charge, *_ in rows]


def _new_charge(*, by, encounter, fee, units, day, source="", at=None, diagnoses=()) -> tuple:
    """A charge, its line in the trail and its pointers, yet to be inserted."""
    if not 1 <= units <= 99:
        raise Refused("Enter 1 to 99 units.", field="units")
    charge = Charge(
        patient_id=encounter.patient_id,
        encounter=encounter,
        appointment=visit_of(encounter),
        fee=fee,
        code=fee.code,
        words=fee.words,
        units=units,
        unit_price=fee.price,
        amount=fee.price * Decimal(units),
        service_on=day,
        source=source,
        proposed_at=at or time.now(),
        proposed_by_id=by.member_id,
    )
    line = event(
        by,
        "charge.proposed",
        obj=charge,
        patient=encounter.patient_id,
        code=fee.code,
        units=units,
        amount=str(charge.amount),
    )
    return charge, line, *new_pointers(charge, list(diagnoses), keep_empty=True)


def _withdraw_retracted(*, by, encounter, given: set[str]) -> None:
    for charge in withdrawable_charges().filter(encounter=encounter):
        if dose_of(charge.source) not in given:
            charge.state, charge.voided_at, charge.voided_by_id = Charge.State.VOID, time.now(), by.member_id
            charge.void_reason = "Dose retracted"
            charge.save()
            record(by, "charge.voided", obj=charge, patient=charge.patient_id, reason=charge.void_reason)
