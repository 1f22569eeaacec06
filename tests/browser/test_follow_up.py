"""A follow-up call with a red flag, by keyboard alone, through to the provider's acknowledgment."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.inbox.models import Alert, PhoneCall, Task
from scheduling.rules.follow_ups import State
from tests.browser.conftest import PASSWORD
from tests.factories.follow_ups import make_follow_up
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import make_location
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def row(db):
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", state="IL", set_up_at=now()
    )
    kept.forget()
    make_location()
    make_member("ma", username="dana", first_name="Dana", last_name="Reyes", password=PASSWORD)
    make_member("provider", username="shah", first_name="Anil", last_name="Shah", password=PASSWORD)
    return make_follow_up(make_reachable())


def answers(keys, *digits: str) -> None:
    for digit in digits:
        keys.press(digit)
        keys.press("Enter")


def test_a_red_flag_by_keyboard_through_to_the_acknowledgment(person, row):
    dana, shah = person(), person()
    dana.sign_in("dana")
    page = dana.go("/follow-ups/")
    dana.assert_accessible()
    page.keyboard.press("n")
    page.wait_for_url(f"**/follow-ups/{row.pk}/")
    keys = page.keyboard
    expect(page.locator("[name=result]").first).to_be_focused()
    # Reached; name and date of birth; better; pain 6; bleeding does not stop.
    answers(keys, "1", "1", "1", "6", "4")
    expect(page.locator(".follow-alarm")).to_be_visible()
    keys.press("a")
    expect(page.locator("#alert-state")).to_contain_text("Providers alerted")
    answers(keys, "1", "2", "1", "1", "1", "1")
    assert page.locator(".follow-script input:checked").count() == 9
    dana.assert_accessible()
    expect(page.locator("[name=note]")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("e")
    expect(page.locator("[name=location]")).to_be_focused()
    keys.type("At home, 12 Oak Street")
    keys.press("Enter")
    keys.type("Emergency")
    keys.press("Enter")
    keys.type("Understood")
    keys.press("Enter")
    keys.type("It comes through the towel")
    dana.sends(lambda: keys.press("Control+Enter"))
    expect(page.locator("#alert-state")).to_contain_text("Nobody has acknowledged it yet")

    shah.sign_in("shah")
    theirs = shah.go(f"/follow-ups/{row.pk}/")
    expect(theirs.locator("body")).to_contain_text("Bleeding: does not stop")
    shah.assert_accessible()
    theirs.keyboard.press("a")
    expect(theirs.locator("dialog[open] [name=action]")).to_be_focused()
    theirs.keyboard.type("Spoke with the emergency department")
    shah.sends(lambda: theirs.keyboard.press("Control+Enter"))
    # The caller's page learns of it by itself.
    expect(page.locator("#alert-state")).to_contain_text(
        "Spoke with the emergency department", timeout=20_000
    )
    assert (dana.errors, shah.errors) == ([], [])
    row.refresh_from_db()
    call = PhoneCall.objects.get()
    assert (row.state, row.last_outcome) == (State.PROVIDER, "red_flag")
    assert (call.outcome, call.agreement, call.caller_location) == (
        "emergency",
        "agreed",
        "At home, 12 Oak Street",
    )
    assert Alert.objects.get().action == "Spoke with the emergency department"
    assert Task.objects.get().priority == "urgent"
