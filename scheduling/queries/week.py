"""A week of one provider (or other member who sees patients): a column for each day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from clinic.core.time import today, zone
from clinic.staff.models import Member
from scheduling.models import Location, ResourceHold
from scheduling.queries._words import clock, version_of
from scheduling.queries.day import Strip, grid_hours, strip_of, visits_between
from scheduling.queries.day_columns import Frame, column_of
from scheduling.queries.day_rows import Column, Grid, Visit, steps_of
from scheduling.queries.kept_time import kept_times
from scheduling.queries.rosters import load_roster
from scheduling.queries.settings import visit_types
from scheduling.rules.calendar import week_of
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span
from scheduling.rules.wall_time import day_bounds, to_wall


@dataclass(frozen=True)
class WeekBoard(Grid):
    """Monday to Sunday; a weekend without work is left out."""

    member_id: UUID
    days: tuple[date, ...]
    zone: str
    is_today: bool
    first_hour: int
    last_hour: int
    columns: tuple[Column, ...]
    strip: Strip
    visits: tuple[Visit, ...] = field(repr=False)
    version: str = field(default="", compare=False)

    @property
    def first_day(self) -> date:
        return self.days[0]


def week_board(day: date, location: Location, member: Member, *, may_book: bool = False) -> WeekBoard:
    """The week that `day` is in, in four statements; who works when is kept in memory.

    What the member does at other locations shows as taken, without saying who comes.
    """
    days = week_of(day)
    roster = load_roster(location, days[0], days[-1])
    visits = visits_between(location, days[0], days[-1], member.pk)
    elsewhere = _elsewhere(days, location, member.pk)
    by_day: dict[date, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_day[to_wall(visit.span.start, roster.zone)[0]].append(visit)
    shown = tuple(
        one
        for one in days
        if one.weekday() < 5 or by_day[one] or elsewhere[one] or roster.sessions(one, member.pk)
    )
    hours = [grid_hours(roster, one, by_day[one], member.pk) for one in shown]
    first, last = min(start for start, _ in hours), max(end for _, end in hours)
    kinds = visit_types() if may_book else ()
    fits = tuple((kind.pk, kind.name, kind.provider_minutes) for kind in kinds if kind.needs_provider)
    kept = kept_times(
        location, Span(day_bounds(shown[0], roster.zone)[0], day_bounds(shown[-1], roster.zone)[1])
    )
    columns = []
    for one in shown:
        frame = Frame(one, location, roster, first, last, may_book, fits, kept)
        mine = [visit for visit in by_day[one] if visit.member_id == member.pk]
        column = column_of(frame, member, mine, steps_of(by_day[one], member.pk))
        columns.append(_as_day(frame, column, elsewhere[one], roster))
    now_day = today(location.zone)
    board = WeekBoard(
        member_id=member.pk,
        days=shown,
        zone=location.zone,
        is_today=now_day in shown,
        first_hour=first,
        last_hour=last,
        columns=tuple(columns),
        strip=strip_of([visit for visit in visits if visit.member_id == member.pk]),
        visits=tuple(visits),
    )
    object.__setattr__(board, "version", version_of(board))
    return board


def _elsewhere(
    days: tuple[date, ...], location: Location, member_id: UUID
) -> dict[date, list[tuple[Span, str]]]:
    """The member's time at other locations, visits and added steps, by local day there."""
    # A day more on both sides: another location may lie in another zone.
    tz, more = zone(location.zone), timedelta(days=1)
    around = Span(day_bounds(days[0] - more, tz)[0], day_bounds(days[-1] + more, tz)[1])
    rows = ResourceHold.objects.busy([member_id], around)
    rows = rows.filter(appointment__local_day__range=(days[0], days[-1]))
    rows = rows.exclude(appointment__location_id=location.pk).order_by("during")
    found: dict[date, list[tuple[Span, str]]] = defaultdict(list)
    values = rows.values_list("appointment__local_day", "during", "appointment__location__name")
    for day, during, place in values:
        found[day].append((Span(during.lower, during.upper), place))
    return found


def _as_day(frame: Frame, column: Column, elsewhere: list[tuple[Span, str]], roster: Roster) -> Column:
    """The member's column under the name of its day, with what they do at other locations."""
    day = frame.day
    closed = roster.closed.get(day)
    away = next(
        (
            one
            for one in roster.away(column.member_id)
            if one.span.overlaps(frame.whole) and one.kind == "leave"
        ),
        None,
    )
    notes = [f"Closed: {closed}" if closed else "", (away.reason or "Leave") if away else ""]
    also = [
        frame.cell("elsewhere", span, words=f"{clock(span.start, roster.zone)} at {place}")
        for span, place in elsewhere
        if span.overlaps(frame.whole)
    ]
    kept = {"day": day.isoformat(), "location": frame.location.pk, "view": "day"}
    return replace(
        column,
        name=f"{day:%a}, {day:%b} {day.day}",
        note=next((words for words in notes if words), ""),
        initials="",
        cells=(*column.cells, *also),
        late_since=None,
        is_closed=bool(closed),
        is_today=day == today(frame.location.zone),
        url=f"{reverse('scheduling:day')}?{urlencode(kept)}",
    )
