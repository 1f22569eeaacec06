"""Gestures on the calendar against bookings, on real connections: never two holds, never a lost answer."""

from collections import Counter

import pytest

from scheduling.models import Appointment, ResourceHold
from scheduling.services.booking import book_appointment, reschedule_appointment
from scheduling.services.feeds import open_calendar_feed
from scheduling.services.rearranging import place_appointment, resize_appointment
from tests.factories.scheduling import Clinic, at, make_patient, make_provider, visit_type
from tests.factories.staff import actor_for
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
