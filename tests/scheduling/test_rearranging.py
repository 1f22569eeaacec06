"""Another length, another room: what is claimed anew, what is refused, and that a refusal changes nothing."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, NotAllowed, Refused, Stale
from clinic.messaging.models import Message
from clinic.staff.roles import Role
from scheduling.models import Appointment, ResourceHold
from scheduling.services.booking import reschedule_appointment
from scheduling.services.rearranging import place_appointment, resize_appointment
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import (
    at,
    desk,
    make_equipment,
    make_location,
    make_provider,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import actor_for, make_member


def holds(visit) -> dict[str, tuple]:
    """Live holds by kind, as clock times."""
    rows = ResourceHold.objects.filter(appointment=visit, is_live=True)
    return {row.resource_kind: (row.resource_id, row.during.lower, row.during.upper) for row in rows}


def snapshot(visit) -> tuple:
    row = Appointment.objects.get(pk=visit.pk)
    return row.starts_at, row.ends_at, row.version, row.state, holds(visit), AuditEvent.objects.count()


def test_a_longer_visit_holds_the_longer_time(clinic):
    visit = clinic.book("9:00")
    row = resize_appointment(by=clinic.by, appointment=visit, minutes=40, version=visit.version)
    assert (row.pk, row.starts_at, row.ends_at, row.minutes) == (visit.pk, at("9:00"), at("9:40"), 40)
    assert holds(visit) == {
        "provider": (clinic.provider.pk, at("9:00"), at("9:40")),
        "patient": (visit.patient_id, at("8:50"), at("9:40")),
    }
    event = AuditEvent.objects.get(action="appointment.resized")
    assert (event.detail, event.patient_id) == ({"before": 20, "after": 40}, visit.patient_id)
    with pytest.raises(Conflict):
        clinic.book("9:20")


def test_a_shorter_visit_gives_time_back(clinic):
    visit = clinic.book("9:00")
    resize_appointment(by=clinic.by, appointment=visit, minutes=10)
    assert clinic.book("9:10").starts_at == at("9:10")


def test_the_length_stays_when_the_visit_moves(clinic):
    visit = clinic.book("9:00")
    resize_appointment(by=clinic.by, appointment=visit, minutes=35)
    new = reschedule_appointment(
        by=clinic.by, appointment=Appointment.objects.get(pk=visit.pk), starts_at=at("10:00")
    )
    assert (new.starts_at, new.ends_at) == (at("10:00"), at("10:35"))
    assert holds(new)["provider"] == (clinic.provider.pk, at("10:00"), at("10:35"))


def test_a_visit_that_runs_into_the_next_one_is_refused_with_the_longest_that_fits(clinic):
    visit = clinic.book("9:00")
    clinic.book("9:30")
    before = snapshot(visit)
    with pytest.raises(Conflict) as refusal:
        resize_appointment(by=clinic.by, appointment=visit, minutes=45)
    assert refusal.value.hint == "It can last 30 minutes at most."
    assert snapshot(visit) == before


def test_a_visit_does_not_outlast_the_session(clinic):
    visit = clinic.book("11:30")
    with pytest.raises(Conflict) as refusal:
        resize_appointment(by=clinic.by, appointment=visit, minutes=60)
    assert refusal.value.hint == "It can last 30 minutes at most."


def test_who_may_overbook_may_run_into_the_next_visit_with_a_reason(clinic):
    visit = clinic.book("9:00")
    clinic.book("9:30")
    row = resize_appointment(by=clinic.by, appointment=visit, minutes=45, overbook_reason="needs the time")
    hold = ResourceHold.objects.get(appointment=row, is_live=True, resource_kind="provider")
    assert (hold.is_overbook, hold.overbook_reason) == (True, "needs the time")
    with pytest.raises(NotAllowed):
        resize_appointment(by=desk(), appointment=row, minutes=50)


@pytest.mark.parametrize("minutes", [0, 3, 7, 22, 245, -20])
def test_odd_lengths_are_refused(clinic, minutes):
    visit = clinic.book("9:00")
    before = snapshot(visit)
    with pytest.raises(Refused, match="5 to 240 minutes, in steps of 5"):
        resize_appointment(by=clinic.by, appointment=visit, minutes=minutes)
    assert snapshot(visit) == before


def test_the_same_length_an_older_version_and_a_begun_visit_are_refused(clinic):
    visit = clinic.book("9:00")
    with pytest.raises(Refused, match="already has"):
        resize_appointment(by=clinic.by, appointment=visit, minutes=20)
    resize_appointment(by=clinic.by, appointment=visit, minutes=25, version=visit.version)
    with pytest.raises(Stale):
        resize_appointment(by=clinic.by, appointment=visit, minutes=30, version=visit.version)
    clinic.move(visit, "arrived")
    with pytest.raises(Refused, match="arrived and can't be changed"):
        resize_appointment(by=clinic.by, appointment=visit, minutes=30)
    assert Appointment.objects.get(pk=visit.pk).minutes == 25


def test_another_length_tells_the_patient_nothing_and_keeps_the_reminders(clinic):
    visit = clinic.book("9:00", patient=make_reachable(), day=at("9:00").date())
    before = sorted(Message.objects.values_list("pk", "state"))
    resize_appointment(by=clinic.by, appointment=visit, minutes=30)
    assert sorted(Message.objects.values_list("pk", "state")) == before


def test_a_room_is_kept_and_given_back(clinic):
    visit, other = clinic.book("9:00"), clinic.book("10:00")
    first, second = clinic.rooms
    place_appointment(by=clinic.by, appointment=visit, room=first)
    assert holds(visit)["room"] == (first.pk, at("8:50"), at("9:20"))
    place_appointment(by=clinic.by, appointment=visit, room=second)
    assert holds(visit)["room"] == (second.pk, at("8:50"), at("9:20"))
    event = AuditEvent.objects.filter(action="appointment.placed").order_by("pk").last()
    assert (event.detail["before"], event.detail["after"]) == ([str(first.pk)], str(second.pk))
    place_appointment(by=clinic.by, appointment=other, room=first)
    resize_appointment(by=clinic.by, appointment=Appointment.objects.get(pk=visit.pk), minutes=30)
    assert holds(visit)["room"] == (second.pk, at("8:50"), at("9:30"))


def test_a_room_that_is_taken_or_unfit_is_refused(clinic):
    visit = clinic.book("9:00")
    place_appointment(by=clinic.by, appointment=visit, room=clinic.rooms[0])
    late = clinic.book("9:20", provider=make_provider(clinic.location))
    procedure = clinic.book("10:00", visit_type=visit_type("procedure", room_kind=""))
    visit_type("procedure", room_kind="procedure")
    before = snapshot(late)
    for room, why in (
        (clinic.rooms[0], "is taken at that time"),
        (make_room(make_location()), "is at another location"),
        (make_room(clinic.location, state="out_of_service"), "is out of service"),
    ):
        with pytest.raises((Refused, Conflict), match=why):
            place_appointment(by=clinic.by, appointment=late, room=room)
    with pytest.raises(Refused, match="needs a procedure room"):
        place_appointment(by=clinic.by, appointment=procedure, room=clinic.rooms[1])
    assert snapshot(late) == before


def test_a_device_of_the_right_kind_is_kept(clinic):
    first, second = make_equipment("ecg"), make_equipment("ecg")
    visit = clinic.book("9:00", visit_type=visit_type("ecg"), provider=None)
    held = holds(visit)["equipment"][0]
    place_appointment(by=clinic.by, appointment=visit, device=second if held == first.pk else first)
    assert {held, holds(visit)["equipment"][0]} == {first.pk, second.pk}
    with pytest.raises(Refused, match="does not use"):
        place_appointment(by=clinic.by, appointment=visit, device=make_equipment("spirometer"))


def test_a_telephone_visit_takes_no_room(clinic):
    visit = clinic.book("9:00", visit_type=visit_type("telehealth", needs_room=False))
    with pytest.raises(Refused, match="takes no room"):
        place_appointment(by=actor_for(make_member(Role.FRONT_DESK)), appointment=visit, room=clinic.rooms[0])


def test_an_added_step_begins_when_the_longer_main_part_ends_and_keeps_its_own_room(clinic):
    nurse = make_member(Role.MA)
    make_session(nurse, clinic.location)
    chair = make_room(clinic.location, kind="lab")
    visit = clinic.book("9:00", add_ons=(visit_type("lab"), visit_type("nurse")))
    place_appointment(by=clinic.by, appointment=visit, room=clinic.rooms[0])
    row = resize_appointment(by=clinic.by, appointment=visit, minutes=40)
    rows = ResourceHold.objects.filter(appointment=row, is_live=True)
    held = {(one.resource_id, one.during.lower) for one in rows}
    assert held == {
        (clinic.provider.pk, at("9:00")),
        (visit.patient_id, at("8:40")),
        (clinic.rooms[0].pk, at("8:50")),
        (chair.pk, at("8:40")),
        (nurse.pk, at("8:40")),
        (nurse.pk, at("9:40")),
    }
    steps = [(one.visit_type.code, one.starts_at) for one in row.steps.all()]
    assert steps == [("lab", at("8:40")), ("nurse", at("9:40"))]
