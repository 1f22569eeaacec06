"""Today against a usual day."""

from decimal import Decimal
from statistics import median


def usual(values: list[Decimal]) -> Decimal | None:
    """The median of past days, which one odd day does not move; None with fewer than two."""
    return median(values) if len(values) >= 2 else None


def compared(today: Decimal, usual_value: Decimal | None) -> str:
    """ "12 % above usual", "usual" within 5 %, or nothing to compare with."""
    if not usual_value:
        return ""
    change = int(((today - usual_value) / usual_value * 100).to_integral_value())
    if abs(change) <= 5:
        return "usual"
    return f"{abs(change)} % {'above' if change > 0 else 'below'} usual"
