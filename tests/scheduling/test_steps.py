"""Several steps in one visit: each with its own people and things, all or nothing."""

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused
from clinic.staff.roles import Role
from scheduling.models import Appointment, ResourceHold, Room, VisitStep
from scheduling.queries.day import day_board
from scheduling.queries.slots import open_slots
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from scheduling.services.visits import undo_move
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_equipment,
    make_patient,
    make_provider,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member, signed_in


@pytest.fixture
def lab(clinic):
    """A draw chair, an ECG and a nurse at work."""
    clinic.chair = make_room(clinic.location, kind=Room.Kind.LAB)
    clinic.ecg = make_equipment("ecg")
    clinic.nurse = make_member(Role.MA, last_name="Reyes")
    make_session(clinic.nurse, clinic.location)
    clinic.both = (visit_type("lab"), visit_type("ecg"))
    return clinic


def stretches(visit) -> set:
    return {
        (hold.resource_kind, hold.resource_id, hold.during.lower, hold.during.upper)
        for hold in ResourceHold.objects.filter(appointment=visit, is_live=True)
    }


def test_blood_draw_and_ecg_come_before_the_main_part_each_with_its_people_and_things(lab):
    patient = make_patient()
    visit = lab.book("9:00", patient=patient, add_ons=lab.both)
    # Follow-up: 10 minutes with the MA before; the draw takes 10 (and its chair 5 more), the ECG 15.
    assert stretches(visit) == {
        ("provider", lab.provider.pk, at("9:00"), at("9:20")),
        ("patient", patient.pk, at("8:25"), at("9:20")),
        ("ma", lab.nurse.pk, at("8:25"), at("8:35")),
        ("room", lab.chair.pk, at("8:25"), at("8:40")),
        ("ma", lab.nurse.pk, at("8:35"), at("8:50")),
        ("equipment", lab.ecg.pk, at("8:35"), at("8:55")),
    }
    steps = [(step.visit_type.code, step.member_id, step.starts_at) for step in visit.steps.all()]
    assert steps == [("lab", lab.nurse.pk, at("8:25")), ("ecg", lab.nurse.pk, at("8:35"))]
    assert AuditEvent.objects.get(action="appointment.booked").detail["steps"] == ["lab", "ecg"]


def test_a_step_after_the_main_part(lab):
    visit = lab.book("9:00", add_ons=(visit_type("nurse"),))
    (step,) = visit.steps.all()
    assert (step.starts_at, step.ends_at) == (at("9:20"), at("9:35"))
    (hold,) = visit.holds.filter(resource_kind="patient")
    assert hold.during.upper == at("9:50")


@pytest.mark.parametrize(
    ("taken", "words"),
    [("nurse", "Nobody is free for “ECG” at 8:35 AM"), ("device", "No device for “ECG” is free"),
     ("chair", "No room for “Lab draw” is free")],
)  # fmt: skip
def test_one_step_that_can_not_be_had_refuses_the_whole_visit(lab, taken, words):
    if taken == "nurse":
        lab.book("8:40", visit_type=visit_type("nurse"), provider=lab.nurse)
    elif taken == "device":
        lab.book("8:50", provider=make_provider(lab.location), equipment=[lab.ecg])
    else:
        second = make_member(Role.MA)
        make_session(second, lab.location)
        lab.book("8:30", visit_type=visit_type("lab"), provider=second)
    count = Appointment.objects.count()
    with pytest.raises(Conflict, match=words) as error:
        lab.book("9:00", add_ons=lab.both)
    assert Appointment.objects.count() == count
    assert VisitStep.objects.count() == 0
    for slot in error.value.alternatives[:1]:
        assert lab.book(starts_at=slot.starts_at, add_ons=lab.both).state == "scheduled"


