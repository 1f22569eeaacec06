"""The visit as it happens: check-in, moves, rooms, undo, cancelling, moving, walking in."""

from datetime import timedelta

import pytest
import time_machine

from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused, Stale
from clinic.core.time import now
from clinic.staff.roles import Role
from records.models import Encounter
from scheduling.models import Appointment, ResourceHold, Room, VisitInterval
from scheduling.services.booking import cancel_appointment, confirm_appointment, reschedule_appointment
from scheduling.services.rooms import change_room, set_room_state
from scheduling.services.visits import check_in, move_visit, undo_move
from scheduling.services.walk_ins import walk_in
from tests.factories.scheduling import TUESDAY, at, make_patient, make_provider, make_session, visit_type
from tests.factories.staff import actor_for, make_member


def states(visit) -> list[str]:
    return list(visit.intervals.values_list("state", flat=True))


def room_states(clinic) -> list[str]:
    return [Room.objects.get(pk=room.pk).state for room in clinic.rooms]


def snapshot():
    return (
        list(Appointment.objects.order_by("pk").values()),
        list(VisitInterval.objects.order_by("pk").values()),
        list(ResourceHold.objects.order_by("pk").values()),
        list(Room.objects.order_by("pk").values_list("pk", "state")),
        AuditEvent.objects.count(),
    )


def refused(kind, words, service, **call):
    before = snapshot()
    with pytest.raises(kind, match=words) as raised:
        service(**call)
    assert snapshot() == before
    return raised.value


def test_a_whole_visit_leaves_one_closed_interval_per_step(clinic, early):
    visit = clinic.book("9:00", reason="cough")
    steps = ("arrived", "roomed", "intake", "ready", "with_provider", "discharge", "checkout", "completed")
    for n, step in enumerate(steps):
        early.move_to(at("9:00") + timedelta(minutes=5 * n))
        visit = clinic.move(visit, step)
    assert states(visit) == ["scheduled", *steps]
    rows = list(visit.intervals.all())
    assert all(a.ended_at == b.started_at for a, b in zip(rows, rows[1:], strict=False))
    assert [row.ended_at is None for row in rows] == [False] * 8 + [True]
    encounter = Encounter.objects.get(appointment=visit)
    assert (encounter.reason, encounter.kind, encounter.started_at, encounter.ended_at) == (
        "cough", "office", at("9:00"), at("9:35"),
    )  # fmt: skip
    assert room_states(clinic) == ["dirty", "available"]
    assert AuditEvent.objects.filter(action="visit.moved").count() == len(steps)


def test_check_in_is_for_today_only_and_once(clinic):
    later = clinic.book("9:00", day=TUESDAY + timedelta(7))
    refused(Refused, "is on Tue, Mar 17, 2026, not today", check_in, by=clinic.by, appointment=later)
    visit = check_in(by=clinic.by, appointment=clinic.book("9:00"))
    assert visit.encounter.status == "open"
    refused(Refused, "already “Arrived”", check_in, by=clinic.by, appointment=visit)
    assert Encounter.objects.count() == 1


