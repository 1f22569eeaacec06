"""Dialogs of the calendar that say what is true now: after a cancel, after a lost race, on the way to a series."""

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from clinic.staff.roles import Role
from scheduling.models import Appointment, Room
from tests.browser.conftest import PASSWORD
from tests.factories.scheduling import (
    TUESDAY,
    Clinic,
    at,
    make_equipment,
    make_patient,
    make_room,
    make_session,
    visit_type,
)
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = f"/schedule/?day={TUESDAY}"


@pytest.fixture
def clinic():
    """One Tuesday morning with a visit at nine; its patient can be found as Ruiz."""
    with time_machine.travel(at("8:05"), tick=True):
        made = Clinic()
        make_member(Role.FRONT_DESK, username="desk", password=PASSWORD)
        patient = make_patient(first_name="Ana", last_name="Ruizel", search=" ana ruizel 1988-03-04")
        made.visit = made.book("9:00", patient=patient)
        yield made


@pytest.fixture
def desk(person, clinic):
    one = person()
    one.sign_in("desk")
    return one


def test_a_visit_cancelled_out_of_its_dialog_shows_so_there_and_undo_brings_it_back(desk, clinic):
    page = desk.go(DAY)
    page.locator(f"#v-{clinic.visit.pk}").click()
    visit = page.get_by_role("dialog", name="Ana Ruizel")
    expect(visit.locator(".pill")).to_have_text("Scheduled")
    page.keyboard.press("x")
    cancel = page.get_by_role("dialog").filter(has=page.get_by_role("button", name="Cancel the visit"))
    cancel.get_by_label("Patient: feels better").check()
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(cancel).to_have_count(0)
    expect(visit.locator(".pill")).to_have_text("Cancelled")
    expect(visit.get_by_role("link", name="Reschedule")).to_have_count(0)
    expect(visit.get_by_text("Patient: feels better")).to_be_visible()
    expect(page.locator(".toast-note")).to_contain_text("Cancelled: Ana Ruizel")
    expect(page.locator(f"#v-{clinic.visit.pk}")).to_have_count(0)
    desk.assert_accessible()
    desk.sends(lambda: page.get_by_role("button", name="Undo", exact=True).click())
    expect(visit.locator(".pill")).to_have_text("Scheduled")
    expect(page.locator(f"#v-{clinic.visit.pk}")).to_have_count(1)
    assert Appointment.objects.get().state == "scheduled"
    page.keyboard.press("Escape")
    expect(visit).to_have_count(0)
    assert desk.errors == []


def test_after_a_refused_move_by_keys_one_and_enter_take_the_first_other_time(desk, clinic):
    page = desk.go(DAY)
    page.locator(f"#v-{clinic.visit.pk}").focus()
    page.keyboard.press("m")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".plan")).to_contain_text("10:00 AM – 10:20 AM")
    clinic.book("10:00")
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(dialog.locator("[data-form-summary]")).to_contain_text("is taken on")
    expect(dialog.locator("input[name=slot]").first).to_be_focused()
    expect(dialog.locator("input[name=slot]:checked")).to_have_count(0)
    desk.assert_accessible()
    value = dialog.locator("input[name=slot]").first.get_attribute("value")
    page.keyboard.press("1")
    expect(dialog.get_by_role("button", name="Move the visit")).to_be_focused()
    desk.sends(lambda: page.keyboard.press("Enter"))
    new = Appointment.objects.get(rescheduled_from=clinic.visit)
    assert value.startswith(new.starts_at.isoformat())
    expect(page.locator(f"#v-{new.pk}")).to_be_visible()
    assert desk.errors == []


