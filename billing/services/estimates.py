"""Good-faith estimates: made, handed over, and never changed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Max

from billing.models import BillingProvider, Estimate, FeeItem
from billing.queries.estimates import due_day
from clinic import audit
from clinic.core import time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic
from scheduling.models import Appointment

WAYS = {"paper": "On paper", "mail": "By mail", "email": "By e-mail"}


@service
def make_estimate(
    *,
    by: Actor,
    visit: Appointment,
    lines: Iterable[tuple[FeeItem, int]],
    trigger: str,
    diagnoses: Iterable[str] = (),
) -> Estimate:
    """The next version of a visit's estimate, from prices and units as they stand. Audited as `estimate.made`.

    `diagnoses` are codes as written. When it is due follows from when the visit was booked, or from today when the
    patient asked. Refuses an estimate without a line and units outside 1 to 99.
    """
    chosen = list(lines)
    if not chosen:
        raise Refused("Choose at least one service.", field="service_1")
    if any(not 1 <= units <= 99 for _, units in chosen):
        raise Refused("Enter 1 to 99 units.")
    if trigger not in Estimate.Trigger.values:
        raise Refused("Say whether the patient asked for it.", field="trigger")
    lock_keys(f"estimate:{visit.pk}")
    last = Estimate.objects.filter(appointment=visit).aggregate(last=Max("number"))["last"] or 0
    row = Estimate.objects.create(
        patient_id=visit.patient_id,
        appointment=visit,
        number=last + 1,
        trigger=trigger,
        due_on=due_day(visit, trigger),
        lines=[
            {"code": fee.code, "words": fee.words, "units": units, "price": str(fee.price)}
            for fee, units in chosen
        ],
        diagnoses=[code.strip().upper() for code in diagnoses if code.strip()],
        total=sum((fee.price * units for fee, units in chosen), Decimal("0.00")),
        provider=_provider(visit),
        made_at=time.now(),
        made_by_id=by.member_id,
    )
    audit.record(by, "estimate.made", obj=row, patient=row.patient_id, number=row.number, total=row.total)
    return row


@service
def hand_over_estimate(*, by: Actor, estimate: Estimate, how: str) -> Estimate:
    """Keeps when and how the patient got it; audited as `estimate.sent`. Refuses a second time and an unknown way."""
    if how not in WAYS:
        raise Refused("Choose how it was handed over.", field="how")
    row = Estimate.objects.select_for_update(of=("self",)).get(pk=estimate.pk)
    if row.sent_at is not None:
        raise Refused("This version has been handed over already.")
    row.sent_at, row.sent_how = time.now(), how
    row.save(update_fields=["sent_at", "sent_how"])
    audit.record(by, "estimate.sent", obj=row, patient=row.patient_id, how=how)
    return row


def _provider(visit: Appointment) -> dict[str, str]:
    """Who gives the care and who bills, as they stand today."""
    who, own, biller = visit.provider, clinic(), BillingProvider.objects.first()
    return {
        "name": who.name if who else "",
        "npi": who.npi if who else "",
        "clinic": own.name,
        "clinic_npi": own.npi,
        "tax_id": biller.tax_id if biller else "",
        "phone": own.phone_shown,
    }
