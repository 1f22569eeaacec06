"""How events become postings. Debits are positive, credits negative; an entry sums to zero."""

from dataclasses import dataclass
from decimal import Decimal

RECEIVABLE, CASH, REVENUE, ADJUSTMENT = "receivable", "cash", "revenue", "adjustment"


@dataclass(frozen=True)
class Line:
    """One posting to be: an account and a signed amount in dollars."""

    account: str
    amount: Decimal


def charge_lines(amount: Decimal) -> tuple[Line, Line]:
    """The patient owes more; the clinic has earned it."""
    return Line(RECEIVABLE, amount), Line(REVENUE, -amount)


def payment_lines(amount: Decimal) -> tuple[Line, Line]:
    """Money is in the drawer; the patient owes less."""
    return Line(CASH, amount), Line(RECEIVABLE, -amount)


def adjustment_lines(amount: Decimal) -> tuple[Line, Line]:
    """`amount` off what the patient owes (negative puts it back on)."""
    return Line(ADJUSTMENT, amount), Line(RECEIVABLE, -amount)


def mirrored(lines) -> tuple[Line, ...]:
    """The lines that take others back."""
    return tuple(Line(line.account, -line.amount) for line in lines)


def total(lines) -> Decimal:
    """The sum of an entry: zero, or it must not be posted."""
    return sum((line.amount for line in lines), Decimal(0))


def receipt_words(number: int) -> str:
    """A receipt's number as printed: R-000042."""
    return f"R-{number:06d}"
