"""What a payer decided about a claim, as it is kept with the claim and sent to the next payer. Dollars.

The kept form is a plain dict, written by whoever posts a remittance:

    {"decided_on": "2026-03-20", "paid": "80.00", "patient_owes": "20.00", "remarks": ["MA01"],
     "adjustments": [{"group": "CO", "reason": "45", "amount": "28.00", "quantity": null}],
     "lines": [{"line": 1, "paid": "80.00", "units": "1", "adjustments": [...]}]}

`adjustments` of the claim are those that stand at no line.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Adjusted:
    """Why less was paid: a group (CO, PR, OA, PI), a reason code and an amount."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True)
class DecidedLine:
    """One line of the claim by its number."""

    line: int
    paid: Decimal
    units: Decimal
    adjustments: tuple[Adjusted, ...]


@dataclass(frozen=True)
class Decision:
    """The whole decision."""

    decided_on: dt.date | None
    paid: Decimal
    patient_owes: Decimal
    adjustments: tuple[Adjusted, ...]
    lines: tuple[DecidedLine, ...]
    remarks: tuple[str, ...] = ()


def read_decision(kept: Mapping[str, Any] | None) -> Decision | None:
    """The kept form as values; None for none. Raises ValueError for an amount or date that is none."""
    if not kept:
        return None
    try:
        return Decision(
            decided_on=dt.date.fromisoformat(kept["decided_on"]) if kept.get("decided_on") else None,
            paid=Decimal(kept.get("paid", "0")),
            patient_owes=Decimal(kept.get("patient_owes", "0")),
            adjustments=_adjusted(kept.get("adjustments", ())),
            lines=tuple(
                DecidedLine(
                    int(row["line"]),
                    Decimal(row.get("paid", "0")),
                    Decimal(row.get("units", "1")),
                    _adjusted(row.get("adjustments", ())),
                )
                for row in kept.get("lines", ())
            ),
            remarks=tuple(kept.get("remarks", ())),
        )
    except (InvalidOperation, KeyError, TypeError) as error:
        raise ValueError("A kept decision holds something that is no amount.") from error


def _adjusted(rows) -> tuple[Adjusted, ...]:
    return tuple(
        Adjusted(
            row["group"],
            row["reason"],
            Decimal(row["amount"]),
            Decimal(row["quantity"]) if row.get("quantity") else None,
        )
        for row in rows
    )
