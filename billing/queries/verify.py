"""Proof that the books add up."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Max, Q, Sum

from billing.models import Charge, JournalEntry, PatientBalance, Payment, Posting
from billing.rules.ledger import ADJUSTMENT, CASH, RECEIVABLE, REVENUE


@dataclass
class Verdict:
    """What was looked at and what was wrong."""

    entries: int = 0
    patients: int = 0
    payments: int = 0
    charges: int = 0
    balance: Decimal = Decimal("0.00")
    wrong: list[str] = field(default_factory=list)


def verify_ledger() -> Verdict:
    """Check that every entry sums to zero, that each patient's charges = payments + adjustments + balance and the
    balance kept of each patient is that sum, that
    approved charges and payments are posted for what they say, and that no receipt number is missing."""
    verdict = Verdict()
    _entries(verdict)
    _patients(verdict)
    _payments(verdict)
    _charges(verdict)
    return verdict


def _entries(verdict: Verdict) -> None:
    verdict.entries = JournalEntry.objects.count()
    sums = JournalEntry.objects.order_by().annotate(total=Sum("postings__amount"), sides=Count("postings"))
    off = sums.filter(Q(sides__lt=2) | ~Q(total=0))
    verdict.wrong += [f"entry {row.pk} does not sum to zero" for row in off]


def _patients(verdict: Verdict) -> None:
    def total(account):
        return Sum("amount", filter=Q(account=account), default=Decimal("0.00"))

    rows = (
        Posting.objects.order_by()
        .values("patient_id")
        .annotate(owed=total(RECEIVABLE), cash=total(CASH), revenue=total(REVENUE), off=total(ADJUSTMENT))
    )
    kept = dict(PatientBalance.objects.values_list("patient_id", "owed"))
    for row in rows.iterator():
        verdict.patients += 1
        if kept.pop(row["patient_id"], Decimal("0.00")) != row["owed"]:
            verdict.wrong.append(
                f"patient {row['patient_id']}: the kept balance is not the sum of the ledger"
            )
        verdict.balance += row["owed"]
        if -row["revenue"] != row["cash"] + row["off"] + row["owed"]:
            verdict.wrong.append(
                f"patient {row['patient_id']}: charges differ from payments + adjustments + balance"
            )
    verdict.wrong += [f"patient {pk}: a balance is kept without a ledger" for pk in kept]


def _payments(verdict: Verdict) -> None:
    verdict.payments = Payment.objects.count()
    rows = (
        Payment.objects.order_by()
        .annotate(cash=Sum("entry__postings__amount", filter=Q(entry__postings__account=CASH)))
        .exclude(cash=F("amount"))
    )
    verdict.wrong += [f"payment {row.pk} is posted for another amount" for row in rows]
    last = Payment.objects.aggregate(last=Max("receipt_number"))["last"] or 0
    if last != verdict.payments:
        verdict.wrong.append(f"{last - verdict.payments} receipt numbers are missing")


def _charges(verdict: Verdict) -> None:
    verdict.charges = Charge.objects.filter(state=Charge.State.APPROVED).count()
    rows = (
        Charge.objects.filter(entry__isnull=False)
        .order_by()
        .annotate(owed=Sum("entry__postings__amount", filter=Q(entry__postings__account=RECEIVABLE)))
        .exclude(owed=F("amount"))
    )
    verdict.wrong += [f"charge {row.pk} is posted for another amount" for row in rows]
    lost = Charge.objects.filter(
        state=Charge.State.VOID, entry__isnull=False, entry__reversed_by__isnull=True
    )
    verdict.wrong += [f"charge {row.pk} is void but its entry stands" for row in lost]
