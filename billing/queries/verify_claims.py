"""Proof that what payers decided stands in the books as they decided it."""

from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from billing.models import Claim, Remittance, RemittanceClaim
from billing.rules.ledger import ADJUSTMENT, BANK, RECEIVABLE
from billing.rules.remittances import shares_of, split_claim

ZERO = Decimal("0.00")


def _posted(account: str):
    return Coalesce(Sum("entry__postings__amount", filter=Q(entry__postings__account=account)), ZERO)


def wrong_claims() -> tuple[int, list[str]]:
    """(decisions looked at, findings): each decision's charge is paid + written off + patient + earlier + denied and
    posted so, each claim holds what its standing decision says, and each payment is the sum of its claims less what
    concerns no claim. Three queries."""
    wrong, standing, count = [], {}, 0
    rows = (
        RemittanceClaim.objects.filter(outcome=RemittanceClaim.Outcome.POSTED, reverses__isnull=True)
        .order_by()
        .annotate(bank=_posted(BANK), off=_posted(ADJUSTMENT), owed=_posted(RECEIVABLE))
    )
    for row in rows.iterator(chunk_size=2000):
        count += 1
        split = split_claim(row.charge, row.paid, shares_of(row.detail), is_denied=row.status == "4")
        if not split.is_whole:
            wrong.append(f"decision {row.pk}: its parts are not its charge")
        if (row.bank, row.off, row.owed) != (split.paid, split.written_off, -split.paid - split.written_off):
            wrong.append(f"decision {row.pk}: it is posted for other amounts")
        if row.reversed_by_id is None:
            standing[row.claim_id] = split
    for pk, *kept in Claim.objects.filter(pk__in=standing).values_list(
        "pk", "paid", "adjusted", "patient_owes"
    ):
        split = standing[pk]
        if kept != [split.paid, split.written_off, split.patient]:
            wrong.append(f"claim {pk}: it holds other amounts than its last decision")
    payments = (
        Remittance.objects.filter(state=Remittance.State.POSTED)
        .order_by()
        .annotate(told=Coalesce(Sum("claims__paid"), ZERO))
        .exclude(payment=F("told") - F("provider_adjusted"))
    )
    wrong += [f"payment {row.pk}: it is not the sum of its claims" for row in payments]
    return count, wrong
