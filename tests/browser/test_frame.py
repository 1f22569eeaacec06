"""The frame every page shares: keyboard, dialogs, lock, network, theme, small screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.inbox.models import Task
from clinic.staff.models import Draft, StaffSession
from clinic.staff.roles import Role
from tests.browser.conftest import PASSWORD, PIN
from tests.factories.records import make_patient
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOCKED = "dialog[data-lock][open]"
SHEET = "dialog.modal-sheet"


@pytest.fixture
def desk(person, live_server, settings):
    settings.CLINIC_DEMO = True
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", set_up_at=now()
    )
    make_member(
        Role.FRONT_DESK,
        username="fiona",
        first_name="Fiona",
        last_name="Lee",
        password=PASSWORD,
        pin=PIN,
        joined_at=now(),
    )
    one = person()
    one.sign_in("fiona")
    return one


@pytest.fixture
def new_task(desk):
    """The inbox with the dialog for a new task open and its required fields filled."""
    page = desk.go("/inbox/")
    page.keyboard.press("n")
    page.locator(SHEET).get_by_label("What is to be done").fill("Call the lab")
    page.locator(SHEET).get_by_label("For", exact=False).first.select_option("role:front_desk")
    return page


def test_every_component_is_accessible_in_light_and_dark(desk):
    page = desk.go("/ui/guide/")
    desk.assert_accessible()
    page.locator(".member-button").click()
    desk.assert_accessible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    desk.assert_accessible()
    assert desk.errors == []


@pytest.mark.parametrize("width", [390, 768, 1024, 1366, 1920])
def test_no_page_scrolls_sideways(desk, width):
    desk.page.set_viewport_size({"width": width, "height": 800})
    for path in ("/ui/guide/", "/inbox/", "/"):
        page = desk.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_letters_go_to_places_but_not_while_somebody_types(desk):
    page = desk.go("/ui/guide/")
    page.keyboard.press("/")
    expect(page.locator("#guide-filter")).to_be_focused()
    page.keyboard.type("g i")
    assert page.url.endswith("/ui/guide/")
    expect(page.locator("#guide-filter")).to_have_value("g i")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox/")


def test_letters_can_be_switched_off(desk):
    page = desk.go("/inbox/")
    page.keyboard.press("?")
    with page.expect_response("**/ui/keys/"):
        page.get_by_label("Single-letter shortcuts").uncheck()
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.finder")).to_be_visible()
    expect(page.locator(SHEET)).to_have_count(0)


def test_esc_asks_before_it_throws_away_what_was_typed(new_task):
    page = new_task
    page.keyboard.press("Escape")
    expect(page.get_by_text("Discard what you typed?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(SHEET).get_by_label("What is to be done")).to_have_value("Call the lab")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(SHEET)).to_have_count(0)
    assert Task.objects.count() == 0


def test_an_untouched_dialog_closes_at_once_and_gives_the_focus_back(desk):
    page = desk.go("/inbox/")
    page.get_by_role("link", name=re.compile("New task")).focus()
    page.keyboard.press("Enter")
    expect(page.locator(SHEET)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(SHEET)).to_have_count(0)
    expect(page.get_by_role("link", name=re.compile("New task"))).to_be_focused()


def test_errors_come_back_into_the_dialog_with_the_first_wrong_field_focused(new_task):
    page = new_task
    page.locator(SHEET).get_by_label("What is to be done").fill("")
    page.keyboard.press("Control+Enter")
    expect(page.locator(SHEET).locator("[data-form-summary]")).to_have_count(1)
    expect(page.locator(SHEET).get_by_label("What is to be done")).to_be_focused()
    expect(page.locator(".dialog-frame")).to_have_count(1)


def test_a_double_click_saves_once(new_task):
    page = new_task
    page.locator(SHEET).get_by_role("button", name="Add task").dblclick()
    expect(page.locator(SHEET)).to_have_count(0)
    assert Task.objects.count() == 1


def test_saving_without_a_network_waits_and_happens_once(new_task):
    page = new_task
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-offline-bar]")).to_be_visible()
    expect(page.locator(SHEET).get_by_label("What is to be done")).to_have_value("Call the lab")
    page.context.set_offline(False)
    expect(page.locator(SHEET)).to_have_count(0)
    expect(page.locator("[data-offline-bar]")).to_be_hidden()
    assert Task.objects.count() == 1


def test_a_screen_locked_by_the_server_keeps_what_was_typed_and_goes_on_after_the_pin(new_task):
    page = new_task
    StaffSession.objects.update(locked_at=now())
    page.keyboard.press("Control+Enter")
    expect(page.locator(LOCKED)).to_be_visible()
    assert Task.objects.count() == 0
    page.keyboard.type("0000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-lock-words]")).not_to_be_empty()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.locator(LOCKED)).to_have_count(0)
    expect(page.locator(SHEET)).to_have_count(0)
    assert Task.objects.get().title == "Call the lab"


def test_an_idle_page_covers_itself(desk):
    page = desk.go("/ui/guide/")
    with page.expect_response("**/session/lock/"):
        page.evaluate("document.querySelector('dialog[data-lock]').dataset.idleSeconds = '1'")
    expect(page.locator(LOCKED)).to_be_visible()
    expect(page.locator("#main")).to_be_hidden()
    expect(page.locator("#lock-pin")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(LOCKED)).to_be_visible()
    assert StaffSession.objects.get(ended_at=None).locked_at is not None


def test_switching_user_takes_two_clicks(desk):
    page = desk.go("/ui/guide/")
    page.locator(".member-button").click()
    page.get_by_role("link", name="Switch user").click()
    page.wait_for_url("**/session/switch/")


def test_dark_stays_dark_on_the_next_page(desk):
    page = desk.go("/ui/guide/")
    page.locator(".member-button").click()
    with page.expect_response("**/ui/theme/"):
        page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page = desk.go("/inbox/")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_nothing_is_kept_in_the_browser(new_task):
    page = new_task
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert Draft.objects.filter(fields__icontains="pin").count() == 0


# Keys as a wedge scanner sends them: faster than fingers, ended by Enter.
SCAN = """([text, end]) => {
  for (const key of [...text, end].filter(Boolean)) {
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""


def test_a_scan_with_nothing_focused_finds_the_patient_and_presses_no_shortcut(desk):
    patient = make_patient()
    page = desk.go("/inbox/")
    page.evaluate(SCAN, [f"{patient.mrn}", "Enter"])
    page.wait_for_url(f"**/patients/{patient.pk}/")
    assert page.locator(LOCKED).count() == 0


def test_letters_of_a_scan_press_nothing_where_no_one_waits_for_it(new_task):
    """`n` and `l` would open a dialog and lock; in a dialog without a scan field nobody takes the text."""
    page = new_task
    page.locator(SHEET).get_by_role("heading").first.click()
    page.evaluate("() => document.activeElement.blur()")
    page.evaluate(SCAN, ["lnlnln", "Enter"])
    expect(page.get_by_text("nothing here is waiting for it")).to_be_visible()
    assert page.locator(LOCKED).count() == 0
    assert page.locator(SHEET).get_by_label("What is to be done").input_value() == "Call the lab"
    assert Task.objects.count() == 0


def test_fingers_still_press_shortcuts(desk):
    page = desk.go("/inbox/")
    page.evaluate(SCAN, ["gp", ""])  # two keys that came almost together
    page.wait_for_url("**/patients/")
    page.go_back()
    page.keyboard.press("n")
    expect(page.locator(SHEET)).to_be_visible()
