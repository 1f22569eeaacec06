"""Counts in SQL: the same outcomes and classes as the rules, by local days, and nobody twice."""

from datetime import UTC, datetime, timedelta

import pytest

from clinic.reports.scope import Scope
from records.models import Encounter
from scheduling.models import Appointment, RoomChange, VisitInterval
from scheduling.queries.report_rooms import turnovers
from scheduling.queries.report_rows import visit_rows
from scheduling.queries.report_scope import VisitScope, tally
from scheduling.queries.report_use import use_of_sessions
from scheduling.reports import daily_visits, no_shows, use
from scheduling.rules.flow_measures import Why
from scheduling.rules.outcomes import Outcome, lead_class, outcome_of
from scheduling.rules.visit_states import State
from scheduling.services.rooms import set_room_state
from tests.factories.scheduling import TUESDAY, at, make_location, make_patient, make_session, visit_type

MONDAY = TUESDAY - timedelta(days=1)
WEEK = VisitScope(MONDAY, TUESDAY)


def made(clinic, state=State.COMPLETED, day=TUESDAY, clock="9:00", minutes=20, **fields):
    start = at(clock, day)
    values = {
        "patient": fields.pop("patient", None) or make_patient(), "location": clinic.location, "visit_type": visit_type(),
        "provider": clinic.provider, "starts_at": start, "ends_at": start + timedelta(minutes=minutes),
        "zone": clinic.location.zone, "local_day": day, "local_time": clock, "state": state,
        "created_at": start - timedelta(days=5),
    }  # fmt: skip
    if state == State.CANCELLED:
        values |= {"cancelled_at": start, "cancel_reason": "patient_better"}
    return Appointment.objects.create(**{**values, **fields})


def test_outcomes_in_sql_are_those_of_the_rule(clinic):
    expected = {}
    for day in (MONDAY, TUESDAY):
        for state in State:
            for late in (True, False):
                fields = {"is_late_cancel": late} if state == State.CANCELLED else {}
                if state == State.CANCELLED or late:
                    outcome = outcome_of(state, is_late_cancel=late, is_past_day=day == MONDAY)
                    expected[made(clinic, state, day, **fields).pk] = outcome
    rows = visit_rows(WEEK, [])[0:100]
    assert {row[0]: row[8] for row in rows} == expected
    counts = tally(WEEK, ["day"])
    assert sum(counts[""][""].values()) == len(expected)
    assert sum(n for by in counts["day"].values() for n in by.values()) == len(expected)


@pytest.mark.parametrize("days", [-2, 0, 1, 2, 7, 8, 14, 15, 30, 31, 90])
def test_lead_classes_in_sql_are_those_of_the_rule(clinic, days):
    made(clinic, created_at=at("9:00") - timedelta(days=days))
    made(clinic, created_at=at("9:00") - timedelta(days=days), is_walk_in=True)
    assert set(tally(WEEK, ["lead"])["lead"]) == {lead_class(days), "walk-in"}


def test_a_booking_late_in_the_evening_is_of_the_local_day(clinic):
    """Half past eleven at night in Chicago is the next day in UTC."""
    made(clinic, created_at=at("23:30", MONDAY))
    assert set(tally(WEEK, ["lead"])["lead"]) == {"1"}


def test_new_patients_have_neither_visit_nor_encounter_in_three_years(clinic):
    new, seen, charted, long_ago = (make_patient() for _ in range(4))
    for patient in (new, seen, charted, long_ago):
        made(clinic, patient=patient)
    made(clinic, patient=seen, day=TUESDAY - timedelta(days=300))
    made(clinic, patient=long_ago, day=TUESDAY - timedelta(days=1200))
    Encounter.objects.create(patient=charted, started_at=at("9:00") - timedelta(days=90))
    counts = tally(WEEK, ["newness"])["newness"]
    assert counts == {"new": {Outcome.COMPLETED: 2}, "established": {Outcome.COMPLETED: 2}}


