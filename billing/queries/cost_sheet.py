"""What a visit will cost the patient: the payer's answer and the price of the visit, put together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from billing.queries.eligibility import Checked, checked_coverages
from billing.queries.estimates import expected_fees
from billing.rules.card import OFFICE, CardSummary
from billing.rules.cost_share import Share, share_of
from clinic.core.money import dollars
from scheduling.models import Appointment

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class CostSheet:
    """The price of the visit in dollars, the patient's part (None where it can't be said), and why, in sentences."""

    price: Decimal
    share: Share | None
    payer: str
    checked: Checked | None
    sentences: tuple[str, ...]

    @property
    def card(self) -> CardSummary | None:
        return self.checked.card if self.checked else None


def cost_sheet(visit: Appointment) -> CostSheet:
    """The sheet of a visit by the first coverage that holds on its day."""
    price = sum((fee.price for fee in expected_fees(visit)), ZERO)
    found = [
        one
        for one in checked_coverages(visit.patient_id, visit.local_day)
        if one.coverage.is_effective(visit.local_day)
    ]
    one = next((c for c in found if c.coverage.payer.kind != "self"), None)
    if one is None:
        words = ("No insurance is on file for this day, so the whole price is yours to pay.",)
        return CostSheet(price, Share(price, ZERO, ZERO, ZERO, price), "", None, words)
    payer, card = one.coverage.payer.name, one.card
    if card is None or card.status != "active":
        said = "says that this coverage is not active" if card else "has not answered yet"
        return CostSheet(price, None, payer, one, (f"{payer} {said}, so we cannot work out your part.",))
    copay = card.copay_for(OFFICE)
    share = share_of(
        price,
        copay=copay if copay is not None else one.coverage.copay_office,
        deductible_left=card.left(card.deductibles),
        coinsurance=card.coinsurance_for(OFFICE),
        out_of_pocket_left=card.left(card.out_of_pocket),
    )
    return CostSheet(price, share, payer, one, tuple(_sentences(card, share)))


def _sentences(card: CardSummary, share: Share):
    if share.copay:
        yield f"You pay a copay of {dollars(share.copay)} when you come in."
    if share.deductible:
        yield (
            f"{dollars(share.deductible)} goes toward your deductible: the amount that you pay each year before the plan "
            "begins to pay."
        )
    if share.coinsurance:
        yield f"After the deductible you pay a part of the price; here that is {dollars(share.coinsurance)}."
    if share.is_capped:
        yield "You have nearly reached the most that you have to pay this year, so your part ends there."
    left = card.left(card.out_of_pocket)
    if left is not None:
        yield f"The most that you can still have to pay this year is {dollars(left)}."
    if card.authorization_for:
        yield "Your plan wants to agree to some care beforehand. We see to that with you."
    if not share.total:
        yield "By what your plan told us, you pay nothing for this visit."
