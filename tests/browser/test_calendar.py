"""The calendar by hand: a visit dragged, its end dragged, the same by keys alone, and the agenda of a phone."""

import re
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from clinic.staff.roles import Role
from scheduling.models import Appointment
from tests.browser.conftest import PASSWORD
from tests.factories.scheduling import TUESDAY, Clinic, at, make_provider, make_session
from tests.factories.staff import make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def clinic():
    """One Tuesday morning: two providers, and a visit at nine."""
    with time_machine.travel(at("8:05"), tick=True):
        made = Clinic()
        made.other = make_provider(made.location, last_name="Young")
        for weekday in (0, 2, 3, 4):
            make_session(made.provider, made.location, weekday=weekday)
        make_member(Role.FRONT_DESK, username="desk", password=PASSWORD)
        made.visit = made.book("9:00")
        yield made


@pytest.fixture
def desk(person, clinic):
    one = person()
    one.sign_in("desk")
    return one


def middle(box) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, end) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 4, start[1] + 8)
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def moved(clinic):
    return Appointment.objects.get(rescheduled_from=clinic.visit)


def test_a_visit_is_dragged_to_another_provider_and_time(desk, clinic):
    page = desk.go(f"/schedule/?day={TUESDAY}")
    visit = page.locator(f"#v-{clinic.visit.pk}")
    visit.scroll_into_view_if_needed()
    target = page.locator(f'[data-target="with={clinic.other.pk}"] .day-rows').bounding_box()
    x, y = middle(visit.bounding_box())
    # Half an hour is six rows of eight pixels.
    drag(page, (x, y), (target["x"] + target["width"] / 2, y + 48))
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".plan")).to_contain_text("9:30 AM – 9:50 AM")
    expect(dialog.locator(".plan")).to_contain_text(clinic.other.name)
    expect(dialog.locator(".plan-told")).to_contain_text("Call them")
    desk.assert_accessible()
    desk.sends(lambda: page.keyboard.press("Enter"))
    new = moved(clinic)
    assert (new.starts_at, new.provider_id) == (at("9:30"), clinic.other.pk)
    expect(page.locator(f"#v-{new.pk}")).to_be_visible()
    expect(page.locator(".cell-ghost")).to_have_count(0)
    assert desk.errors == []


def test_the_lower_edge_is_dragged_for_the_length_and_escape_leaves_all_as_it_is(desk, clinic):
    page = desk.go(f"/schedule/?day={TUESDAY}")
    visit = page.locator(f"#v-{clinic.visit.pk}")
    visit.scroll_into_view_if_needed()
    box = visit.bounding_box()
    edge = (box["x"] + 40, box["y"] + box["height"] - 2)
    drag(page, edge, (edge[0], edge[1] + 32))
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".plan-after")).to_have_text("until 9:40 AM (40 min)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".cell-ghost, .is-moving")).to_have_count(0)
    assert Appointment.objects.get().minutes == 20
    drag(page, edge, (edge[0], edge[1] + 32))
    expect(dialog.locator(".plan-after")).to_have_text("until 9:40 AM (40 min)")
    desk.sends(lambda: dialog.get_by_role("button", name="Change the length").click())
    assert Appointment.objects.get().minutes == 40
    assert desk.errors == []


def test_a_visit_is_moved_by_keys_alone_through_the_week(desk, clinic):
    page = desk.go(f"/schedule/?day={TUESDAY}")
    page.keyboard.press("w")
    page.wait_for_url("**/schedule/week/**")
    page.locator(f"#v-{clinic.visit.pk}").focus()
    page.keyboard.press("m")
    status = page.locator("[data-move-says]")
    expect(status).to_contain_text("Tue 9:00 AM, Tue, Mar 10. Arrows change it")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(status).to_have_text("Thu 9:25 AM, Thu, Mar 12")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".plan")).to_contain_text("Thu, Mar 12, 2026")
    expect(dialog.get_by_role("button", name="Move the visit")).to_be_focused()
    desk.sends(lambda: page.keyboard.press("Enter"))
    new = moved(clinic)
    assert new.starts_at == at("9:25", TUESDAY + timedelta(days=2))
    page.locator(f"#v-{new.pk}").focus()
    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.locator(".plan-after")).to_contain_text("(30 min)")
    desk.sends(lambda: page.keyboard.press("Enter"))
    assert Appointment.objects.get(pk=new.pk).minutes == 30
    assert desk.errors == []


