"""Every page of the schedule is shown and works, by the people who use it."""

import pytest
from django.urls import reverse

from clinic.staff.roles import Role
from scheduling.models import Appointment
from tests.factories.staff import make_member, signed_in

PAGES = (
    "day", "arrivals", "unconfirmed", "appointment-book", "walk-in", "rooms", "room-add", "templates", "session-add",
    "absence-add", "closure-add", "visit-types", "visit-type-add", "locations", "location-add", "flow-limits", "home-next",
)  # fmt: skip


@pytest.fixture
def browser(clinic):
    return signed_in(make_member(Role.MANAGER, Role.FRONT_DESK, Role.MA, Role.ADMINISTRATOR))


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_shown_full_and_empty(browser, clinic, name):
    assert browser.get(reverse(f"scheduling:{name}")).status_code == 200
    clinic.book("9:00")
    assert browser.get(reverse(f"scheduling:{name}")).status_code == 200


def test_one_visit_s_pages(browser, clinic):
    visit = clinic.book("9:00", reason="cough")
    for name in ("appointment", "appointment-move", "appointment-cancel"):
        assert browser.get(reverse(f"scheduling:{name}", args=[visit.pk])).status_code == 200
    assert browser.get(reverse("scheduling:patient-visits", args=[visit.patient_id])).status_code == 200


def test_flow_board_is_shown(browser, clinic):
    visit = clinic.move(clinic.book("9:00"), "arrived", "roomed", "intake")
    clinic.move(clinic.book("9:20"), "arrived")
    page = browser.get(reverse("desk:flow"))
    assert page.status_code == 200
    assert visit.patient.last_name in page.content.decode()
    wall = browser.get(reverse("desk:flow") + "?wall=1").content.decode()
    assert "Maria O." in wall
    assert visit.patient.last_name not in wall
    assert Appointment.objects.get(pk=visit.pk).room_id == clinic.rooms[0].pk
