"""Drawers counted against the books, and what was taken off by whom. Domain specification 11, report 19."""

from __future__ import annotations

from django.urls import reverse

from billing.models import Drawer
from billing.queries.report_money import SESSIONS, days_not_closed, session_rows, taken_off
from billing.reports.common import MONEY, ZERO, course, cut, day, names_of, pick_words, ratio, reading
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Kind,
    Line,
    Measure,
    Plot,
    Reading,
    Report,
    Row,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_scope import day_words, member_names
from scheduling.reports.common import RowsOf

NUMBER = Kind.NUMBER
COLUMNS = (
    Column("Counted drawers", NUMBER), Column("Off", NUMBER), Column("Expected", MONEY), Column("Counted", MONEY),
    Column("Too much", MONEY), Column("Missing", MONEY), Column("Variance", MONEY),
)  # fmt: skip
PICKS = {1: "became:counted", 2: "off:true"}
ACTS = (
    Column("Charges voided", NUMBER), Column("Dollars voided", MONEY), Column("Payments taken back", NUMBER),
    Column("Dollars taken back", MONEY), Column("Adjustments", NUMBER), Column("Dollars adjusted", MONEY),
)  # fmt: skip


def _cells(row: tuple) -> tuple:
    return (*row[:6], row[3] - row[2])


def build(scope: Scope) -> Findings:
    """Drawers by business day, acts by member, and days left open: four statements."""
    name, head = course(scope)
    found, drawers = SESSIONS.groups(scope, name, "drawer", "counter"), names_of(Drawer)
    whole = found[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): whole}
    late = days_not_closed(scope)
    return Findings(
        population=whole[0] + whole[6],
        tiles=(
            Tile("Variance", whole[3] - whole[2], MONEY, hint="counted less expected"),
            Tile("Missing", whole[5], MONEY, tone="soon" if whole[5] else ""),
            Tile("Drawers off", whole[1], NUMBER, hint=f"of {whole[0]:,} counted"),
            Tile("Days not closed", len(late), NUMBER, tone="soon" if late else ""),
        ),
        sections=(
            Section(f"By {name}", cut(head, name, shown, COLUMNS, _cells),
                    plot=Plot("bars", (3, 4), f"Expected and counted by {name}")),
            Section("By drawer", cut("Drawer", "drawer", shown, COLUMNS, _cells, words=drawers, by=1, picks=PICKS)),
            Section("By who counted", cut("Counted by", "counter", shown, COLUMNS, _cells, words=member_names(), by=1,
                                          picks=PICKS)),
            Section("Taken off, by member", _acts(scope), empty="Nothing was voided, taken back or adjusted.",
                    note="The whole clinic: voids by the day they were made, the rest by business day."),
            Section("Days not closed", _late(late), empty="Every past day with entries is closed."),
        ),
        excluded=(Excluded("open, not counted yet", whole[6], ("became:open",)),),
    )  # fmt: skip


def _acts(scope: Scope) -> Table:
    names, rows = member_names(), taken_off(scope)
    lines = tuple(Line((names.get(member, "The software itself"), *cells)) for member, *cells in rows)
    total = Line(("All", *(sum((row[at] for row in rows), ZERO if at % 2 == 0 else 0) for at in range(1, 7))))
    return Table((Column("Member"), *ACTS), lines, total if lines else None)


def _late(days: list) -> Table:
    return Table((Column("Business day"),), tuple(Line((day_words(one),)) for one in days))


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(session_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    pk, on, drawer, counter, became, expected, counted, why = row
    is_counted = became == "counted"
    cells = (
        day(on), drawer, member_names().get(counter or "", "–"), expected if is_counted else None,
        counted if is_counted else None, counted - expected if is_counted else None, why or "–",
    )  # fmt: skip
    return Row(cells, reverse("billing:drawer-session", args=[pk]))


def _words(picks: tuple[str, ...]) -> str:
    known = {
        "became": {"counted": "Counted drawers", "open": "Drawers not counted yet"}, "drawer": names_of(Drawer),
        "counter": member_names(), "off": {"true": "Drawers that were off", "false": "Drawers that fit"},
    }  # fmt: skip
    return pick_words(picks, known, "All drawers")


def read(scope: Scope) -> Reading:
    """The share of counted drawers that were off, ready to be compared."""
    found = SESSIONS.groups(scope, course(scope)[0])
    left = {"open, not counted yet": found[("", "")][6]}
    return reading(scope, found, lambda row: ratio(row[1], row[0]), lambda row: row[0], left_out=left)


_OFF = "Counted drawers of which some way of paying did not fit the books, of all counted drawers."

REPORT = Report(
    code="day-close",
    title="Day-close variance",
    about="Drawers counted against the books, what was taken off by whom, and days that are not closed.",
    icon="cash-register",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Business day"), Column("Drawer"), Column("Counted by"), Column("Expected", MONEY),
                 Column("Counted", MONEY), Column("Variance", MONEY), Column("Why")),
        read=_read, words=_words, permission=Permission.DRAWER_MANAGE,
    ),
    order=190,
    unit="drawers opened",
    definitions=(
        ("Variance", "The last count less what the books expected when the drawer was closed, float included, all ways of "
                     "paying together."),
        ("Off", _OFF + " One too many and one too few do not cancel out."),
        ("Days not closed", "Past days with entries in the books that no closing covers."),
    ),
    exclusions="Drawers that are not counted yet are in no number. A drawer has no provider: choosing one changes nothing here.",
    measures=(Measure("drawers-off", "Drawers off at closing", Kind.PERCENT, _OFF, read, better="lower", summary="Share"),),
)  # fmt: skip
