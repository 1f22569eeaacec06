"""One a day and three a week, by the patient's calendar."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinic.messaging.rules.limits import WEEK, Limits, backoff_seconds, free_at

ZONE = "America/Chicago"
NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)


def test_the_first_message_is_free():
    assert free_at(NOON, [], Limits(), ZONE) == NOON


def test_a_second_one_waits_for_midnight_by_the_local_clock():
    assert free_at(NOON, [NOON - timedelta(hours=1)], Limits(), ZONE) == datetime(2026, 3, 11, 5, tzinfo=UTC)


def test_the_fourth_in_seven_days_waits_for_the_first_to_be_a_week_old():
    left = [NOON - timedelta(days=days) for days in (5, 3, 1)]
    assert free_at(NOON, left, Limits(), ZONE) == left[0] + WEEK


def test_yesterday_evening_does_not_block_this_morning():
    evening = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)  # 7:30 PM the day before
    assert free_at(NOON, [evening], Limits(), ZONE) == NOON


@given(st.lists(st.integers(0, 12 * 24 * 60), max_size=12), st.integers(1, 3), st.integers(0, 4))
def test_what_it_answers_is_within_the_limits(minutes, per_day, more):
    limits = Limits(per_day=per_day, per_week=per_day + more)
    left = [NOON - timedelta(minutes=m) for m in minutes]
    free = free_at(NOON, left, limits, ZONE)
    assert free >= NOON
    assert sum(1 for at in left if free - WEEK < at <= free) < limits.per_week


@given(st.integers(1, 12), st.floats(0, 1))
def test_waiting_grows_and_stays_bounded(attempt, share):
    assert 15 <= backoff_seconds(attempt, share) <= 1800
    assert backoff_seconds(1, share, 120) == 120
    assert backoff_seconds(1, share, 10**6) == 3600
