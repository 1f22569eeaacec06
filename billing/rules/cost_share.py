"""What a visit will cost the patient, worked out from the payer's answer. A guide, not a promise."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clinic.core.money import cents

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Share:
    """The patient's part of `price` in dollars: copay, what goes to the deductible, coinsurance, and their sum.

    `is_capped`: the out-of-pocket maximum cut it.
    """

    price: Decimal
    copay: Decimal
    deductible: Decimal
    coinsurance: Decimal
    total: Decimal
    is_capped: bool = False


def share_of(
    price: Decimal,
    *,
    copay: Decimal | None,
    deductible_left: Decimal | None,
    coinsurance: Decimal | None,
    out_of_pocket_left: Decimal | None,
) -> Share:
    """The patient's part of a visit.

    With a copay, plans usually take it instead of deductible and coinsurance. Without one, the deductible comes
    first and coinsurance (a fraction, 0.2 for 20 percent) is taken of the rest. Never more than the price or than
    what is left up to the out-of-pocket maximum. None is "the payer did not say" and counts as nothing.
    """
    if copay is not None:
        parts = (min(copay, price), ZERO, ZERO)
    else:
        first = min(deductible_left or ZERO, price)
        parts = (ZERO, first, cents((price - first) * (coinsurance or ZERO)))
    total = sum(parts, ZERO)
    capped = out_of_pocket_left is not None and out_of_pocket_left < total
    return Share(price, *parts, out_of_pocket_left if capped else total, capped)
