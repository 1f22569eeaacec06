"""Which hours the demo clinic keeps. Weekdays eight to five; today is moved so that it is half over now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

OPENS, CLOSES = dt.time(8), dt.time(17)
LUNCH = (dt.time(12), dt.time(13))
PAST_WORKDAYS = 20
COMING_WORKDAYS = 10
# A visitor who comes between these sees an ordinary clinic day; at other hours the day moves around them.
_ORDINARY = (dt.time(11, 30), dt.time(14))
_BEFORE, _AFTER, _LEAST = dt.timedelta(hours=4), dt.timedelta(hours=4, minutes=30), dt.timedelta(hours=2)
_GRID = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Day:
    """One clinic day: its opening and closing, and the lunch break if there is one, as instants."""

    day: dt.date
    opens_at: dt.datetime
    closes_at: dt.datetime
    lunch: tuple[dt.datetime, dt.datetime] | None = None
    is_moved: bool = False


def at(day: dt.date, clock: dt.time, zone: ZoneInfo) -> dt.datetime:
    """An instant in UTC, from the clock on the clinic's wall."""
    return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)


def ordinary_day(day: dt.date, zone: ZoneInfo) -> Day:
    """Eight to five with an hour for lunch."""
    lunch = (at(day, LUNCH[0], zone), at(day, LUNCH[1], zone))
    return Day(day, at(day, OPENS, zone), at(day, CLOSES, zone), lunch)


def today_around(now: dt.datetime, zone: ZoneInfo) -> Day:
    """Today as the demo shows it: about half over at `now`, whatever the hour or the weekday.

    Around noon of a weekday it is eight to five. Otherwise the clinic opened some four hours ago and
    closes some four hours from now, within the calendar day.
    """
    local = now.astimezone(zone)
    if local.weekday() < 5 and _ORDINARY[0] <= local.time() <= _ORDINARY[1]:
        # Lunch is taken in turns today: an empty board at noon would show nothing.
        return Day(local.date(), at(local.date(), OPENS, zone), at(local.date(), CLOSES, zone), is_moved=True)
    midnight = at(local.date(), dt.time(0), zone)
    last = at(local.date() + dt.timedelta(days=1), dt.time(0), zone) - dt.timedelta(minutes=10)
    after = min(_AFTER, last - now)
    before = min(max(min(_BEFORE, after), _LEAST), now - midnight)
    after = min(max(min(_AFTER, before), _LEAST), last - now)
    opens = max(midnight, _floor(now - before))
    closes = min(last, _floor(now + after) + _GRID)
    return Day(local.date(), opens, max(closes, opens + dt.timedelta(minutes=10)), is_moved=True)


def _floor(moment: dt.datetime) -> dt.datetime:
    """Down to the half hour."""
    seconds = int(moment.timestamp())
    return dt.datetime.fromtimestamp(seconds - seconds % int(_GRID.total_seconds()), dt.UTC)


def is_workday(day: dt.date) -> bool:
    """Monday to Friday without the holidays on which a clinic is closed."""
    return day.weekday() < 5 and day not in holidays(day.year)


def holidays(year: int) -> dict[dt.date, str]:
    """The days the demo clinic stays closed."""
    november = dt.date(year, 11, 1)
    thursday = november + dt.timedelta(days=(3 - november.weekday()) % 7 + 21)
    return {
        dt.date(year, 1, 1): "New Year's Day",
        dt.date(year, 7, 4): "Independence Day",
        thursday: "Thanksgiving",
        dt.date(year, 12, 25): "Christmas Day",
    }


def past_days(today: dt.date, count: int = PAST_WORKDAYS) -> list[dt.date]:
    """The last `count` workdays before today, oldest first."""
    return _workdays(today, -1, count)[::-1]


def coming_days(today: dt.date, count: int = COMING_WORKDAYS) -> list[dt.date]:
    """The next `count` workdays after today."""
    return _workdays(today, 1, count)


def _workdays(today: dt.date, step: int, count: int) -> list[dt.date]:
    found, day = [], today
    while len(found) < count:
        day += dt.timedelta(days=step)
        if is_workday(day):
            found.append(day)
    return found
