"""Fill of the sessions and use of their time. Domain specification 2.4 and 11, report 5."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

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
from scheduling.queries.report_use import Use, use_of_sessions
from scheduling.reports.common import VISIT_DETAIL, in_order, visit_scope


@dataclass(frozen=True)
class Sum:
    """Several stretches added up. Slots of the template, hours of sessions that are over."""

    slots: float = 0
    booked: float = 0
    hours: float = 0
    completed: float = 0

    def __add__(self, use: Use) -> Sum:
        over = use.stretch.minutes / 60 if use.is_over else 0
        done = use.completed / 60 if use.is_over else 0
        return Sum(
            self.slots + use.slots, self.booked + use.booked_slots, self.hours + over, self.completed + done
        )

    @property
    def fill(self) -> float | None:
        return self.booked / self.slots if self.slots else None

    @property
    def utilization(self) -> float | None:
        return self.completed / self.hours if self.hours else None

    def cells(self) -> tuple:
        return (
            round(self.slots),
            round(self.booked),
            self.fill,
            self.hours,
            self.completed,
            self.utilization,
        )


COLUMNS = (
    Column("Slots", Kind.NUMBER),
    Column("Booked", Kind.NUMBER),
    Column("Fill", Kind.PERCENT),
    Column("Available", Kind.HOURS),
    Column("Completed visits", Kind.HOURS),
    Column("Utilization", Kind.PERCENT),
)


def summed(uses: Iterable[Use]) -> Sum:
    """All of them together."""
    total = Sum()
    for use in uses:
        total += use
    return total


def bucket_start(day: date, bucket: str) -> date:
    """The first day of the day's own week or month."""
    if bucket == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if bucket == "week" else day


def _line(words: str, total: Sum, pick: str) -> Line:
    return Line((words, *total.cells()), (pick,) if total.booked else ())


def build(scope: Scope) -> Findings:
    """Sessions of the scope by time, person, weekday and half of the day."""
    asked = visit_scope(scope)
    uses, outside = use_of_sessions(asked)
    bucket, total = asked.bucket, summed(uses)
    by: dict[str, Callable[[Use], str]] = {
        bucket: lambda use: bucket_start(use.stretch.day, bucket).isoformat(),
        "provider": lambda use: str(use.stretch.member_id),
        "weekday": lambda use: str(use.stretch.day.weekday()),
    }
    heads = {bucket: bucket.capitalize(), "provider": "Person", "weekday": "Weekday"}
    sections = []
    for name, key in by.items():
        groups: dict[str, list[Use]] = defaultdict(list)
        for use in uses:
            groups[key(use)].append(use)
        lines = [
            _line(dimension_words(name, value), summed(groups[value]), f"{name}:{value}")
            for value in in_order(name, groups)
        ]
        table = Table(
            (Column(heads[name]), *COLUMNS),
            tuple(lines),
            Line(("All", *total.cells())) if lines else None,
            picks={0: ""},
        )
        form = "line" if name == bucket else "bars"
        plot = Plot(form, (3, 6), f"Fill and utilization by {heads[name].lower()}")
        sections.append(
            Section(f"By {heads[name].lower()}", table, plot=plot, empty="No sessions in these days.")
        )
    return Findings(
        population=len(uses),
        tiles=(
            Tile("Fill", total.fill, Kind.PERCENT, hint=f"{total.booked:,.0f} of {total.slots:,.0f} slots"),
            Tile("Utilization", total.utilization, Kind.PERCENT, hint=f"{total.completed:,.0f} of {total.hours:,.0f} hours"),
            Tile("Slots left open", round(total.slots - total.booked), Kind.NUMBER),
        ),
        sections=tuple(sections),
        excluded=(Excluded("visits outside of any session of the person who saw them", outside),),
    )  # fmt: skip


def reading(name: str, scope: Scope) -> Reading:
    """Fill or utilization over a scope, ready to be compared. Counted are slots, or hours."""
    asked = visit_scope(scope)
    uses, outside = use_of_sessions(asked)
    groups: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        groups[bucket_start(use.stretch.day, asked.bucket).isoformat()].append(use)
    points = []
    for value in sorted(groups):
        one = summed(groups[value])
        points.append((dimension_words(asked.bucket, value), getattr(one, name), _counted(name, one)))
    total = summed(uses)
    left_out = {"visits outside of any session": outside} if outside else {}
    return Reading(getattr(total, name), _counted(name, total), points=tuple(points), left_out=left_out)


def _counted(name: str, one: Sum) -> int:
    return round(one.slots if name == "fill" else one.hours)


_FILL = "Slots of the sessions that are or were booked, of all slots; a slot that is taken in part counts in part."
_USE = "Booked length of completed visits within sessions, of the length of all sessions that are over."

REPORT = Report(
    code="fill",
    title="Fill and utilization",
    about="How full the sessions were, and how much of their time became completed visits.",
    icon="calendar-check",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=VISIT_DETAIL,
    order=50,
    unit="stretches of sessions",
    definitions=(
        ("Slots", "Time of the weekly sessions divided by each session’s grid. Leave, meetings, breaks and closed days "
                  "are taken out; time kept for same-day requests counts."),
        ("Fill", _FILL + " Visits cancelled or moved gave their slot back; no-shows and walk-ins took theirs. An overbook "
                 "fills no slot twice."),
        ("Utilization", _USE),
        ("Person", "Active members. Sessions of people who left are no longer known."),
    ),
    exclusions="Visits outside of any session fill no slot and are counted here.",
    measures=(
        Measure("fill", "Fill of the sessions", Kind.PERCENT, _FILL, partial(reading, "fill"), better="higher", summary="Rate"),
        Measure("utilization", "Utilization", Kind.PERCENT, _USE, partial(reading, "utilization"), better="higher", summary="Rate"),
    ),
)  # fmt: skip
