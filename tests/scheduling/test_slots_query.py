"""Open times are derived from rosters and holds, in few statements."""

from datetime import date, timedelta

import pytest

from scheduling.models import Closure, SessionException
from scheduling.queries.access import third_next_available
from scheduling.queries.slots import next_openings, open_slots
from scheduling.services.booking import cancel_appointment
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_equipment,
    make_patient,
    make_provider,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member
from tests.support.statements import counted


def clocks(slots):
    return [f"{slot.day:%m-%d} {slot.clock}" for slot in slots]


def test_first_openings_fill_the_morning_then_go_on_next_week(clinic):
    slots = open_slots(
        location=clinic.location, visit_type=visit_type("wellness"), provider=clinic.provider, limit=8
    )
    assert clocks(slots) == [
        "03-10 8:00 AM", "03-10 8:40 AM", "03-10 9:20 AM", "03-10 10:00 AM", "03-10 10:40 AM", "03-10 11:20 AM",
        "03-17 8:00 AM", "03-17 8:40 AM",
    ]  # fmt: skip
    assert slots[0].words == "Tue, Mar 10, 2026 at 8:00 AM with Pat Shah, MD"


def test_booked_away_closed_and_past_times_are_not_open(clinic, early):
    clinic.book("9:00")
    SessionException.objects.create(provider=clinic.provider, starts_at=at("9:40"), ends_at=at("11:20"))
    Closure.objects.create(location=clinic.location, day=TUESDAY + timedelta(7), reason="Holiday")
    early.move_to(at("8:31"))
    slots = next_openings(
        location=clinic.location, visit_type=visit_type(), provider=clinic.provider, limit=5
    )
    assert clocks(slots) == [
        "03-10 8:40 AM", "03-10 9:20 AM", "03-10 11:20 AM", "03-10 11:40 AM", "03-24 8:00 AM",
    ]  # fmt: skip


def test_cancelled_time_is_open_again(clinic):
    visit = clinic.book("8:00")
    call = {"location": clinic.location, "visit_type": visit_type(), "provider": clinic.provider, "limit": 1}
    assert clocks(open_slots(**call)) == ["03-10 8:20 AM"]
    cancel_appointment(by=clinic.by, appointment=visit, reason="patient_better")
    assert clocks(open_slots(**call)) == ["03-10 8:00 AM"]


def test_every_opening_can_be_booked(clinic):
    make_provider(clinic.location)
    clinic.book("9:10")
    patient = make_patient(needs_interpreter=True)
    for slot in open_slots(location=clinic.location, visit_type=visit_type(), limit=4, patient=patient):
        from clinic.staff.models import Member

        person = Member.objects.get(pk=slot.member_id)
        visit = clinic.book(provider=person, starts_at=slot.starts_at)
        assert visit.starts_at == slot.starts_at


def test_the_patient_s_own_visits_and_devices_count(clinic):
    make_equipment("ecg")
    ma = make_member("ma")
    make_session(ma, clinic.location)
    patient = make_patient()
    clinic.book("8:20", patient=patient)
    slots = open_slots(location=clinic.location, visit_type=visit_type("ecg"), patient=patient, limit=2)
    assert clocks(slots) == ["03-10 8:40 AM", "03-10 9:00 AM"]


def test_session_across_the_missing_hour_is_an_hour_shorter(clinic, early):
    early.move_to(at("12:00", date(2026, 3, 7)))
    make_session(clinic.provider, clinic.location, "01:00", "04:00", weekday=6)
    slots = open_slots(
        location=clinic.location, visit_type=visit_type("wellness"), provider=clinic.provider,
        day_from=date(2026, 3, 8), days=1,
    )  # fmt: skip
    assert clocks(slots) == ["03-08 1:00 AM", "03-08 1:40 AM", "03-08 3:20 AM"]


def test_third_next_available(clinic):
    clinic.provider.sessions.update(ends="08:40")
    assert third_next_available(clinic.provider, visit_type(), TUESDAY) == TUESDAY + timedelta(7)
    clinic.provider.sessions.update(effective_to=TUESDAY)
    assert third_next_available(clinic.provider, visit_type(), TUESDAY) is None


@pytest.mark.parametrize("providers", [1, 8])
def test_statements_do_not_grow_with_providers_or_visits(clinic, providers):
    for n in range(providers):
        doctor = make_provider(clinic.location)
        for clock in ("8:00", "9:00", "10:00")[: 1 + n % 3]:
            clinic.book(clock, provider=doctor)
    kind = visit_type("procedure")
    open_slots(location=clinic.location, visit_type=kind, days=60)  # who works when is kept in memory
    # Nothing fits (no procedure room), so that all sixty days are gone through.
    with counted() as log:
        assert open_slots(location=clinic.location, visit_type=kind, days=60) == []
    # Rooms, and holds of five fortnights.
    assert len(log) == 6
