"""The schedule by keyboard: a call booked in seven steps, and a patient taken through the flow board."""

from datetime import date, timedelta

import pytest
from django.core import signing
from playwright.sync_api import expect

from clinic.core.time import now
from clinic.staff.client import WORKSTATION_SALT, workstation_cookie
from clinic.staff.models import Workstation
from clinic.staff.roles import Role
from scheduling.models import Appointment, Room
from scheduling.services.walk_ins import walk_in
from tests.browser.conftest import PASSWORD
from tests.factories.scheduling import (
    make_location,
    make_patient,
    make_room,
    make_session,
    visit_type,
    whole_staff,
)
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class House:
    """A clinic that is open around the clock, so that the test runs at any hour."""

    def __init__(self):
        self.place = make_location(name="Maple Street")
        self.rooms = [make_room(self.place, name=f"Room {n}", label=str(n), rank=n) for n in (1, 2)]
        self.doctor = make_member(Role.PROVIDER, first_name="Anita", last_name="Shah", credential="MD")
        for weekday in range(7):
            make_session(
                self.doctor, self.place, "00:00", "23:50", weekday=weekday,
                effective_from=date.today() - timedelta(days=7),
            )  # fmt: skip
        self.patient = make_patient(last_name="Ortiz", search=" maria ortiz 1988-03-04")
        make_member(Role.FRONT_DESK, Role.MA, username="desk", password=PASSWORD)
        self.by = whole_staff()

    def arrive(self):
        return walk_in(by=self.by, patient=self.patient, visit_type=visit_type(), location=self.place)


def test_a_call_is_booked_by_keyboard_alone(person):
    House()
    desk = person()
    page = desk.sign_in("desk")
    desk.go("/schedule/")
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ort")
    page.wait_for_selector(".combobox-list [data-value]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_visit_type:focus")
    page.wait_for_selector(".patient-line")
    page.keyboard.type("Acute")
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        page.keyboard.press("Tab")
    page.wait_for_selector("[data-openings] input[name=slot]")
    page.focus("#id_visit_type")
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    page.wait_for_selector("[data-submit]:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast-note:has-text('Booked: Maria Ortiz, Acute same-day with Anita Shah, MD')")
    page.wait_for_selector(".cell-visit:has-text('Ortiz, Maria')")
    visit = Appointment.objects.get()
    assert (visit.state, visit.visit_type.code, visit.provider.last_name) == ("scheduled", "acute", "Shah")
    assert desk.errors == []


def test_a_lost_race_keeps_the_dialog_and_what_was_typed(person):
    house = House()
    desk = person()
    page = desk.sign_in("desk")
    desk.go(f"/schedule/book/?patient={house.patient.pk}&type={visit_type().pk}")
    first = page.locator("[data-openings] input[name=slot]").first
    starts_at = first.get_attribute("value").partition("|")[0]
    from datetime import datetime

    from scheduling.services.booking import book_appointment

    book_appointment(
        by=house.by, patient=make_patient(), visit_type=visit_type(), location=house.place,
        starts_at=datetime.fromisoformat(starts_at),
    )  # fmt: skip
    # Keeping the time would find it taken too, and might replace the choice before it is sent: here it says nothing.
    page.route("**/schedule/keep/", lambda route: route.fulfill(json={"words": ""}))
    first.check(force=True)
    page.fill("#id_reason", "cough since Sunday")
    page.click("[data-submit]")
    page.wait_for_selector("[data-form-summary]:has-text('is taken on')")
    assert page.input_value("#id_reason") == "cough since Sunday"
    assert page.locator("[data-openings] input[name=slot]").count() == 6
    assert Appointment.objects.count() == 1
    assert desk.errors == []