def test_the_gap_between_arrived_and_completed_is_explained(clinic):
    for state in (
        State.COMPLETED,
        State.COMPLETED,
        State.LEFT,
        State.CHECKOUT,
        State.NO_SHOW,
        State.CANCELLED,
    ):
        made(clinic, state, MONDAY)
    found = daily_visits.build(Scope(MONDAY, MONDAY))
    gap = found.sections[0].table
    assert [line.cells for line in gap.lines] == [
        ("Completed", 2), ("Left without being seen", 1), ("Arrived, never checked out", 1)
    ]  # fmt: skip
    assert gap.total.cells == ("Arrived", 4)
    day = found.sections[1].table.lines[0].cells
    assert day == ("Mon, Mar 9", 5, 4, 2, 1, 1, 1, 0)
    assert [(one.words, one.count) for one in found.excluded if one.count] == [("cancelled in time", 1)]


def test_rates_are_of_those_that_kept_their_time(clinic):
    for state in (
        State.COMPLETED,
        State.COMPLETED,
        State.LEFT,
        State.NO_SHOW,
        State.RESCHEDULED,
        State.SCHEDULED,
    ):
        made(clinic, state)
    made(clinic, State.CANCELLED, is_late_cancel=True)
    made(clinic, State.CANCELLED)
    found = no_shows.build(Scope(TUESDAY, TUESDAY))
    by_day = found.sections[0].table
    assert by_day.total.cells == ("All", 5, 1, 0.2, 1, 0.2, 1)
    assert [tile.value for tile in found.tiles] == [0.2, 0.2, 1 / 6, 1]
    assert found.left_out == 2
    assert found.population == 8


def test_a_day_belongs_to_its_location(clinic):
    elsewhere = make_location(zone="Pacific/Honolulu")
    made(clinic, location=elsewhere, zone=elsewhere.zone)
    made(clinic)
    assert sum(tally(WEEK, ["day"])[""][""].values()) == 2
    only = VisitScope(MONDAY, TUESDAY, location_id=elsewhere.pk)
    assert sum(tally(only, ["day"])[""][""].values()) == 1
    nobody = VisitScope(MONDAY, TUESDAY, provider_id=clinic.by.member_id)
    assert tally(nobody, ["day"])[""] == {}


def test_fill_counts_overbooked_time_once_and_clips_to_the_session(clinic):
    made(clinic, clock="8:00", minutes=60)
    made(clinic, clock="8:30", minutes=60)  # overlaps by half an hour
    made(clinic, State.NO_SHOW, clock="11:30", minutes=60)  # half of it after the session
    made(clinic, State.CANCELLED, clock="10:00")
    made(clinic, clock="15:00")  # no session then
    uses, outside = use_of_sessions(WEEK)
    assert [(one.stretch.minutes, one.booked, one.completed, one.slots) for one in uses] == [
        (240, 120, 90, 24)
    ]
    assert outside == 1


def test_sessions_that_overlap_offer_their_time_once(clinic):
    make_session(clinic.provider, clinic.location, "10:00", "14:00")
    uses, _ = use_of_sessions(WEEK)
    assert sorted(one.stretch.minutes for one in uses) == [120, 240]


def test_only_sessions_that_are_over_are_used(clinic, early):
    made(clinic, State.SCHEDULED)
    found = use.build(Scope(TUESDAY, TUESDAY))
    assert [tile.value for tile in found.tiles] == [pytest.approx(20 / 240), None, 22]
    early.move_to(datetime(2026, 3, 11, 12, tzinfo=UTC))
    assert use.build(Scope(TUESDAY, TUESDAY)).tiles[1].value == 0.0


def test_rooms_are_turned_over_from_dirty_to_available(clinic, early):
    room = clinic.rooms[0]
    for state, minutes in (("dirty", 0), ("cleaning", 3), ("available", 9), ("dirty", 20), ("out_of_service", 25),
                           ("available", 60), ("dirty", 100), ("available", 500)):  # fmt: skip
        early.move_to(at("8:00") + timedelta(minutes=minutes))
        set_room_state(by=clinic.by, room=room, state=state)
    spread = turnovers(WEEK)
    assert (spread.counted, spread.median, spread.p90) == (1, 540, 540)
    assert spread.excluded == {Why.MISSING: 1, Why.TOO_LONG: 1}
    assert RoomChange.objects.count() == 8


def test_a_visit_writes_its_rooms_changes(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived", "roomed", "checkout")
    assert list(RoomChange.objects.values_list("state", flat=True)) == ["occupied", "dirty"]
    assert VisitInterval.objects.filter(appointment=visit).count() == 4
