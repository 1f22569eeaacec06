"""A drawer is opened, counted blind, explained, verified by somebody else, and the day closed: by keyboard, axe on each page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from billing import services
from billing.models import DayClose, DrawerSession
from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.core.time import now, today
from clinic.staff.roles import Role
from tests.browser.conftest import PASSWORD
from tests.factories.billing import SYSTEM, make_drawer
from tests.factories.scheduling import make_patient
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_drawer_is_closed_and_then_the_day(person):
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", state="IL", set_up_at=now()
    )
    kept.forget()
    drawer = make_drawer(name="Front desk 1")
    for username, role in (("fiona", Role.FRONT_DESK), ("mona", Role.MANAGER)):
        make_member(role, username=username, first_name=username.title(), last_name="Lee", password=PASSWORD)
    desk, office = person(), person()
    desk.sign_in("fiona")
    page = desk.go("/billing/drawers/today/")
    page.locator("a:has-text('Open')").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog input[name=opening_float]")).to_be_focused()
    page.keyboard.type("100")
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#drawers")).to_contain_text("Float $100.00")
    desk.assert_accessible()
    services.take_payment(by=SYSTEM, patient=make_patient(), amount=Decimal(25), method="cash", drawer=drawer)

    page.locator("a:has-text('Count and close')").click()
    expect(page.locator("[name=pieces_10000]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[name=pieces_2000]")).to_be_focused()
    page.keyboard.type("6")
    for _ in range(4):
        page.keyboard.press("Enter")
    expect(page.locator("[name=pieces_100]")).to_be_focused()
    page.keyboard.type("3")
    expect(page.locator("[data-count-sum]")).to_have_text("$123.00")
    assert "$125.00" not in page.content()
    desk.assert_accessible()
    desk.sends(lambda: page.keyboard.press("Control+Enter"))
    expect(page.locator("main")).to_contain_text("$2.00 short")
    desk.assert_accessible()
    page.locator("[name=reason]").fill("Two dollars given out wrong")
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator("main")).to_contain_text("A second person")
    session = DrawerSession.objects.get()
    assert (session.state, session.variance_reason) == ("counted", "Two dollars given out wrong")

    office.sign_in("mona")
    page = office.go(f"/billing/drawers/sessions/{session.pk}/")
    office.sends(lambda: page.keyboard.press("v"))
    expect(page.locator("main")).to_contain_text("Verified by Mona Lee")
    page = office.go("/billing/drawers/day/")
    expect(page.locator("h1")).to_be_visible()
    office.assert_accessible()
    page.keyboard.press("c")
    expect(page.locator("dialog[open]")).to_contain_text("Nothing is posted on a closed day")
    office.sends(lambda: page.locator("dialog button[type=submit]").click())
    expect(page.locator("h1")).to_contain_text("Closed:")
    close = DayClose.objects.get()
    assert (close.day, close.payments) == (today("America/Chicago"), 25)
    late = services.take_payment(
        by=SYSTEM, patient=make_patient(), amount=Decimal(5), method="cash", drawer=drawer
    )
    assert late.business_day > close.day
    assert desk.errors == office.errors == []
