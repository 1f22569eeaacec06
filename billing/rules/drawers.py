"""Counting a drawer: pieces into money, and money counted against money booked. Dollars throughout."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")
MOST_PIECES = 9999
# What is in a drawer, the largest first: bills, then coins.
DENOMINATIONS = tuple(
    Decimal(value)
    for value in ("100", "50", "20", "10", "5", "2", "1", "0.50", "0.25", "0.10", "0.05", "0.01")
)
METHODS = ("cash", "check", "card", "other")


def piece_key(value: Decimal) -> str:
    """The name under which the pieces of one kind are kept: cents, "10000" for a hundred dollar bill."""
    return str(int(value * 100))


def piece_words(value: Decimal) -> str:
    """ "$20 bills" or "25¢ coins"."""
    return f"${int(value)} bills" if value >= 1 else f"{int(value * 100)}¢ coins"


def cash_of(pieces: Mapping[str, int]) -> Decimal:
    """What the counted pieces are worth. Raises ValueError for a kind that does not exist or a number below zero."""
    known = {piece_key(value): value for value in DENOMINATIONS}
    total = ZERO
    for key, number in pieces.items():
        if key not in known or number < 0 or number > MOST_PIECES:
            raise ValueError(key)
        total += known[key] * number
    return total


@dataclass(frozen=True)
class Compared:
    """One way of paying: what the books expect in the drawer and what was counted."""

    method: str
    expected: Decimal
    counted: Decimal

    @property
    def variance(self) -> Decimal:
        """Counted less expected: below zero, money is missing."""
        return self.counted - self.expected


def compare(
    opening_float: Decimal, booked: Mapping[str, Decimal], counted: Mapping[str, Decimal]
) -> list[Compared]:
    """Expected against counted by method. The float is in the drawer as cash before anything is taken."""
    rows = []
    for method in METHODS:
        expected = booked.get(method, ZERO) + (opening_float if method == "cash" else ZERO)
        rows.append(Compared(method, expected, counted.get(method, ZERO)))
    return rows


def deposit_of(opening_float: Decimal, cash: Decimal, checks: Decimal) -> tuple[Decimal, Decimal]:
    """(cash, checks) that go to the bank: the float stays for the next day, and is filled up first."""
    return max(ZERO, cash - opening_float), checks


def counters_conflict(counter, posters: set) -> bool:
    """Whether one person would count what only that person took: then nobody else has seen the money."""
    return posters == {counter}
