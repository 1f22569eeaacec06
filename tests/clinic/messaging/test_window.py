"""The send window by the patient's clock, over every US zone and the days when the clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.messaging.rules.window import (
    Window,
    at_send,
    is_inside,
    last_closing,
    next_opening,
    place,
    useful_until,
)

# Every zone of the United States and its territories.
ZONES = [
    "America/New_York", "America/Detroit", "America/Kentucky/Louisville", "America/Kentucky/Monticello",
    "America/Indiana/Indianapolis", "America/Indiana/Vincennes", "America/Indiana/Winamac", "America/Indiana/Marengo",
    "America/Indiana/Petersburg", "America/Indiana/Vevay", "America/Chicago", "America/Indiana/Tell_City",
    "America/Indiana/Knox", "America/Menominee", "America/North_Dakota/Center", "America/North_Dakota/New_Salem",
    "America/North_Dakota/Beulah", "America/Denver", "America/Boise", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Juneau", "America/Sitka", "America/Metlakatla", "America/Yakutat", "America/Nome",
    "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "America/St_Thomas", "Pacific/Guam", "Pacific/Saipan",
    "Pacific/Pago_Pago",
]  # fmt: skip
WINDOW = Window()
# Five years by the minute: two leap years, ten changes of the clock.
instants = st.integers(0, 1827 * 1440).map(lambda m: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
zones = st.sampled_from(ZONES)
CHANGE = datetime(2026, 3, 8, 8, tzinfo=UTC)


def clock(at: datetime, zone: str) -> time:
    return at.astimezone(ZoneInfo(zone)).time()


@given(instants, zones, st.integers(0, 96), st.integers(-48, 96), st.booleans())
@example(CHANGE, "America/Chicago", 24, 0, False)
@example(datetime(2026, 11, 1, 7, tzinfo=UTC), "America/New_York", 24, 1, False)
def test_nothing_is_ever_placed_outside_the_window_too_late_or_in_the_past(
    wanted, zone, slack, lead, may_wait
):
    now = wanted - timedelta(hours=lead)
    not_after = wanted + timedelta(hours=slack)
    placed = place(wanted, now=now, not_after=not_after, zone=zone, window=WINDOW, may_wait=may_wait)
    if placed is None:
        return
    assert time(9) <= clock(placed, zone) < time(20)
    assert now <= placed <= not_after
    if not may_wait:
        assert placed <= max(wanted, now)


@given(instants, zones)
def test_a_good_time_is_kept(wanted, zone):
    placed = place(wanted, now=wanted - timedelta(days=3), not_after=wanted, zone=zone, window=WINDOW)
    if is_inside(wanted, zone, WINDOW):
        assert placed == wanted
    else:
        assert wanted - timedelta(hours=14, minutes=30) < placed < wanted


@given(instants, zones, st.integers(0, 72))
def test_at_the_moment_of_sending_it_leaves_inside_waits_for_nine_or_is_given_up(now, zone, hours):
    not_after = now + timedelta(hours=hours)
    answer = at_send(now, not_after=not_after, zone=zone, window=WINDOW)
    if answer.leave:
        assert is_inside(now, zone, WINDOW)
    elif answer.until is not None:
        assert clock(answer.until, zone) == time(9)
        assert now < answer.until <= not_after
    else:
        assert next_opening(now, zone, WINDOW) > not_after


def test_an_early_visit_is_reminded_the_evening_before():
    starts = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)  # 8:30 in Chicago
    wanted = starts - timedelta(hours=2)
    placed = place(
        wanted,
        now=starts - timedelta(days=2),
        not_after=useful_until(starts, 2),
        zone="America/Chicago",
        window=WINDOW,
    )
    assert placed == datetime(2026, 3, 10, 0, 45, tzinfo=UTC)  # 7:45 PM the day before


def test_a_reminder_whose_evening_has_passed_is_dropped_not_moved_later():
    starts = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
    booked = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # 9 PM the evening before
    wanted = starts - timedelta(hours=2)
    assert place(wanted, now=booked, not_after=starts, zone="America/Chicago", window=WINDOW) is None


def test_a_confirmation_booked_at_night_waits_for_nine():
    booked = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)  # 10 PM
    starts = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
    placed = place(booked, now=booked, not_after=starts, zone="America/Chicago", window=WINDOW, may_wait=True)
    assert placed == datetime(2026, 3, 10, 14, 0, tzinfo=UTC)


def test_arizona_does_not_change_its_clock():
    placed = place(
        datetime(2026, 7, 1, 12, 0, tzinfo=UTC),  # 5 AM in Phoenix, 6 AM in Denver
        now=datetime(2026, 6, 28, tzinfo=UTC),
        not_after=datetime(2026, 7, 2, tzinfo=UTC),
        zone="America/Phoenix",
        window=WINDOW,
    )
    assert placed == datetime(2026, 7, 1, 2, 45, tzinfo=UTC)


def test_a_receipt_is_exempt_from_quiet_hours():
    midnight = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
    answer = at_send(
        midnight,
        not_after=midnight + timedelta(hours=1),
        zone="America/Chicago",
        window=WINDOW,
        quiet_exempt=True,
    )
    assert answer.leave


def test_a_reminder_is_useful_until_half_way():
    starts = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert useful_until(starts, 24) == starts - timedelta(hours=12)
    assert useful_until(starts, 0) == starts


# The days on which the clock changes, leap days and year's ends, each looked at by the minute of every hour.
SPECIAL = [
    datetime(2024, 2, 29), datetime(2028, 2, 29), datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2027, 3, 14),
    datetime(2027, 11, 7), datetime(2028, 12, 31), datetime(2025, 2, 28),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_on_days_when_the_clock_changes_and_leap_days_too(zone):
    for midnight in SPECIAL:
        for quarter in range(-8, 30 * 4):
            wanted = midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=15 * quarter)
            opening = next_opening(wanted, zone, WINDOW)
            closing = last_closing(wanted, zone, WINDOW)
            assert is_inside(opening, zone, WINDOW)
            assert is_inside(closing, zone, WINDOW)
            assert closing <= wanted <= opening
            # A night is 13 hours by the clock, an hour more or less when it changes.
            assert opening - closing <= timedelta(hours=14, minutes=15)


@given(
    instants,
    zones,
    st.times(max_value=time(21, 0)),
    st.integers(30, 720),
)
def test_any_window_that_a_clinic_sets_is_kept(wanted, zone, opens, minutes):
    closes = (datetime.combine(wanted.date(), opens) + timedelta(minutes=minutes)).time()
    if closes <= opens:
        closes = time(23, 59)
    chosen = Window(opens.replace(microsecond=0), closes.replace(microsecond=0))
    placed = place(
        wanted, now=wanted - timedelta(days=2), not_after=wanted + timedelta(days=2), zone=zone, window=chosen
    )
    if placed is not None:
        assert chosen.opens <= clock(placed, zone) < chosen.closes
        assert placed <= wanted