def finger(page):
    """A finger, the way a tablet reports it: `touch("touchStart", x, y)`."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *point: float) -> None:
        points = [{"x": point[0], "y": point[1]}] if point else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_a_finger_that_holds_still_drags_a_visit_and_one_that_moves_scrolls(person, clinic):
    tablet = person(1180, 820, has_touch=True)
    tablet.sign_in("desk")
    page = tablet.go(f"/schedule/?day={TUESDAY}")
    visit = page.locator(f"#v-{clinic.visit.pk}")
    visit.scroll_into_view_if_needed()
    touch = finger(page)
    x, y = middle(visit.bounding_box())
    touch("touchStart", x, y)
    touch("touchMove", x, y - 30)
    touch("touchEnd")
    expect(page.locator(".cell-ghost")).to_have_count(0)
    visit.scroll_into_view_if_needed()
    x, y = middle(visit.bounding_box())
    touch("touchStart", x, y)
    expect(page.locator(".cell-ghost")).to_have_count(1)
    touch("touchMove", x, y + 20)
    touch("touchMove", x, y + 48)
    touch("touchEnd")
    expect(page.get_by_role("dialog").locator(".plan")).to_contain_text("9:30 AM – 9:50 AM")
    assert tablet.errors == []


def test_arrows_go_from_visit_to_visit_and_m_alone_shows_the_month(desk, clinic):
    second, beside = clinic.book("10:00"), clinic.book("9:40", provider=clinic.other)
    page = desk.go(f"/schedule/?day={TUESDAY}")
    page.locator(f"#v-{clinic.visit.pk}").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#v-{second.pk}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#v-{beside.pk}")).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".cell-ghost")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".cell-ghost")).to_have_count(0)
    page.locator("body").evaluate("body => document.activeElement.blur()")
    page.keyboard.press("m")
    page.wait_for_url("**/schedule/month/**")
    assert desk.errors == []


def test_a_phone_shows_the_agenda_first_and_the_grid_when_asked_for(person, clinic):
    phone = person(390, 844)
    phone.sign_in("desk")
    page = phone.go(f"/schedule/?day={TUESDAY}")
    page.wait_for_url("**/schedule/agenda/**")
    visit = page.locator(f"#v-{clinic.visit.pk}")
    expect(visit).to_contain_text("9:00–9:20 AM")
    expect(visit).to_contain_text("Coverage not checked")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    phone.assert_accessible()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Day").click()
    page.wait_for_url("**/schedule/?**view=day**")
    expect(page.locator(".day-frame")).to_be_visible()
    assert phone.errors == []


@pytest.mark.parametrize("path", ["/schedule/week/", "/schedule/month/", "/schedule/?by=room&view=day"])
def test_the_views_are_accessible(desk, clinic, path):
    joint = "&" if "?" in path else "?"
    page = desk.go(f"{path}{joint}day={TUESDAY}")
    page.wait_for_load_state("networkidle")
    desk.assert_accessible()
    assert desk.errors == []


def test_a_provider_makes_a_link_for_the_phone_and_ends_it(person, clinic):
    clinic.provider.set_password(PASSWORD)
    clinic.provider.save()
    one = person()
    one.sign_in(clinic.provider.username)
    page = one.go("/me/")
    panel = page.locator("[id='panel-scheduling.feed']")
    panel.get_by_role("button", name="Make a link").click()
    field = panel.get_by_label("Calendar link")
    expect(field).to_have_value(re.compile(r"/calendar/[\w-]{43}\.ics$"))
    one.assert_accessible()
    page.once("dialog", lambda question: question.accept())
    panel.get_by_role("button", name="End the link").click()
    expect(panel).to_contain_text("There is no link.")
    assert one.errors == []


@pytest.mark.parametrize("kind", ["day", "huddle", "rooms"])
def test_sheets_fit_one_page_and_are_accessible(desk, clinic, kind, tmp_path):
    for clock in ("8:20", "9:20", "9:40", "10:00", "10:20", "10:40", "11:00", "11:20", "11:40"):
        clinic.book(clock)
    page = desk.go(f"/schedule/sheets/{kind}/?day={TUESDAY}")
    desk.assert_accessible()
    paper = page.pdf(format="Letter")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    assert desk.errors == []
