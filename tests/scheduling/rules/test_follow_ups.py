"""When a follow-up is due, when it is tried again, and which step may follow which."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules import follow_ups as rules
from scheduling.rules.follow_ups import COUNTED, Attempt, State

CHICAGO, PHOENIX = "America/Chicago", "America/Phoenix"
ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Pacific/Guam",
]  # fmt: skip


def local(day: int, clock: str, zone: str = CHICAGO, month: int = 3) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_the_window_counts_hours_from_the_end_of_the_visit_through_a_clock_change():
    # Saturday, March 7, noon; the clock moves on in the night to Sunday.
    opens, closes = rules.window(local(7, "12:00"), 24, 72)
    assert (opens, closes) == (local(8, "13:00"), local(10, "13:00"))


@pytest.mark.parametrize(
    ("after", "tried", "expected"),
    [
        (local(10, "9:00"), [], local(10, "10:15")),
        (local(10, "11:00"), [], local(10, "14:15")),
        (local(10, "19:00"), [], local(11, "10:15")),
        # Tried this morning: not today, and not in the morning.
        (local(10, "11:00"), [local(10, "10:15")], local(11, "14:15")),
        (local(11, "15:00"), [local(10, "10:15"), local(11, "14:15")], local(12, "18:15")),
        # Every part was tried: any part of a new day.
        (
            local(12, "19:00"),
            [local(10, "10:15"), local(11, "14:15"), local(12, "18:15")],
            local(13, "10:15"),
        ),
    ],
)
def test_the_next_try_is_another_day_and_another_part_of_the_day(after, tried, expected):
    assert rules.next_try(after=after, tried=tried, zone=CHICAGO) == expected


def test_there_is_no_try_after_the_window():
    tried = [local(10, "10:15")]
    assert (
        rules.next_try(after=local(10, "11:00"), tried=tried, zone=CHICAGO, until=local(11, "9:00")) is None
    )
    # A part that was tried is better than none, where only that one is left before the end.
    assert rules.next_try(
        after=local(10, "11:00"), tried=tried, zone=CHICAGO, until=local(11, "13:00")
    ) == local(11, "10:15")


@pytest.mark.parametrize(
    ("opens_at", "expected"),
    [
        (local(10, "11:30"), local(10, "11:30")),
        (local(10, "6:00"), local(10, "9:00")),
        (local(10, "20:00"), local(11, "9:00")),
        (local(13, "21:00"), None),
    ],
)
def test_the_first_call_is_placed_in_the_hours_for_calls(opens_at, expected):
    hours = {"opens": time(9), "closes": time(20)}
    assert rules.first_try(opens_at=opens_at, zone=CHICAGO, until=local(13, "23:00"), **hours) == expected


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)),
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 200), max_size=4),
)
def test_a_try_is_always_awake_later_and_on_a_new_day(at, zone, hours_ago):
    after = at.replace(tzinfo=UTC)
    tried = [after - timedelta(hours=hours) for hours in hours_ago]
    found = rules.next_try(after=after, tried=tried, zone=zone)
    tz = ZoneInfo(zone)
    assert found is not None
    assert found > after
    assert time(9) <= found.astimezone(tz).time() < time(20)
    assert found.astimezone(tz).date() not in {one.astimezone(tz).date() for one in tried}


@given(st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)), st.sampled_from(ZONES))
def test_the_first_call_is_never_at_night(at, zone):
    opens = at.replace(tzinfo=UTC)
    found = rules.first_try(
        opens_at=opens, zone=zone, until=opens + timedelta(hours=48), opens=time(9), closes=time(20)
    )
    assert opens <= found <= opens + timedelta(hours=14)
    assert time(9) <= found.astimezone(ZoneInfo(zone)).time() < time(20)


@pytest.mark.parametrize(
    ("outcome", "counted", "expected"),
    [
        (Attempt.WELL, 0, State.CLOSED),
        (Attempt.CONCERN, 2, State.PROVIDER),
        (Attempt.RED_FLAG, 0, State.PROVIDER),
        (Attempt.NO_ANSWER, 1, State.QUEUE),
        (Attempt.LEFT_MESSAGE, 2, State.QUEUE),
        (Attempt.NO_ANSWER, 3, State.LETTER),
        (Attempt.WRONG_NUMBER, 3, State.LETTER),
        (Attempt.LETTER, 3, State.PROVIDER),
        (Attempt.CALL_ME, 1, State.QUEUE),
    ],
)
def test_where_an_attempt_leads(outcome, counted, expected):
    assert rules.after_attempt(outcome, counted=counted, most=3) is expected


@given(st.sampled_from(sorted(Attempt)), st.integers(0, 9), st.integers(1, 9))
def test_only_a_well_patient_ends_it(outcome, counted, most):
    """Not reached, a letter, a worry: none of them closes a follow-up by itself."""
    ended = rules.after_attempt(outcome, counted=counted, most=most) is State.CLOSED
    assert ended == (outcome is Attempt.WELL)
    if outcome in COUNTED:
        assert rules.after_attempt(outcome, counted=most, most=most) is State.LETTER


def test_a_letter_and_a_provider_are_never_skipped_backward():
    assert not rules.may_move(State.CLOSED, State.QUEUE)
    assert not rules.may_move(State.LETTER, State.CALLING)
    assert not rules.may_move(State.PROVIDER, State.CALLING)
    assert rules.may_move(State.CALLING, State.CALLING)
    assert part_names() == ["morning", "afternoon", "evening"]


def part_names() -> list[str]:
    return [rules.part_of(local(10, clock, PHOENIX), PHOENIX) for clock in ("11:59", "12:00", "17:00")]
