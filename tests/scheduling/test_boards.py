"""The day and the flow board: what they say, how many statements they take, when their version changes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.staff.roles import Role
from scheduling.models import Room, SessionException
from scheduling.queries.day import day_board
from scheduling.queries.flow import flow_board
from scheduling.queries.visits import arrivals, overdue, patient_visits, unconfirmed
from scheduling.services.booking import book_appointment, cancel_appointment, confirm_appointment
from scheduling.services.rooms import set_room_state
from tests.factories.scheduling import TUESDAY, at, make_patient, make_provider, visit_type
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

SLOTS = [f"{hour}:{minute:02}" for hour in (8, 9, 10, 11) for minute in (0, 20, 40)]


def statements(run) -> int:
    run()  # what is kept in memory is read once
    with counted() as log:
        run()
    return len(log)


def column(board, member):
    return next(one for one in board.columns if one.member_id == member.pk)


def test_the_day_says_who_comes_when_and_what_is_free(clinic):
    visit = clinic.book("9:00", reason="cough", patient=make_patient(first_name="Maria", last_name="Ortiz"))
    SessionException.objects.create(
        provider=clinic.provider, starts_at=at("10:00"), ends_at=at("11:00"), kind="meeting", reason="Huddle"
    )
    board = day_board(TUESDAY, clinic.location, may_book=True)
    cells = column(board, clinic.provider).cells
    shown = next(cell for cell in cells if cell.visit)
    assert (shown.visit.name, shown.visit.clock, shown.visit.sub, shown.row, shown.height) == (
        "Ortiz, Maria", "9:00", "Established follow-up · “cough”", 12, 4,
    )  # fmt: skip
    assert shown.visit.url == reverse("scheduling:appointment", args=[visit.pk])
    assert [(c.row, c.height, c.words) for c in cells if c.kind == "meeting"] == [(24, 12, "Huddle")]
    free = [cell for cell in cells if cell.kind == "free"]
    assert [(cell.row, cell.height) for cell in free] == [
        (0, 4), (4, 4), (8, 4), (16, 4), (20, 4), (36, 4), (40, 4), (44, 4),
    ]  # fmt: skip
    assert free[2].words == "8:40 · 20 min free: Established follow-up, Acute same-day, Telephone or video"
    assert [(c.row, c.height) for c in cells if c.kind == "off"] == [(48, 60)]
    assert not [
        c for c in column(day_board(TUESDAY, clinic.location), clinic.provider).cells if c.kind == "free"
    ]


def test_cancelled_visits_leave_the_day_and_overbooks_stand_side_by_side(clinic):
    gone = clinic.book("8:00")
    cancel_appointment(by=clinic.by, appointment=gone, reason="patient_better")
    clinic.book("9:00")
    clinic.book("9:00", overbook_reason="in pain")
    board = day_board(TUESDAY, clinic.location)
    lanes = [cell.lane for cell in column(board, clinic.provider).cells if cell.visit]
    assert sorted(lanes) == ["lane-1-of-2", "lane-2-of-2"]


def test_the_strip_counts(clinic, early):
    early.move_to(at("8:00"))
    clinic.move(clinic.book("8:20"), "arrived")
    clinic.move(clinic.book("8:40"), "arrived", "roomed")
    clinic.move(clinic.book("9:00"), "arrived", "checkout", "completed")
    clinic.book("9:20")
    strip = day_board(TUESDAY, clinic.location).strip
    assert (strip.booked, strip.arrived, strip.roomed, strip.done, strip.no_shows) == (4, 3, 1, 1, 0)
    assert strip.waiting_longest == at("8:00")


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_statements_of_the_boards_do_not_depend_on_rows(clinic, rows):
    for clock in SLOTS[:rows]:
        clinic.book(clock)
    clinic.move(clinic.book("8:00", provider=make_provider(clinic.location)), "arrived", "roomed")
    assert statements(lambda: day_board(TUESDAY, clinic.location, may_book=True)) == 3
    assert statements(lambda: flow_board(clinic.location)) == 2
    assert statements(lambda: arrivals(clinic.location)) == 1
    assert statements(lambda: unconfirmed(clinic.location, TUESDAY)) == 1


def test_booking_takes_few_statements(clinic):
    clinic.book("8:00")  # who works when and what reminders there are is kept in memory from now on
    patient, kind, start = make_patient(), visit_type(), at("9:00")
    with counted() as log:
        book_appointment(
            by=clinic.by,
            patient=patient,
            visit_type=kind,
            starts_at=start,
            location=clinic.location,
            provider=clinic.provider,
        )
    # Savepoint of the test, locks, holds, the patient's addresses, everything that is written, release.
    assert len(log) == 6


def test_version_changes_if_and_only_if_something_shown_changes(clinic, early):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    first = flow_board(clinic.location).version
    early.shift(timedelta(minutes=7))
    assert flow_board(clinic.location).version == first
    clinic.book("10:00")
    assert flow_board(clinic.location).version == first
    clinic.move(visit, "roomed")
    second = flow_board(clinic.location).version
    assert second != first
    set_room_state(by=clinic.by, room=clinic.rooms[1], state="dirty")
    assert flow_board(clinic.location).version not in (first, second)


def test_day_version_changes_with_a_visit_and_not_with_the_minute(clinic, early):
    first = day_board(TUESDAY, clinic.location).version
    early.shift(timedelta(minutes=3))
    assert day_board(TUESDAY, clinic.location).version == first
    visit = clinic.book("9:00")
    second = day_board(TUESDAY, clinic.location).version
    assert second != first
    confirm_appointment(by=clinic.by, appointment=visit)
    assert day_board(TUESDAY, clinic.location).version not in (first, second)


def test_next_is_who_was_ready_first_and_who_waits_longest(clinic, early):
    early.move_to(at("8:00"))
    first = clinic.move(clinic.book("8:00"), "arrived", "roomed")
    second = clinic.move(clinic.book("8:20"), "arrived")
    second = clinic.move(second, "roomed", room=clinic.rooms[1])
    third, fourth = clinic.move(clinic.book("8:40"), "arrived"), clinic.book("9:00")
    clinic.move(second, "ready")
    early.shift(timedelta(minutes=1))
    clinic.move(first, "ready")
    clinic.move(fourth, "arrived")
    board = flow_board(clinic.location)
    assert [row.id for row in board.in_rooms() if row.is_next] == [second.pk]
    assert [(row.id, row.is_next) for row in board.waiting] == [(third.pk, True), (fourth.pk, False)]
    assert board.waiting[0].best_room_id is None
    assert [row.waits_for for row in board.in_rooms()] == ["Dr. Shah", "Dr. Shah"]


def test_a_draw_is_offered_the_draw_chair_before_an_exam_room(clinic):
    chair = Room.objects.create(location=clinic.location, name="Lab chair", label="Lab", kind="lab", rank=9)
    clinic.move(clinic.book("9:00", visit_type=visit_type("lab"), provider=None), "arrived")
    assert flow_board(clinic.location).waiting[0].best_room_id == chair.pk
    set_room_state(by=clinic.by, room=chair, state="dirty")
    assert flow_board(clinic.location).waiting[0].best_room_id is None


def test_lists_of_the_desk(clinic, early):
    late, soon = clinic.book("8:00"), clinic.book("9:00")
    tomorrow = clinic.book("9:00", day=TUESDAY + timedelta(7))
    early.move_to(at("8:20"))
    assert [row.id for row in overdue(clinic.location)] == [late.pk]
    assert [row.id for row in arrivals(clinic.location)] == [late.pk, soon.pk]
    assert arrivals(clinic.location)[0].missing == ("Unconfirmed", "No coverage", "No phone")
    assert [row.id for row in unconfirmed(clinic.location, TUESDAY + timedelta(7))] == [tomorrow.pk]
    confirm_appointment(by=clinic.by, appointment=tomorrow)
    assert unconfirmed(clinic.location, TUESDAY + timedelta(7)) == []


def test_a_patient_s_visits(clinic, early):
    patient = make_patient()
    other = make_provider(clinic.location)
    here = clinic.move(clinic.book("8:00", patient=patient), "arrived")
    ahead = clinic.book("10:00", patient=patient, provider=other)
    visits = patient_visits(patient.pk)
    assert (visits.current.id, visits.next.id, visits.past, visits.no_shows) == (here.pk, ahead.pk, (), 0)
    clinic.move(here, "checkout", "completed")
    assert [line.id for line in patient_visits(patient.pk).past] == [here.pk]
    assert statements(lambda: patient_visits(patient.pk)) == 2


@pytest.mark.parametrize("name", ["scheduling:day", "desk:flow"])
def test_a_poll_of_an_unchanged_board_is_answered_204(clinic, name):
    browser = signed_in(make_member(Role.FRONT_DESK, Role.MA))
    page = browser.get(reverse(name))
    poll = {"HX-Request": "true", "X-Clinic-Poll": "1", "X-Board-Version": page["X-Board-Version"]}
    assert browser.get(reverse(name), headers=poll).status_code == 204
    clinic.move(clinic.book("9:00"), "arrived")
    changed = browser.get(reverse(name), headers=poll)
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
    assert changed["X-Board-Version"] != page["X-Board-Version"]
