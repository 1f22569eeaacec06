"""The weekly look at access is taken once, when it is due; lead times leave out what nobody booked."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from clinic.reports.scope import Scope
from scheduling.models import AccessSample, Appointment
from scheduling.queries.report_access import leads, samples
from scheduling.queries.report_scope import VisitScope
from scheduling.reports import access
from scheduling.rules.visit_states import State
from scheduling.services.access import sample_access, week_of
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type

MONDAY = TUESDAY - timedelta(days=1)
WEEK = VisitScope(MONDAY, TUESDAY)


@pytest.mark.parametrize(
    ("day", "monday"), [(TUESDAY, MONDAY), (MONDAY, MONDAY), (date(2026, 3, 15), MONDAY), (date(2026, 3, 16), date(2026, 3, 16))]
)  # fmt: skip
def test_weeks_begin_on_monday(day, monday):
    assert week_of(day) == monday


@pytest.mark.parametrize(("clock", "is_due"), [("6:59", False), ("7:00", True)])
def test_the_look_is_due_from_monday_at_seven(clinic, early, clock, is_due):
    early.move_to(at(clock, MONDAY))
    assert bool(sample_access()) == is_due


def test_a_week_is_looked_at_once(clinic):
    taken = sample_access()
    assert taken == AccessSample.objects.count() > 0
    assert sample_access() == 0
    assert AccessSample.objects.count() == taken


def test_the_look_counts_days_to_the_third_open_time(clinic):
    """The provider works on Tuesdays; of this one the last hour is open: three times of 20 minutes, one of 40."""
    for hour in (8, 9, 10):
        for minute in ("00", "20", "40"):
            clinic.book(f"{hour}:{minute}")
    sample_access()
    found = {row.visit_type.code: row.days for row in AccessSample.objects.select_related("visit_type")}
    assert (found["follow-up"], found["new-patient"]) == (0, 7)


def test_samples_are_never_rewritten(clinic):
    sample_access()
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessSample.objects.update(days=0)


def made(clinic, ahead, *, state=State.COMPLETED, **fields):
    start = at("9:00")
    values = {
        "patient": make_patient(), "location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider,
        "starts_at": start, "ends_at": start + timedelta(minutes=20), "zone": clinic.location.zone, "local_day": TUESDAY,
        "local_time": "09:00", "state": state, "created_at": start - timedelta(days=ahead),
    }  # fmt: skip
    return Appointment.objects.create(**{**values, **fields})


def test_lead_times_are_calendar_days_and_leave_out_walk_ins_and_moved_visits(clinic):
    for ahead in (0, 3, 5, 9, 30):
        made(clinic, ahead)
    made(clinic, 0, is_walk_in=True)
    made(clinic, 40, state=State.RESCHEDULED)
    found, left_out = leads(WEEK, ["type"])
    assert (found[("", "")].counted, found[("", "")].median, found[("", "")].p90) == (5, 5, 30)
    assert found[("type", str(visit_type().pk))].counted == 5
    assert left_out == {"walk-in": 1, "rescheduled": 1}


def test_the_report_counts_looks_that_found_nothing(clinic):
    kinds = [visit_type("follow-up"), visit_type("new-patient"), visit_type("acute")]
    for kind, days in zip(kinds, (4, 12, None), strict=True):
        AccessSample.objects.create(
            week=MONDAY, sampled_at=at("7:00", MONDAY), location=clinic.location, provider=clinic.provider,
            visit_type=kind, days=days,
        )  # fmt: skip
    assert len(samples(WEEK)) == 3
    found = access.build(Scope(TUESDAY, TUESDAY))
    assert found.tiles[0].value == 4
    assert [(one.words, one.count) for one in found.excluded if one.count] == [(access.FEWER, 1)]
    assert access.third_next_reading(Scope(TUESDAY, TUESDAY)).counted == 2
    assert samples(VisitScope(MONDAY, TUESDAY, provider_id=clinic.by.member_id)) == []