def test_the_flow_board_by_keyboard_with_undo(person):
    house = House()
    visit = house.arrive()
    ma = person()
    page = ma.sign_in("desk")
    ma.go("/flow/")
    page.wait_for_selector(f"#f-{visit.pk}")
    page.focus(f"#f-{visit.pk}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#r-{house.rooms[0].pk}[data-visit='{visit.pk}']")
    assert Appointment.objects.get(pk=visit.pk).room_id == house.rooms[0].pk
    page.keyboard.press("u")
    page.wait_for_selector(f"#f-{visit.pk}")
    assert Room.objects.get(pk=house.rooms[0].pk).state == "available"
    page.locator(f"#f-{visit.pk}").drag_to(page.locator(f"#r-{house.rooms[1].pk}"))
    page.wait_for_selector(f"#r-{house.rooms[1].pk}[data-visit='{visit.pk}']")
    assert Appointment.objects.get(pk=visit.pk).room_id == house.rooms[1].pk
    assert ma.errors == []


def test_a_board_that_did_not_change_is_not_touched_and_keeps_the_focus(person):
    house = House()
    visit = house.arrive()
    ma = person()
    page = ma.sign_in("desk")
    ma.go("/flow/")
    page.focus(f"#f-{visit.pk}")
    page.evaluate("() => { document.querySelector('.flow-list').dataset.mark = 'same'; }")
    with page.expect_response(lambda answer: "/flow/" in answer.url and answer.status == 204, timeout=15_000):
        pass
    assert page.evaluate("() => document.querySelector('.flow-list').dataset.mark") == "same"
    other = walk_in(
        by=house.by,
        patient=make_patient(last_name="Novak"),
        visit_type=visit_type("acute"),
        location=house.place,
    )
    page.wait_for_selector(f"#f-{other.pk}")
    assert page.evaluate("() => document.activeElement.id") == f"f-{visit.pk}"
    assert ma.errors == []


def test_the_wall_shows_no_last_names(person):
    house = House()
    house.arrive()
    wall = person(1920, 1080)
    page = wall.sign_in("desk")
    wall.go("/flow/wall/")
    page.wait_for_selector("text=Maria O.")
    assert "Ortiz" not in page.inner_text("body")
    assert not page.locator(".topbar").is_visible()


@pytest.mark.parametrize("path", ["/schedule/", "/flow/", "/flow/wall/", "/schedule/book/", "/schedule/rooms/",
                                  "/schedule/templates/", "/schedule/walk-in/"])  # fmt: skip
def test_pages_are_accessible(person, path):
    house = House()
    house.arrive()
    desk = person()
    page = desk.sign_in("desk")
    desk.go(path)
    page.wait_for_load_state("networkidle")
    desk.assert_accessible()


def test_a_caller_who_is_not_on_file_is_registered_from_the_same_box(person):
    House()
    page = person().sign_in("desk")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/schedule/")
    page.keyboard.press("n")
    box = page.get_by_label("Patient", exact=True)
    expect(box).to_be_focused()
    page.keyboard.type("Nowak, Zofia")
    page.keyboard.press("Enter")
    expect(page.locator("[name=new_birth_date]")).to_be_focused()
    assert page.locator("[name=new_first_name]").input_value() == "Zofia"
    assert page.locator("[name=new_last_name]").input_value() == "Nowak"
    assert box.input_value() == ""


def test_a_registered_screen_shows_the_wall_by_itself_and_nothing_once_revoked(person, live_server):
    house = House()
    house.arrive()
    screen = Workstation.objects.create(name="Hallway", kind=Workstation.Kind.WALL)
    wall = person(1920, 1080)
    cookie = signing.dumps(str(screen.pk), salt=WORKSTATION_SALT)
    wall.page.context.add_cookies([{"name": workstation_cookie(), "value": cookie, "url": live_server.url}])
    page = wall.go("/")
    page.wait_for_url("**/flow/wall/")
    page.wait_for_selector("text=Maria O.")
    assert page.locator("dialog[data-lock]").count() == 0
    wall.assert_accessible()
    Workstation.objects.update(revoked_at=now())
    page.wait_for_url("**/sign-in/**")
    assert "Maria" not in page.inner_text("body")
    assert wall.errors == []
