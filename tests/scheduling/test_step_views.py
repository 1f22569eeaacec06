"""Added steps where people look: the column of who does them, rooms and devices, week, agenda, sheets, feed, gestures."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.roles import Role
from scheduling.models import Room
from scheduling.queries.agenda import agenda
from scheduling.queries.day import BY_PROVIDER, BY_ROOM, day_board
from scheduling.queries.feeds import feed_file
from scheduling.queries.month import month_picture
from scheduling.queries.moves import shift_plan
from scheduling.queries.sheets import day_sheet, huddle_sheet, room_sheet
from scheduling.queries.week import week_board
from scheduling.rules.marks import Mark
from scheduling.services.booking import cancel_appointment
from scheduling.services.walk_ins import walk_in
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_equipment,
    make_location,
    make_patient,
    make_provider,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted


@pytest.fixture
def lab(clinic):
    """A visit at nine with a draw at 8:25 and an ECG at 8:35, both done by a nurse who works eight to twelve."""
    clinic.chair = make_room(clinic.location, name="Draw chair", kind=Room.Kind.LAB)
    clinic.ecg = make_equipment("ecg")
    clinic.nurse = make_member(Role.MA, last_name="Reyes")
    make_session(clinic.nurse, clinic.location)
    clinic.both = (visit_type("lab"), visit_type("ecg"))
    clinic.visit = clinic.book(
        "9:00", add_ons=clinic.both, patient=make_patient(first_name="Ana", last_name="Ruiz")
    )
    return clinic


def column(board, name):
    return next(one for one in board.columns if one.name == name)


def shown(one) -> list[tuple]:
    """What stands in a column: the step (nothing for the visit itself), first grid row, rows."""
    return [
        (cell.step.name if cell.step else "", cell.row, cell.height)
        for cell in sorted((cell for cell in one.cells if cell.visit), key=lambda cell: cell.row)
    ]


class TestDay:
    def test_steps_stand_in_the_column_of_who_does_them_at_their_own_time(self, lab):
        board = day_board(TUESDAY, lab.location)
        assert shown(column(board, lab.provider.name)) == [("", 12, 4)]
        assert shown(column(board, lab.nurse.name)) == [("Lab draw", 5, 2), ("ECG", 7, 3)]
        assert board.strip.booked == 1

    def test_the_time_of_a_step_is_not_offered(self, lab):
        board = day_board(TUESDAY, lab.location, may_book=True)
        free = [cell for cell in column(board, lab.nurse.name).cells if cell.kind == "free"]
        taken = set(range(5, 10))
        assert [cell for cell in free if taken & set(range(cell.row, cell.row + cell.height))] == []
        assert min(cell.row for cell in free) == 0

    def test_a_nurse_without_a_session_that_day_has_a_column_for_her_step(self, lab):
        lab.nurse.sessions.all().delete()
        assert shown(column(day_board(TUESDAY, lab.location), lab.nurse.name)) == [
            ("Lab draw", 5, 2),
            ("ECG", 7, 3),
        ]

    def test_rooms_and_devices_show_the_steps_and_the_visit_still_wants_a_room(self, lab):
        board = day_board(TUESDAY, lab.location, by=BY_ROOM)
        assert shown(column(board, "Draw chair")) == [("Lab draw", 5, 3)]
        assert shown(column(board, lab.ecg.name)) == [("ECG", 7, 4)]
        assert shown(column(board, "No room yet")) == [("", 12, 4)]

    def test_a_step_of_a_no_show_takes_nobody_s_time(self, lab, early):
        early.move_to(at("9:40"))
        lab.move(lab.visit, "no_show")
        board = day_board(TUESDAY, lab.location)
        assert shown(column(board, lab.provider.name)) == [("", 12, 4)]
        assert shown(column(board, lab.nurse.name)) == []

    def test_a_day_begins_with_its_first_step(self, lab):
        make_session(lab.nurse, lab.location, "07:00", "08:00")
        make_session(lab.provider, lab.location, "07:00", "08:00")
        lab.book("8:00", add_ons=(visit_type("lab"),))
        assert day_board(TUESDAY, lab.location).first_hour == 7

    def test_who_is_overbooked_over_a_step_sees_both_side_by_side_with_a_sign(self, lab):
        lab.book(
            "8:30", visit_type=visit_type("nurse"), provider=lab.nurse, overbook_reason="dressing fell off"
        )
        board = day_board(TUESDAY, lab.location)
        cells = [cell for cell in column(board, lab.nurse.name).cells if cell.visit]
        assert {cell.is_clash for cell in cells} == {True}
        assert {cell.lane for cell in cells} == {"lane-1-of-2", "lane-2-of-2"}
        assert [cell.is_clash for cell in column(board, lab.provider.name).cells if cell.visit] == [False]
        page = signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:day")).content.decode()
        assert page.count("Same time as another here") >= 3
        assert 'href="#sign-clash"' in page

    def test_who_waits_in_line_and_what_only_wants_some_room_is_no_clash(self, lab, early):
        early.move_to(at("9:00"))
        for clock in ("9:20", "9:40", "10:00", "10:20", "10:40", "11:00", "11:20", "11:40"):
            lab.book(clock)
        walk_in(
            by=lab.by,
            patient=make_patient(),
            visit_type=visit_type(),
            location=lab.location,
            provider=lab.provider,
        )
        lab.book("9:00", provider=make_provider(lab.location))
        for by in (BY_PROVIDER, BY_ROOM):
            board = day_board(TUESDAY, lab.location, by=by)
            cells = [cell for one in board.columns for cell in one.cells if cell.visit]
            assert any("lane-2" in cell.lane for cell in cells)
            assert {cell.is_clash for cell in cells} == {False}

    def test_a_step_is_printed_with_what_it_is_part_of_and_cannot_be_dragged_alone(self, lab):
        page = signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:day")).content.decode()
        step = lab.visit.steps.get(visit_type__code="ecg")
        (cell,) = (one for one in page.split("<a ") if f'id="v-{lab.visit.pk}-{step.pk}"' in one)
        assert "cell-step" in cell
        assert "data-visit" not in cell
        assert "8:35 <b>Ruiz, Ana</b>" in cell
        assert f"ECG · part of Established follow-up 9:00, {lab.provider.name}" in cell

    def test_statements_stay_as_they_were(self, lab):
        for run, wanted in ((lambda: day_board(TUESDAY, lab.location), 3),
                            (lambda: day_board(TUESDAY, lab.location, by=BY_ROOM), 7)):  # fmt: skip
            run()
            with counted() as log:
                run()
            assert len(log) == wanted


class TestWeek:
    def test_the_nurse_s_week_has_her_steps_and_no_visit_of_hers(self, lab):
        board = week_board(TUESDAY, lab.location, lab.nurse)
        assert shown(board.columns[1]) == [("Lab draw", 5, 2), ("ECG", 7, 3)]
        assert board.strip.booked == 0
        (visit,) = board.visits
        assert Mark.COVERAGE in visit.marks

    def test_the_provider_s_week_names_the_steps_on_the_visit(self, lab):
        board = week_board(TUESDAY, lab.location, lab.provider)
        assert shown(board.columns[1]) == [("", 12, 4)]
        assert board.visits[0].flags == ("+ Lab draw 8:25", "+ ECG 8:35")
        assert board.visits[0].sub == "Established follow-up · + Lab draw 8:25 · + ECG 8:35"

    def test_a_step_at_another_location_shows_as_taken_there(self, lab):
        other = make_location(name="Oak Street")
        board = week_board(TUESDAY, other, lab.nurse)
        cells = [cell for cell in board.columns[1].cells if cell.kind == "elsewhere"]
        assert [cell.words for cell in cells] == [
            f"8:25 at {lab.location.name}",
            f"8:35 at {lab.location.name}",
        ]


class TestMonth:
    def test_the_load_of_who_does_a_step_has_its_minutes_and_no_visit(self, lab):
        def day(member=None):
            weeks = month_picture(TUESDAY, lab.location, member).weeks
            (found,) = (one for week in weeks for one in week if one.day == TUESDAY)
            return found.visits, found.load.booked, found.load.bookable

        assert day(lab.nurse) == (0, 25, 240)
        assert day(lab.provider) == (1, 20, 240)
        assert day() == (1, 45, 480)
        cancel_appointment(by=lab.by, appointment=lab.visit, reason="patient_better")
        assert day() == (0, 0, 480)


class TestAgenda:
    def test_everybody_s_agenda_says_when_the_patient_really_comes(self, lab):
        hours = agenda(TUESDAY, lab.location).hours
        assert [
            (hour.words, [(e.visit.id, e.step and e.step.name) for e in hour.entries]) for hour in hours
        ] == [
            ("8:00 AM", [(lab.visit.pk, "Lab draw"), (lab.visit.pk, "ECG")]),
            ("9:00 AM", [(lab.visit.pk, None)]),
        ]

    def test_the_nurse_s_agenda_is_her_steps(self, lab):
        made = agenda(TUESDAY, lab.location, lab.nurse.pk)
        assert [e.step.times for hour in made.hours for e in hour.entries] == ["8:25–8:35 AM", "8:35–8:50 AM"]
        assert (made.strip.booked, made.next_id) == (0, None)

    def test_it_is_printed_with_its_times(self, lab):
        page = (
            signed_in(make_member(Role.FRONT_DESK))
            .get(reverse("scheduling:calendar-agenda"))
            .content.decode()
        )
        step = lab.visit.steps.get(visit_type__code="lab")
        entry = page.split(f'id="s-{step.pk}"')[1].split("</li>")[0]
        assert "8:25–8:35 AM" in entry
        assert f"Lab draw · {lab.nurse.name} · part of Established follow-up 9:00" in entry


class TestSheets:
    def test_the_day_sheet_gives_the_nurse_her_steps_with_their_chair_and_device(self, lab):
        parts = {part.name: part.lines for part in day_sheet(TUESDAY, lab.location).parts}
        assert [(line.times, line.step and line.step.name, line.room) for line in parts[lab.nurse.name]] == [
            ("8:00–8:25 AM", None, ""),
            ("8:25–8:35 AM", "Lab draw", "Draw chair"),
            ("8:35–8:50 AM", "ECG", lab.ecg.name),
            ("8:50–12:00 PM", None, ""),
        ]
        (line,) = (line for line in parts[lab.provider.name] if line.visit)
        assert (line.times, line.room, line.step) == ("9:00–9:20 AM", "", None)

    def test_the_nurse_s_own_sheet_is_hers_alone_and_printing_it_is_a_look(self, lab):
        sheet = day_sheet(TUESDAY, lab.location, lab.nurse.pk)
        assert [part.name for part in sheet.parts] == [lab.nurse.name]
        assert sheet.patient_ids == (lab.visit.patient_id,)
        browser = signed_in(make_member(Role.FRONT_DESK))
        url = reverse("scheduling:sheet-day", query={"member": str(lab.nurse.pk)})
        page = browser.get(url).content.decode()
        assert f"step of Established follow-up 9:00, {lab.provider.name}" in page
        look = AuditEvent.objects.get(action="chart.viewed", detail__page="day sheet")
        assert look.patient_id == lab.visit.patient_id

    def test_the_room_sheet_and_the_huddle_name_them(self, lab):
        found = {part.name: [(line.times, line.step and line.step.name) for line in part.lines]
                 for part in room_sheet(TUESDAY, lab.location).parts}  # fmt: skip
        assert found["Draw chair"] == [("8:25–8:40 AM", "Lab draw")]
        assert found[lab.ecg.name] == [("8:35–8:55 AM", "ECG")]
        assert found["Any clean room"] == [("9:00–9:20 AM", None)]
        topics = {
            topic.title: topic for topic in huddle_sheet(TUESDAY, lab.location, with_chart=False).topics
        }
        (note,) = topics["Several steps in one visit"].notes
        assert note.words == f"Lab draw 8:25, {lab.nurse.name}; ECG 8:35, {lab.nurse.name}"
        page = signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:sheet-rooms")).content.decode()
        assert "step of Established follow-up 9:00" in page


def test_the_feed_of_who_does_a_step_has_it_without_a_name_until_the_visit_is_gone(lab):
    words = feed_file(lab.nurse)
    assert words.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Step of a visit (10 min)" in words
    assert "Ruiz" not in words
    cancel_appointment(by=lab.by, appointment=lab.visit, reason="patient_better")
    assert "BEGIN:VEVENT" not in feed_file(lab.nurse)


def test_moving_a_visit_names_when_its_steps_will_be(lab):
    plan = shift_plan(lab.visit, starts_at=at("10:00") + timedelta(days=7))
    assert [(one.what, one.before, one.after) for one in plan.changes][1:] == [
        ("Time", "9:00 AM – 9:20 AM", "10:00 AM – 10:20 AM"),
        ("Lab draw", "8:25 AM", "9:25 AM"),
        ("ECG", "8:35 AM", "9:35 AM"),
    ]
    other = make_provider(lab.location)
    same = shift_plan(lab.visit, starts_at=lab.visit.starts_at, member=other)
    assert [one.what for one in same.changes] == ["With"]
