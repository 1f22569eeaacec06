"""What a patient owes, and the ledger behind it. Dollars throughout; a negative balance is a credit."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum
from django.shortcuts import get_object_or_404

from billing.models import Drawer, JournalEntry, Payment, Posting
from billing.rules.ledger import RECEIVABLE
from records.models import Coverage

ZERO = Decimal("0.00")


def balance(patient_id) -> Decimal:
    """What the patient owes: the sum of their own receivable postings, without what payers owe. One query."""
    return balances([patient_id])[patient_id]


def balances(patient_ids: Iterable) -> dict:
    """Patient id -> what they owe, for many at once. One query."""
    ids = list(patient_ids)
    sums = (
        Posting.objects.filter(patient_id__in=ids, account=RECEIVABLE, payer__isnull=True)
        .order_by()
        .values("patient_id")
        .annotate(total=Sum("amount"))
        .values_list("patient_id", "total")
    )
    return dict.fromkeys(ids, ZERO) | dict(sums)


def copay_paid(appointment) -> Decimal:
    """Copay received for a visit and not reversed. One query."""
    return (
        Payment.objects.filter(
            appointment=appointment,
            purpose=Payment.Purpose.COPAY,
            entry__reversed_by__isnull=True,
        ).aggregate(total=Sum("amount"))["total"]
        or ZERO
    )


def expected_copay(patient_id, day: dt.date) -> Decimal | None:
    """The office copay of the patient's first coverage that holds on a day; None when none is known."""
    for coverage in Coverage.objects.filter(patient_id=patient_id).order_by("rank", "created_at"):
        if coverage.is_effective(day):
            return coverage.copay_office
    return None


def copay_due(appointment) -> Decimal | None:
    """Copay still to ask for at a visit: 0 when paid, None when no coverage says what it is. Two queries."""
    expected = expected_copay(appointment.patient_id, appointment.local_day)
    return None if expected is None else max(ZERO, expected - copay_paid(appointment))


def last_payments(patient_id, limit: int = 3) -> list[Payment]:
    """The latest payments of a patient, reversed ones marked. One query."""
    return list(
        Payment.objects.filter(patient_id=patient_id).select_related("entry__reversed_by", "drawer")[:limit]
    )


def payment_or_404(pk) -> Payment:
    """One payment with all that its receipt shows."""
    return get_object_or_404(
        Payment.objects.select_related(
            "patient", "drawer", "entry__reversed_by", "appointment__visit_type", "appointment__provider"
        ),
        pk=pk,
    )


def entry_or_404(pk, patient_id) -> JournalEntry:
    """One entry of this patient."""
    return get_object_or_404(JournalEntry.objects.filter(postings__patient_id=patient_id).distinct(), pk=pk)


def last_drawer_of(member_id):
    """The drawer that a member took the last payment into, if it is still in use; else the first one."""
    last = (
        Payment.objects.filter(received_by=member_id, drawer__is_active=True).values_list("drawer_id").first()
    )
    return last[0] if last else Drawer.objects.filter(is_active=True).values_list("pk", flat=True).first()
