"""What a payer is expected to allow, from its contract. Dollars."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from clinic.core.money import cents


def allowed_amount(
    code: str,
    modifiers: Sequence[str],
    units: int,
    charge: Decimal,
    rates: Mapping[tuple[str, str], Decimal],
    percent_of_fee: Decimal | None,
) -> Decimal | None:
    """The allowed amount of a line, never more than its charge; None when the contract does not say.

    `rates` has (code, modifier) -> dollars for one unit; a rate for one of the line's modifiers goes before
    the one without, and the share of the clinic's own price is for codes without any.
    """
    rate = next((rates[code, one] for one in modifiers if (code, one) in rates), rates.get((code, "")))
    if rate is not None:
        return min(charge, cents(rate * units))
    if percent_of_fee is not None:
        return min(charge, cents(charge * percent_of_fee / 100))
    return None
