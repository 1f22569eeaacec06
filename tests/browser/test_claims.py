"""A claim that the payer turned away is corrected and sent again, by keyboard; axe on each page passed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from billing import services
from billing.models import Claim, ClaimBatch
from billing.rules.claim_answers import told
from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from tests.browser.conftest import PASSWORD
from tests.factories.billing import SYSTEM
from tests.factories.claims import insured, make_claim
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_rejected_claim_is_corrected_and_sent_again(person):
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", state="IL", set_up_at=now()
    )
    kept.forget()
    make_member("biller", username="bill", first_name="Bela", last_name="Novak", password=PASSWORD)
    claim = make_claim(insured(member_id="WRONG-1"), state="ready", day=now().date())
    services.send_claims(by=SYSTEM, claims=[claim])
    services.answer_claim(by=SYSTEM, account=claim.account, answers=[told("A7", "33", "IL")])
    one = person()
    one.sign_in("bill")
    page = one.go("/billing/")
    expect(page.get_by_role("row", name=claim.account)).to_contain_text("turned it away")
    assert one.axe() == []
    page.get_by_role("navigation", name="Billing").get_by_role("link", name="Claims").press("Enter")
    row = page.get_by_role("row", name=claim.account)
    expect(row).to_contain_text("The member ID was not found")
    row.get_by_role("link", name="Open").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rejected")
    assert one.axe() == []
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    page.get_by_role("link", name="Fix").first.press("Enter")
    field = page.locator("dialog input[name=member_id]")
    field.fill("LKH00042")
    field.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    one.go(f"/billing/claims/{claim.pk}/")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ready")
    one.go("/billing/claims/?state=ready")
    assert one.axe() == []
    page.keyboard.press("s")
    expect(page.get_by_text("1 claim on the way.")).to_be_visible()
    claim.refresh_from_db()
    assert claim.state == "sent"
    assert "LKH00042" in ClaimBatch.objects.order_by("-made_at").first().text
    assert Claim.objects.count() == 1
