"""When the demo clinic is open: half over now, at any hour, on any day."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.demo.hours import coming_days, holidays, is_workday, ordinary_day, past_days, today_around
from clinic.demo.sessions import without

ZONE = ZoneInfo("America/Chicago")
MINUTES = st.integers(0, 60 * 24 * 400)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-11-24T12:00", "08:00", "17:00"),  # a Tuesday at noon: an ordinary day
        ("2026-11-24T07:00", "03:00", "11:30"),
        ("2026-11-22T12:00", "08:00", "16:30"),  # a Sunday
        ("2026-11-22T22:00", "20:00", "23:50"),
        ("2026-03-08T07:10", "03:00", "11:30"),  # the spring change was at two: the day begins right after it
        ("2026-11-01T07:00", "03:00", "11:30"),  # the autumn change was at two
    ],
)
def test_today_is_laid_around_now(now, opens, closes):
    day = today_around(local(now), ZONE)
    assert day.day == dt.date.fromisoformat(now[:10])
    shown = [moment.astimezone(ZONE).strftime("%H:%M") for moment in (day.opens_at, day.closes_at)]
    assert shown == [opens, closes]


@given(minutes=MINUTES)
def test_today_stays_within_the_calendar_day_and_around_now(minutes):
    now = dt.datetime(2026, 1, 1, 6, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    day = today_around(now, ZONE)
    assert day.day == now.astimezone(ZONE).date()
    assert day.opens_at < day.closes_at
    assert day.opens_at.astimezone(ZONE).date() == day.day
    assert day.closes_at.astimezone(ZONE).date() == day.day
    assert day.opens_at <= now
    assert now <= day.closes_at or now.astimezone(ZONE).time() > dt.time(23, 49)


def test_workdays_leave_out_weekends_and_holidays():
    assert not is_workday(dt.date(2026, 11, 26))  # Thanksgiving
    assert holidays(2027)[dt.date(2027, 11, 25)] == "Thanksgiving"
    assert past_days(dt.date(2026, 11, 30), 3) == [
        dt.date(2026, 11, 24),
        dt.date(2026, 11, 25),
        dt.date(2026, 11, 27),
    ]
    assert coming_days(dt.date(2026, 12, 24), 2) == [dt.date(2026, 12, 28), dt.date(2026, 12, 29)]


@pytest.mark.parametrize("day", [dt.date(2026, 3, 8), dt.date(2026, 11, 1), dt.date(2026, 6, 2)])
def test_an_ordinary_day_is_eight_to_five_on_the_wall_clock(day):
    made = ordinary_day(day, ZONE)
    assert made.opens_at.astimezone(ZONE).strftime("%H:%M") == "08:00"
    assert made.closes_at.astimezone(ZONE).strftime("%H:%M") == "17:00"


def test_without_leaves_the_uncovered_parts():
    t = dt.time
    assert without((t(3), t(15)), [(t(8), t(12)), (t(13), t(17))]) == [(t(3), t(8)), (t(12), t(13))]
    assert without((t(18), t(22)), [(t(8), t(12))]) == [(t(18), t(22))]
    assert without((t(9), t(11)), [(t(8), t(12))]) == []