def test_openings_with_steps_are_those_that_can_be_booked(lab):
    lab.book("9:00", visit_type=visit_type("nurse"), provider=lab.nurse)
    search = {
        "location": lab.location,
        "visit_type": visit_type(),
        "provider": lab.provider,
        "limit": 20,
        "days": 1,
    }
    found = open_slots(**search, add_ons=lab.both)
    assert [slot.clock for slot in found][:3] == ["8:40 AM", "9:00 AM", "10:00 AM"]
    plain = open_slots(**search)
    for slot in plain:
        kept = Appointment.objects.count()
        try:
            visit = lab.book(starts_at=slot.starts_at, add_ons=lab.both)
        except Conflict:
            assert slot.starts_at not in {one.starts_at for one in found}
            assert Appointment.objects.count() == kept
        else:
            assert slot.starts_at in {one.starts_at for one in found}
            cancel_appointment(by=lab.by, appointment=visit, reason="duplicate")


def test_rescheduling_takes_the_steps_along_and_undo_of_a_cancel_gives_them_back(lab):
    visit = lab.book("9:00", add_ons=lab.both)
    moved = reschedule_appointment(by=lab.by, appointment=visit, starts_at=at("10:00"))
    assert stretches(visit) == set()
    assert [(s.visit_type.code, s.starts_at) for s in moved.steps.all()] == [
        ("lab", at("9:25")), ("ecg", at("9:35")),
    ]  # fmt: skip
    before = stretches(moved)
    cancelled = cancel_appointment(by=lab.by, appointment=moved, reason="patient_better")
    assert stretches(moved) == set()
    undo_move(by=lab.by, appointment=cancelled)
    assert stretches(moved) == before


def test_only_kinds_that_can_be_added_are_added(lab):
    with pytest.raises(Refused, match="“Annual wellness” can't be added to another visit"):
        lab.book("9:00", add_ons=(visit_type("wellness"),))
    with pytest.raises(Refused, match="The visit is “Lab draw” already"):
        lab.book("9:00", visit_type=visit_type("lab"), provider=lab.nurse, add_ons=(visit_type("lab"),))


def test_a_nurse_s_main_part_and_step_share_one_nurse(lab):
    visit = lab.book("9:00", visit_type=visit_type("ecg"), provider=lab.nurse, add_ons=(visit_type("lab"),))
    assert ("ma", lab.nurse.pk, at("8:50"), at("9:00")) in stretches(visit)


def test_the_dialog_books_steps_and_says_when_to_come(lab):
    desk, patient = signed_in(make_member(Role.FRONT_DESK)), make_patient()
    page = desk.get("/schedule/book/").content.decode()
    assert 'name="add_ons"' in page
    data = {
        "patient": patient.pk, "visit_type": visit_type().pk, "location": lab.location.pk, "form_key": "k",
        "slot": f"{at('9:00').isoformat()}|{lab.provider.pk}", "add_ons": [kind.pk for kind in lab.both],
    }  # fmt: skip
    answer = desk.post("/schedule/book/", data, headers={"HX-Request": "true", "X-Clinic-Dialog": "1"})
    assert answer.status_code == 204
    said = answer["HX-Trigger"]
    assert "Established follow-up with Lab draw with ECG with Pat Shah, MD" in said
    assert "Please come 35 minutes early." in said
    page = desk.get(f"/schedule/visits/{Appointment.objects.get().pk}/").content.decode()
    assert "Lab draw 8:25 AM" in page
    (visit,) = day_board(TUESDAY, lab.location).visits
    assert visit.flags == ("+ Lab draw 8:25", "+ ECG 8:35")


def test_the_search_asks_with_steps(lab):
    desk = signed_in(make_member(Role.FRONT_DESK))
    data = {"visit_type": visit_type().pk, "location": lab.location.pk, "provider": lab.provider.pk}
    assert "8:00 AM" in desk.post("/schedule/openings/", data).content.decode()
    page = desk.post(
        "/schedule/openings/", {**data, "add_ons": [kind.pk for kind in lab.both]}
    ).content.decode()
    assert "8:00 AM" not in page.split("Mar 17")[0]
    assert "9:00 AM" in page
    page = desk.post("/schedule/openings/", {**data, "weekday": ["5"]}).content.decode()
    assert "No opening in the next 60 days" in page
