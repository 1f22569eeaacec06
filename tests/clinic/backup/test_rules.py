"""When a backup is due, which may go, and how ages read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.backup.rules import age_words, folder_name, is_due, last_turn, made_at, outlived, size_words

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(
    2026, 3, 10, 17, 0, tzinfo=UTC
)  # Tuesday noon in Chicago, two days after the clocks went forward


def due(now, *, good=None, tried=None, hour=1):
    return is_due(now, zone=CHICAGO, hour=hour, last_good=good, last_try=tried)


@pytest.mark.parametrize(
    ("now", "hour", "turn"),
    [
        ("2026-03-10T17:00", 1, "2026-03-10T06:00"),
        ("2026-03-10T05:59", 1, "2026-03-09T06:00"),
        ("2026-03-10T06:00", 1, "2026-03-10T06:00"),
        ("2026-03-08T12:00", 2, "2026-03-08T08:00"),  # two o'clock did not exist: from the change on
        ("2026-03-08T07:30", 2, "2026-03-07T08:00"),
        ("2026-11-01T06:30", 1, "2026-11-01T06:00"),  # one o'clock came twice: from the first
        ("2026-11-01T07:30", 1, "2026-11-01T06:00"),
    ],
)
def test_the_last_turn_is_the_clinics_hour(now, hour, turn):
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_turn(at, CHICAGO, hour) == datetime.fromisoformat(turn).replace(tzinfo=UTC)


def test_a_backup_is_due_once_a_night():
    night = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    assert due(night, good=night - timedelta(hours=24))
    assert not due(night - timedelta(minutes=1), good=night - timedelta(hours=24))
    assert not due(NOON, good=night + timedelta(minutes=3))
    assert not due(night + timedelta(hours=23), good=night)


def test_the_first_one_is_due_at_once_and_a_missed_night_is_made_up_for():
    assert due(NOON)
    assert due(NOON, good=NOON - timedelta(hours=13))


def test_a_failed_try_is_repeated_after_an_hour():
    good = NOON - timedelta(days=2)
    assert not due(NOON, good=good, tried=NOON - timedelta(minutes=59))
    assert due(NOON, good=good, tried=NOON - timedelta(minutes=60))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.sampled_from(["America/Chicago", "Pacific/Honolulu", "UTC", "Asia/Kolkata"]),
)
def test_the_last_turn_is_never_ahead_nor_older_than_a_long_day(now, hour, name):
    age = now - last_turn(now, ZoneInfo(name), hour)
    assert timedelta(0) <= age < timedelta(hours=25, minutes=1)


def test_folder_names_say_the_instant_and_sort():
    assert folder_name(NOON.astimezone(CHICAGO)) == "20260310T170000Z"
    assert made_at("20260310T170000Z") == NOON
    assert made_at("20260310T170000Z.partial") is None
    assert made_at("lost+found") is None


def test_old_ones_go_and_the_newest_stays_whatever_its_age():
    names = [folder_name(NOON - timedelta(days=days)) for days in (40, 36, 34, 1)]
    assert outlived([*names, "notes.txt"], now=NOON, keep_days=35) == names[:2]
    assert outlived(names[:1], now=NOON, keep_days=35) == []
    assert outlived([], now=NOON, keep_days=35) == []


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (119, "119 minutes"), (120, "2 hours"), (2879, "47 hours"), (2880, "2 days")],
)  # fmt: skip
def test_ages_read_like_this(minutes, words):
    assert age_words(timedelta(minutes=minutes)) == words


def test_sizes_read_like_this():
    assert [size_words(n) for n in (812_345, 3_400_000, 1_200_000_000)] == ["812 KB", "3.4 MB", "1.2 GB"]
