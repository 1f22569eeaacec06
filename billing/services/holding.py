"""Holds: who is left alone with statements and collectors, from when to when, and why."""

import datetime as dt

from billing.models import BillingHold
from billing.queries.statements import standing_holds
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone

from .adjusting import money_key, plain_words


@service
def place_hold(
    *, by, patient, kind: str, reason: str, starts_on: dt.date, ends_on: dt.date | None = None
) -> BillingHold:
    """Keep a patient out of statements and collections from one day to another (None: until lifted). Audited.

    Refuses a second hold beside one that stands or is to come, a kind that is none, no reason, a card number in it, a first day before today
    and a last day before the first.
    """
    reason, today = _words(reason, "reason"), time.today(clinic_zone())
    if kind not in BillingHold.Kind.values:
        raise Refused("Choose the kind.", field="kind")
    if starts_on < today:
        raise Refused("A hold starts today or later.", field="starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Refused("The last day is not before the first.", field="ends_on")
    lock_keys(money_key(patient))
    if holds_ahead(patient.pk, today).exists():
        raise Refused("This patient is on hold already. Lift that one first.")
    row = BillingHold.objects.create(
        patient=patient,
        kind=kind,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        placed_at=time.now(),
        placed_by_id=by.member_id,
        placed_by_label=by.label[:120],
    )
    record(by, "billing_hold.placed", obj=row, patient=patient, why=kind, starts_on=str(starts_on))
    return row


def holds_ahead(patient_id, today: dt.date):
    """A patient's holds that stand or are to come; not evaluated."""
    later = BillingHold.objects.filter(lifted_at__isnull=True, starts_on__gt=today, patient=patient_id)
    return standing_holds(today).filter(patient=patient_id) | later


@service
def lift_hold(*, by, hold: BillingHold, reason: str) -> BillingHold:
    """End a hold before its day, with the reason. Audited. Refuses one that is lifted already."""
    reason = _words(reason, "reason")
    lock_keys(money_key(hold.patient_id))
    hold = BillingHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise Refused("This hold is lifted already.")
    hold.lifted_at, hold.lifted_by_label, hold.lift_reason = time.now(), by.label[:120], reason
    hold.version += 1
    hold.save()
    record(by, "billing_hold.lifted", obj=hold, patient=hold.patient_id, reason=reason)
    return hold


def _words(text: str, field: str) -> str:
    text = plain_words(text, field=field)
    if not text:
        raise Refused("Say why.", field=field)
    return text
