"""The two odd days of the year. In New York clocks go forward on Mar 8, 2026 and back on Nov 1, 2026."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.holds import Timing, told_span
from scheduling.rules.wall_time import (
    NoSuchTime,
    day_bounds,
    is_missing,
    is_repeated,
    to_instant,
    to_instant_shifted,
    to_wall,
)

NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def test_missing_hour_is_refused_in_words():
    with pytest.raises(NoSuchTime, match=r"02:30 does not exist on March 8: clocks go forward."):
        to_instant(SPRING, time(2, 30), NEW_YORK)


def test_weekly_pattern_moves_one_hour_on_in_the_missing_hour():
    assert to_instant_shifted(SPRING, time(2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert to_wall(datetime(2026, 3, 8, 7, 30, tzinfo=UTC), NEW_YORK) == (SPRING, time(3, 30))


def test_two_hours_from_the_first_pass_end_at_two_on_the_wall():
    start = to_instant(AUTUMN, time(1), NEW_YORK)
    end = told_span(start, Timing(120, 0, 0)).end
    assert start == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert end - start == timedelta(minutes=120)
    assert to_wall(end, NEW_YORK) == (AUTUMN, time(2))


def test_second_pass_is_an_hour_later():
    assert is_repeated(AUTUMN, time(1, 30), NEW_YORK)
    first = to_instant(AUTUMN, time(1, 30), NEW_YORK)
    assert to_instant(AUTUMN, time(1, 30), NEW_YORK, second_pass=True) - first == timedelta(hours=1)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 3, 10), 24)])
def test_a_day_is_local_midnight_to_midnight(day, hours):
    start, end = day_bounds(day, NEW_YORK)
    assert end - start == timedelta(hours=hours)


@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns"]),
)
def test_wall_time_comes_back_unless_it_does_not_exist(day, minute, name):
    zone, clock = ZoneInfo(name), time(minute // 60, minute % 60)
    if is_missing(day, clock, zone):
        with pytest.raises(NoSuchTime):
            to_instant(day, clock, zone)
    else:
        assert to_wall(to_instant(day, clock, zone), zone) == (day, clock)
