"""The month as a picture of load: booked of bookable minutes for each day, closures and leave visible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from clinic.core.time import format_day, today
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, VisitStep
from scheduling.queries.day import member_names
from scheduling.queries.rosters import load_roster
from scheduling.rules.calendar import Load, month_of, weeks_of_month
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span, merged, without
from scheduling.rules.visit_states import RELEASED
from scheduling.rules.wall_time import day_bounds


@dataclass(frozen=True)
class DayLoad:
    """One day of the picture; every string is ready to print."""

    day: date
    words: str
    url: str
    is_in_month: bool
    is_today: bool
    is_past: bool
    closed: str
    away: tuple[str, ...]
    visits: int
    load: Load

    @property
    def spoken(self) -> str:
        """The whole day in one sentence, for a screen reader."""
        if self.closed:
            return f"{self.words}: closed, {self.closed}."
        if self.load.percent is None:
            return f"{self.words}: nobody works."
        told = f"{self.words}: {self.load.percent} percent booked, {self.visits} visits"
        return f"{told}, {self.load.free} minutes free" + (
            f"; away: {', '.join(self.away)}." if self.away else "."
        )

    @property
    def bar(self) -> int:
        """The width of the bar in percent, never more than the whole."""
        return min(100, self.load.percent or 0)


@dataclass(frozen=True)
class MonthPicture:
    first: date
    weeks: tuple[tuple[DayLoad, ...], ...]
    total: Load
    visits: int


def month_picture(day: date, location: Location, member: Member | None = None) -> MonthPicture:
    """The month that `day` is in, for everybody at the location or for one member. Two statements.

    Bookable are the minutes of sessions, breaks and absences taken out; booked are the minutes of visits that hold time
    and of the steps that members do in visits of others.
    """
    weeks = weeks_of_month(day)
    first, last = weeks[0][0], weeks[-1][-1]
    roster = load_roster(location, first, last)
    booked = _booked(location, first, last, member.pk if member else None)
    frame = _Frame(
        location, roster, booked, member.pk if member else None, month_of(day), today(location.zone)
    )
    rows = tuple(tuple(frame.day(one) for one in week) for week in weeks)
    own = [one for week in rows for one in week if one.is_in_month]
    return MonthPicture(
        first=month_of(day)[0],
        weeks=rows,
        total=Load(sum(one.load.booked for one in own), sum(one.load.bookable for one in own)),
        visits=sum(one.visits for one in own),
    )


def _booked(
    location: Location, first: date, last: date, member_id: UUID | None
) -> dict[date, tuple[int, int]]:
    """Minutes (added steps included) and number of visits by day, of members who have a column: the provider, else
    the MA; a step is its own member's."""
    rows = Appointment.objects.holding_time().filter(location_id=location.pk, local_day__range=(first, last))
    rows = rows.annotate(who=Coalesce("provider_id", "ma_id"))
    rows = rows.filter(who=member_id) if member_id else rows.filter(who__isnull=False)
    totals = rows.values("local_day").annotate(time=Sum(F("ends_at") - F("starts_at")), n=Count("id"))
    steps = VisitStep.objects.filter(
        appointment__location_id=location.pk,
        appointment__local_day__range=(first, last),
        member__isnull=False,
    ).exclude(appointment__state__in=sorted(RELEASED))
    steps = (steps.filter(member_id=member_id) if member_id else steps).order_by()
    stepped = steps.values_list("appointment__local_day").annotate(time=Sum(F("ends_at") - F("starts_at")))
    found: dict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = [(one["local_day"], one["time"], one["n"]) for one in totals.order_by("local_day")]
    for day, time, visits in [*rows, *((day, time, 0) for day, time in stepped)]:
        minutes, count = found[day]
        found[day] = (minutes + int(time.total_seconds() // 60), count + visits)
    return found


@dataclass(frozen=True)
class _Frame:
    location: Location
    roster: Roster
    booked: dict[date, tuple[int, int]]
    member_id: UUID | None
    month: tuple[date, date]
    now_day: date

    def day(self, day: date) -> DayLoad:
        minutes, visits = self.booked.get(day, (0, 0))
        bookable, away = self._bookable(day)
        kept = {"day": day.isoformat(), "location": self.location.pk, "view": "day"}
        return DayLoad(
            day=day,
            words=format_day(day),
            url=f"{reverse('scheduling:day')}?{urlencode(kept)}",
            is_in_month=self.month[0] <= day <= self.month[1],
            is_today=day == self.now_day,
            is_past=day < self.now_day,
            closed=self.roster.closed.get(day, ""),
            away=away,
            visits=visits,
            load=Load(minutes, bookable),
        )

    def _bookable(self, day: date) -> tuple[int, tuple[str, ...]]:
        """Minutes of sessions without breaks and absences, and who is on leave in any of them."""
        by_member: dict[UUID, list[Span]] = defaultdict(list)
        for session in self.roster.sessions(day, self.member_id):
            breaks = [part.span for part in session.parts if part.part.is_break]
            by_member[session.block.member_id].extend(without([session.span], breaks))
        total, gone, names = 0, [], member_names()
        whole = Span(*day_bounds(day, self.roster.zone))
        for member_id, spans in by_member.items():
            away = [one for one in self.roster.away(member_id) if one.span.overlaps(whole)]
            total += _minutes(without(merged(spans), [one.span for one in away]))
            if any(one.kind == "leave" and any(one.span.overlaps(s) for s in spans) for one in away):
                gone.append(names.get(member_id, ""))
        return total, tuple(sorted(gone))


def _minutes(spans: Sequence[Span]) -> int:
    return int(sum((span.end - span.start for span in spans), timedelta()).total_seconds() // 60)
