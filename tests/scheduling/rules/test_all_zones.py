"""Slots, days and series in every zone of the United States, over both odd days of a year and leap years."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.recurrence import Every, Rule, days_of
from scheduling.rules.rosters import Absence, Block, Roster
from scheduling.rules.slots import Span, is_free, starts_in, without
from scheduling.rules.wall_time import (
    NoSuchTime,
    day_bounds,
    is_missing,
    is_repeated,
    to_instant,
    to_instant_shifted,
    to_wall,
)
from tests.clinic.messaging.test_window import ZONES

# Where the clocks stay as they are all year.
STEADY = {
    "America/Phoenix", "Pacific/Honolulu", "America/Puerto_Rico", "America/St_Thomas", "Pacific/Guam",
    "Pacific/Saipan", "Pacific/Pago_Pago",
}  # fmt: skip
YEARS = (2026, 2027, 2028, 2032)
WHO, KIND = UUID(int=1), UUID(int=2)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sunday(year: int, month: int, number: int) -> date:
    """The first, second ... Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


def spring(year: int) -> date:
    return sunday(year, 3, 2)


def autumn(year: int) -> date:
    return sunday(year, 11, 1)


ODD_DAYS = [day for year in YEARS for day in (spring(year), autumn(year))] + [
    date(2028, 2, 29),
    date(2032, 2, 29),
]
CLOCKS = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 5)]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", ZONES)
def test_one_hour_is_missing_in_spring_and_one_is_shown_twice_in_autumn(name, year):
    tz, changes = ZoneInfo(name), name not in STEADY
    for day, hours in ((spring(year), 23), (autumn(year), 25), (date(year, 2, 28), 24)):
        start, end = day_bounds(day, tz)
        assert end - start == HOUR * (hours if changes else 24)
        missing = [clock for clock in CLOCKS if is_missing(day, clock, tz)]
        twice = [clock for clock in CLOCKS if is_repeated(day, clock, tz)]
        assert (len(missing), len(twice)) == (
            (12 if hours == 23 else 0, 12 if hours == 25 else 0) if changes else (0, 0)
        )
        for clock in missing:
            with pytest.raises(NoSuchTime):
                to_instant(day, clock, tz)
            later = to_wall(to_instant_shifted(day, clock, tz), tz)
            assert datetime.combine(*later) == datetime.combine(day, clock) + HOUR
        for clock in twice:
            second = to_instant(day, clock, tz, second_pass=True)
            assert second - to_instant(day, clock, tz) == HOUR
            assert to_wall(second, tz) == (day, clock)


@st.composite
def sessions(draw):
    """Two clock times of the night and morning in which clocks change, the later one second."""
    edges = st.integers(0, 9 * 12).map(lambda n: time(n // 12, n % 12 * 5))
    return tuple(sorted(draw(st.lists(edges, min_size=2, max_size=2, unique=True))))


def roster_of(tz: ZoneInfo, edges, away) -> Roster:
    made = tuple(
        Block(UUID(int=n), WHO, n, *edges, date(2020, 1, 1), None, frozenset(), 10, 1, 2, None, None, ())
        for n in range(7)
    )
    return Roster(zone=tz, blocks=made, absences=tuple(away), closed={})


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(ODD_DAYS),
    sessions(),
    st.sampled_from([10, 15, 20, 25, 40]),
    st.sampled_from([5, 10, 15, 20]),
    st.lists(st.tuples(st.integers(0, 600), st.integers(5, 90)), max_size=3),
)
def test_slots_have_their_real_length_lie_in_the_session_and_over_nothing_taken(
    name, day, edges, length, step, taken
):
    """Real minutes, whatever the clock on the wall does in between."""
    tz, length, step = ZoneInfo(name), timedelta(minutes=length), timedelta(minutes=step)
    midnight, next_midnight = day_bounds(day, tz)
    gone = [
        Absence(WHO, Span(midnight + timedelta(minutes=a), midnight + timedelta(minutes=a + b)), "leave", "")
        for a, b in taken
    ]
    roster = roster_of(tz, edges, gone)
    ((session, times),) = roster.open_time(day, WHO, KIND, LONG_AGO)
    assert midnight <= session.span.start < session.span.end <= next_midnight
    offered = []
    for gap in times:
        found = list(starts_in(gap, length, anchor=session.span.start, step=step, not_before=LONG_AGO))
        offered += [Span(start, start + length) for start in found]
        # Nothing that would fit on the grid is left out at the end of a gap.
        if found:
            assert gap.end - (found[-1] + length) < length + step
    assert all(a.end <= b.start for a, b in zip(offered, offered[1:], strict=False))
    for slot in offered:
        assert session.span.holds(slot)
        assert is_free(slot, [one.span for one in gone])
        assert roster.covers(day, WHO, KIND, slot, LONG_AGO)
        shown_day, clock = to_wall(slot.start, tz)
        assert shown_day == day
        if 60 % (step.seconds // 60) == 0:
            assert (clock.minute - session.span.start.astimezone(tz).minute) % (step.seconds // 60) == 0
        # What is told to the patient leads back to the instant that is kept, on the first or the second pass.
        passes = {to_instant(day, clock, tz), to_instant(day, clock, tz, second_pass=True)}
        assert slot.start in passes
    left = without(times, offered)
    assert sum(one.minutes for one in left) + sum(one.minutes for one in offered) == sum(
        one.minutes for one in times
    )


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("name", ZONES)
def test_a_weekly_series_over_a_whole_year_stays_on_the_wall(name, year):
    """Each week is 168 real hours, 167 over spring and 169 over autumn where clocks change; nine is nine throughout."""
    tz = ZoneInfo(name)
    days = days_of(date(year, 1, 3), Rule(Every.WEEK, 1, 52))
    starts = [to_instant(day, time(9), tz) for day in days]
    assert all(to_wall(start, tz) == (day, time(9)) for start, day in zip(starts, days, strict=True))
    for a, b, day, after in zip(starts, starts[1:], days, days[1:], strict=False):
        extra = 0
        if name not in STEADY:
            extra = -1 if day < spring(year) <= after else 1 if day < autumn(year) <= after else 0
        assert b - a == HOUR * (168 + extra)


@given(st.sampled_from([2024, 2028, 2032, 2096]), st.integers(1, 6), st.sampled_from(ZONES))
def test_a_monthly_series_from_the_last_of_january_meets_every_leap_february(year, interval, name):
    days = days_of(date(year, 1, 31), Rule(Every.MONTH, interval, 14))
    for day in days:
        is_last = (day + timedelta(days=1)).day == 1
        assert is_last
        if day.month == 2:
            assert day.day == (29 if day.year % 4 == 0 and day.year % 100 != 0 else 28)
        shown = to_wall(to_instant_shifted(day, time(2, 30), ZoneInfo(name)), ZoneInfo(name))
        assert shown[0] == day
