"""Stock by scanner, charges and payments by keyboard, in a real browser; axe on each page passed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from billing.models import Charge, Payment
from billing.queries import balance
from clinic.core import kept
from clinic.core.models import ClinicProfile
from clinic.core.time import now
from inventory.models import Lot, Movement
from inventory.queries import on_hand
from inventory.rules.gs1 import check_digit
from tests.browser.conftest import PASSWORD
from tests.factories.billing import make_code, make_drawer, make_encounter, make_fee
from tests.factories.inventory import make_place, make_vaccine, stocked
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GTIN = "0035816084211" + str(check_digit("0035816084211"))


@pytest.fixture
def at_work(person):
    """`at_work("lead_ma")` signs somebody of that role in."""
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", state="IL", set_up_at=now()
    )
    kept.forget()

    def sign_in(*roles: str, **screen):
        make_member(*roles, username=roles[0], first_name="Dana", last_name="Reyes", password=PASSWORD)
        one = person(**screen)
        one.sign_in(roles[0])
        return one

    return sign_in


def test_a_delivery_is_received_and_used_by_scanner(at_work):
    item, fridge = (
        make_vaccine(name="Tdap vaccine", barcode=GTIN),
        make_place(name="Vaccine fridge", kind="fridge"),
    )
    year = dt.date.today().year + 2
    carton = f"01{GTIN}17{year % 100:02d}030010NEW77"
    one = at_work("lead_ma")
    page = one.go("/inventory/")
    page.keyboard.press("n")
    scan = page.locator("dialog input[name=scan]")
    expect(scan).to_be_focused()
    page.keyboard.type(carton)
    page.keyboard.press("Enter")
    expect(page.locator("dialog [data-scan-said]")).to_have_text("Tdap vaccine, lot NEW77")
    expect(page.locator("dialog select[name=item]")).to_have_value(str(item.pk))
    expect(page.locator("dialog input[name=expires_on]")).to_have_value(f"03/31/{year}")
    expect(page.locator("dialog select[name=place]")).to_be_focused()
    page.locator("dialog select[name=place]").select_option(label="Vaccine fridge")
    page.locator("dialog input[name=packs]").fill("2")
    one.sends(lambda: page.keyboard.press("Enter"))
    assert on_hand(item, place=fridge) == 20
    assert Lot.objects.values_list("number", "expires_on").get() == ("NEW77", dt.date(year, 3, 31))
    # A scan into the filter goes to the item; `u` uses it.
    page.goto(f"{one.base}/inventory/")
    page.keyboard.press("/")
    expect(page.locator("input:focus")).to_be_visible()
    page.keyboard.type(f"(01){GTIN}(10)NEW77")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/items/{item.pk}/")
    one.assert_accessible()
    page.keyboard.press("u")
    expect(page.locator("dialog input[name=scan]")).to_be_focused()
    page.keyboard.type(carton)
    page.keyboard.press("Enter")
    expect(page.locator("dialog [data-scan-said]")).to_have_text("Tdap vaccine, lot NEW77")
    one.assert_accessible()
    one.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator(".panel-count").first).to_have_text("19 doses")
    assert on_hand(item) == 19
    assert one.errors == []


def test_a_carton_of_another_lot_is_named_before_anything_moves(at_work):
    item, _, _ = stocked(make_vaccine(name="Tdap vaccine", barcode=GTIN), quantity=5)
    one = at_work("ma")
    page = one.go(f"/inventory/items/{item.pk}/")
    page.keyboard.press("u")
    expect(page.locator("dialog input[name=scan]")).to_be_focused()
    page.keyboard.type(f"(01){GTIN}(10)OTHER1")
    page.keyboard.press("Enter")
    expect(page.locator("dialog [data-scan-said]")).to_have_text(
        "Tdap vaccine, lot OTHER1: this lot is not on a shelf to take from"
    )
    assert Movement.objects.filter(kind="issue").count() == 0


def test_a_place_is_counted_by_keyboard(at_work):
    place = make_place(name="Vaccine fridge")
    first, _, _ = stocked(make_vaccine(name="A vaccine"), place, quantity=5)
    second, _, _ = stocked(make_vaccine(name="B vaccine"), place, quantity=7)
    one = at_work("ma")
    page = one.go("/inventory/counts/")
    page.keyboard.press("n")
    page.locator("dialog select[name=place]").select_option(label="Vaccine fridge")
    one.sends(lambda: page.locator("dialog button[type=submit]").click())
    page.wait_for_url("**/counts/*/")
    page.locator("input[inputmode=decimal]").first.focus()
    for typed in ("4", "7"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    one.assert_accessible()
    one.sends(lambda: page.keyboard.press("Enter"))
    page.wait_for_url("**/review/")
    expect(page.locator("tbody tr").first).to_contain_text("−1")
    page.locator("tbody input").first.fill("Damaged")
    one.assert_accessible()
    one.sends(lambda: page.locator("button:has-text('Post the count')").click())
    assert (on_hand(first), on_hand(second)) == (4, 7)
    assert one.errors == []


def test_charges_are_captured_approved_and_paid_by_keyboard(at_work):
    make_fee("LOC-101", "120.00", words="Office visit, standard")
    make_code(
        "J029",
        description="Acute pharyngitis, unspecified",
        search=" j02.9 j029 acute pharyngitis, unspecified",
    )
    make_drawer(name="Front desk 1")
    encounter = make_encounter(day=dt.date.today())
    patient = encounter.patient
    one = at_work("biller")
    page = one.go(f"/billing/visits/{encounter.pk}/charges/")
    page.keyboard.press("d")
    expect(page.locator("#diagnosis-q")).to_be_focused()
    page.keyboard.type("acute phar")
    expect(page.locator("li[data-value]").first).to_contain_text("J02.9")
    one.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator(".diagnosis-list")).to_contain_text("J02.9")
    page.locator("#service-q").focus()
    page.keyboard.type("office")
    expect(page.locator("li[data-value='LOC-101']")).to_be_visible()
    page.keyboard.press("Enter")
    one.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator(".charge-table")).to_contain_text("LOC-101")
    assert [row.diagnosis.letter for row in Charge.objects.get().pointers.all()] == ["A"]
    page.locator("h1").click()
    one.assert_accessible()
    one.sends(lambda: page.keyboard.press("a"))
    expect(page.locator(".charge-table")).to_contain_text("Approved")
    assert balance(patient.pk) == Decimal("120.00")
    page.keyboard.press("p")
    expect(page.locator("dialog input[name=amount]")).to_have_value("120.00")
    page.locator("dialog input[name=reference]").fill("4111 1111 1111 1111")
    one.sends(lambda: page.keyboard.press("Control+Enter"))
    expect(page.locator("dialog [data-form-summary]")).to_contain_text("looks like a card number")
    expect(page.locator("dialog input[name=reference]")).to_have_value("")
    one.assert_accessible()
    page.locator("dialog input[name=reference]").fill("8812")
    one.sends(lambda: page.keyboard.press("Control+Enter"))
    expect(page.locator("dialog[open]")).to_contain_text("Receipt R-000001")
    assert Payment.objects.get().amount == Decimal("120.00")
    assert balance(patient.pk) == 0
    assert one.errors == []
