"""Copays taken at the visit of those due. Domain specification 11, report 12."""

from __future__ import annotations

from django.urls import reverse

from billing.queries.report_visits import COPAYS, copay_rows
from billing.reports.common import COUNT, MONEY, SHARE, course, cut, pick_words, ratio, reading
from clinic.core.time import format_local
from clinic.reports.model import (
    Column,
    Detail,
    Excluded,
    Findings,
    Measure,
    Plot,
    Reading,
    Report,
    Row,
    Section,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_scope import member_names
from scheduling.reports.common import RowsOf

COLUMNS = (
    Column("Copays due", COUNT), Column("Taken in full", COUNT), Column("Due", MONEY), Column("Taken at the visit", MONEY),
    Column("Share taken", SHARE), Column("Taken later", MONEY), Column("Still open", MONEY),
)  # fmt: skip
WORDS = {"due": "Copay due", "free": "No copay on the coverage", "uninsured": "No insurance on that day"}
PICKS = {1: "became:due", 7: "open:true"}


def _cells(row: tuple) -> tuple:
    count, full, due, taken, later = row[:5]
    return count, full, due, taken, ratio(taken, due), later, due - taken - later


def build(scope: Scope) -> Findings:
    """Copays of completed visits: one statement."""
    name, head = course(scope)
    found = COPAYS.groups(scope, name, "clerk", "provider")
    whole = found[("", "")]
    shown = {key: row for key, row in found.items() if row[0]} | {("", ""): whole}
    count, full, due, taken, later, free, uninsured = whole
    return Findings(
        population=count + free + uninsured,
        tiles=(
            Tile("Taken at the visit", ratio(taken, due), SHARE, count - full, f"of {count:,} copays due"),
            Tile("Due", due, MONEY, count),
            Tile("Taken", taken, MONEY, full),
            Tile("Taken later", later, MONEY, count - full),
        ),
        sections=(
            Section(f"By {name} of the visit", cut(head, name, shown, COLUMNS, _cells),
                    plot=Plot("bars", (3, 4), f"Copays due and taken by {name}")),
            Section("By who checked in", cut("Checked in by", "clerk", shown, COLUMNS, _cells, words=member_names(), by=0,
                                             picks=PICKS, nothing="The patient, or nobody named")),
            Section("By provider", cut("Seen by", "provider", shown, COLUMNS, _cells, picks=PICKS)),
        ),
        excluded=(Excluded("no copay on the coverage", free, ("became:free",)),
                  Excluded("no insurance on that day", uninsured, ("became:uninsured",))),
    )  # fmt: skip


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    return RowsOf(copay_rows(scope, picks), _row)


def _row(row: tuple) -> Row:
    pk, patient, last, first, starts_at, zone, clerk, due, taken, later = row
    cells = (f"{last}, {first}", format_local(starts_at, zone), member_names().get(clerk or "", "–"), due, taken, later,
             due - taken - later)  # fmt: skip
    return Row(cells, reverse("scheduling:appointment", args=[pk]), patient)


def _words(picks: tuple[str, ...]) -> str:
    known = {
        "became": WORDS, "clerk": member_names(), "provider": {},
        "open": {"true": "Copay still open", "false": "Nothing open"},
    }  # fmt: skip
    return pick_words(picks, known, "Completed visits")


def read(scope: Scope) -> Reading:
    """The share of dollars taken at the visit, ready to be compared."""
    found = COPAYS.groups(scope, course(scope)[0])
    return reading(scope, found, lambda row: ratio(row[3], row[2]), lambda row: row[0])


_TAKEN = "Dollars of copay taken by the end of the day of the visit, of the dollars due. More than is due counts as what is due."

REPORT = Report(
    code="copays",
    title="Collection at the visit",
    about="Copays taken on the day of the visit, of those due, and by who checked the patient in.",
    icon="cash",
    permission=Permission.LEDGER_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Patient"), Column("Visit"), Column("Checked in by"), Column("Due", MONEY),
                 Column("Taken at the visit", MONEY), Column("Taken later", MONEY), Column("Still open", MONEY)),
        read=_read, words=_words, permission=Permission.LEDGER_VIEW,
    ),
    order=120,
    unit="completed visits with a provider",
    definitions=(
        ("Taken at the visit", _TAKEN + " A payment that was reversed counts as never taken."),
        ("Due", "The office copay of the first coverage that holds on that day, as it stands on file today."),
        ("Checked in by", "Who recorded the arrival; not always who took the money."),
        ("Taken later", "Copay for the same visit received on a later day. It is in no share."),
    ),
    exclusions="Visits without insurance or without a copay owe nothing at the desk and are in no share.",
    measures=(Measure("copays-taken", "Copays taken at the visit", SHARE, _TAKEN, read, better="higher", summary="Share"),),
)  # fmt: skip
