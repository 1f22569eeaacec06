"""A wall screen: one board with nobody signed in, and nothing else."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.client import workstation_cookie
from clinic.staff.models import StaffSession, Workstation
from clinic.staff.services.workstations import revoke_workstation
from tests.factories.scheduling import make_location
from tests.factories.staff import actor_for, at_workstation, make_member, signed_in
from tests.support.urls import addresses

WALL = "/flow/wall/"
POLL = {"HX-Request": "true", "X-Clinic-Poll": "1"}


@pytest.fixture
def location(db):
    return make_location()


@pytest.fixture
def screen(location):
    return Workstation.objects.create(name="Hallway", room="Hall", kind=Workstation.Kind.WALL)


@pytest.fixture
def hallway(screen):
    """The browser of the registered screen, nobody signed in."""
    return at_workstation(Client(), screen)


def test_a_registered_screen_shows_the_board_with_nobody_signed_in(hallway, screen):
    page = hallway.get(WALL)
    assert page.status_code == 200
    assert b"data-lock" not in page.content
    assert b"Staff sign-in" in page.content
    shown = AuditEvent.objects.get(action="wall.shown")
    assert (shown.member_id, shown.workstation, shown.object_id) == (None, "Hallway (Hall)", str(screen.pk))


def test_its_poll_gets_204_while_nothing_changed_and_leaves_no_row_behind(hallway, screen):
    version = hallway.get(WALL)["X-Board-Version"]
    before = AuditEvent.objects.count()
    answer = hallway.get(WALL, headers={**POLL, "X-Board-Version": version})
    assert (answer.status_code, AuditEvent.objects.count()) == (204, before)
    screen.refresh_from_db()
    assert screen.last_seen_at is not None


def test_the_screen_opens_no_other_address(hallway):
    """Over the whole resolver: without a person, everything but the wall is the sign-in page."""
    opened = []
    for address in addresses():
        if address.access is None or address.access.is_public or address.name == "desk:wall":
            continue
        for method in ("get", "post"):
            response = getattr(hallway, method)(address.path())
            if not (response.status_code == 302 and response["Location"].startswith("/sign-in/?next=")):
                opened.append((method, address.name, response.status_code))
    assert opened == []


def test_whatever_it_opens_when_switched_on_leads_to_the_board(hallway):
    assert hallway.get("/", follow=True).request["PATH_INFO"] == WALL
    assert hallway.get("/sign-in/?person=1").status_code == 200


def test_a_locked_session_at_the_screen_does_not_cover_the_board(screen):
    client = at_workstation(signed_in(make_member("ma")), screen)
    StaffSession.objects.update(workstation=screen)
    assert b'data-wall-url="/flow/wall/"' in client.get("/flow/").content
    client.post(reverse("staff:lock"))
    assert client.get("/flow/").status_code == 423
    assert client.get(WALL).status_code == 200
    assert AuditEvent.objects.get(action="wall.shown").member_id is None


def test_elsewhere_the_wall_board_obeys_the_session_of_its_member(location):
    client = signed_in(make_member("ma"))
    page = client.get(WALL)
    assert (page.status_code, b"data-lock" in page.content) == (200, True)
    assert b"data-wall-url" not in page.content
    client.post(reverse("staff:lock"))
    assert client.get(WALL).status_code == 423
    assert AuditEvent.objects.filter(action="wall.shown").count() == 0


def test_its_polls_never_put_off_the_idle_lock(location):
    with time_machine.travel("2026-03-10T15:00:00Z", tick=False) as clock:
        client = signed_in(make_member("ma"))
        for _ in range(3):
            clock.shift(120)
            client.get(WALL)
        assert client.get(WALL).status_code == 423


@pytest.mark.parametrize("kind", ["pc", "wall"])
def test_revoked_or_never_a_wall_screen_learns_nothing(screen, hallway, kind):
    admin = make_member("administrator")
    if kind == "pc":
        Workstation.objects.filter(pk=screen.pk).update(kind="pc")
    else:
        revoke_workstation(by=actor_for(admin), workstation=screen)
        assert AuditEvent.objects.filter(action="workstation.revoked").count() == 1
    assert hallway.get(WALL)["Location"] == "/sign-in/?next=%2Fflow%2Fwall%2F"
    poll = hallway.get(WALL, headers=POLL)
    assert (poll.status_code, poll.json()) == (401, {"signed_out": True})


def test_a_forged_cookie_is_no_wall_screen(screen):
    client = Client()
    client.cookies[workstation_cookie()] = str(screen.pk)
    assert client.get(WALL).status_code == 302


def test_registering_a_wall_screen_signs_the_administrator_out_of_it(location):
    client = signed_in(make_member("administrator"))
    fields = {"name": "Hallway", "room": "", "kind": "wall", "is_shared": ""}
    response = client.post(reverse("staff:workstation-register"), fields)
    row = Workstation.objects.get()
    assert (response["Location"], row.kind, row.is_shared) == (WALL, "wall", True)
    assert StaffSession.objects.get().ended_why == "wall screen"
    assert client.get(WALL).status_code == 200
    assert client.get("/staff/")["Location"].startswith("/sign-in/")
    event = AuditEvent.objects.get(action="workstation.registered")
    assert event.detail["type"] == "wall"


def test_the_screen_remembers_its_location(hallway):
    other = make_location(name="North office")
    assert b"North office</h1>" in hallway.get(f"{WALL}?location={other.pk}").content
    assert b"North office</h1>" in hallway.get(WALL).content
