"""Nightly exceptions worked off: the sweep found something, the desk takes it, mends it, and it is gone."""

import pytest
import time_machine
from playwright.sync_api import expect

from billing.models import CoverageIssue, EligibilityCheck
from billing.services import asking
from clinic.core.actor import Actor
from clinic.staff.roles import Role
from tests.browser.conftest import PASSWORD
from tests.factories import insurance as make
from tests.factories.scheduling import Clinic, at
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.system("billing.sweep_eligibility")


@pytest.fixture
def night(settings):
    """The sweep has asked about two visits of the morning: one patient was not found, one is covered."""
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "simulated"}
    with time_machine.travel(at("7:05"), tick=True):
        make.make_clinic()
        clinic = Clinic()
        lost, fine = make.make_insured("91"), make.make_insured("10")
        for clock, coverage in (("9:00", lost), ("10:00", fine)):
            clinic.book(clock, patient=coverage.patient)
        asking.request_soon(by=BY)
        asking.ask_due(by=BY)
        make_member(Role.FRONT_DESK, username="desk", password=PASSWORD)
        yield lost


def test_nightly_exceptions_are_worked_off(person, night):
    desk = person()
    desk.sign_in("desk")
    page = desk.go("/insurance/")
    row = page.get_by_role("row").filter(has_text=night.patient.list_name)
    expect(row).to_contain_text("Could not verify")
    expect(row).to_contain_text("Look at: member ID")
    desk.assert_accessible()
    desk.sends(lambda: row.get_by_role("button", name="I do it").press("Enter"))
    expect(row.get_by_role("button", name="I do it")).to_have_count(0)

    row.get_by_role("link", name="Blue Prairie commercial").press("Enter")
    page.wait_for_url("**/insurance/coverages/**")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Edit Blue Prairie commercial").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Member ID").fill("BPX777710")
    desk.sends(lambda: dialog.get_by_role("button", name="Save").press("Enter"))
    desk.sends(lambda: page.get_by_role("button", name="Ask now").press("Enter"))
    expect(page.locator(".coverage-asking")).to_be_visible()
    assert asking.ask_due(by=BY) == 1  # what a worker does within the second
    # The page looks for the answer by itself.
    expect(page.locator(".coverage-card")).to_contain_text("Active", timeout=20_000)
    expect(page.locator(".coverage-asking")).to_have_count(0)
    desk.assert_accessible()

    page = desk.go("/insurance/")
    expect(page.get_by_text("Nothing to look at")).to_be_visible()
    assert CoverageIssue.objects.get().resolution == "A later check came back without it."
    assert EligibilityCheck.objects.filter(coverage=night).count() == 2
    assert desk.errors == []
