"""Every page of the schedule is shown and works, by the people who use it."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from scheduling.models import Appointment, Closure, FlowSettings, SessionException
from scheduling.services.setup import add_absence, add_closure
from tests.factories.scheduling import (
    TUESDAY,
    at,
    make_location,
    make_patient,
    make_provider,
    make_room,
    visit_type,
)
from tests.factories.staff import make_member, signed_in

PAGES = (
    "day", "arrivals", "unconfirmed", "appointment-book", "walk-in", "rooms", "room-add", "templates", "session-add",
    "absence-add", "closure-add", "visit-types", "visit-type-add", "locations", "location-add", "flow-limits", "home-next",
    "todays-patients", "calendar-week", "calendar-month", "calendar-agenda",
)  # fmt: skip


@pytest.fixture
def browser(clinic):
    return signed_in(make_member(Role.MANAGER, Role.FRONT_DESK, Role.MA, Role.ADMINISTRATOR))


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_shown_full_and_empty(browser, clinic, name):
    assert browser.get(reverse(f"scheduling:{name}")).status_code == 200
    clinic.book("9:00")
    assert browser.get(reverse(f"scheduling:{name}")).status_code == 200


def test_one_visit_s_pages(browser, clinic):
    visit = clinic.book("9:00", reason="cough")
    for name in (
        "appointment",
        "appointment-move",
        "appointment-cancel",
        "appointment-shift",
        "appointment-resize",
    ):
        assert browser.get(reverse(f"scheduling:{name}", args=[visit.pk])).status_code == 200
    assert browser.get(reverse("scheduling:patient-visits", args=[visit.patient_id])).status_code == 200


def test_flow_board_is_shown(browser, clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived", "roomed", "intake")
    clinic.move(clinic.book("9:20"), "arrived")
    page = browser.get(reverse("desk:flow"))
    assert page.status_code == 200
    assert visit.patient.last_name in page.content.decode()
    wall = browser.get(reverse("desk:wall")).content.decode()
    assert "Maria O." in wall
    assert visit.patient.last_name not in wall
    assert Appointment.objects.get(pk=visit.pk).room_id == clinic.rooms[0].pk


LISTS = (
    "day", "arrivals", "unconfirmed", "rooms", "templates", "visit-types", "locations", "home-next", "todays-patients",
    "calendar-week", "calendar-month", "calendar-agenda",
)  # fmt: skip


def statements(browser, name: str, location) -> int:
    url = f"{reverse(f'scheduling:{name}')}?location={location.pk}"
    browser.get(url)  # session and permissions are warm
    with CaptureQueriesContext(connection) as log:
        assert browser.get(url).status_code == 200
    return len(log)


@pytest.mark.parametrize("name", LISTS)
def test_lists_take_the_same_statements_with_one_and_three_rows(browser, clinic, name):
    def more(n: int) -> None:
        make_room(clinic.location)
        clinic.book(f"{8 + n}:00")
        clinic.book(f"{8 + n}:00", day=TUESDAY + timedelta(7))
        make_provider(clinic.location)
        make_location()
        add_closure(by=clinic.by, day=TUESDAY + timedelta(30 + n), reason="Holiday")
        add_absence(by=clinic.by, provider=clinic.provider, starts_at=at("11:00"), ends_at=at("11:10"))

    more(0)
    one = statements(browser, name, clinic.location)
    more(1)
    more(2)
    assert statements(browser, name, clinic.location) == one


def test_ids_that_are_nobody_s_are_not_found(browser):
    for name in (
        "appointment",
        "appointment-move",
        "appointment-cancel",
        "appointment-shift",
        "appointment-resize",
        "room-edit",
        "session-edit",
        "location-edit",
    ):
        assert browser.get(reverse(f"scheduling:{name}", args=[uuid7()])).status_code == 404
    for name in (
        "visit-move",
        "visit-undo",
        "appointment-confirm",
        "room-state",
        "session-end",
        "absence-remove",
    ):
        assert browser.post(reverse(f"scheduling:{name}", args=[uuid7()])).status_code == 404


def test_a_clinic_without_a_location_is_told_so(db, early):
    browser = signed_in(make_member(Role.MANAGER, Role.FRONT_DESK, Role.MA, Role.ADMINISTRATOR))
    for url in (reverse("scheduling:day"), reverse("desk:flow"), reverse("scheduling:rooms")):
        answer = browser.get(url)
        assert answer.status_code == 404
        assert "No location is set up yet." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.BILLER, Role.PRIVACY])
def test_who_may_not_book_gets_no_dialog(clinic, role):
    other = signed_in(make_member(role))
    assert other.get(reverse("scheduling:appointment-book")).status_code == 403
    patient = make_patient()
    data = {"patient": patient.pk, "visit_type": visit_type().pk, "slot": f"{at('9:00').isoformat()}|"}
    assert other.post(reverse("scheduling:appointment-book"), data).status_code == 403
    assert not Appointment.objects.exists()


def test_settings_are_saved_by_their_services(browser, clinic):
    day = {"location": clinic.location.pk, "starts": "13:00", "ends": "17:00"}
    data = day | {
        "provider": clinic.provider.pk, "weekdays": ["1", "3"], "effective_from": "2026-03-01", "slot_minutes": 10,
        "overbook_per_slot": 1, "overbook_per_session": 2,
    }  # fmt: skip
    first = browser.post(reverse("scheduling:session-add"), data)
    assert first.status_code == 302, first.context["form"].errors
    assert clinic.provider.sessions.filter(starts="13:00").count() == 2
    again = browser.post(reverse("scheduling:session-add"), data)
    assert again.status_code == 422
    assert "already has a session on Tuesday 13:00–17:00" in again.content.decode()
    absence = {
        "provider": clinic.provider.pk,
        "kind": "leave",
        "first_day": "2026-03-17",
        "reason": "Vacation",
    }
    clinic.book("9:00", day=TUESDAY + timedelta(7))
    browser.post(reverse("scheduling:absence-add"), absence)
    row = SessionException.objects.get()
    assert (row.starts_at, row.ends_at) == (
        at("0:00", TUESDAY + timedelta(7)),
        at("0:00", TUESDAY + timedelta(8)),
    )
    browser.post(reverse("scheduling:closure-add"), {"day": "2026-07-03", "reason": "Independence Day"})
    assert Closure.objects.get().location_id is None
    limits = dict.fromkeys(("lobby_red", "alone_red"), 40) | dict.fromkeys(("lobby_amber", "alone_amber"), 20)
    limits |= {"no_show_grace": 20, "undo_minutes": 10, "late_cancel_hours": 24}
    assert browser.post(reverse("scheduling:flow-limits"), limits).status_code == 302
    assert FlowSettings.objects.get().no_show_grace == 20
    wrong = browser.post(reverse("scheduling:flow-limits"), limits | {"lobby_red": 5})
    assert (wrong.status_code, FlowSettings.objects.get().lobby_red) == (422, 40)


def test_a_room_edited_by_two_people_tells_the_second(browser, clinic):
    room = clinic.rooms[0]
    url = reverse("scheduling:room-edit", args=[room.pk])
    data = {
        "location": clinic.location.pk,
        "name": "Room A",
        "label": "A",
        "kind": "exam",
        "rank": 1,
        "is_active": "on",
    }
    assert browser.post(url, data | {"version": 1}).status_code == 302
    second = browser.post(url, data | {"version": 1, "name": "Room B"})
    assert second.status_code == 409
    assert "Somebody changed this while you had it open." in second.content.decode()
    room.refresh_from_db()
    assert room.name == "Room A"


def test_moves_by_buttons_of_the_board(browser, clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    url = reverse("scheduling:visit-move", args=[visit.pk])
    htmx = {"HX-Request": "true"}
    answer = browser.post(url, {"to": "roomed", "room": clinic.rooms[1].pk}, headers=htmx)
    assert answer.status_code == 204
    assert reverse("scheduling:visit-undo", args=[visit.pk]) in answer["HX-Trigger"]
    refused = browser.post(url, {"to": "completed"}, headers=htmx)
    assert refused.status_code == 422
    assert "A visit can't go from" in json.loads(refused["HX-Trigger"])["clinic:toast"]["message"]
    moved = browser.post(url, {"to": "roomed", "room": clinic.rooms[0].pk}, headers=htmx)
    assert moved.status_code == 204
    assert Appointment.objects.get(pk=visit.pk).room_id == clinic.rooms[0].pk
    assert browser.post(url, {"to": "nowhere"}, headers=htmx).status_code == 422


def test_panels_of_who_is_next(clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    own = signed_in(clinic.provider).get(reverse("scheduling:home-next")).content.decode()
    assert visit.patient.last_name in own
    stranger = signed_in(make_member(Role.PROVIDER)).get(reverse("scheduling:home-next")).content.decode()
    assert visit.patient.last_name not in stranger


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30", "yesterday", ""])
def test_days_that_are_none_show_today(browser, day):
    page = browser.get(reverse("scheduling:day"), {"day": day, "location": "nowhere"}).content.decode()
    assert "Tue, Mar 10, 2026" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"slot": "9999-12-31T23:59:00+00:00|"},
        {"slot": "", "day": "9999-12-31", "clock": "23:59"},
        {"slot": "x|y"},
    ],
)
def test_times_at_the_end_of_the_calendar_are_refused(browser, clinic, fields):
    data = {
        "patient": make_patient().pk,
        "visit_type": visit_type().pk,
        "location": clinic.location.pk,
        **fields,
    }
    assert browser.post(reverse("scheduling:appointment-book"), data).status_code == 422
    assert browser.post(reverse("scheduling:openings"), data | {"from": "9999-12-31"}).status_code == 200


def test_an_ended_session_takes_no_more_visits(browser, clinic):
    session = clinic.provider.sessions.get()
    assert browser.post(reverse("scheduling:session-end", args=[session.pk])).status_code == 302
    session.refresh_from_db()
    assert session.effective_to == TUESDAY - timedelta(1)
    fresh = make_provider(clinic.location).sessions.get()
    type(fresh).objects.filter(pk=fresh.pk).update(effective_from=TUESDAY + timedelta(7))
    browser.post(reverse("scheduling:session-end", args=[fresh.pk]))
    assert not type(fresh).objects.filter(pk=fresh.pk).exists()


def test_a_room_that_is_no_id_is_no_room(browser, clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived")
    url = reverse("scheduling:visit-move", args=[visit.pk])
    answer = browser.post(url, {"to": "roomed", "room": "first"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Choose a clean room." in answer["HX-Trigger"]


def test_todays_patients_are_who_is_here_then_who_is_to_come(browser, clinic):
    here = clinic.move(clinic.book("10:00"), "arrived")
    coming = clinic.book("9:20")
    Appointment.objects.filter(pk=clinic.book("9:40").pk).update(state="no_show")
    clinic.book("9:00", day=TUESDAY + timedelta(7))
    page = browser.get(reverse("scheduling:todays-patients")).content.decode()
    links = re.findall(r'href="/patients/([0-9a-f-]{36})/"', page)
    assert links == [str(here.patient_id), str(coming.patient_id)]
    looks = AuditEvent.objects.filter(detail__page="today's patients").values_list("patient_id", flat=True)
    assert set(looks) == {here.patient_id, coming.patient_id}
