"""A patient's text handled with the keyboard alone, a text written with its preview beside it, a number that works
after all or not, and a pile of letters."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from clinic.core.models import ClinicProfile
from clinic.core.time import now
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.services.reach import note_gone
from clinic.messaging.services.replies import receive_text
from clinic.messaging.tasks import settle_replies
from clinic.staff.roles import Role
from scheduling.models import FollowUp
from tests.browser.conftest import PASSWORD
from tests.factories.follow_ups import make_follow_up
from tests.factories.messaging import SYSTEM, make_reachable, number_of
from tests.factories.scheduling import make_location
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(person):
    ClinicProfile.objects.create(
        name="Maple Street", phone="+13125550100", zone="America/Chicago", set_up_at=now()
    )
    make_member(Role.FRONT_DESK, username="fiona", first_name="Fiona", last_name="Lee", password=PASSWORD)
    one = person()
    one.sign_in("fiona")
    return one


def test_a_text_is_answered_with_one_press_by_keyboard(desk):
    patient = make_reachable(first_name="Maria", last_name="Ortiz")
    receive_text(
        gateway="twilio", ref="SM1", from_address=number_of(patient), to_address="+13125550100",
        body="what should I bring?", received_at=now(),
    )  # fmt: skip
    InboundMessage.objects.update(patient=patient)
    settle_replies()
    page = desk.go("/messages/replies/")
    page.get_by_role("link", name="Handle", exact=True).focus()
    page.keyboard.press("Enter")
    press = page.get_by_role("button", name="Ask them to call")
    expect(press).to_be_visible()
    press.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No reply waits for you")).to_be_visible()
    assert InboundMessage.objects.get().outcome == "Asked to call."
    assert "Please call us" in Message.objects.get(purpose="answer").body
    assert desk.errors == []


def test_what_is_typed_shows_beside_it_and_what_tells_is_refused(desk):
    patient = make_reachable(first_name="Maria", last_name="Ortiz")
    page = desk.go(f"/messages/patient/{patient.pk}/")
    page.keyboard.press("n")
    words = page.get_by_label("In your own words")
    expect(words).to_be_visible()
    words.fill("Your lab results are in")
    expect(page.get_by_text("tells why they come")).to_be_visible()
    expect(words).to_have_value("Your lab results are in")
    words.fill("We have your umbrella.")
    expect(page.get_by_text("Maple Street: We have your umbrella.")).to_be_visible()
    page.get_by_role("button", name="Send").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Message.objects.get(purpose="answer").body == "Maple Street: We have your umbrella."
    assert desk.errors == []


def test_a_number_called_fixed_by_mistake_is_put_back_from_the_notice_and_from_the_page(desk):
    patient = make_reachable(first_name="Maria", last_name="Ortiz")
    note_gone(by=SYSTEM, channel="sms", address=number_of(patient), why="The number is not in service.")
    page = desk.go("/messages/numbers/")
    desk.sends(lambda: page.click("button:has-text('Fixed')"))
    expect(page.locator("#numbers")).to_contain_text("Every number works")
    desk.sends(lambda: page.click("button.toast-act"))
    expect(page.locator("#numbers")).to_contain_text("The number is not in service.")
    expect(page.locator("#numbers")).not_to_contain_text("Taken off the list")
    page.focus("button:has-text('Fixed')")
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#numbers")).to_contain_text("Taken off the list in the last 7 days")
    desk.assert_accessible()
    page.focus("button:has-text('Put back')")
    desk.sends(lambda: page.keyboard.press("Enter"))
    expect(page.locator("#numbers")).to_contain_text("The number is not in service.")
    assert may_contact(patient, "sms", number_of(patient), "reminder").is_allowed is False
    assert desk.errors == []


def test_a_pile_of_letters_is_mailed_with_one_press(person):
    make_location()
    make_member(Role.MA, username="dana", password=PASSWORD)
    for _ in range(2):
        make_follow_up()
    FollowUp.objects.update(state="letter")
    ma = person(390, 844)
    page = ma.sign_in("dana")
    ma.go("/follow-ups/?view=letters")
    expect(page.locator("a:has-text('Print all 2')")).to_have_attribute("target", "_blank")
    ma.assert_accessible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    pdf = page.request.get(f"{ma.base}/follow-ups/letters.pdf")
    assert (pdf.status, pdf.body()[:5]) == (200, b"%PDF-")
    ma.sends(lambda: page.click("button:has-text('All mailed')"))
    expect(page.locator("#follow-ups")).to_contain_text("No letter is due")
    assert FollowUp.objects.filter(state="provider").count() == 2
    assert ma.errors == []
