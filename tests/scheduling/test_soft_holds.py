"""A time kept while somebody is on the phone: seen by the others, never beside a booking, over by itself."""

from datetime import timedelta

import pytest

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused
from clinic.core.ids import uuid7
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from scheduling.models import ResourceHold, Room, SoftHold
from scheduling.queries.day import day_board
from scheduling.queries.signatures import day_signature
from scheduling.queries.slots import open_slots
from scheduling.services.booking import book_appointment, reschedule_appointment
from scheduling.services.soft_holds import give_up_time, keep_time, sweep_soft_holds
from tests.factories.scheduling import TUESDAY, at, make_patient, make_room, visit_type
from tests.factories.staff import actor_for, make_member, signed_in


@pytest.fixture
def dana(clinic):
    return actor_for(make_member(Role.FRONT_DESK, first_name="Dana"))


def keep(clinic, by, clock="9:00", **options):
    values = {
        "by": by, "call": uuid7(), "visit_type": visit_type(), "location": clinic.location, "starts_at": at(clock),
        "provider": clinic.provider,
    }  # fmt: skip
    return keep_time(**{**values, **options})


def first_clock(clinic, viewer=None):
    slots = open_slots(
        location=clinic.location, visit_type=visit_type(), provider=clinic.provider, limit=1, viewer=viewer
    )
    return slots[0].clock


def test_a_kept_time_is_closed_to_others_open_to_its_keeper_and_free_after_five_minutes(clinic, dana, early):
    until = keep(clinic, dana, "8:00")
    assert until == at("6:05")
    assert first_clock(clinic) == "8:20 AM"
    assert first_clock(clinic, viewer=dana.member_id) == "8:00 AM"
    with pytest.raises(
        Conflict, match="Pat Shah, MD is kept for a caller by Dana until 6:05 AM: Tue, Mar 10"
    ):
        clinic.book("8:00")
    early.shift(timedelta(minutes=5))
    assert first_clock(clinic) == "8:00 AM"
    assert clinic.book("8:00").state == "scheduled"


def test_a_kept_time_can_not_be_overbooked_by_a_colleague(clinic, dana):
    keep(clinic, dana, "8:00")
    with pytest.raises(Conflict, match="kept for a caller by Dana"):
        clinic.book("8:00", overbook_reason="worried mother")
    assert ResourceHold.objects.count() == 0


def test_the_keeper_books_it_and_keeps_nothing_more(clinic, dana):
    keep(clinic, dana, "8:00", patient=(patient := make_patient()))
    assert {(row.resource_kind, row.resource_id) for row in SoftHold.objects.all()} == {
        ("provider", clinic.provider.pk), ("patient", patient.pk),
    }  # fmt: skip
    visit = clinic.book("8:00", by=dana, patient=patient)
    assert visit.state == "scheduled"
    assert SoftHold.objects.count() == 0
    assert list(
        AuditEvent.objects.filter(action__startswith="time.").values_list("action", "patient_id")
    ) == [("time.kept", patient.pk)]


def test_a_member_keeps_one_time_at_once(clinic, dana):
    keep(clinic, dana, "8:00")
    keep(clinic, dana, "9:00")
    assert [row.during.lower for row in SoftHold.objects.all()] == [at("9:00")]


def test_giving_up_frees_it_at_once_and_only_that_call(clinic, dana):
    call = uuid7()
    keep(clinic, dana, "8:00", call=call)
    assert give_up_time(by=dana, call=uuid7()) is False
    assert give_up_time(by=clinic.by, call=call) is False
    assert give_up_time(by=dana, call=call) is True
    assert give_up_time(by=dana, call=call) is False
    assert SoftHold.objects.count() == 0


def test_rooms_are_kept_too_and_a_taken_time_can_not_be_kept(clinic, dana):
    room = make_room(clinic.location, kind=Room.Kind.PROCEDURE)
    keep(clinic, dana, "9:00", visit_type=visit_type("procedure"))
    assert room.pk in set(SoftHold.objects.values_list("resource_id", flat=True))
    clinic.book("10:00")
    with pytest.raises(Conflict, match="is taken on"):
        keep(clinic, clinic.by, "10:00")
    assert SoftHold.objects.filter(held_by=clinic.by.member_id).count() == 0


