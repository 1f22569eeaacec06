"""Weeks, months and loads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.calendar import Load, month_of, month_shifted, week_of, weeks_of_month

days = st.dates(date(2000, 2, 1), date(2099, 11, 30))


def test_a_week_begins_on_monday():
    assert week_of(date(2026, 3, 10)) == tuple(date(2026, 3, 9) + timedelta(n) for n in range(7))
    assert week_of(date(2026, 3, 9))[0] == date(2026, 3, 9)
    assert week_of(date(2026, 3, 15))[0] == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
    ],
)
def test_months_on_and_back(day, months, wanted):
    assert month_shifted(day, months) == wanted


@given(days)
def test_the_weeks_of_a_month_hold_each_of_its_days_once_and_in_order(day):
    shown = [one for week in weeks_of_month(day) for one in week]
    first, last = month_of(day)
    assert shown == [shown[0] + timedelta(n) for n in range(len(shown))]
    assert shown[0].weekday() == 0
    assert shown[-1].weekday() == 6
    assert shown[0] <= first < shown[7]
    assert shown[-8] < last <= shown[-1]


@pytest.mark.parametrize(
    ("booked", "bookable", "percent", "level", "free"),
    [
        (0, 0, None, "none", 0),
        (30, 0, None, "none", 0),
        (0, 240, 0, "low", 240),
        (119, 240, 50, "usual", 121),
        (118, 240, 49, "low", 122),
        (192, 240, 80, "high", 48),
        (228, 240, 95, "full", 12),
        (240, 240, 100, "full", 0),
        (260, 240, 108, "over", 0),
    ],
)
def test_load(booked, bookable, percent, level, free):
    load = Load(booked, bookable)
    assert (load.percent, load.level, load.free) == (percent, level, free)