def test_an_opening_taken_while_choosing_is_named_and_one_key_takes_the_next(desk, clinic):
    page = desk.go(DAY)
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ruizel")
    page.wait_for_selector(".combobox-list [data-value]")
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        page.keyboard.press("Enter")
    page.fill("#id_reason", "cough since Sunday")
    page.focus("#id_visit_type")
    page.keyboard.press("Enter")
    first = page.locator("[data-openings] input[name=slot]").first
    expect(first).to_be_focused()
    taken = first.get_attribute("value")
    clinic.book(starts_at=Appointment._meta.get_field("starts_at").to_python(taken.partition("|")[0]))
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        page.keyboard.press("1")
    said = page.locator("[data-taken]")
    expect(said).to_contain_text("is taken on Tue, Mar 17, 2026, 8:00 AM.")
    expect(said).to_contain_text("Choose another: its number, or Enter for the first.")
    expect(first).to_be_focused()
    expect(page.locator("input[name=slot]:checked")).to_have_count(0)
    assert first.get_attribute("value") != taken
    desk.assert_accessible()
    with page.expect_response(lambda answer: "/schedule/keep/" in answer.url):
        page.keyboard.press("Enter")
    expect(said).to_have_count(0)
    expect(page.locator("dialog[open] [data-submit]")).to_be_focused()
    wanted = page.locator("input[name=slot]:checked").get_attribute("value")
    desk.sends(lambda: page.keyboard.press("Enter"))
    made = Appointment.objects.exclude(pk=clinic.visit.pk).get(patient=clinic.visit.patient)
    assert wanted.startswith(made.starts_at.isoformat())
    assert made.reason == "cough since Sunday"
    assert desk.errors == []


def test_the_series_begins_with_the_patient_of_the_dialog(desk, clinic):
    page = desk.go(DAY)
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ruizel")
    page.wait_for_selector(".combobox-list [data-value]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".patient-line")
    page.focus("dialog[open] button[formaction*=series]")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Book a series")
    expect(dialog.locator(".patient-line")).to_contain_text("Ana Ruizel")
    desk.assert_accessible()
    later = TUESDAY + timedelta(days=7)
    dialog.get_by_label("First visit on").fill(later.isoformat())
    dialog.get_by_label("At", exact=True).fill("10:00")
    dialog.get_by_label("Visits").fill("3")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("All 3 visits can be had")).to_be_visible()
    desk.sends(lambda: dialog.get_by_role("button", name="Book 3 visits").click())
    assert Appointment.objects.filter(patient=clinic.visit.patient).exclude(series=None).count() == 3
    assert str(clinic.visit.patient_id) not in page.url
    assert desk.errors == []


def test_steps_are_reached_by_arrows_and_open_their_visit(desk, clinic):
    make_room(clinic.location, kind=Room.Kind.LAB)
    make_equipment("ecg")
    nurse = make_member(Role.MA, last_name="Reyes")
    make_session(nurse, clinic.location)
    visit = clinic.book("10:00", add_ons=(visit_type("lab"), visit_type("ecg")))
    draw, ecg = visit.steps.order_by("starts_at")
    page = desk.go(DAY)
    page.locator(f"#v-{visit.pk}-{draw.pk}").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#v-{visit.pk}-{ecg.pk}")).to_be_focused()
    desk.assert_accessible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Also in this visit")
    assert desk.errors == []


def test_on_a_phone_the_bar_and_the_hour_stay_in_sight_in_a_long_agenda(person, clinic):
    for clock in ("8:20", "8:40", "9:20", "9:40", "10:00", "10:20", "10:40", "11:00", "11:20"):
        clinic.book(clock)
    phone = person(390, 600)
    phone.sign_in("desk")
    page = phone.go(f"/schedule/agenda/?day={TUESDAY}")
    last = page.locator(".agenda-visit").last
    last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 4000)
    page.wait_for_function(
        "() => scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
    )
    bar = page.locator(".topbar").bounding_box()
    assert bar["y"] == 0
    hour = page.locator(".agenda-hour").last
    stuck = hour.locator(".agenda-clock").bounding_box()
    assert stuck["y"] >= bar["height"] - 1
    expect(last).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert phone.errors == []


def test_a_sheet_is_read_line_under_line_on_a_phone(person, clinic):
    phone = person(390, 844)
    phone.sign_in("desk")
    for kind in ("day", "huddle", "rooms"):
        page = phone.go(f"/schedule/sheets/{kind}/?day={TUESDAY}")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
        phone.assert_accessible()
    assert phone.errors == []
