"""How many days of charges are still owed. Domain specification 11, report 16."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from billing.queries.report_money import OWED, movements
from billing.queries.report_source import bucket_of
from billing.reports.ageing import DETAIL
from billing.reports.common import MONEY, ZERO, course
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.reports.model import (
    Column,
    Excluded,
    Findings,
    Kind,
    Line,
    Measure,
    Plot,
    Reading,
    Report,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_scope import dimension_words

# Domain specification 11 [F38].
TARGET = 40
STEP = {"day": dt.timedelta(days=1), "week": dt.timedelta(days=7)}


@dataclass(frozen=True)
class Stretch:
    """Some days: the first one, how many, dollars owed at their end and dollars charged on them."""

    first: dt.date
    days: int
    owed: Decimal
    charges: Decimal

    @property
    def value(self) -> float | None:
        """Days in accounts receivable; None where nothing was charged."""
        return float(self.owed * self.days / self.charges) if self.charges > 0 else None


def _whole(scope: Scope, owed: Decimal, moves: list[tuple]) -> Stretch:
    last = min(scope.last, today(clinic_zone()))
    return Stretch(
        scope.first, max((last - scope.first).days + 1, 0), owed, sum((row[2] for row in moves), ZERO)
    )


def _stretches(scope: Scope, owed: Decimal, moves: list[tuple]) -> list[Stretch]:
    """What was owed at the end of each bucket: what is owed at the end of all, less what came after."""
    last, found = min(scope.last, today(clinic_zone())), []
    for begins, change, charges in reversed(moves):
        first = max(begins, scope.first)
        until = min(_next(begins, bucket_of(scope)) - dt.timedelta(days=1), last)
        found.append(Stretch(begins, (until - first).days + 1, owed, charges))
        owed -= change
    return found[::-1]


def _next(begins: dt.date, bucket: str) -> dt.date:
    if bucket == "month":
        return (begins.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return begins + STEP[bucket]


def build(scope: Scope) -> Findings:
    """What is owed at the end of the days against what was charged on them: two statements."""
    row, moves = OWED.groups(scope)[("", "")], movements(scope)
    whole = _whole(scope, row[7], moves)
    stretches = _stretches(scope, row[7], moves)
    name, head = course(scope)
    value = whole.value
    return Findings(
        population=row[0] + row[5],
        tiles=(
            Tile("Days in accounts receivable", value, Kind.DAYS, hint=f"target under {TARGET}",
                 tone="soon" if value is not None and value >= TARGET else ""),
            Tile("Owed at the end", whole.owed, MONEY),
            Tile("Charged", whole.charges, MONEY, hint=f"on {whole.days} days"),
        ),
        sections=(
            Section("Patients and payers", _parties(row)),
            Section(f"By {name}", _course(head, name, stretches), plot=Plot("bars", (1, 2), f"Owed and charged by {name}"),
                    note="Owed at the end of the last business day in each line; changes of one stretch are far from even."),
        ),
        excluded=(Excluded("credits of patients and payers, taken off what is owed", row[5], ("side:credit",)),),
    )  # fmt: skip


def _parties(row: tuple) -> Table:
    lines = (
        Line(("Owed by patients", row[1]), ("party:patients", "side:owed")),
        Line(("Owed by payers", row[2]), ("party:payers", "side:owed")),
        Line(("Credits", -row[6]), ("side:credit",)),
    )
    shown = tuple(line for line in lines if line.cells[1])
    total = Line(("Owed at the end", row[7])) if shown else None
    return Table((Column("Part"), Column("Dollars", MONEY)), shown, total, picks={1: ""})


def _course(head: str, name: str, stretches: list[Stretch]) -> Table:
    lines = tuple(
        Line((dimension_words(name, one.first.isoformat()), one.owed, one.charges)) for one in stretches
    )
    return Table((Column(head), Column("Owed at the end", MONEY), Column("Charged", MONEY)), lines)


def read(scope: Scope) -> Reading:
    """Days in accounts receivable, ready to be compared."""
    row, moves = OWED.groups(scope)[("", "")], movements(scope)
    return Reading(value=_whole(scope, row[7], moves).value, counted=row[0])


_DAYS = "What is owed at the end of the last day, divided by what was charged per day over all days of the report."

REPORT = Report(
    code="days-in-ar",
    title="Days in accounts receivable",
    about="How many days' worth of charges is still owed by patients and payers.",
    icon="calendar-dollar",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=DETAIL,
    order=160,
    unit="open balances at the end of the last day",
    definitions=(
        ("Days in accounts receivable", _DAYS + " Days to come are not counted; without a charge there is no value."),
        ("Owed at the end", "All balances of patients and payers on the last day (today, where that lies ahead), credits taken off. "
                            "Reckoned from the ledger, so a past day says what was owed then."),
        ("Charged", "Approved charges less those taken back, by business day."),
    ),
    exclusions="Money that is at no visit belongs to no location and no provider: with one of them chosen it is not counted.",
    measures=(Measure("days-in-ar", "Days in accounts receivable", Kind.DAYS, _DAYS, read, better="lower", summary="Days"),),
)  # fmt: skip
