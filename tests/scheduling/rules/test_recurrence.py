"""Days of a series against the calendar, in every US zone, over both odd days and leap years."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.recurrence import MOST, BadRule, Every, Rule, days_of, nth_day
from scheduling.rules.wall_time import is_missing, to_instant_shifted, to_wall

US_ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam",
    "Pacific/Pago_Pago", "America/Boise", "America/Detroit", "America/Indiana/Indianapolis", "America/St_Thomas",
]  # fmt: skip
days = st.dates(date(2020, 1, 1), date(2045, 12, 31))
rules = st.builds(
    Rule,
    every=st.sampled_from(Every),
    interval=st.integers(1, 6),
    count=st.integers(2, MOST),
    until=st.none(),
)


@given(days, rules)
def test_days_rise_begin_with_the_first_and_are_as_many_as_asked(first, rule):
    found = days_of(first, rule)
    assert found[0] == first
    assert len(found) == rule.count
    assert all(a < b for a, b in zip(found, found[1:], strict=False))


@given(days, rules)
def test_the_last_day_of_a_count_gives_the_same_series_as_that_day_as_its_end(first, rule):
    found = days_of(first, rule)
    assert days_of(first, Rule(rule.every, rule.interval, until=found[-1])) == found
    if rule.count > 2:
        earlier = Rule(rule.every, rule.interval, until=found[-1] - timedelta(days=1))
        assert days_of(first, earlier) == found[:-1]


@given(days, st.integers(1, 6), st.integers(0, 60))
def test_weeks_keep_the_weekday_and_months_the_day(first, interval, number):
    week = nth_day(first, Rule(Every.WEEK, interval, 2), number)
    assert week.weekday() == first.weekday()
    month = nth_day(first, Rule(Every.MONTH, interval, 2), number)
    assert (month.year * 12 + month.month) - (first.year * 12 + first.month) == interval * number
    assert month.day == first.day or (month + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2028, 1, 31), ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]),
        (date(2027, 1, 31), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (date(2027, 11, 30), ["2027-11-30", "2027-12-30", "2028-01-30", "2028-02-29"]),
    ],
)
def test_short_months_and_leap_years(first, expected):
    assert [day.isoformat() for day in days_of(first, Rule(Every.MONTH, 1, 4))] == expected


def test_february_29_comes_back_on_the_28th_and_on_the_29th_in_leap_years():
    found = days_of(date(2028, 2, 29), Rule(Every.MONTH, 12, 5))
    assert [day.isoformat() for day in found] == [
        "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", US_ZONES)
@given(first=days, rule=rules, clock=st.times(min_value=time(0), max_value=time(23, 55)))
def test_every_visit_shows_its_wall_time_or_one_hour_on_where_that_is_missing(zone, first, rule, clock):
    tz, clock = ZoneInfo(zone), clock.replace(second=0, microsecond=0)
    for day in days_of(first, rule):
        instant = to_instant_shifted(day, clock, tz)
        shown = to_wall(instant, tz)
        if is_missing(day, clock, tz):
            assert shown == to_wall(to_instant_shifted(day, clock, tz), tz)
            assert datetime.combine(*shown) == datetime.combine(day, clock) + timedelta(hours=1)
        else:
            assert shown == (day, clock)
        assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    "rule", [Rule(Every.DAY, 1), Rule(Every.DAY, 1, 3, date(2027, 1, 1)), Rule(Every.DAY, 1, 1)]
)
def test_a_rule_has_exactly_one_end(rule):
    with pytest.raises(BadRule):
        days_of(date(2026, 3, 10), rule)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(Every.WEEK, 2, 12), "every 2 weeks, 12 times"),
        (Rule(Every.MONTH, 1, None, date(2026, 12, 24)), "every month until Dec 24, 2026"),
    ],
)
def test_a_rule_in_words(rule, words):
    assert rule.words == words
