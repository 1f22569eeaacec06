"""Proof that the books add up."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, F, Max, Q, Sum

from billing.models import (
    Charge,
    DayClose,
    DrawerSession,
    JournalEntry,
    OpenBalance,
    PatientBalance,
    Payment,
    Posting,
)
from billing.rules.ledger import ADJUSTMENT, CASH, MONEY, RECEIVABLE, REVENUE

from .day_close import DayTotals, day_totals
from .drawers import booked
from .verify_claims import wrong_claims

ZERO = Decimal("0.00")


@dataclass
class Verdict:
    """What was looked at and what was wrong."""

    entries: int = 0
    patients: int = 0
    payments: int = 0
    charges: int = 0
    visits: int = 0
    days: int = 0
    decisions: int = 0
    balance: Decimal = Decimal("0.00")
    wrong: list[str] = field(default_factory=list)


def verify_ledger() -> Verdict:
    """Check that every entry sums to zero and stands on one day and, but for moves between visits, on one visit; that
    charges = payments + adjustments + balance for each visit, each patient and each day; that the balance kept of each
    patient is that sum; that approved charges and payments are posted for what they say; that no receipt number is
    missing; that closed days and counted drawers still hold what they held; and that payers' decisions are posted as decided."""
    verdict = Verdict()
    _entries(verdict)
    _patients(verdict)
    _visits(verdict)
    _days(verdict)
    _payments(verdict)
    _charges(verdict)
    verdict.decisions, wrong = wrong_claims()
    verdict.wrong += wrong
    return verdict


def _entries(verdict: Verdict) -> None:
    verdict.entries = JournalEntry.objects.count()
    sums = JournalEntry.objects.order_by().annotate(total=Sum("postings__amount"), sides=Count("postings"))
    off = sums.filter(Q(sides__lt=2) | ~Q(total=0))
    verdict.wrong += [f"entry {row.pk} does not sum to zero" for row in off]


def _total(*accounts, **also):
    return Sum("amount", filter=Q(account__in=accounts, **also), default=ZERO)


def _sums(rows, *by):
    """Charges, payments, adjustments and balance by something: the four that must add up."""
    return (
        rows.order_by()
        .values(*by)
        .annotate(
            revenue=_total(REVENUE),
            paid=_total(*MONEY),
            off=_total(ADJUSTMENT),
            owed=_total(RECEIVABLE, payer__isnull=True),
            insured=_total(RECEIVABLE, payer__isnull=False),
        )
    )


def _adds_up(row) -> bool:
    return -row["revenue"] == row["paid"] + row["off"] + row["owed"] + row["insured"]


def _patients(verdict: Verdict) -> None:
    kept = {pk: sums for pk, *sums in PatientBalance.objects.values_list("patient_id", "owed", "insured")}
    for row in _sums(Posting.objects.filter(patient__isnull=False), "patient_id").iterator():
        verdict.patients += 1
        if kept.pop(row["patient_id"], [ZERO, ZERO]) != [row["owed"], row["insured"]]:
            verdict.wrong.append(
                f"patient {row['patient_id']}: the kept balance is not the sum of the ledger"
            )
        verdict.balance += row["owed"]
        if not _adds_up(row):
            verdict.wrong.append(
                f"patient {row['patient_id']}: charges differ from payments + adjustments + balance"
            )
    verdict.wrong += [f"patient {pk}: a balance is kept without a ledger" for pk in kept]
    _kept_by_visit(verdict)


def _kept_by_visit(verdict: Verdict) -> None:
    by = ("patient_id", "encounter_id", "payer_id")
    kept = {tuple(key): amount for *key, amount in OpenBalance.objects.values_list(*by, "open")}
    sums = (
        Posting.objects.filter(account=RECEIVABLE).order_by().values_list(*by).annotate(total=Sum("amount"))
    )
    for *key, amount in sums.iterator():
        if kept.pop(tuple(key), ZERO) != amount:
            verdict.wrong.append(
                f"patient {key[0]}: what is kept open on visit {key[1]} is not the sum of the ledger"
            )
    verdict.wrong += [
        f"patient {key[0]}: an open visit is kept without a ledger" for key, sum_ in kept.items() if sum_
    ]


def _visits(verdict: Verdict) -> None:
    """A move of money between visits changes what is open on both: it is left out here, and sums to zero by itself."""
    rows = Posting.objects.exclude(entry__kind=JournalEntry.Kind.ALLOCATION).exclude(
        entry__reverses__kind=JournalEntry.Kind.ALLOCATION
    )
    posted = {}
    for row in _sums(rows.filter(encounter__isnull=False), "encounter_id").iterator():
        verdict.visits += 1
        posted[row["encounter_id"]] = -row["revenue"]
        if not _adds_up(row):
            verdict.wrong.append(
                f"visit {row['encounter_id']}: charges differ from payments + adjustments + balance"
            )
    charged = (
        Charge.objects.filter(state=Charge.State.APPROVED)
        .order_by()
        .values_list("encounter_id")
        .annotate(total=Sum("amount"))
    )
    for encounter, amount in charged.iterator():
        if posted.pop(encounter, ZERO) != amount:
            verdict.wrong.append(f"visit {encounter}: the ledger holds other charges than were approved")
    verdict.wrong += [
        f"visit {pk}: the ledger holds charges that nobody approved" for pk, sum_ in posted.items() if sum_
    ]


def _days(verdict: Verdict) -> None:
    for row in _sums(Posting.objects.all(), "entry__business_day").iterator():
        verdict.days += 1
        if not _adds_up(row):
            verdict.wrong.append(
                f"day {row['entry__business_day']}: charges differ from payments + adjustments + balance"
            )
    for close in DayClose.objects.iterator():
        held = DayTotals(close.charges, close.payments, close.adjustments, close.receivable)
        if day_totals(close.from_day, close.day) != held:
            verdict.wrong.append(f"day {close.day}: it is closed and holds something else now")
    for session in DrawerSession.objects.filter(closed_at__isnull=False).iterator():
        if booked(session.drawer_id, session.covers_from, session.business_day) != session.booked:
            verdict.wrong.append(f"drawer session {session.pk}: it is counted and holds something else now")


def _payments(verdict: Verdict) -> None:
    verdict.payments = Payment.objects.count()
    rows = (
        Payment.objects.order_by()
        .annotate(cash=Sum("entry__postings__amount", filter=Q(entry__postings__account=CASH)))
        .exclude(cash=F("amount"))
    )
    verdict.wrong += [f"payment {row.pk} is posted for another amount" for row in rows]
    moved = Payment.objects.order_by().exclude(business_day=F("entry__business_day"))
    verdict.wrong += [f"payment {row.pk} is posted on another day" for row in moved]
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
