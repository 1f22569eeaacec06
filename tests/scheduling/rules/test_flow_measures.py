"""The formulas of domain specification 2.4, by vectors and against a slow model that knows nothing of the rules' code."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.flow_measures import (
    Period,
    Reading,
    Stamp,
    Visit,
    Why,
    believed,
    between,
    late_adjusted,
    measures,
    start_delay,
    summed,
    value_added,
    visit_of,
)
from scheduling.rules.visit_states import State, Stay

NINE = datetime(2026, 3, 10, 14, tzinfo=UTC)


def at(minutes, *, said=None):
    """A step so many minutes after nine, recorded then, or `said` seconds after nine."""
    when = NINE + timedelta(minutes=minutes)
    return Stamp(when, when if said is None else NINE + timedelta(seconds=said))


def minutes(value):
    return timedelta(minutes=value)


WHOLE = Visit(
    scheduled_at=NINE, arrived=at(-5), roomed=at(10), ready=at(20), provider_in=at(32), departed=at(75),
    with_provider=(Period(at(32), at(45)), Period(at(55), at(60))), procedures=(Period(at(45), at(55)),),
)  # fmt: skip


def test_each_measure_of_a_whole_visit():
    assert {name: reading.value for name, reading in measures(WHOLE).items()} == {
        "lobby_wait": minutes(15),
        "late_adjusted_wait": minutes(10),
        "rooming_time": minutes(10),
        "provider_wait": minutes(12),
        "door_to_provider": minutes(37),
        "provider_time": minutes(18),
        "cycle_time": minutes(80),
    }
    assert value_added(WHOLE) == (pytest.approx((10 + 18 + 10) / 80), None)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, at(1), Reading(why=Why.MISSING)),
        (at(1), None, Reading(why=Why.MISSING)),
        (at(0), at(0, said=60), Reading(timedelta())),
        (at(0), at(360), Reading(minutes(360))),
        (
            at(0),
            Stamp(NINE + minutes(360) + timedelta(microseconds=1), NINE + minutes(361)),
            Reading(why=Why.TOO_LONG),
        ),
        (at(1), at(0), Reading(why=Why.NEGATIVE)),
        (at(0, said=0), at(30, said=4), Reading(why=Why.BURST)),
        (at(0, said=0), at(30, said=5), Reading(minutes(30))),
        (at(0, said=4), at(30, said=0), Reading(why=Why.BURST)),
        (at(30, said=0), at(0, said=4), Reading(why=Why.BURST)),  # each reading has one reason: the first
    ],
)
def test_what_counts_and_what_does_not(start, end, expected):
    assert between(start, end) == expected


@pytest.mark.parametrize(
    ("arrived", "roomed", "expected"),
    [
        (-20, -5, 0),  # roomed before the appointment: no wait
        (-20, 5, 5),
        (10, 25, 15),  # came late: counted from arrival
        (0, 0.5, 0.5),
    ],
)
def test_late_adjusted_wait_is_never_negative(arrived, roomed, expected):
    assert late_adjusted(Visit(NINE, at(arrived), at(roomed))) == Reading(minutes(expected))


def test_late_adjusted_wait_is_left_out_with_the_wait_itself():
    assert late_adjusted(Visit(NINE, at(10), at(5))) == Reading(why=Why.NEGATIVE)


def test_one_period_that_cannot_be_believed_takes_the_sum_out():
    good, burst = Period(at(0), at(10)), Period(at(20, said=0), at(30, said=1))
    assert summed((good, good)) == Reading(minutes(20))
    assert summed((good, burst)) == Reading(why=Why.BURST)
    assert summed(()) == Reading(why=Why.MISSING)
    assert summed(tuple(Period(at(n * 200), at(n * 200 + 190)) for n in range(2))) == Reading(
        why=Why.TOO_LONG
    )


def test_value_added_counts_steps_that_were_not_as_nothing():
    blood_draw = Visit(NINE, at(0), at(5), departed=at(20), procedures=(Period(at(8), at(13)),))
    assert value_added(blood_draw) == (0.25, None)
    assert value_added(Visit(NINE, at(0), departed=at(20))) == (None, Why.MISSING)
    assert value_added(Visit(NINE, at(0), at(5), at(15))) == (None, Why.MISSING)


@pytest.mark.parametrize(
    ("first_in", "expected"),
    [(None, Reading(why=Why.MISSING)), (12, Reading(minutes(12))), (-4, Reading(timedelta()))],
)
def test_a_session_that_began_early_began_without_delay(first_in, expected):
    assert start_delay(NINE, None if first_in is None else NINE + minutes(first_in)) == expected


@pytest.mark.parametrize(
    ("local_in", "local_out", "real"),
    [
        # In March the clock in Chicago goes from 2 to 3; in November the hour from 1 to 2 comes twice.
        (datetime(2026, 3, 8, 7, 30, tzinfo=UTC), datetime(2026, 3, 8, 8, 30, tzinfo=UTC), 60),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 60),
    ],
)
def test_lengths_are_of_real_time_on_days_of_23_and_25_hours(local_in, local_out, real):
    assert between(Stamp(local_in, local_in), Stamp(local_out, local_out)).value == minutes(real)


def test_a_move_taken_back_counts_for_the_state_that_was_returned_to():
    stays = [
        Stay(1, State.ARRIVED, NINE, NINE + minutes(10), NINE),
        Stay(2, State.ROOMED, NINE + minutes(10), NINE + minutes(12), NINE + minutes(10)),
        Stay(3, State.ARRIVED, NINE + minutes(12), NINE + minutes(30), NINE + minutes(12), undo_of=2),
        Stay(4, State.ROOMED, NINE + minutes(30), None, NINE + minutes(30)),
    ]
    visit = visit_of(stays, scheduled_at=NINE)
    assert between(visit.arrived, visit.roomed) == Reading(minutes(30))


def model(start, end):
    """Domain specification 2.4 in the plainest arithmetic: whole seconds, no shared code."""
    if start is None or end is None:
        return "missing"
    told = abs(int(end.recorded_at.timestamp()) - int(start.recorded_at.timestamp()))
    if told <= 4:
        return "burst"
    length = int(end.at.timestamp()) - int(start.at.timestamp())
    if length < 0:
        return "negative"
    return "too_long" if length > 21_600 else length


STAMPS = st.none() | st.builds(
    lambda when, said: Stamp(NINE + timedelta(seconds=when), NINE + timedelta(seconds=said)),
    st.integers(-40_000, 40_000) | st.sampled_from([0, 21_600, 21_601, -1]),
    st.integers(-12, 12) | st.integers(0, 50_000),
)


@given(STAMPS, STAMPS)
def test_between_is_what_the_slow_model_says(start, end):
    found = between(start, end)
    expected = model(start, end)
    assert (found.why.value if found.why else int(found.value.total_seconds())) == expected


@given(st.integers(-30_000, 30_000))
def test_believed_lengths_lie_between_nothing_and_six_hours(seconds):
    found = believed(timedelta(seconds=seconds))
    assert (found.value is not None) == (0 <= seconds <= 21_600)
