"""Write-offs and refunds that wait for a second person, credits to give back, and small balances."""

import datetime as dt
from decimal import Decimal

from django.db.models import Min, Sum
from django.shortcuts import get_object_or_404

from billing.models import MoneyPolicy, MoneyRequest, PatientBalance, Posting
from billing.rules.ledger import RECEIVABLE

SHOWN = 100


def open_requests() -> list[MoneyRequest]:
    """What waits for a decision: what is due first, then the oldest. One query."""
    return sorted(
        MoneyRequest.objects.filter(state=MoneyRequest.State.ASKED).select_related(
            "patient", "payer", "asked_by", "encounter"
        ),
        key=lambda row: (row.due_on is None, row.due_on or row.asked_at.date(), row.asked_at),
    )


def decided_requests(limit: int = 30) -> list[MoneyRequest]:
    """The last decisions, the newest first. One query."""
    return list(
        MoneyRequest.objects.exclude(state=MoneyRequest.State.ASKED)
        .select_related("patient", "payer", "asked_by", "decided_by")
        .order_by("-decided_at")[:limit]
    )


def request_or_404(pk) -> MoneyRequest:
    """One request with the people that its page names."""
    return get_object_or_404(
        MoneyRequest.objects.select_related("patient", "payer", "asked_by", "decided_by", "drawer"), pk=pk
    )


def patient_credits(limit: int = SHOWN) -> list[PatientBalance]:
    """Patients who paid more than they owe, the largest credit first. One query."""
    return list(PatientBalance.objects.filter(owed__lt=0).select_related("patient").order_by("owed")[:limit])


def payer_credits(limit: int = SHOWN) -> list[dict]:
    """Payers who paid more than they owed, per patient: `patient_id`, `payer_id`, names and dollars. One query."""
    return list(
        Posting.objects.filter(account=RECEIVABLE, payer__isnull=False)
        .order_by()
        .values("patient_id", "payer_id", "payer__name", "patient__first_name", "patient__last_name")
        .annotate(total=Sum("amount"), since=Min("entry__business_day"))
        .filter(total__lt=0)
        .order_by("total")[:limit]
    )


def small_balances(policy: MoneyPolicy, today: dt.date, limit: int = 200):
    """Balances that the rule calls small: up to its amount and with nothing new for its days, insurance done. One query."""
    return PatientBalance.objects.filter(
        owed__gt=0,
        owed__lte=policy.small_balance,
        insured=Decimal(0),
        last_day__lte=today - dt.timedelta(days=policy.small_balance_days),
    ).select_related("patient")[:limit]
