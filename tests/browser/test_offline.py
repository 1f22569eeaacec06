"""An exam-room PC loses its network: what is typed stays in the open page and is saved once when the network is back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from clinic.staff.models import Draft
from records.models import Note, VitalReading, VitalSet
from scheduling.models import VisitInterval
from scheduling.services.booking import book_appointment
from scheduling.services.visits import move_visit
from tests.browser.world import OPENS, World
from tests.factories.scheduling import at, make_patient, visit_type, whole_staff
from tests.runtime.waiting import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAR = "[data-offline-bar]"
STORED = """async () => ({
  local: localStorage.length, session: sessionStorage.length, cookies: document.cookie,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
EMPTIED = "() => !document.querySelector('form[data-vitals] [data-v]')?.value"  # the page after a save
NOTHING = {"local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0}


@pytest.fixture
def world(time_machine, live_server) -> World:
    time_machine.move_to(OPENS, tick=True)
    return World()


@pytest.fixture
def visit(world):
    """Today at half past nine, for nobody's real name."""
    return book_appointment(
        by=whole_staff(), visit_type=visit_type(), starts_at=at("9:40"), location=world.location,
        provider=world.provider, patient=make_patient(first_name="Rosa", last_name="Delgado"),
    )  # fmt: skip


@pytest.fixture
def in_room(world, visit):
    """The same visit, in its room, with the provider."""
    for state in ("arrived", "roomed", "with_provider"):
        visit = move_visit(
            by=whole_staff(), appointment=visit, to=state, room=world.rooms[0] if state == "roomed" else None
        )
    return visit


def assert_stores_nothing(page) -> None:
    found = page.evaluate(STORED)
    cookies = found.pop("cookies")
    assert found == NOTHING
    assert cookies in ("", "theme=auto", "theme=light", "theme=dark")


def lose_reply(page, path: str, *, times: int = 1) -> list[int]:
    """The next `times` POSTs to the path reach the server, whose answers never arrive. Returns their statuses, live."""
    statuses: list[int] = []

    def handle(route) -> None:
        if route.request.method != "POST" or len(statuses) >= times:
            route.fallback()
            return
        statuses.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    page.route(f"**{path}", handle)
    return statuses


def away(one, act: Callable[[], None]):
    """Takes the network away, sends the form, and looks at what the person is told."""
    page = one.page
    page.context.set_offline(True)
    act()
    expect(page.locator(BAR)).to_be_visible()
    expect(page.locator(BAR)).to_contain_text("One form waits to be saved")
    expect(page.locator(".toast-note").last).to_contain_text("Saving waits for the connection")
    return page


def back(page) -> None:
    page.context.set_offline(False)
    expect(page.locator(BAR)).to_be_hidden(timeout=15_000)


def fill_vitals(page) -> None:
    page.focus("#v-systolic-1")
    for value in ("124", "78", "72"):
        page.keyboard.type(value)
        page.keyboard.press("Enter")


def one_set() -> bool:
    return VitalSet.objects.count() == 1


def test_vitals_wait_and_are_saved_once(world, in_room, person):
    ma = person()
    ma.sign_in("dana")
    page = ma.go(f"/encounters/{in_room.encounter_id}/vitals/")
    fill_vitals(page)
    away(ma, lambda: page.keyboard.press("Control+Enter"))
    assert VitalSet.objects.count() == 0
    assert page.input_value("#v-systolic-1") == "124"
    page.keyboard.press("Control+Enter")  # impatience
    page.fill("#v-diastolic-1", "80")  # and a correction, while it waits
    assert_stores_nothing(page)
    back(page)
    wait_for(lambda: _tick(page) and one_set(), seconds=20, what="the vitals are saved")
    page.wait_for_function(EMPTIED, timeout=20_000)
    page.wait_for_load_state("networkidle")
    assert dict(VitalReading.objects.values_list("vital", "value"))["diastolic"] == 80
    assert one_set()
    assert_stores_nothing(page)
    assert ma.errors == []


def test_vitals_whose_answer_was_lost_are_saved_once(world, in_room, person):
    ma = person()
    ma.sign_in("dana")
    path = f"/encounters/{in_room.encounter_id}/vitals/"
    page = ma.go(path)
    fill_vitals(page)
    lost = lose_reply(page, path)
    page.keyboard.press("Control+Enter")
    page.wait_for_function(EMPTIED, timeout=20_000)
    page.wait_for_load_state("networkidle")
    assert (len(lost), lost[0] < 400) == (1, True)
    assert one_set()
    assert VitalReading.objects.filter(vital="systolic").count() == 1


def test_check_in_waits_and_happens_once(world, visit, person):
    desk = person()
    desk.sign_in("fiona")
    page = desk.go(f"/visits/{visit.pk}/check-in/")
    away(desk, lambda: page.click("button:has-text('Arrived')"))
    visit.refresh_from_db()
    assert visit.state == "scheduled"
    back(page)
    page.wait_for_url("**/schedule/**", timeout=20_000)
    assert VisitInterval.objects.filter(appointment=visit, state="arrived").count() == 1
    assert_stores_nothing(page)


def test_check_in_whose_answer_was_lost_happens_once(world, visit, person):
    desk = person()
    desk.sign_in("fiona")
    page = desk.go(f"/visits/{visit.pk}/check-in/")
    lost = lose_reply(page, f"/visits/{visit.pk}/check-in/arrive/")
    page.click("button:has-text('Arrived')")
    page.wait_for_url("**/schedule/**", timeout=20_000)
    assert len(lost) == 1
    assert VisitInterval.objects.filter(appointment=visit, state="arrived").count() == 1


def test_a_note_is_kept_while_away_and_signed_once(world, in_room, person):
    provider = person()
    provider.sign_in("shah")
    page = provider.go(f"/encounters/{in_room.encounter_id}/note/")
    page.fill("[name=subjective]", "Cough for a week.")
    provider.page.context.set_offline(True)
    page.fill("[name=plan]", "Rest, fluids.")
    away(provider, lambda: page.click("button[value=sign]"))
    assert not Note.objects.filter(signed_at__isnull=False).exists()
    page.focus("[name=subjective]")  # the button that signs is no longer the one in focus
    assert_stores_nothing(page)
    back(page)
    wait_for(
        lambda: Note.objects.filter(signed_at__isnull=False).exists(), seconds=20, what="the note is signed"
    )
    page.wait_for_load_state("networkidle")
    note = Note.objects.get()
    assert (note.sections["subjective"], note.sections["plan"]) == ("Cough for a week.", "Rest, fluids.")
    assert_stores_nothing(page)


@pytest.mark.parametrize("lost_at", ["autosave", "signature"])
def test_a_note_whose_answer_was_lost_is_one_note(world, in_room, person, lost_at):
    provider = person()
    provider.sign_in("shah")
    path = f"/encounters/{in_room.encounter_id}/note/"
    page = provider.go(path)
    lost: list[int] = []
    if lost_at == "autosave":
        lost = lose_reply(page, path)
    page.fill("[name=subjective]", "Cough for a week.")
    wait_for(lambda: _tick(page) and Note.objects.exists(), seconds=20, what="the draft is on the server")
    if lost_at == "signature":
        expect(page.locator("[data-note-state]")).to_contain_text("draft saved")
        lost = lose_reply(page, path)
    else:
        expect(page.locator("[data-note-state]")).to_contain_text("no connection")
    page.fill("[name=plan]", "Rest, fluids.")
    page.click("button[value=sign]")
    wait_for(
        lambda: _tick(page) and Note.objects.filter(signed_at__isnull=False).exists(),
        seconds=20,
        what="it is signed",
    )
    expect(page.locator(".note-form [name=plan]")).to_have_value(
        "", timeout=20_000
    )  # a new page: the answer arrived
    note = Note.objects.get()
    assert (note.sections["subjective"], note.sections["plan"]) == ("Cough for a week.", "Rest, fluids.")
    assert len(lost) == 1


def _tick(page) -> bool:
    """Lets Playwright run its route handlers while the test waits for the database."""
    page.wait_for_timeout(50)
    return True


def test_what_was_typed_while_away_goes_into_the_draft_on_the_server(world, in_room, person):
    ma = person()
    ma.sign_in("dana")
    page = ma.go(f"/encounters/{in_room.encounter_id}/vitals/")
    page.context.set_offline(True)
    fill_vitals(page)
    back_before = Draft.objects.count()
    page.context.set_offline(False)
    wait_for(
        lambda: _tick(page) and Draft.objects.count() > back_before,
        seconds=20,
        what="the draft is on the server",
    )
    assert VitalSet.objects.count() == 0
    assert_stores_nothing(page)
