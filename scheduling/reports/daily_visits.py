"""Visits by day, kind and provider; every patient who arrived is accounted for. Domain specification 11, report 1."""

from __future__ import annotations

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
from scheduling.queries.report_scope import dimension_words, tally
from scheduling.reports.common import VISIT_DETAIL, Counts, in_order, total_of, visit_scope
from scheduling.rules.outcomes import ARRIVED, BOOKED, WORDS, Outcome

COLUMNS = (
    ("Booked", BOOKED),
    ("Arrived", ARRIVED),
    ("Completed", {Outcome.COMPLETED}),
    ("Left unseen", {Outcome.LEFT}),
    ("Not checked out", {Outcome.IN_CLINIC, Outcome.UNCLOSED}),
    ("No-show", {Outcome.NO_SHOW}),
    ("Not arrived", {Outcome.TO_COME, Outcome.UNMARKED}),
)
# What adds up, by place in the table: those who arrived, and all who stood in the book.
SUMS = ((2, (3, 4, 5)), (1, (2, 6, 7)))
# Columns whose rows can be opened: those of one outcome.
OPENED = {3: Outcome.COMPLETED, 4: Outcome.LEFT, 6: Outcome.NO_SHOW}
GAP = (Outcome.COMPLETED, Outcome.LEFT, Outcome.IN_CLINIC, Outcome.UNCLOSED)
NOT_VISITS = (Outcome.CANCEL, Outcome.LATE_CANCEL, Outcome.RESCHEDULED)


def build(scope: Scope) -> Findings:
    """Counts of one scope, in one statement."""
    asked = visit_scope(scope)
    found = tally(asked, [asked.bucket, "type", "provider"])
    counts = found[""].get("", {})
    name = {"day": "By day", "week": "By week", "month": "By month"}[asked.bucket]
    plot = Plot("stack", (3, 4, 6, 5, 7), "Visits by outcome")
    return Findings(
        population=sum(counts.values()),
        tiles=_tiles(counts),
        sections=(
            Section("Arrived and completed", _gap(counts), note="Everybody who arrived, by how it went on."),
            Section(
                name, _table(name[3:].capitalize(), asked.bucket, found[asked.bucket], counts), plot=plot
            ),
            Section("By kind of visit", _table("Kind of visit", "type", found["type"], counts)),
            Section("By provider", _table("Seen by", "provider", found["provider"], counts)),
        ),
        excluded=tuple(
            Excluded(WORDS[one].lower(), counts.get(one, 0), (f"outcome:{one}",)) for one in NOT_VISITS
        ),
    )


def _tiles(counts: Counts) -> tuple[Tile, ...]:
    arrived, done = total_of(counts, ARRIVED), counts.get(Outcome.COMPLETED, 0)
    unclear = total_of(counts, {Outcome.UNCLOSED, Outcome.UNMARKED})
    return (
        Tile("Booked", total_of(counts, BOOKED), Kind.COUNT, hint="walk-ins too, cancelled ones not"),
        Tile("Arrived", arrived, Kind.COUNT),
        Tile("Completed", done, Kind.COUNT, hint=f"{arrived - done} fewer than arrived, explained below"),
        Tile("No-shows", counts.get(Outcome.NO_SHOW, 0), Kind.COUNT),
        Tile(
            "Unclear",
            unclear,
            Kind.COUNT,
            hint="past, but nobody closed them",
            tone="soon" if unclear else "",
        ),
    )


def _gap(counts: Counts) -> Table:
    lines = tuple(
        Line((WORDS[one], counts.get(one, 0)), (f"outcome:{one}",)) for one in GAP if counts.get(one, 0)
    )
    total = Line(("Arrived", total_of(counts, GAP)))
    return Table(
        (Column("Outcome"), Column("Visits", Kind.COUNT)), lines, total if lines else None, picks={1: ""}
    )


def _table(head: str, name: str, found: dict[str, Counts], counts: Counts) -> Table:
    lines = [
        _line(dimension_words(name, value), found[value], f"{name}:{value}")
        for value in in_order(name, found)
    ]
    shown = tuple(line for line in lines if line.cells[1])
    return Table(
        columns=(Column(head), *(Column(label, Kind.COUNT) for label, _ in COLUMNS)),
        lines=shown,
        total=_line("All", counts, "") if shown else None,
        picks={at: f"outcome:{one}" for at, one in OPENED.items()},
        sums=SUMS,
    )


def _line(words: str, counts: Counts, pick: str) -> Line:
    cells = [total_of(counts, outcomes) for _, outcomes in COLUMNS]
    return Line((words, *cells), (pick,) if pick else ())


def completed_per_day(scope: Scope) -> Reading:
    """Completed visits of a usual day that had any: the median."""
    asked = visit_scope(scope)
    found = tally(asked, ["day"])
    days = {day: counts.get(Outcome.COMPLETED, 0) for day, counts in sorted(found["day"].items())}
    known = sorted(count for count in days.values() if count)
    return Reading(
        value=float(known[(len(known) - 1) // 2]) if known else None,
        counted=sum(known),
        points=tuple((dimension_words("day", day), float(count), count) for day, count in days.items()),
        left_out={
            words: n for words, n in (("days without a completed visit", len(days) - len(known)),) if n
        },
    )


REPORT = Report(
    code="daily-visits",
    title="Daily visits",
    about="How many were booked, came and were seen; who arrived and was not.",
    icon="calendar-stats",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=VISIT_DETAIL,
    order=10,
    definitions=(
        ("Booked", "Visits that stood in the book until their hour came, and walk-ins. Cancelled visits and those "
                   "moved to another time are left out here."),
        ("Arrived", "Checked in: completed, left without being seen, in the clinic now, or never checked out."),
        ("Completed", "Checked out."),
        ("Not checked out", "In the clinic now, or on a past day and never checked out."),
        ("Not arrived", "Still to come, or on a past day and neither arrived nor marked as a no-show."),
        ("Unclear", "On a past day: never checked out, or never marked."),
        ("Day", "From midnight to midnight on the clock of the visit’s location."),
    ),
    exclusions="Cancelled visits and visits moved to another time are counted under no-shows and cancellations.",
    measures=(
        Measure(
            "completed-per-day", "Completed visits a day", Kind.COUNT,
            "Median number of completed visits over the days that had any.", completed_per_day, better="higher",
            summary="Median a day",
        ),
    ),
)  # fmt: skip
