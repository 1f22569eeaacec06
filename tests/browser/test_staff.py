"""The pages of staff and audit in a browser: registering a PC, handing it over, and axe on each page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.staff.models import StaffSession, Workstation
from tests.browser.conftest import PASSWORD, PIN
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pc(person):
    """A PC at which an administrator is signed in; a medical assistant with a PIN exists too."""
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", set_up_at=now()
    )
    for username, role, first in (("ada", "administrator", "Ada"), ("dana", "ma", "Dana")):
        make_member(role, username=username, first_name=first, last_name="Reyes", password=PASSWORD, pin=PIN)
    one = person()
    one.sign_in("ada")
    return one


def test_a_pc_is_registered_handed_over_and_taken_back_by_pin(pc):
    page = pc.go("/staff/workstations/")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Name*").fill("Room 3 PC")
    page.get_by_role("textbox", name="Room", exact=True).fill("Exam 3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are at Room 3 PC (Exam 3)")).to_be_visible()
    assert Workstation.objects.get().is_shared
    page.locator(".member-button").click()
    page.get_by_role("link", name="Switch user").click()
    page.get_by_role("button", name="Somebody").click()
    page.wait_for_url("**/sign-in/")
    page.get_by_label("Username or e-mail").fill("dana")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page = pc.go("/session/switch/")
    page.get_by_role("button", name="Ada Reyes").click()
    expect(page.get_by_label("PIN of Ada")).to_be_focused()
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    expect(page.locator(".member-button")).to_contain_text("Ada R.")
    assert StaffSession.objects.get(ended_at=None).is_by_pin
    assert pc.errors == []


def test_every_staff_page_is_accessible_in_light_and_dark(pc):
    member = StaffSession.objects.get().member
    pages = [
        "/staff/",
        f"/staff/{member.pk}/",
        "/staff/invite/",
        "/staff/permissions/",
        "/staff/scope/",
        "/staff/workstations/",
        "/staff/workstations/register/",
        "/staff/scope/",
        "/staff/scope/set/",
        "/vitals/limits/",
        "/staff/locking/",
        "/me/",
        "/me/pin/",
        "/password/change/",
        "/audit/",
        "/session/switch/",
    ]
    for path in pages:
        pc.go(path)
        pc.assert_accessible()
    StaffSession.objects.update(locked_at=now())
    pc.go("/staff/")
    pc.assert_accessible()
    assert pc.errors == []


def test_the_pages_before_sign_in_are_accessible(person, db):
    stranger = person(width=390, height=844)
    for path in ("/sign-in/", "/password/forgot/", "/password/forgot/sent/", "/password/new/done/"):
        stranger.go(path)
        stranger.assert_accessible()
        assert stranger.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert stranger.errors == []
