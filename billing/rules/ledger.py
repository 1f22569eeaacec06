"""How events become postings. Debits are positive, credits negative; an entry sums to zero."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

RECEIVABLE, CASH, REVENUE, ADJUSTMENT = "receivable", "cash", "revenue", "adjustment"
# Money that never lies in a drawer: what payers transfer or send as checks, refunds by check.
BANK = "bank"
MONEY = (CASH, BANK)
OF_THE_ENTRY: Any = "the visit of the entry"


@dataclass(frozen=True)
class Line:
    """One posting to be: an account and a signed amount in dollars.

    `payer` is who owes a receivable (None: the patient). `encounter` is the visit where it is not the entry's own;
    None stands for money that is not applied to a visit yet.
    """

    account: str
    amount: Decimal
    payer: Any = None
    encounter: Any = OF_THE_ENTRY


def charge_lines(amount: Decimal) -> tuple[Line, Line]:
    """The patient owes more; the clinic has earned it."""
    return Line(RECEIVABLE, amount), Line(REVENUE, -amount)


def payment_lines(amount: Decimal) -> tuple[Line, Line]:
    """Money is in the drawer; the patient owes less."""
    return Line(CASH, amount), Line(RECEIVABLE, -amount)


def adjustment_lines(amount: Decimal, payer: Any = None) -> tuple[Line, Line]:
    """`amount` off what the patient (or a payer) owes; negative puts it back on."""
    return Line(ADJUSTMENT, amount), Line(RECEIVABLE, -amount, payer)


def transfer_lines(amount: Decimal, owed_by: Any, to: Any) -> tuple[Line, Line]:
    """`amount` that one owes is owed by another from now on; None is the patient, else a payer."""
    return Line(RECEIVABLE, -amount, owed_by), Line(RECEIVABLE, amount, to)


def refund_lines(amount: Decimal, account: str, payer: Any = None) -> tuple[Line, Line]:
    """Money goes back to who paid too much; their credit is used up."""
    return Line(account, -amount), Line(RECEIVABLE, amount, payer)


def move_lines(amount: Decimal, source: Any, target: Any) -> tuple[Line, Line]:
    """A patient's money is applied to the visit `target`; it stood at the visit `source` or (None) at none."""
    return Line(RECEIVABLE, amount, encounter=source), Line(RECEIVABLE, -amount, encounter=target)


def mirrored(lines) -> tuple[Line, ...]:
    """The lines that take others back."""
    return tuple(replace(line, amount=-line.amount) for line in lines)


def apply_oldest_first(open_by_visit: Mapping[Any, Decimal]) -> list[tuple[Any, Any, Decimal]]:
    """Moves (from, to, dollars) that use credits for what is open, both in the order given.

    `open_by_visit` maps a visit (None: money at no visit) to what is owed on it; below zero is a credit. Nothing is
    moved that is not there, no visit is paid beyond zero, and afterwards credits or open amounts are used up.
    """
    credits = [[visit, -amount] for visit, amount in open_by_visit.items() if amount < 0]
    moves = []
    for visit, owed in open_by_visit.items():
        while owed > 0 and credits and visit is not None:
            source, left = credits[0]
            amount = min(owed, left)
            moves.append((source, visit, amount))
            owed -= amount
            credits[0][1] -= amount
            if not credits[0][1]:
                credits.pop(0)
    return moves


def total(lines) -> Decimal:
    """The sum of an entry: zero, or it must not be posted."""
    return sum((line.amount for line in lines), Decimal(0))


def receipt_words(number: int) -> str:
    """A receipt's number as printed: R-000042."""
    return f"R-{number:06d}"
