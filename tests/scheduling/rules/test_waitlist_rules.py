"""Who is asked first, as vectors: urgency, then the day of adding, then the fit, then the moment of adding."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.waitlist import (
    LEAST_ANSWER,
    DayPart,
    Time,
    Wishes,
    expires_at,
    fit,
    in_order,
    part_of,
    why_not,
)

NOW = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
SHAH, LEE = UUID(int=1), UUID(int=2)
TEN = Time(NOW + timedelta(hours=1), TODAY, time(10), 20, SHAH)


def wishes(number: int = 0, **fields) -> Wishes:
    values = {
        "id": UUID(int=1000 + number),
        "urgency": 3,
        "added_at": NOW - timedelta(days=5),
        "added_on": TODAY - timedelta(days=5),
        "minutes": 20,
        "notice": timedelta(minutes=30),
    }
    return Wishes(**{**values, **fields})


def test_urgency_beats_waiting_and_waiting_beats_fit():
    long = wishes(1, added_on=TODAY - timedelta(days=30), minutes=10)
    fitting = wishes(2, added_on=TODAY - timedelta(days=2), providers=frozenset({SHAH}))
    urgent = wishes(3, urgency=1, added_on=TODAY, minutes=10)
    soon = wishes(4, urgency=2, added_on=TODAY)
    assert [one.id for one in in_order([fitting, long, soon, urgent], TEN, NOW)] == [
        urgent.id,
        soon.id,
        long.id,
        fitting.id,
    ]


def test_on_one_day_the_better_fit_comes_first_then_who_was_added_first():
    first = wishes(1, minutes=10, added_at=NOW - timedelta(days=5, hours=3))
    whole = wishes(2, added_at=NOW - timedelta(days=5, hours=2))
    named = wishes(3, added_at=NOW - timedelta(days=5), providers=frozenset({SHAH}))
    late = wishes(4, minutes=10, added_at=NOW - timedelta(days=5, hours=1))
    assert [one.id for one in in_order([late, whole, named, first], TEN, NOW)] == [
        named.id,
        whole.id,
        first.id,
        late.id,
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, None),
        ({"providers": frozenset({LEE})}, "wants another provider"),
        ({"providers": frozenset({SHAH, LEE})}, None),
        ({"weekdays": frozenset({0, 2})}, "can't come on that weekday"),
        ({"weekdays": frozenset({1})}, None),
        ({"parts": frozenset({"afternoon"})}, "can't come at that time of day"),
        ({"parts": frozenset({"morning"})}, None),
        ({"earliest_on": TODAY + timedelta(days=1)}, "too early"),
        ({"earliest_on": TODAY}, None),
        ({"latest_on": TODAY - timedelta(days=1)}, "too late"),
        ({"latest_on": TODAY}, None),
        ({"booked_at": TEN.starts_at}, "no earlier than the visit they have"),
        ({"booked_at": TEN.starts_at + timedelta(minutes=5)}, None),
        ({"notice": timedelta(minutes=61)}, "needs to know longer before"),
        ({"notice": timedelta(minutes=60)}, None),
    ],
)
def test_what_does_not_suit(fields, reason):
    assert why_not(wishes(**fields), TEN, NOW) == reason


@pytest.mark.parametrize(
    ("clock", "part"),
    [
        (time(7), "morning"),
        (time(11, 59), "morning"),
        (time(12), "afternoon"),
        (time(16, 59), "afternoon"),
        (time(17), "evening"),
    ],
)
def test_parts_of_the_day(clock, part):
    assert part_of(clock) == DayPart(part)


def stands(freed: Time, notice: int = 30) -> datetime | None:
    return expires_at(
        NOW,
        freed,
        today=TODAY,
        notice=timedelta(minutes=notice),
        same_day=timedelta(minutes=15),
        later=timedelta(hours=2),
    )


def test_how_long_an_offer_stands():
    tomorrow = replace(TEN, starts_at=NOW + timedelta(days=1), day=TODAY + timedelta(days=1))
    assert stands(TEN) == NOW + timedelta(minutes=15)
    assert stands(tomorrow) == NOW + timedelta(hours=2)
    # The patient has to know fifty minutes before: ten minutes are left to answer.
    assert stands(TEN, notice=50) == NOW + timedelta(minutes=10)
    assert stands(TEN, notice=55) == NOW + LEAST_ANSWER
    assert stands(TEN, notice=56) is None


@given(
    st.lists(
        st.builds(
            lambda urgency, days, minutes, named: Wishes(
                id=uuid4(),
                urgency=urgency,
                added_at=NOW - timedelta(days=days),
                added_on=TODAY - timedelta(days=days),
                minutes=minutes,
                notice=timedelta(0),
                providers=frozenset({SHAH}) if named else frozenset(),
            ),
            st.integers(1, 3),
            st.integers(0, 20),
            st.sampled_from([10, 20, 40]),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_nobody_is_lost_and_no_one_is_passed_over(rows):
    """An independent reading of the rule: of any two neighbours the earlier one has the better claim."""
    ordered = in_order(rows, TEN, NOW)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in rows)
    for before, after in zip(ordered, ordered[1:], strict=False):
        assert before.urgency <= after.urgency
        if before.urgency == after.urgency:
            assert before.added_on <= after.added_on
            if before.added_on == after.added_on:
                assert fit(before, TEN) >= fit(after, TEN)
