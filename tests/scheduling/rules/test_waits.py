"""Wait metrics of domain specification 2.4."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduling.rules.visit_states import State, Stay
from scheduling.rules.waits import (
    Stamps,
    in_one_burst,
    no_show_rate,
    percentile,
    stamps,
    summary,
    value_added_share,
    waits,
)

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def minutes(value):
    return None if value is None else value.total_seconds() / 60


def visit(*steps):
    """Steps as (state, start minute); each lasts until the next."""
    ends = [start for _, start in steps[1:]] + [None]
    return [
        Stay(n, state, at(start), None if end is None else at(end), at(start))
        for n, ((state, start), end) in enumerate(zip(steps, ends, strict=True))
    ]


WHOLE = visit(
    (State.ARRIVED, -5), (State.ROOMED, 10), (State.INTAKE, 12), (State.READY, 20), (State.WITH_PROVIDER, 32),
    (State.ORDERS, 45), (State.WITH_PROVIDER, 55), (State.DISCHARGE, 60), (State.CHECKOUT, 65), (State.COMPLETED, 75),
)  # fmt: skip


def test_each_measure_of_a_whole_visit():
    assert {name: minutes(value) for name, value in waits(stamps(WHOLE, scheduled_at=NINE)).items()} == {
        "lobby_wait": 15,
        "late_adjusted_wait": 10,
        "rooming_time": 10,
        "provider_wait": 12,
        "door_to_provider": 37,
        "provider_time": 18,
        "cycle_time": 80,
    }
    assert value_added_share(stamps(WHOLE)) == pytest.approx((10 + 18 + 10) / 80)


def test_roomed_before_the_scheduled_time_waits_nothing():
    early = visit((State.ARRIVED, -20), (State.ROOMED, -5), (State.COMPLETED, 30))
    assert waits(stamps(early, scheduled_at=NINE))["late_adjusted_wait"] == timedelta()


def test_missing_and_unbelievable_stamps_are_left_out():
    assert waits(Stamps(arrived_at=NINE))["lobby_wait"] is None
    assert waits(Stamps(arrived_at=NINE, roomed_at=at(-1)))["lobby_wait"] is None
    assert minutes(waits(Stamps(arrived_at=NINE, roomed_at=at(360)))["lobby_wait"]) == 360
    assert waits(Stamps(arrived_at=NINE, roomed_at=at(361)))["lobby_wait"] is None


def test_stamps_typed_in_one_burst_are_left_out():
    burst = tuple(at(60) + timedelta(seconds=n) for n in range(4))
    assert in_one_burst(Stamps(recorded=burst))
    assert waits(Stamps(arrived_at=NINE, roomed_at=at(5), recorded=burst))["lobby_wait"] is None
    assert not in_one_burst(stamps(WHOLE))


def test_summary_reports_what_it_left_out():
    measured = [timedelta(minutes=n) for n in (5, 1, 9, 2, 30)] + [None, None]
    found = summary(measured)
    assert (found.median, found.p90, found.counted, found.excluded) == (5, 30, 5, 2)
    assert summary([None]).median is None
    assert percentile(list(range(1, 11)), 0.9) == 9


def test_no_show_rate_leaves_timely_cancellations_out():
    assert no_show_rate(completed=17, no_shows=2, late_cancels=1, left=0) == pytest.approx(0.1)
    assert no_show_rate(completed=0, no_shows=0, late_cancels=0, left=0) is None