def test_rooming_needs_a_clean_room_of_the_place(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    call = {"by": clinic.by, "appointment": visit, "to": "roomed"}
    refused(Refused, "Choose a clean room", move_visit, **call)
    set_room_state(by=clinic.by, room=clinic.rooms[0], state="dirty")
    error = refused(Conflict, "is needs cleaning", move_visit, **call, room=clinic.rooms[0])
    assert error.hint == f"Clean now: {clinic.rooms[1].name}."
    move_visit(**call, room=clinic.rooms[1])
    other = clinic.move(clinic.book("9:20"), "arrived")
    refused(
        Conflict,
        "is occupied",
        move_visit,
        by=clinic.by,
        appointment=other,
        to="roomed",
        room=clinic.rooms[1],
    )


def test_a_room_with_a_patient_is_not_set_by_hand(clinic):
    clinic.move(clinic.book("9:00"), "arrived", "roomed")
    refused(
        Refused, "has a patient in it", set_room_state, by=clinic.by, room=clinic.rooms[0], state="available"
    )
    refused(
        Refused, "can't become cleaning", set_room_state, by=clinic.by, room=clinic.rooms[1], state="cleaning"
    )


def test_changing_rooms_dirties_the_old_one_and_keeps_the_minutes(clinic, early):
    visit = clinic.move(clinic.book("9:00"), "arrived", "roomed")
    since = visit.state_since
    early.shift(timedelta(minutes=4))
    visit = change_room(by=clinic.by, appointment=visit, room=clinic.rooms[1])
    assert (visit.room_id, visit.state, visit.state_since) == (clinic.rooms[1].pk, "roomed", since)
    assert room_states(clinic) == ["dirty", "occupied"]


def test_illegal_moves_are_refused_and_change_nothing(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    refused(
        Refused, "can't go from “Arrived” to “Ready for provider”", move_visit,
        by=clinic.by, appointment=visit, to="ready",
    )  # fmt: skip
    refused(Refused, "use that button", move_visit, by=clinic.by, appointment=visit, to="cancelled")


def test_backdated_moves_are_kept_and_flagged(clinic, early):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    early.shift(timedelta(minutes=20))
    refused(
        Refused, "has not come yet", move_visit, by=clinic.by, appointment=visit, to="roomed",
        room=clinic.rooms[0], at=now() + timedelta(minutes=1),
    )  # fmt: skip
    refused(
        Refused, "was arrived only from", move_visit, by=clinic.by, appointment=visit, to="roomed",
        room=clinic.rooms[0], at=now() - timedelta(minutes=21),
    )  # fmt: skip
    earlier = now() - timedelta(minutes=8)
    visit = move_visit(by=clinic.by, appointment=visit, to="roomed", room=clinic.rooms[0], at=earlier)
    row = visit.intervals.get(state="roomed")
    assert (row.started_at, row.recorded_at, row.is_backdated) == (earlier, now(), True)
    assert visit.intervals.get(state="arrived").ended_at == earlier


def test_no_show_only_after_grace_and_gives_the_time_back(clinic, early):
    visit = clinic.book("9:00")
    early.move_to(at("9:14"))
    refused(Refused, "15 minutes after the start", move_visit, by=clinic.by, appointment=visit, to="no_show")
    early.move_to(at("9:15"))
    move_visit(by=clinic.by, appointment=visit, to="no_show")
    assert not visit.holds.filter(is_live=True).exists()
    assert undo_move(by=clinic.by, appointment=visit).state == "scheduled"
    assert visit.holds.filter(is_live=True).count() == 2


def test_nurse_visit_has_no_provider_states(clinic):
    visit = clinic.book("9:00", visit_type=visit_type("nurse"), provider=None)
    visit = clinic.move(visit, "arrived", "roomed", "intake")
    refused(Refused, "has no provider", move_visit, by=clinic.by, appointment=visit, to="ready")
    assert clinic.move(visit, "orders").encounter.kind == "nurse"


# Undo


def test_undo_is_a_move_that_restores_room_and_minutes(clinic, early):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    arrived_at = visit.state_since
    early.shift(timedelta(minutes=3))
    visit = clinic.move(visit, "roomed")
    early.shift(timedelta(minutes=2))
    visit = undo_move(by=clinic.by, appointment=visit, reason="wrong patient")
    assert (visit.state, visit.state_since, visit.room_id) == ("arrived", arrived_at, None)
    assert states(visit) == ["scheduled", "arrived", "roomed", "arrived"]
    assert visit.intervals.last().undo_of.state == "roomed"
    assert room_states(clinic) == ["available", "available"]
    assert AuditEvent.objects.get(action="visit.move_undone").detail["reason"] == "wrong patient"


def test_undo_puts_the_patient_back_into_the_room_unless_it_was_given_away(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived", "roomed", "checkout")
    assert room_states(clinic)[0] == "dirty"
    visit = undo_move(by=clinic.by, appointment=visit)
    assert (visit.state, visit.room_id, room_states(clinic)[0]) == ("roomed", clinic.rooms[0].pk, "occupied")
    visit = clinic.move(visit, "checkout")
    set_room_state(by=clinic.by, room=clinic.rooms[0], state="available")
    clinic.move(clinic.book("9:20"), "arrived", "roomed")
    refused(Conflict, "is occupied", undo_move, by=clinic.by, appointment=visit)


def test_undo_is_closed_after_ten_minutes(clinic, early):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    early.shift(timedelta(minutes=10, seconds=1))
    refused(Refused, "can be undone for 10 minutes", undo_move, by=clinic.by, appointment=visit)


def test_undone_check_in_closes_the_encounter_and_a_new_one_reopens_it(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    visit = undo_move(by=clinic.by, appointment=visit)
    assert visit.state == "scheduled"
    assert Encounter.objects.get().ended_at is not None
    visit = check_in(by=clinic.by, appointment=visit)
    assert Encounter.objects.get().ended_at is None


def test_undone_cancellation_takes_its_time_again_or_says_that_it_is_gone(clinic):
    visit = cancel_appointment(by=clinic.by, appointment=clinic.book("9:00"), reason="patient_better")
    visit = undo_move(by=clinic.by, appointment=visit)
    assert (visit.state, visit.cancel_reason, visit.cancelled_at) == ("scheduled", "", None)
    assert visit.holds.filter(is_live=True).count() == 2
    visit = cancel_appointment(by=clinic.by, appointment=visit, reason="patient_better")
    clinic.book("9:00")
    refused(Conflict, "has just been taken", undo_move, by=clinic.by, appointment=visit)


def test_intervals_are_never_rewritten(clinic):
    from django.db import DatabaseError, transaction

    clinic.book("9:00")
    for change in ({"state": "arrived"}, {"started_at": at("8:00")}):
        with pytest.raises(DatabaseError), transaction.atomic():
            VisitInterval.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        VisitInterval.objects.all().delete()


# Before the patient comes


def test_confirming_twice_is_one_confirmation(clinic):
    visit = clinic.book("9:00")
    assert confirm_appointment(by=clinic.by, appointment=visit).state == "confirmed"
    assert confirm_appointment(by=clinic.by, appointment=visit).confirmed_at is not None
    assert states(visit) == ["scheduled", "confirmed"]


@pytest.mark.parametrize(("hours", "late"), [(25, False), (23, True)])
def test_late_cancellation_is_counted(clinic, hours, late):
    visit = clinic.book("9:00", day=TUESDAY + timedelta(7))
    with time_machine.travel(visit.starts_at - timedelta(hours=hours), tick=False):
        visit = cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict", note="work")
    assert (visit.state, visit.is_late_cancel, visit.cancel_note) == ("cancelled", late, "work")
    assert clinic.book("9:00", day=TUESDAY + timedelta(7)).state == "scheduled"


def test_cancelling_needs_a_known_reason_and_a_visit_that_has_not_begun(clinic):
    visit = clinic.book("9:00")
    refused(Refused, "Choose why", cancel_appointment, by=clinic.by, appointment=visit, reason="because")
    clinic.move(visit, "arrived")
    refused(
        Refused, "is arrived and can't be cancelled", cancel_appointment,
        by=clinic.by, appointment=visit, reason="patient_better",
    )  # fmt: skip


def test_moving_by_ten_minutes_over_its_own_time(clinic):
    old = clinic.book("9:00", reason="cough")
    new = reschedule_appointment(by=clinic.by, appointment=old, starts_at=at("9:10"))
    old.refresh_from_db()
    assert (old.state, old.rescheduled_to_id, old.holds.filter(is_live=True).count()) == (
        "rescheduled",
        new.pk,
        0,
    )
    assert (new.state, new.reason, new.starts_at, new.provider_id) == (
        "scheduled", "cough", at("9:10"), clinic.provider.pk,
    )  # fmt: skip
    assert new.holds.filter(is_live=True).count() == 2


def test_the_slower_of_two_tabs_is_told_what_the_first_did(clinic):
    visit = clinic.book("9:00")
    opened = visit.version
    reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("10:00"), version=opened)
    error = refused(
        Stale, "It is now rescheduled", reschedule_appointment,
        by=clinic.by, appointment=visit, starts_at=at("11:00"), version=opened,
    )  # fmt: skip
    assert error.status == 409
    refused(
        Refused, "was already moved to Tue, Mar 10, 2026, 10:00 AM", reschedule_appointment,
        by=clinic.by, appointment=visit, starts_at=at("11:00"),
    )  # fmt: skip


def test_moving_to_a_taken_time_keeps_the_old_one(clinic):
    visit = clinic.book("9:00")
    clinic.book("10:00")
    error = refused(
        Conflict,
        "is taken on",
        reschedule_appointment,
        by=clinic.by,
        appointment=visit,
        starts_at=at("10:00"),
    )
    assert error.alternatives
    assert visit.holds.filter(is_live=True).count() == 2


# Walking in


def test_walk_in_takes_the_next_free_time_and_is_here(clinic, early):
    early.move_to(at("8:55"))
    clinic.book("9:00")
    visit = walk_in(
        by=clinic.by,
        patient=make_patient(),
        visit_type=visit_type("acute"),
        location=clinic.location,
        reason="fever",
    )
    assert (visit.state, visit.is_walk_in, visit.starts_at) == ("arrived", True, at("9:20"))
    assert visit.encounter.reason == "fever"


def test_walk_in_waits_in_line_when_nothing_is_free(clinic, early):
    clinic.provider.sessions.update(ends="09:20")
    clinic.book("9:00")
    early.move_to(at("9:02"))
    visit = walk_in(by=clinic.by, patient=make_patient(), visit_type=visit_type(), location=clinic.location)
    assert (visit.state, visit.provider_id, visit.holds.count()) == ("arrived", clinic.provider.pk, 0)


def test_patient_with_a_visit_today_is_checked_in_instead(clinic):
    visit = clinic.book("9:00")
    refused(
        Refused, "is booked today at 9:00 AM", walk_in,
        by=clinic.by, patient=visit.patient, visit_type=visit_type(), location=clinic.location,
    )  # fmt: skip


def test_a_provider_takes_over_a_walk_in_without_one(clinic, early):
    make_provider(clinic.location, last_name="Abel")
    clinic.provider.sessions.update(ends="08:20")
    early.move_to(at("12:30"))
    visit = walk_in(by=clinic.by, patient=make_patient(), visit_type=visit_type(), location=clinic.location)
    assert visit.provider_id is None
    visit = clinic.move(visit, "roomed", "ready")
    refused(Refused, "No provider is named", move_visit, by=clinic.by, appointment=visit, to="with_provider")
    doctor = make_member(Role.PROVIDER)
    row = move_visit(by=actor_for(doctor), appointment=visit, to="with_provider")
    assert row.provider_id == doctor.pk


def test_sessions_of_one_member_do_not_overlap(clinic):
    from scheduling.services.setup import add_sessions

    values = {
        "provider": clinic.provider,
        "location": clinic.location,
        "ends": at("13:00").astimezone().time(),
        "effective_from": TUESDAY,
    }
    session = clinic.provider.sessions.get()
    values |= {"starts": session.starts, "ends": session.ends}
    with pytest.raises(Refused, match="already has a session on Tuesday 08:00–12:00"):
        add_sessions(by=clinic.by, weekdays=[0, 1], **values)
    assert clinic.provider.sessions.count() == 1
    make_session(clinic.provider, clinic.location, "12:00", "13:00")
