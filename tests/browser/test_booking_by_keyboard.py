"""A known patient booked from a blank screen by keyboard: how many keys, how many requests; and what a colleague sees."""

from datetime import datetime
from urllib.parse import urlsplit

import pytest

from clinic.core.time import zone
from clinic.staff.models import Member
from clinic.staff.roles import Role
from scheduling.models import Appointment, Location, SoftHold
from scheduling.services.booking import book_appointment
from tests.browser.conftest import PASSWORD
from tests.browser.test_schedule import House
from tests.factories.scheduling import ZONE, make_patient, visit_type, whole_staff
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A practised typist needs 0.28 s for a key; reading and deciding is said to take 1.35 s each time.
KEY, THOUGHT, SECONDS = 0.28, 1.35, 20


class Counter:
    """The keyboard, and what goes to the server because of it."""

    def __init__(self, page):
        self.page, self.keys, self.asked = page, 0, []
        page.on("request", self._saw)

    def _saw(self, request) -> None:
        path = urlsplit(request.url).path
        if not path.startswith("/static/") and request.headers.get("x-clinic-poll") != "1":
            self.asked.append(path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


def at_the_day(person):
    House()
    desk = person()
    page = desk.sign_in("desk")
    desk.go("/schedule/")
    page.wait_for_load_state("networkidle")
    return desk, page


def test_a_known_patient_is_booked_in_under_twenty_seconds(person):
    desk, page = at_the_day(person)
    hand = Counter(page)
    hand.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    hand.press("o", "r", "t")
    page.wait_for_selector(".combobox-list [data-value]")
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        hand.press("Enter")
    page.wait_for_selector("#id_visit_type:focus")
    page.wait_for_selector("[data-openings]:not(.is-busy) input[name=slot]")
    hand.press("Enter")
    with page.expect_response(lambda answer: "/schedule/keep/" in answer.url):
        hand.press("1")
    page.wait_for_selector("[data-submit]:focus")
    page.wait_for_selector("[data-kept]:has-text('Kept for you until')")
    assert SoftHold.objects.values("call").distinct().count() == 1
    hand.press("Enter")
    page.wait_for_selector(".toast-note:has-text('Booked: Maria Ortiz')")
    assert Appointment.objects.count() == 1
    assert SoftHold.objects.count() == 0
    until_booked = [path for path in hand.asked if path.startswith(("/schedule/book", "/patients/"))]
    print(f"keys {hand.keys}, requests {len(hand.asked)}: {hand.asked}")
    assert hand.keys == 8
    # The dialog, the finder for what was typed, facts, openings, the kept time, the booking; then the day anew.
    assert until_booked.count("/schedule/book/") == 2
    assert len([path for path in hand.asked if path.startswith("/schedule/")]) <= 9
    # Four decisions: whom, what, when, and that it is right.
    assert hand.keys * KEY + 4 * THOUGHT < SECONDS
    assert desk.errors == []


def test_a_time_that_is_taken_under_ones_hands_is_said_and_the_openings_are_looked_up_anew(person):
    desk, page = at_the_day(person)
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ort")
    page.wait_for_selector(".combobox-list [data-value]")
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        page.keyboard.press("Enter")
    page.wait_for_selector("[data-openings]:not(.is-busy) input[name=slot]")
    first = page.locator("[data-openings] input[name=slot]").first
    value = first.get_attribute("value")
    book_appointment(
        by=whole_staff(), patient=make_patient(), visit_type=visit_type(), location=Location.objects.get(),
        starts_at=datetime.fromisoformat(value.partition("|")[0]), provider=Member.objects.get(last_name="Shah"),
    )  # fmt: skip
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        first.check(force=True)
    page.wait_for_selector("[data-kept]:has-text('is taken on')")
    page.wait_for_selector("[data-openings]:not(.is-busy) input[name=slot]")
    assert page.locator(f'[data-openings] input[value="{value}"]').count() == 0
    assert desk.errors == []


def test_a_colleague_sees_who_holds_the_time_and_closing_the_dialog_gives_it_back(person):
    desk, page = at_the_day(person)
    make_member(Role.FRONT_DESK, username="lee", password=PASSWORD)
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] #id_patient_search:focus")
    page.keyboard.type("ort")
    page.wait_for_selector(".combobox-list [data-value]")
    with page.expect_response(lambda answer: "/schedule/openings/" in answer.url):
        page.keyboard.press("Enter")
    page.wait_for_selector("[data-openings]:not(.is-busy) input[name=slot]")
    with page.expect_response(lambda answer: "/schedule/keep/" in answer.url):
        page.locator("[data-openings] input[name=slot]").first.check(force=True)
    page.wait_for_selector("[data-kept]:has-text('Kept for you until')")
    held = SoftHold.objects.get(resource_kind="provider")
    colleague = person()
    theirs = colleague.sign_in("lee")
    colleague.go(f"/schedule/?day={held.during.lower.astimezone(zone(ZONE)).date()}")
    theirs.wait_for_selector(f".cell-kept:has-text('Held by {held.held_by.first_name} until')")
    colleague.assert_accessible()
    page.keyboard.press("Escape")
    page.wait_for_selector(".dialog-ask")
    with page.expect_response(lambda answer: "/schedule/give-up/" in answer.url):
        page.click(".dialog-ask .btn-danger")
    assert SoftHold.objects.count() == 0
    assert colleague.errors == desk.errors == []