def test_nobody_but_staff_keeps_a_time(clinic):
    from clinic.core.actor import Actor

    with pytest.raises(Refused, match="Only a member of staff"):
        keep(clinic, Actor.outside("patient by link"))


def test_a_time_is_kept_for_moving_a_visit_over_its_own(clinic, dana):
    visit = clinic.book("9:00")
    keep(clinic, dana, "9:10", patient=visit.patient, visit=visit)
    mover = actor_for(make_member(Role.FRONT_DESK, first_name="Lee"))
    with pytest.raises(Conflict, match="Dana is booking a visit for this patient just now"):
        reschedule_appointment(by=mover, appointment=visit, starts_at=at("9:10"))
    moved = reschedule_appointment(by=dana, appointment=visit, starts_at=at("9:10"))
    assert moved.starts_at == at("9:10")
    assert SoftHold.objects.count() == 0


def test_the_day_shows_who_holds_it_until_when_and_forgets_it_by_itself(clinic, dana, early):
    before = day_signature(TUESDAY, clinic.location.pk, may_book=True)
    keep(clinic, dana, "9:00")
    (column,) = day_board(TUESDAY, clinic.location, may_book=True).columns
    assert [cell.words for cell in column.cells if cell.kind == "kept"] == ["Held by Dana until 6:05 AM"]
    free = [cell.words.split(" ·")[0] for cell in column.cells if cell.kind == "free"]
    assert "9:00" not in free
    assert "9:20" in free
    assert day_signature(TUESDAY, clinic.location.pk, may_book=True) != before
    early.shift(timedelta(minutes=6))
    (column,) = day_board(TUESDAY, clinic.location, may_book=True).columns
    assert [cell for cell in column.cells if cell.kind == "kept"] == []
    assert day_signature(TUESDAY, clinic.location.pk, may_book=True) == before


def test_rows_that_ran_out_are_swept_after_an_hour(clinic, dana, early):
    keep(clinic, dana)
    early.shift(timedelta(minutes=64))
    assert sweep_soft_holds() == 0
    early.shift(timedelta(minutes=2))
    assert sweep_soft_holds() == 1
    assert sweep_soft_holds() == 0


def test_the_dialog_keeps_and_gives_up_over_http(clinic):
    member = make_member(Role.FRONT_DESK, first_name="Dana")
    browser, call = signed_in(member), str(uuid7())
    data = {
        "form_key": call, "visit_type": visit_type().pk, "location": clinic.location.pk, "patient": make_patient().pk,
        "slot": f"{at('9:00').isoformat()}|{clinic.provider.pk}",
    }  # fmt: skip
    answer = browser.post("/schedule/keep/", data)
    assert (answer.status_code, answer.json()) == (200, {"words": "Kept for you until 6:05 AM."})
    other = signed_in(make_member(Role.FRONT_DESK))
    answer = other.post("/schedule/keep/", {**data, "form_key": str(uuid7()), "patient": ""})
    assert answer.status_code == 409
    assert "kept for a caller by Dana" in answer.json()["words"]
    assert browser.post("/schedule/keep/", {**data, "slot": "soon"}).status_code == 422
    assert browser.post("/schedule/keep/", {**data, "visit_type": ""}).status_code == 422
    assert browser.post("/schedule/give-up/", {"form_key": call}).status_code == 204
    assert SoftHold.objects.count() == 0


def test_keeping_needs_the_right_to_book(clinic):
    assert Permission.APPOINTMENT_BOOK not in actor_for(make_member(Role.BILLER)).permissions
    assert signed_in(make_member(Role.BILLER)).post("/schedule/keep/", {}).status_code == 403


def test_booking_without_a_kept_time_asks_no_more_statements_than_with_none_around(clinic, dana):
    from tests.support.statements import counted

    def statements(clock):
        patient = make_patient()
        with counted() as log:
            book_appointment(
                by=clinic.by, patient=patient, visit_type=visit_type(), starts_at=at(clock),
                location=clinic.location, provider=clinic.provider,
            )  # fmt: skip
        return len(log)

    statements("8:00")
    alone = statements("8:20")
    keep(clinic, dana, "11:00")
    assert statements("8:40") == alone
