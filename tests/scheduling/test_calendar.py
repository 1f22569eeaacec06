"""The calendar's views: rooms, week, month, agenda, warnings; and what a gesture is answered."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.messaging.models import ContactConsent
from clinic.staff.roles import Role
from records.models import ContactPoint, Coverage, Payer
from scheduling.models import Appointment, Closure, SessionException
from scheduling.queries.agenda import agenda
from scheduling.queries.day import BY_ROOM, day_board
from scheduling.queries.marks import marks_between
from scheduling.queries.month import month_picture
from scheduling.queries.week import week_board
from scheduling.rules.marks import Mark
from scheduling.services.booking import cancel_appointment
from scheduling.services.rearranging import place_appointment, resize_appointment
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_equipment,
    make_location,
    make_patient,
    make_provider,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

WEDNESDAY = TUESDAY + timedelta(days=1)


def statements(run) -> int:
    run()  # what is kept in memory is read once
    with counted() as log:
        run()
    return len(log)


def column(board, name):
    return next(one for one in board.columns if one.name == name)


def shown(one) -> list[tuple]:
    """Visits of a column: who, first grid row, how many rows."""
    return [(cell.visit.id, cell.row, cell.height) for cell in one.cells if cell.visit]


class TestRooms:
    def test_a_room_shows_what_is_kept_and_who_was_there(self, clinic, early):
        kept, seen, waiting = clinic.book("9:00"), clinic.book("9:20"), clinic.book("11:00")
        first, second = clinic.rooms
        place_appointment(by=clinic.by, appointment=kept, room=first)
        early.move_to(at("9:00"))
        clinic.move(seen, "arrived")
        clinic.move(seen, "roomed", room=second)
        early.move_to(at("9:30"))
        board = day_board(TUESDAY, clinic.location, by=BY_ROOM)
        assert shown(column(board, first.name)) == [(kept.pk, 10, 6)]
        assert shown(column(board, second.name)) == [(seen.pk, 12, 6)]
        assert shown(column(board, "No room yet")) == [(waiting.pk, 36, 4)]
        assert column(board, first.name).target == f"room={first.pk}"
        assert column(board, "No room yet").target == ""
        cell = next(cell for cell in column(board, first.name).cells if cell.visit)
        assert cell.visit.sub == f"{clinic.provider.name} · Established follow-up"

    def test_devices_have_columns_and_visits_without_a_room_none(self, clinic):
        device = make_equipment("ecg")
        visit = clinic.book("9:00", visit_type=visit_type("ecg"), provider=None)
        clinic.book("10:00", visit_type=visit_type("telehealth", needs_room=False))
        board = day_board(TUESDAY, clinic.location, by=BY_ROOM)
        assert shown(column(board, device.name)) == [(visit.pk, 12, 4)]
        assert shown(column(board, "No room yet")) == [(visit.pk, 12, 3)]
        parts = [cell.part for one in board.columns for cell in one.cells if cell.visit]
        assert parts == ["", "-2"]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_statements_do_not_depend_on_visits(self, clinic, rows):
        for clock in ("8:00", "9:00", "10:00")[:rows]:
            clinic.book(clock)
        assert statements(lambda: day_board(TUESDAY, clinic.location, by=BY_ROOM)) == 7


class TestWeek:
    def test_each_day_has_its_visits_absences_and_closures(self, clinic):
        tuesday = clinic.book("9:00")
        make_session(clinic.provider, clinic.location, "13:00", "17:00", weekday=2)
        wednesday = clinic.book("13:20", day=WEDNESDAY)
        clinic.book("10:00", provider=make_provider(clinic.location))
        Closure.objects.create(location=clinic.location, day=TUESDAY + timedelta(days=2), reason="Holiday")
        SessionException.objects.create(
            provider=clinic.provider,
            starts_at=at("13:00", WEDNESDAY + timedelta(2)),
            ends_at=at("15:00", WEDNESDAY + timedelta(2)),
            kind="leave",
            reason="Vacation",
        )
        board = week_board(WEDNESDAY, clinic.location, clinic.provider)
        names = [one.name for one in board.columns]
        assert names == ["Mon, Mar 9", "Tue, Mar 10", "Wed, Mar 11", "Thu, Mar 12", "Fri, Mar 13"]
        assert shown(board.columns[1]) == [(tuesday.pk, 12, 4)]
        assert shown(board.columns[2]) == [(wednesday.pk, 64, 4)]
        assert [one.note for one in board.columns] == ["", "", "", "Closed: Holiday", "Vacation"]
        assert [one.is_closed for one in board.columns] == [False, False, False, True, False]
        assert [one.starts for one in board.columns][1:3] == ["2026-03-10T13:00Z", "2026-03-11T13:00Z"]

    def test_a_weekend_shows_where_somebody_works(self, clinic):
        make_session(clinic.provider, clinic.location, "08:00", "10:00", weekday=5)
        assert [one.weekday() for one in week_board(TUESDAY, clinic.location, clinic.provider).days] == [
            0, 1, 2, 3, 4, 5,
        ]  # fmt: skip

    def test_the_week_of_the_change_of_clocks_begins_each_day_at_its_own_instant(self, clinic):
        sunday = date(2026, 3, 8)
        make_session(clinic.provider, clinic.location, "08:00", "10:00", weekday=6)
        board = week_board(sunday, clinic.location, clinic.provider)
        assert (board.columns[4].starts, board.columns[-1].starts) == (
            "2026-03-06T14:00Z",
            "2026-03-08T13:00Z",
        )

    def test_other_locations_show_as_taken_without_a_name(self, clinic):
        other = make_location(name="Oak Street")
        make_session(clinic.provider, other, "13:00", "17:00")
        clinic.book("13:20", location=other, patient=make_patient(last_name="Elsewhere"))
        board = week_board(TUESDAY, clinic.location, clinic.provider)
        cells = [cell for cell in board.columns[1].cells if cell.kind == "elsewhere"]
        assert [(cell.words, cell.row, cell.height) for cell in cells] == [("1:20 at Oak Street", 64, 4)]
        assert board.visits == ()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_statements_do_not_depend_on_visits(self, clinic, rows):
        for clock in ("8:00", "9:00", "10:00")[:rows]:
            clinic.book(clock)
        assert statements(lambda: week_board(TUESDAY, clinic.location, clinic.provider, may_book=True)) == 4


class TestMonth:
    def test_load_is_booked_of_bookable_minutes(self, clinic):
        clinic.book("9:00")
        resize_appointment(by=clinic.by, appointment=clinic.book("10:00"), minutes=40)
        cancel_appointment(by=clinic.by, appointment=clinic.book("11:00"), reason="patient_better")
        clinic.book("9:00", day=TUESDAY + timedelta(7))
        SessionException.objects.create(
            provider=clinic.provider,
            starts_at=at("8:00", TUESDAY + timedelta(7)),
            ends_at=at("9:00", TUESDAY + timedelta(7)),
            kind="leave",
        )
        Closure.objects.create(location=None, day=TUESDAY + timedelta(14), reason="Inventory day")
        picture = month_picture(TUESDAY, clinic.location)
        days = {one.day: one for week in picture.weeks for one in week}
        first, second, third = (days[TUESDAY + timedelta(7 * n)] for n in range(3))
        assert (first.visits, first.load.booked, first.load.bookable, first.load.percent) == (2, 60, 240, 25)
        assert (second.load.booked, second.load.bookable, second.away) == (20, 180, (clinic.provider.name,))
        assert (third.closed, third.load.bookable) == ("Inventory day", 0)
        assert days[WEDNESDAY].load.percent is None
        assert (picture.visits, picture.total.booked) == (3, 80)
        assert picture.total.bookable == 240 * 3 + 180  # March has five Tuesdays, one of them closed
        assert first.spoken == "Tue, Mar 10, 2026: 25 percent booked, 2 visits, 180 minutes free."
        assert days[WEDNESDAY].spoken == "Wed, Mar 11, 2026: nobody works."

    def test_one_member_s_month_counts_theirs_alone(self, clinic):
        other = make_provider(clinic.location)
        clinic.book("9:00")
        clinic.book("9:00", provider=other)
        everybody, own = (month_picture(TUESDAY, clinic.location, one) for one in (None, other))
        assert (everybody.visits, own.visits) == (2, 1)
        assert (everybody.total.bookable, own.total.bookable) == (2400, 1200)

    @pytest.mark.parametrize("rows", [1, 3])
    def test_statements_do_not_depend_on_visits(self, clinic, rows):
        for clock in ("8:00", "9:00", "10:00")[:rows]:
            clinic.book(clock)
        assert statements(lambda: month_picture(TUESDAY, clinic.location)) == 2


class TestAgenda:
    def test_visits_stand_in_order_of_time_under_their_hour(self, clinic):
        late, soon, first = clinic.book("10:40"), clinic.book("9:20"), clinic.book("9:00")
        made = agenda(TUESDAY, clinic.location)
        assert [(hour.words, [one.visit.id for one in hour.entries]) for hour in made.hours] == [
            ("9:00 AM", [first.pk, soon.pk]),
            ("10:00 AM", [late.pk]),
        ]
        assert made.hours[0].entries[0].visit.who == clinic.provider.name
        assert made.next_id == first.pk

    def test_one_member_s_agenda_is_theirs(self, clinic):
        other = make_provider(clinic.location)
        clinic.book("9:00")
        mine = clinic.book("9:00", provider=other)
        hours = agenda(TUESDAY, clinic.location, other.pk).hours
        assert [one.visit.id for hour in hours for one in hour.entries] == [mine.pk]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_statements_do_not_depend_on_visits(self, clinic, rows):
        for clock in ("8:00", "9:00", "10:00")[:rows]:
            clinic.book(clock)
        assert statements(lambda: agenda(TUESDAY, clinic.location)) == 2


class TestWarnings:
    def marks(self, clinic, visit, first=TUESDAY, last=TUESDAY):
        return marks_between(clinic.location, first, last)[visit.pk]

    def ready(self, **fields):
        """A patient with an address, a phone and a coverage that was checked today."""
        patient = make_patient(address_line1="1 Elm Street", **fields)
        ContactPoint.objects.create(patient=patient, kind="mobile", value="+13125550142")
        self.ask(patient)
        payer = Payer.objects.get_or_create(name="Prairie Health Plan")[0]
        Coverage.objects.create(patient=patient, payer=payer, verified_at=at("8:00", TUESDAY - timedelta(1)),
                                verified_by=make_member(Role.FRONT_DESK))  # fmt: skip
        return patient

    def ask(self, patient, **values):
        ContactConsent.objects.create(
            **{"patient": patient, "channel": "sms", "address": "+13125550142", "purpose": "reminders",
               "is_granted": False, "how": "spoken", "at": at("8:00", TUESDAY - timedelta(9)), **values}
        )  # fmt: skip

    def test_a_patient_with_a_mobile_phone_has_been_asked_about_texts_or_is_not_complete(self, clinic):
        patient = make_patient(address_line1="1 Elm Street")
        ContactPoint.objects.create(patient=patient, kind="mobile", value="+13125550142")
        visit = clinic.book("9:00", patient=patient)
        assert self.marks(clinic, visit).gaps == ("texts not asked about",)
        # That a number was found out of service is no answer of the patient.
        self.ask(patient, purpose="reaches")
        assert self.marks(clinic, visit).gaps == ("texts not asked about",)
        self.ask(patient)
        assert self.marks(clinic, visit).gaps == ()

    def test_who_has_no_mobile_phone_is_not_asked_about_texts(self, clinic):
        patient = make_patient(address_line1="1 Elm Street")
        ContactPoint.objects.create(patient=patient, kind="home", value="+13125550143")
        assert self.marks(clinic, clinic.book("9:00", patient=patient)).gaps == ()

    def test_nothing_is_missing(self, clinic):
        visit = clinic.move(clinic.book("9:00", patient=self.ready()), "confirmed")
        assert self.marks(clinic, visit).marks == ()

    def test_what_is_missing(self, clinic):
        visit = clinic.book("9:00")
        found = self.marks(clinic, visit)
        assert found.marks == (Mark.UNCONFIRMED, Mark.COVERAGE, Mark.FORMS)
        assert found.gaps == ("no address", "no phone")

    def test_a_check_of_last_month_is_none(self, clinic):
        patient = self.ready()
        Coverage.objects.update(verified_at=at("8:00", TUESDAY - timedelta(31)))
        assert self.marks(clinic, clinic.book("9:00", patient=patient)).marks == (
            Mark.UNCONFIRMED,
            Mark.COVERAGE,
        )

    def test_next_week_is_not_yet_unconfirmed(self, clinic):
        day = TUESDAY + timedelta(7)
        visit = clinic.book("9:00", day=day, patient=self.ready())
        assert self.marks(clinic, visit, day, day).marks == ()

    @pytest.mark.parametrize(
        ("first_name", "last_name", "is_namesake"),
        [
            ("Marta", "Núñez", True),
            ("maria", "NUNEZ", True),
            ("Ana", "Nunez", False),
            ("Maria", "Nunes", False),
        ],
    )
    def test_namesakes(self, clinic, first_name, last_name, is_namesake):
        one = clinic.book("9:00", patient=make_patient(first_name="Maria", last_name="Nunez"))
        two = clinic.book("10:00", patient=make_patient(first_name=first_name, last_name=last_name))
        found = [Mark.SAME_NAME in self.marks(clinic, visit).marks for visit in (one, two)]
        assert found == [is_namesake, is_namesake]

    def test_a_namesake_of_a_colleague_s_patient_is_one_in_one_s_own_week_too(self, clinic):
        other = make_provider(clinic.location)
        mine = clinic.book("9:00", patient=make_patient(last_name="Nunez"))
        clinic.book("9:00", patient=make_patient(last_name="Nunez"), provider=other)
        found = marks_between(clinic.location, TUESDAY, TUESDAY, clinic.provider.pk)
        assert list(found) == [mine.pk]
        assert Mark.SAME_NAME in found[mine.pk].marks

    def test_a_patient_is_no_namesake_of_themselves_nor_of_another_day_s(self, clinic):
        patient, other = make_patient(last_name="Nunez"), make_patient(last_name="Nunez")
        day = TUESDAY + timedelta(7)
        one = clinic.book("9:00", patient=patient)
        clinic.book("10:00", patient=patient, provider=make_provider(clinic.location))
        clinic.book("9:00", patient=other, day=day)
        assert Mark.SAME_NAME not in self.marks(clinic, one, TUESDAY, day).marks

    def test_the_board_says_them(self, clinic):
        clinic.book("9:00", patient=make_patient(needs_interpreter=True))
        (visit,) = day_board(TUESDAY, clinic.location).visits
        assert visit.mark_words == "Not confirmed, Coverage not checked, Registration incomplete, Interpreter"


class TestGestures:
    @pytest.fixture
    def browser(self, clinic):
        return signed_in(make_member(Role.FRONT_DESK))

    def url(self, verb, visit, **query):
        return reverse(f"scheduling:appointment-{verb}", args=[visit.pk], query=query or None)

    def form(self, page) -> dict:
        """What the confirmation would send."""
        form = page.context["form"]
        sent = {name: form[name].value() for name in form.fields if name != "slot"}
        sent["form_key"] = str(form["form_key"].initial)
        return {name: value for name, value in sent.items() if value not in (None, "")}

    def test_a_drop_names_what_changes_and_that_nobody_tells_the_patient(self, browser, clinic):
        other = make_provider(clinic.location, last_name="Lee")
        visit = clinic.book("9:00")
        query = {"start": "2026-03-17T14:40Z", "with": other.pk}
        page = browser.get(self.url("shift", visit, **query))
        assert [(c.what, c.before, c.after) for c in page.context["plan"].changes] == [
            ("Day", "Tue, Mar 10, 2026", "Tue, Mar 17, 2026"),
            ("Time", "9:00 AM – 9:20 AM", "9:40 AM – 10:00 AM"),
            ("With", clinic.provider.name, other.name),
        ]
        assert "No message tells the patient (No mobile number on file). Call them." in page.content.decode()
        assert Appointment.objects.count() == 1
        assert browser.post(self.url("shift", visit), self.form(page)).status_code == 302
        new = Appointment.objects.exclude(pk=visit.pk).get()
        assert (new.starts_at, new.provider_id) == (at("9:40", date(2026, 3, 17)), other.pk)

    def test_a_patient_who_agreed_is_told(self, browser, clinic):
        visit = clinic.book("9:00", day=TUESDAY + timedelta(7), patient=make_reachable())
        page = browser.get(self.url("shift", visit, start="2026-03-17T15:00Z"))
        told = page.context["told"]
        assert told.is_told
        assert told.words.startswith("The patient is told by text to (")

    def test_a_lost_race_offers_other_times_and_moves_to_the_chosen_one(self, browser, clinic):
        visit = clinic.book("9:00")
        page = browser.get(self.url("shift", visit, start="2026-03-10T15:00Z"))
        clinic.book("10:00")
        lost = browser.post(self.url("shift", visit), self.form(page))
        assert lost.status_code == 409
        assert "is taken on" in lost.content.decode()
        assert Appointment.objects.get(pk=visit.pk).state == "scheduled"
        offered = lost.context["openings"]
        assert visit.starts_at not in [one.starts_at for one in offered]
        chosen = offered[0]
        again = self.form(page) | {"slot": chosen.value}
        assert browser.post(self.url("shift", visit), again).status_code == 302
        assert Appointment.objects.get(rescheduled_from=visit).starts_at == chosen.starts_at

    def test_who_may_overbook_is_asked_for_a_reason_and_then_does(self, clinic):
        manager = signed_in(make_member(Role.MANAGER, Role.FRONT_DESK))
        visit = clinic.book("9:00")
        clinic.book("10:00")
        sent = self.form(manager.get(self.url("shift", visit, start="2026-03-10T15:00Z")))
        lost = manager.post(self.url("shift", visit), sent)
        assert 'name="overbook_reason"' in lost.content.decode()
        done = manager.post(self.url("shift", visit), sent | {"overbook_reason": "in pain"})
        assert done.status_code == 302
        new = Appointment.objects.get(rescheduled_from=visit)
        assert new.holds.get(resource_kind="provider").overbook_reason == "in pain"

    def test_a_drop_on_a_room_keeps_the_visit_and_its_time(self, browser, clinic):
        visit, room = clinic.book("9:00"), clinic.rooms[1]
        page = browser.get(self.url("shift", visit, start="2026-03-10T14:00Z", room=room.pk))
        assert [(c.what, c.before, c.after) for c in page.context["plan"].changes] == [
            ("Room", "Any", room.name)
        ]
        assert "the time to come stays the same" in page.content.decode()
        assert browser.post(self.url("shift", visit), self.form(page)).status_code == 302
        assert Appointment.objects.get().holds.get(resource_kind="room").resource_id == room.pk

    def test_a_drop_on_a_room_at_another_time_moves_both(self, browser, clinic):
        visit, room = clinic.book("9:00"), clinic.rooms[1]
        page = browser.get(self.url("shift", visit, start="2026-03-10T15:00Z", room=room.pk))
        assert browser.post(self.url("shift", visit), self.form(page)).status_code == 302
        new = Appointment.objects.get(rescheduled_from=visit)
        hold = new.holds.get(resource_kind="room")
        assert (new.starts_at, hold.resource_id, hold.during.upper) == (at("10:00"), room.pk, at("10:20"))

    def test_a_second_tab_is_told_what_the_first_did(self, browser, clinic):
        visit = clinic.book("9:00")
        page = browser.get(self.url("resize", visit, minutes=30))
        resize_appointment(by=clinic.by, appointment=visit, minutes=25)
        stale = browser.post(self.url("resize", visit), self.form(page))
        assert stale.status_code == 409
        assert "Somebody changed this visit" in stale.content.decode()
        assert Appointment.objects.get().minutes == 25

    def test_sent_twice_it_acts_once(self, browser, clinic):
        visit = clinic.book("9:00")
        sent = self.form(browser.get(self.url("shift", visit, start="2026-03-10T15:00Z")))
        answers = [browser.post(self.url("shift", visit), sent) for _ in range(2)]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert Appointment.objects.count() == 2

    def test_a_longer_end_is_confirmed_and_done(self, browser, clinic):
        visit = clinic.book("9:00")
        page = browser.get(self.url("resize", visit, minutes=40))
        assert [(c.before, c.after) for c in page.context["plan"].changes] == [
            ("until 9:20 AM (20 min)", "until 9:40 AM (40 min)")
        ]
        assert browser.post(self.url("resize", visit), self.form(page)).status_code == 302
        assert Appointment.objects.get().minutes == 40
        assert AuditEvent.objects.filter(detail__page="appointment", patient_id=visit.patient_id).exists()

    @pytest.mark.parametrize(
        "start", ["yesterday", "2026-03-10", "9999-12-31T23:59Z", "2026-03-10T15:00Z'--"]
    )
    def test_an_address_that_is_no_time_is_refused_in_words(self, browser, clinic, start):
        visit = clinic.book("9:00")
        assert browser.get(self.url("shift", visit, start=start)).status_code == 422

    @pytest.mark.parametrize("role", [Role.BILLER, Role.PRIVACY])
    def test_who_may_not_move_gets_neither_dialog_nor_handles(self, clinic, role):
        visit = clinic.book("9:00")
        other = signed_in(make_member(role))
        for verb in ("shift", "resize"):
            assert other.get(self.url(verb, visit)).status_code == 403
            assert other.post(self.url(verb, visit), {"minutes": 40}).status_code == 403
        assert Appointment.objects.get().minutes == 20


def test_the_ways_keep_day_place_and_person(clinic):
    page = signed_in(make_member(Role.FRONT_DESK)).get(
        reverse("scheduling:calendar-week", query={"day": "2026-03-11", "member": clinic.provider.pk})
    )
    ways = page.context["ways"]
    kept = f"location={clinic.location.pk}&member={clinic.provider.pk}"
    assert ways.next == f"/schedule/week/?day=2026-03-18&{kept}"
    assert ways.previous == f"/schedule/week/?day=2026-03-04&{kept}"
    assert [view.key for view in ways.views] == ["d", "w", "m", "a"]
    assert [view.label for view in ways.views if view.is_current] == ["Week"]


def test_a_provider_s_own_week_comes_first(clinic):
    make_provider(clinic.location, last_name="Abel")
    page = signed_in(clinic.provider).get(reverse("scheduling:calendar-week"))
    assert page.context["member"].pk == clinic.provider.pk


def test_a_clinic_where_nobody_works_yet_is_told_so(db, early):
    make_location()
    answer = signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:calendar-week"))
    assert answer.status_code == 404
    assert "Nobody has sessions yet." in answer.content.decode()
    assert (
        signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:calendar-month")).status_code == 200
    )


@pytest.mark.parametrize("name", ["calendar-week", "calendar-agenda"])
def test_polls_of_the_other_boards_are_answered_204_until_something_changes(clinic, name):
    browser = signed_in(clinic.provider)
    page = browser.get(reverse(f"scheduling:{name}"))
    poll = {"HX-Request": "true", "X-Clinic-Poll": "1", "X-Board-Version": page["X-Board-Version"]}
    assert browser.get(reverse(f"scheduling:{name}"), headers=poll).status_code == 204
    clinic.book("9:00")
    changed = browser.get(reverse(f"scheduling:{name}"), headers=poll)
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
