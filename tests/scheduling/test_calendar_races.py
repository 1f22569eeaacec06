"""Gestures on the calendar against bookings, on real connections: never two holds, never a lost answer."""

from collections import Counter
from datetime import time

import pytest

from clinic.core.errors import Conflict
from clinic.staff.roles import Role
from scheduling.models import Appointment, AppointmentSeries, OutreachSettings, ResourceHold, Room
from scheduling.rules.recurrence import Every, Rule
from scheduling.services.booking import book_appointment, reschedule_appointment
from scheduling.services.feeds import open_calendar_feed
from scheduling.services.offers import accept_offer
from scheduling.services.rearranging import place_appointment, resize_appointment
from scheduling.services.series import book_series
from tests.factories.outreach import SYSTEM, offered, wait
from tests.factories.scheduling import (
    TUESDAY,
    Clinic,
    at,
    make_patient,
    make_provider,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import actor_for, make_member
from tests.scheduling.test_races import deadlocks, race

EACH = 8
pytestmark = pytest.mark.django_db(transaction=True)


def overlapping() -> list:
    """Pairs of live holds of one resource that share an instant."""
    rows = ResourceHold.objects.filter(is_live=True, is_overbook=False).order_by("resource_id", "during")
    spans = [(row.resource_id, row.during.lower, row.during.upper) for row in rows]
    return [
        (one, two) for one, two in zip(spans, spans[1:], strict=False) if one[0] == two[0] and two[1] < one[2]
    ]


def booking(clinic, clock):
    patient = make_patient()

    def run():
        book_appointment(
            by=clinic.by, patient=patient, visit_type=visit_type(), starts_at=at(clock), location=clinic.location,
            provider=clinic.provider,
        )  # fmt: skip

    return run


def test_a_drop_a_longer_end_and_bookings_want_the_same_half_hour(early):
    clinic = Clinic()
    other = make_provider(clinic.location)
    grown = clinic.book("9:00")
    dropped = [clinic.book(clock, provider=other) for clock in ("8:00", "8:30", "9:00", "9:30")]
    before = deadlocks()
    jobs = [
        lambda: resize_appointment(by=clinic.by, appointment=grown, minutes=40),
        *(
            lambda visit=visit: reschedule_appointment(
                by=clinic.by, appointment=visit, starts_at=at("9:20"), provider=clinic.provider
            )
            for visit in dropped
        ),
        *(booking(clinic, "9:20") for _ in range(EACH)),
    ]
    outcomes, _, took = race(jobs)
    assert outcomes == Counter(won=1, Conflict=len(jobs) - 1)
    assert len(took) == len(jobs)
    assert overlapping() == []
    assert deadlocks() == before
    taken = ResourceHold.objects.filter(
        is_live=True, resource_id=clinic.provider.pk, during__overlap=(at("9:20"), at("9:40"))
    )
    assert taken.count() == 1
    # Who lost stands where they stood.
    moved = Appointment.objects.filter(state="rescheduled").count()
    assert Appointment.objects.filter(state="scheduled", provider=other).count() == len(dropped) - moved


def test_a_drop_bookings_acceptances_and_a_series_want_one_time_and_one_gets_it(early):
    """Every way to come by a time, at once; what it is asked with (a draw in the same visit) makes no difference."""
    early.move_to(at("7:00"))
    clinic = Clinic()
    nurse = make_member(Role.MA)
    make_session(nurse, clinic.location)
    make_room(clinic.location, kind=Room.Kind.LAB)
    OutreachSettings.objects.update(offers_at_once=3)
    for _ in range(3):
        wait(clinic)
    offers = offered(clinic, "11:00")
    other = make_provider(clinic.location)
    dropped = [clinic.book(clock, provider=other) for clock in ("8:00", "8:30")]
    lab, states = visit_type("lab"), []
    patients = [make_patient() for _ in range(6)]
    plain = {
        "by": clinic.by,
        "visit_type": visit_type(),
        "location": clinic.location,
        "provider": clinic.provider,
    }
    rule = Rule(Every.WEEK, 1, 3)
    before = deadlocks()
    jobs = [
        *(
            lambda visit=visit: reschedule_appointment(
                by=clinic.by, appointment=visit, starts_at=at("11:00"), provider=clinic.provider
            )
            for visit in dropped
        ),
        *(
            lambda patient=patient: book_appointment(**plain, patient=patient, starts_at=at("11:00"))
            for patient in patients[:2]
        ),
        *(
            lambda patient=patient: book_appointment(
                **plain, patient=patient, starts_at=at("11:00"), add_ons=(lab,)
            )
            for patient in patients[2:4]
        ),
        *(
            lambda offer=offer: states.append(accept_offer(by=SYSTEM, offer=offer, how="link").state)
            for offer in offers
        ),
        *(
            lambda patient=patient: book_series(
                **plain, patient=patient, rule=rule, first_day=TUESDAY, clock=time(11)
            )
            for patient in patients[4:]
        ),
    ]
    outcomes, errors, took = race(jobs)
    # Nobody is left without an answer: an acceptance is told yes or that it is gone, the others win or are refused.
    assert len(took) == len(jobs)
    assert set(outcomes) <= {"won", "Conflict"}
    assert len(states) == len(offers)
    assert set(states) <= {"accepted", "lost"}
    assert all(isinstance(error, Conflict) for error in errors)
    assert overlapping() == []
    assert deadlocks() == before
    there = Appointment.objects.filter(state="scheduled", provider=clinic.provider, starts_at=at("11:00"))
    assert there.count() == 1
    assert outcomes["won"] - len(offers) + states.count("accepted") == 1
    # A series is whole or not there, and a visit that was not moved stands where it stood.
    assert Appointment.objects.exclude(series=None).count() in (0, 3)
    assert AppointmentSeries.objects.count() * 3 == Appointment.objects.exclude(series=None).count()
    moved = Appointment.objects.filter(state="rescheduled").count()
    assert Appointment.objects.filter(state="scheduled", provider=other).count() == len(dropped) - moved


def test_visits_dropped_on_one_room_at_once_leave_it_to_one(early):
    clinic = Clinic()
    visits = [clinic.book("9:00", provider=make_provider(clinic.location)) for _ in range(EACH)]
    room = clinic.rooms[0]
    outcomes, errors, _ = race(
        [
            lambda visit=visit: place_appointment(by=clinic.by, appointment=visit, room=room)
            for visit in visits
        ]
    )
    assert outcomes == Counter(won=1, Conflict=EACH - 1)
    assert {str(error) for error in errors} == {f"{room.name} is taken at that time."}
    assert ResourceHold.objects.filter(resource_id=room.pk, is_live=True).count() == 1


def test_one_visit_resized_twice_at_once_ends_with_one_length(early):
    clinic = Clinic()
    visit = clinic.book("9:00")
    outcomes, _, _ = race(
        [
            lambda minutes=minutes: resize_appointment(
                by=clinic.by, appointment=visit, minutes=minutes, version=visit.version
            )
            for minutes in (30, 40, 50, 60)
        ]
    )
    assert outcomes == Counter(won=1, Stale=3)
    row = Appointment.objects.get()
    hold = ResourceHold.objects.get(is_live=True, resource_id=clinic.provider.pk)
    assert (hold.during.lower, hold.during.upper) == (row.starts_at, row.ends_at)


def test_links_made_at_once_leave_one_that_works(early):
    clinic = Clinic()
    by = actor_for(clinic.provider)
    outcomes, _, _ = race([lambda: open_calendar_feed(by=by) for _ in range(EACH)])
    assert outcomes == Counter(won=EACH)
    assert clinic.provider.calendar_feeds.filter(revoked_at__isnull=True).count() == 1
    assert clinic.provider.calendar_feeds.count() == EACH
