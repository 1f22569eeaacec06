"""The biller's part: approve, change, void."""

from collections.abc import Sequence
from decimal import Decimal

from billing.models import Charge, JournalEntry
from billing.queries.codes import diagnosis_on
from billing.queries.drawers import open_day
from billing.queries.fees import fee_on
from billing.queries.visits import is_dose_retracted
from billing.rules.ledger import charge_lines
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_keys, lock_rows
from clinic.core.profile import clinic_zone

from ._posting import post, post_reversal


@service
def approve_charges(*, by, charges: Sequence[Charge]) -> list[Charge]:
    """Approve proposed charges and post each to the ledger. All or none. Audited per charge.

    Refuses a charge that points at no diagnosis, or at a code that is not valid and billable on the date
    of service (the ICD-10-CM year starts on October 1).
    """
    lock_keys(*{f"charges:{charge.encounter_id}" for charge in charges})
    rows = lock_rows(Charge.objects.filter(pk__in=[charge.pk for charge in charges]))
    now = time.now()
    day = open_day(now.astimezone(time.zone(clinic_zone())).date())
    for charge in rows:
        _check_approvable(charge)
        entry = None
        if charge.amount:
            entry = post(
                by=by,
                kind=JournalEntry.Kind.CHARGE,
                key=f"charge:{charge.pk}",
                at=now,
                business_day=day,
                lines=charge_lines(charge.amount),
                patient=charge.patient_id,
                encounter=charge.encounter,
                appointment=charge.appointment,
                memo=f"{charge.code} {charge.words}",
            )
        charge.state, charge.approved_at, charge.approved_by_id = Charge.State.APPROVED, now, by.member_id
        charge.entry = entry
        charge.version += 1
        charge.save()
        record(
            by,
            "charge.approved",
            obj=charge,
            patient=charge.patient_id,
            code=charge.code,
            amount=str(charge.amount),
        )
    return rows


@service
def change_charge(*, by, charge: Charge, code: str, units: int, version: int | None = None) -> Charge:
    """Change code or units of a proposal; the price is that of the day of service. Audited.

    Refuses anything but a proposal, and a save over somebody else's change.
    """
    lock_keys(f"charges:{charge.encounter_id}")
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    if version is not None and version != charge.version:
        raise Stale("Somebody else changed this charge meanwhile. Look again and save once more.")
    if charge.state != Charge.State.PROPOSED:
        raise Refused("Only a proposal is changed. Void an approved charge and propose the right one.")
    fee = fee_on(code, charge.service_on)
    if fee is None:
        raise Refused(f"{code} has no price on {charge.service_on:%m/%d/%Y}.", field="code")
    if not 1 <= units <= 99:
        raise Refused("Enter 1 to 99 units.", field="units")
    before = {"code": charge.code, "units": charge.units}
    charge.fee, charge.code, charge.words = fee, fee.code, fee.words
    charge.units, charge.unit_price, charge.amount = units, fee.price, fee.price * Decimal(units)
    charge.version += 1
    charge.save()
    record(
        by,
        "charge.changed",
        obj=charge,
        patient=charge.patient_id,
        before=before,
        after={"code": charge.code, "units": units},
    )
    return charge


@service
def void_charge(*, by, charge: Charge, reason: str) -> Charge:
    """Void a proposal, or an approved charge by reversing its entry. It stays visible. Audited.

    Refuses a missing reason and a second void.
    """
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    lock_keys(f"charges:{charge.encounter_id}")
    charge = Charge.objects.select_for_update(of=("self",)).select_related("entry").get(pk=charge.pk)
    if charge.state == Charge.State.VOID:
        raise Refused("This charge is void already.")
    if charge.entry is not None:
        post_reversal(by=by, entry=charge.entry, reason=reason)
    charge.state, charge.voided_at, charge.voided_by_id = Charge.State.VOID, time.now(), by.member_id
    charge.void_reason = reason.strip()
    charge.version += 1
    charge.save()
    record(
        by, "charge.voided", obj=charge, patient=charge.patient_id, code=charge.code, reason=reason.strip()
    )
    return charge


def _check_approvable(charge: Charge) -> None:
    if charge.state != Charge.State.PROPOSED:
        raise Refused(f"{charge.code} is no longer a proposal. Look again.")
    kind, _, dose = charge.source.partition(":")
    if kind in ("immunization", "administration") and is_dose_retracted(dose):
        raise Refused(f"The dose behind {charge.code} was retracted. Void this charge.")
    pointers = list(charge.pointers.select_related("diagnosis__code"))
    if not pointers:
        raise Refused(f"{charge.code} points at no diagnosis yet.")
    for pointer in pointers:
        code = pointer.diagnosis.code
        valid = diagnosis_on(code.code, charge.service_on)
        if valid is None or not valid.is_billable:
            raise Refused(f"{code.display} is not a billable code on {charge.service_on:%m/%d/%Y}.")
