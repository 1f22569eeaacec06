"""Remittances: what was paid for which claims, what is held, and what is not in the bank yet."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404

from billing.models import Claim, Denial, Posting, Remittance, RemittanceClaim
from billing.rules.ledger import RECEIVABLE

ZERO = Decimal("0.00")
SHOWN = 200


def posted_before(payer_identifier: str, trace: str) -> Remittance | None:
    """The remittance of that payment that is posted already. One query."""
    return Remittance.objects.filter(
        payer_identifier=payer_identifier, trace=trace, state=Remittance.State.POSTED
    ).first()


def claims_of(decided: Iterable) -> list[Claim]:
    """The claims that decisions can be about, by account or by the payer's number. One query."""
    accounts = {one.account for one in decided if one.account}
    controls = {one.payer_control for one in decided if one.payer_control}
    return list(
        Claim.objects.filter(Q(account__in=accounts) | Q(payer_control__in=controls)).only(
            "pk", "patient_id", "account"
        )
    )


def standing_of(claims: Iterable[Claim]) -> dict:
    """(patient, visit, payer) -> dollars that the payer owes in the books so far. One query."""
    claims = list(claims)
    rows = (
        Posting.objects.filter(
            account=RECEIVABLE,
            payer__isnull=False,
            encounter__in={claim.encounter_id for claim in claims},
            payer__in={claim.payer_id for claim in claims},
        )
        .order_by()
        .values_list("patient_id", "encounter_id", "payer_id")
        .annotate(total=Sum("amount"))
    )
    return {(patient, encounter, payer): total for patient, encounter, payer, total in rows}


def decisions_on(claims: Iterable) -> dict:
    """Claim id -> decisions posted and not taken back, the oldest first. One query."""
    found: dict = defaultdict(list)
    for row in RemittanceClaim.objects.filter(
        claim__in=list(claims),
        outcome=RemittanceClaim.Outcome.POSTED,
        reversed_by__isnull=True,
        reverses__isnull=True,
    ).order_by("decided_at", "number"):
        found[row.claim_id].append(row)
    return found


def remittances(limit: int = SHOWN) -> list[Remittance]:
    """The last payments with how many of their claims are held, those to review first. One query."""
    return list(
        Remittance.objects.annotate(
            held=Count("claims", filter=Q(claims__outcome="held")),
            held_paid=Sum("claims__paid", filter=Q(claims__outcome="held"), default=ZERO),
        ).order_by("-state", "-created_at")[:limit]
    )


def remittance_or_404(pk) -> Remittance:
    """One payment with its file, without the text of it."""
    return get_object_or_404(
        Remittance.objects.select_related("file", "deposited_by").defer("file__text"), pk=pk
    )


def decisions_of(remittance: Remittance) -> list[RemittanceClaim]:
    """Its claims, what is held first, then in the order of the file. One query."""
    return list(
        remittance.claims.select_related("claim__patient", "denial").order_by("outcome", "number")[:SHOWN]
    )


def decision_or_404(pk) -> RemittanceClaim:
    """One decision with its payment."""
    return get_object_or_404(RemittanceClaim.objects.select_related("remittance", "claim__patient"), pk=pk)


def denials(*, owner=None, category: str = "", is_done: bool = False) -> list[Denial]:
    """Denials, the nearest deadline first; `owner` limits them to a member's own. One query."""
    rows = Denial.objects.filter(state=Denial.State.DONE if is_done else Denial.State.OPEN)
    if owner:
        rows = rows.filter(owner=owner)
    if category:
        rows = rows.filter(category=category)
    return list(
        rows.select_related("claim__payer", "patient", "owner").order_by("deadline", "-amount")[:SHOWN]
    )


def denial_or_404(pk) -> Denial:
    """One denial with its claim and patient."""
    return get_object_or_404(
        Denial.objects.select_related(
            "claim__payer", "claim__coverage", "patient", "owner", "decision__remittance"
        ),
        pk=pk,
    )
