"""What the biller's piles are made of: a pile is one kind of work, counted and added up by the database."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, DecimalField, QuerySet, Value, When

from billing.queries.fees import fee_on, visit_type_fees
from records.models import Patient

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class QueueRow:
    """One thing to do. `money` in dollars is what it holds up; `day` is since when, or that of the coming visit.

    `read_url` is the page for who may look and not do it, empty where there is none. A row stands for `many` things
    where one act settles them all; such a row, and a payer's payment, is about no single patient.
    """

    kind: str
    patient_id: UUID | None
    what: str
    why: str
    money: Decimal
    day: dt.date
    days: int
    url: str
    read_url: str
    act: str
    many: int = 1
    patient: Patient | None = None

    @property
    def days_ahead(self) -> int:
        return -self.days


@dataclass(frozen=True)
class Pile:
    """One kind of work: how many there are, the dollars that they hold up, and those with the most."""

    kind: str
    count: int
    money: Decimal
    rows: list[QueueRow]


def pile_of(kind: str, found: QuerySet, shown: int, ready: Callable[[dict[str, Any]], QueueRow]) -> Pile:
    """The rows with the most money, the oldest first among equals, with count and sum of all. One query."""
    inner, given = found.query.sql_with_params()
    sql = (
        f"SELECT *, count(*) OVER () AS count, sum(money) OVER () AS all_money FROM ({inner}) AS work "  # noqa: S608
        "ORDER BY money DESC, day LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*given, shown])
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    count, money = (rows[0]["count"], rows[0]["all_money"]) if rows else (0, ZERO)
    return Pile(kind, count, money, [ready(row) for row in rows])


def row_of(
    today: dt.date,
    row: dict[str, Any],
    kind: str,
    *,
    what: str,
    why: str,
    url: str,
    act: str,
    read_url: str | None = None,
    many: int = 1,
) -> QueueRow:
    """A line made of the patient, money and day that the database gave."""
    days = (today - row["day"]).days
    return QueueRow(
        kind,
        row.get("patient_id"),
        what,
        why,
        row["money"],
        row["day"],
        days,
        url,
        url if read_url is None else read_url,
        act,
        many,
    )


def summed(kind: str, found: dict[str, Any], ready: Callable[[dict[str, Any]], QueueRow]) -> Pile:
    """A pile that one act settles: a single row for all of it, none where `found["many"]` is 0."""
    if not found["many"]:
        return Pile(kind, 0, ZERO, [])
    return Pile(kind, found["many"], found["money"], [ready(found)])


def price_of_visit(today: dt.date, visit_type: str) -> Case:
    """The dollars that a visit proposes by itself; `visit_type` is the path to its type. 0 where no price is set."""
    prices = {kind: fee.price for kind, code in visit_type_fees().items() if (fee := fee_on(code, today))}
    return Case(
        *(When(**{visit_type: kind}, then=Value(price)) for kind, price in prices.items()),
        default=Value(ZERO),
        output_field=DecimalField(),
    )
