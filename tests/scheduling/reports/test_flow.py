"""Patient flow in SQL equals the rules of one visit, whatever happened in it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.core.ids import uuid7
from scheduling.models import Appointment, VisitInterval
from scheduling.queries.report_flow import MEASURES, flow, flow_rows, start_delays
from scheduling.queries.report_scope import VisitScope
from scheduling.rules.flow_measures import Why, measures, value_added, visit_of
from scheduling.rules.visit_states import State
from scheduling.rules.waits import percentile
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type

NINE = at("9:00")
STEPS = (
    State.ROOMED, State.INTAKE, State.READY, State.WITH_PROVIDER, State.ORDERS, State.DISCHARGE, State.CHECKOUT,
)  # fmt: skip


@st.composite
def courses(draw):
    """How one visit went: states with minutes in them, seconds until each was recorded, and moves taken back."""
    states = [State.ARRIVED, *draw(st.lists(st.sampled_from(STEPS), max_size=6))]
    states.append(draw(st.sampled_from([State.COMPLETED, State.COMPLETED, State.LEFT])))
    minutes = draw(st.lists(st.integers(0, 420), min_size=len(states), max_size=len(states)))
    seconds = draw(st.lists(st.sampled_from([1, 4, 5, 6, 600]), min_size=len(states), max_size=len(states)))
    undone = draw(st.sets(st.integers(1, max(1, len(states) - 2)), max_size=2))
    return list(zip(states, minutes, seconds, [n in undone for n in range(len(states))], strict=True))


def write(visit: Appointment, course) -> list[VisitInterval]:
    """The course as rows, as the services write them: contiguous, each recorded in order, undo as a row of its own."""
    rows: list[VisitInterval] = []
    when = recorded = NINE - timedelta(minutes=30)

    def add(state, *, undo_of=None):
        if rows:
            rows[-1].ended_at = when
        rows.append(
            VisitInterval(
                pk=uuid7(), appointment=visit, state=state, started_at=when, recorded_at=recorded,
                by_label="x", undo_of=undo_of,
            )
        )  # fmt: skip

    before = None
    for state, minutes, seconds, is_undone in course:
        add(state)
        made = rows[-1]
        when, recorded = when + timedelta(minutes=minutes), recorded + timedelta(seconds=seconds)
        if is_undone and before is not None:
            add(before, undo_of=made)
            when, recorded = when + timedelta(minutes=3), recorded + timedelta(seconds=seconds)
        else:
            before = state
    VisitInterval.objects.bulk_create(rows)
    return rows


def booked(clinic, **fields) -> Appointment:
    values = {
        "patient": make_patient(), "location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider,
        "starts_at": NINE, "ends_at": NINE + timedelta(minutes=20), "zone": clinic.location.zone, "local_day": TUESDAY,
        "local_time": "09:00", "state": State.COMPLETED, "created_at": NINE - timedelta(days=3),
    }  # fmt: skip
    return Appointment.objects.create(**{**values, **fields})


SCOPE = VisitScope(TUESDAY, TUESDAY)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.lists(courses(), min_size=1, max_size=4))
def test_sql_measures_what_the_rules_measure(clinic, data):
    visits = {}
    for course in data:
        visit = booked(clinic)
        stays = [row.as_stay() for row in write(visit, course)]
        visits[visit.pk] = visit_of(stays, scheduled_at=visit.starts_at)
    scope = SCOPE
    for code in MEASURES:
        found = {}
        for why in ("", *Why):
            for row in flow_rows(scope, measure=code, why=why)[0:500]:
                if row[0] in visits:
                    found[row[0]] = (row[9] if not why else None, row[10])
        for pk, visit in visits.items():
            if code == "value_added":
                value, why = value_added(visit)
            else:
                reading = measures(visit)[code]
                value, why = (
                    (reading.value.total_seconds() if reading.value is not None else None),
                    reading.why,
                )
            assert found[pk][1] == why, (code, visit)
            if value is not None:
                assert found[pk][0] == pytest.approx(value)


def test_spread_is_the_nearest_rank_of_what_counts(clinic):
    waits = [4, 9, 11, 25, 70]
    for wait in waits:
        write(booked(clinic), [
            (State.ARRIVED, wait, 60, False), (State.ROOMED, 5, 60, False), (State.READY, 8, 60, False),
            (State.WITH_PROVIDER, 15, 60, False), (State.COMPLETED, 0, 60, False),
        ])  # fmt: skip
    write(
        booked(clinic),
        [(State.ARRIVED, 7, 2, False), (State.ROOMED, 9, 2, False), (State.COMPLETED, 0, 2, False)],
    )
    write(
        booked(clinic),
        [(State.ARRIVED, 361, 60, False), (State.ROOMED, 9, 60, False), (State.COMPLETED, 0, 60, False)],
    )
    write(booked(clinic, state=State.LEFT), [(State.ARRIVED, 40, 60, False), (State.LEFT, 0, 60, False)])
    found = flow(SCOPE, measure="lobby_wait", dimensions=("provider", "hour"))
    spread = found[("", "")]["lobby_wait"]
    assert (spread.counted, spread.median / 60, spread.p90 / 60) == (
        5, percentile(waits, 0.5), percentile(waits, 0.9)
    )  # fmt: skip
    assert spread.excluded == {Why.BURST: 1, Why.TOO_LONG: 1, Why.MISSING: 1}
    assert found[("provider", str(clinic.provider.pk))]["lobby_wait"] == spread
    assert found[("hour", "9")]["lobby_wait"] == spread


def test_a_kind_of_visit_is_asked_only_what_it_can_have(clinic):
    write(booked(clinic, visit_type=visit_type("lab"), provider=None, ma=clinic.provider), [
        (State.ARRIVED, 4, 60, False), (State.ROOMED, 3, 60, False), (State.ORDERS, 6, 60, False), (State.COMPLETED, 0, 9, False),
    ])  # fmt: skip
    found = flow(SCOPE)[("", "")]
    assert set(found) == {"lobby_wait", "late_adjusted_wait", "cycle_time", "value_added"}
    assert found["value_added"].median == pytest.approx(6 / 13)


def test_visits_that_are_not_over_are_in_no_measure(clinic):
    with_room = booked(clinic, state=State.ROOMED)
    write(with_room, [(State.ARRIVED, 4, 60, False), (State.ROOMED, 3, 60, False)])
    assert flow(SCOPE)[("", "")] == {}


def test_sessions_begin_late_by_their_first_visit(clinic):
    for clock, minutes in (("08:00", 12), ("09:00", 40)):
        visit = booked(
            clinic, starts_at=at(clock), ends_at=at(clock) + timedelta(minutes=20), local_time=clock
        )
        VisitInterval.objects.create(
            appointment=visit, state=State.WITH_PROVIDER, started_at=at(clock) + timedelta(minutes=minutes),
            recorded_at=at(clock) + timedelta(minutes=minutes), by_label="x",
        )  # fmt: skip
    spread = start_delays(SCOPE)
    assert (spread.counted, spread.median / 60) == (1, 12)


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 8, tzinfo=UTC), 23), (datetime(2026, 11, 1, tzinfo=UTC), 25)]
)
def test_waits_over_the_change_of_clocks_are_true_time(clinic, day, hours):
    """Between half past midnight and half past three by the wall lie 2 hours in spring and 4 in autumn."""
    starts = at("0:30", day.date())
    ends = at("3:30", day.date())
    visit = booked(clinic, starts_at=starts, ends_at=ends, local_day=day.date(), local_time="00:30")
    for state, when in ((State.ARRIVED, starts), (State.ROOMED, ends)):
        VisitInterval.objects.create(
            appointment=visit, state=state, started_at=when, recorded_at=when, by_label="x",
            ended_at=ends if state == State.ARRIVED else None,
        )  # fmt: skip
    found = flow(VisitScope(day.date(), day.date()))[("", "")]["lobby_wait"]
    assert found.median / 3600 == {23: 2, 25: 4}[hours]
