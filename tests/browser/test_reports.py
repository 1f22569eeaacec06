"""Reports as the manager uses them: by keyboard, on a laptop and on a phone, in light and dark."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from scheduling.models import Appointment, VisitInterval
from tests.browser.world import OPENS, World
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager(time_machine, live_server, person):
    """Mona, signed in. Two weeks of visits: the first with long waits, the second with short ones, and a no-show each Monday."""
    time_machine.move_to(OPENS, tick=True)
    world = World()
    for back in range(1, 15):
        day = TUESDAY - timedelta(days=back)
        wait = 20 if back > 7 else 10
        for clock in ("8:30", "9:00", "9:30"):
            start = at(clock, day)
            missed = clock == "8:30" and day.weekday() == 0
            visit = Appointment.objects.create(
                patient=make_patient(), location=world.location, visit_type=visit_type(), provider=world.provider,
                starts_at=start, ends_at=start + timedelta(minutes=20), zone=world.location.zone, local_day=day,
                local_time=clock, state="no_show" if missed else "completed", created_at=start - timedelta(days=4),
            )  # fmt: skip
            if not missed:
                for state, after in (("arrived", 0), ("roomed", wait), ("completed", wait + 30)):
                    when = start + timedelta(minutes=after)
                    VisitInterval.objects.create(
                        appointment=visit, state=state, started_at=when, recorded_at=when, by_label="x",
                        ended_at=None if state == "completed" else when,
                    )  # fmt: skip
    one = person()
    one.sign_in("mona")
    return one


def test_a_report_is_read_with_the_keyboard_alone(manager):
    page = manager.go("/")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/reports/")
    page.get_by_role("link", name="No-shows and cancellations").press("Enter")
    page.wait_for_url("**/no-shows/")
    page.keyboard.press("/")
    expect(page.get_by_label("From")).to_be_focused()
    page.keyboard.type("03022026")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2026-03-02**")
    lead = page.locator("section", has=page.get_by_role("heading", name="By weekday"))
    number = lead.get_by_role("row", name="Monday").get_by_role("link").first
    expect(number).to_have_text("2")
    number.press("Enter")
    expect(page.get_by_role("heading", name="Monday, No-show")).to_be_visible()
    expect(page.locator("a.row-link")).to_have_count(2)
    page.get_by_role("link", name="The report").press("Enter")
    page.wait_for_url("**/no-shows/?from=2026-03-02**")
    with page.expect_download() as download:
        page.keyboard.press("e")
    assert download.value.suggested_filename == "no-shows-20260302-20260310-figures.csv"
    assert manager.errors == []


def test_before_and_after_tells_what_changed(manager):
    page = manager.go(
        "/reports/compare/?before_from=2026-02-24&before_to=2026-03-02&after_from=2026-03-03&after_to=2026-03-09"
    )
    expect(page.locator(".compare-sentence")).to_have_text(
        "Wait for a room: 20 minutes before, 10 minutes after: 10 minutes less (−50.0%)."
    )
    expect(page.locator(".compare-change")).to_contain_text("−50.0% better")
    expect(page.get_by_role("img", name="Wait for a room, before and after.")).to_be_visible()


PAGES = ("/reports/", "/reports/daily-visits/", "/reports/patient-flow/", "/reports/compare/",
         "/reports/daily-visits/rows/?pick=outcome:completed")  # fmt: skip


@pytest.mark.parametrize("width", [390, 1366])
def test_reports_are_accessible_and_fit(manager, width):
    manager.page.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        page = manager.go(path)
        manager.assert_accessible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert manager.errors == []
