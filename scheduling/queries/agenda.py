"""The day as a list, the way a phone shows it: in order of time, each visit in two lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.core.time import format_clock, now, today, zone
from scheduling.models import Location
from scheduling.queries._words import version_of
from scheduling.queries.day import Strip, strip_of, visits_between
from scheduling.queries.day_rows import Stretch, steps_of
from scheduling.queries.rosters import load_roster


@dataclass(frozen=True)
class Hour:
    """Visits and added steps that begin within one hour of the wall clock."""

    words: str
    entries: tuple[Stretch, ...]


@dataclass(frozen=True)
class Agenda:
    day: date
    zone: str
    is_today: bool
    closed: str
    hours: tuple[Hour, ...]
    strip: Strip
    # The first visit that has not begun: where a phone scrolls to.
    next_id: UUID | None = field(default=None, compare=False)
    version: str = field(default="", compare=False)


def agenda(day: date, location: Location, member_id: UUID | None = None) -> Agenda:
    """Everybody's day or one member's, in two statements.

    A step stands at its own time: who comes for a draw at 8:25 is expected then, not at nine.
    """
    visits = visits_between(location, day, day, member_id)
    own = [visit for visit in visits if member_id is None or visit.member_id == member_id]
    entries = [Stretch(visit, visit.span) for visit in own]
    entries += (
        steps_of(visits, member_id)
        if member_id
        else [Stretch(visit, step.span, step) for visit in visits for step in visit.kept_steps]
    )
    entries.sort(key=lambda one: (one.span.start, one.step is None, one.visit.id))
    tz, moment = zone(location.zone), now()
    hours = tuple(
        Hour(format_clock(hour, location.zone), tuple(rows))
        for hour, rows in groupby(entries, key=lambda one: _hour_of(one.span.start, tz))
    )
    made = Agenda(
        day=day,
        zone=location.zone,
        is_today=day == today(location.zone),
        closed=load_roster(location, day, day).closed.get(day, ""),
        hours=hours,
        strip=strip_of(own),
        next_id=next((v.id for v in own if v.span.start >= moment and v.may_change), None),
    )
    object.__setattr__(made, "version", version_of((made.hours, made.closed, made.strip)))
    return made


def _hour_of(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz).replace(minute=0, second=0, microsecond=0)
