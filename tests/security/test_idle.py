"""The idle lock over every address: after 5 and after 15 minutes no kind of request gets through, polls included."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from clinic.staff.models import StaffSession, Workstation
from clinic.staff.roles import Role
from tests.architecture.test_access import GUARDED, none
from tests.factories.staff import PASSWORD, at_workstation, make_member, sign_in_by_password, signed_in
from tests.support import small_clinic

KINDS = {
    "get": ("get", {}),
    "head": ("head", {}),
    "post": ("post", {}),
    "htmx": ("get", {"HX-Request": "true"}),
    "htmx post": ("post", {"HX-Request": "true"}),
    "poll": ("get", {"HX-Request": "true", "X-Clinic-Poll": "1"}),
    "dialog": ("get", {"HX-Request": "true", "X-Clinic-Dialog": "1"}),
    "fetch": ("get", {"X-Requested-With": "fetch"}),
    "json": ("get", {"Accept": "application/json"}),
    "download": ("get", {"Sec-Fetch-Dest": "document", "Range": "bytes=0-"}),
    "no poll, it says": ("get", {"X-Clinic-Poll": "0"}),
}
PLACES = {"a shared PC": 5, "a PC of one's own": 15}


@pytest.fixture
def paths(db):
    small_clinic.build()
    return [
        (a, a.path(small_clinic.known_ids(a)))
        for a in GUARDED
        if not getattr(a.view, "clinic_when_locked", False)
    ]


def after(minutes: float):
    return time_machine.travel(small_clinic.NOW + timedelta(minutes=minutes), tick=False)


def sitting_at(place: str) -> Client:
    member = make_member(*Role, password=PASSWORD)
    pc = Workstation.objects.create(name="PC", room="Room 1", is_shared=place == "a shared PC")
    with after(0):
        return sign_in_by_password(member, at_workstation(Client(raise_request_exception=False), pc))


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_no_kind_of_request_opens_anything_once_idle(paths, place):
    """Every address and every kind; each address meets five kinds here and the others at the other PC."""
    client, wrong = sitting_at(place), {}
    kinds = list(KINDS.items()) * 2
    with after(PLACES[place]):
        for number, (address, path) in enumerate(paths):
            start = (number + 5 * (PLACES[place] == 15)) % len(KINDS)
            for kind, (method, headers) in kinds[start : start + 5]:
                response = getattr(client, method)(path, headers=headers)
                leaks = small_clinic.CANARY.encode() in response.content
                if response.status_code != 423 or leaks or "no-store" not in response["Cache-Control"]:
                    wrong[f"{kind} {address.name}"] = response.status_code
    none(wrong)
    assert StaffSession.objects.exclude(locked_at=None).count() == 1


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_second_before_it_is_open(paths, place):
    client = sitting_at(place)
    with after(PLACES[place] - 1 / 60):
        assert client.get("/me/").status_code == 200


def test_no_poll_of_any_address_puts_the_lock_off(paths):
    """What the scripts of a page ask by themselves carries the mark, whatever it asks for."""
    client = signed_in_at_start()
    for minute in (1.0, 2.0, 3.0, 4.0, 4.9):
        with after(minute):
            for _, path in paths[int(minute) :: 5]:
                client.get(path, headers={"HX-Request": "true", "X-Clinic-Poll": "1"})
    with after(5):
        assert client.get("/me/", headers={"X-Clinic-Poll": "1"}).status_code == 423


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"skip_timeout_reset": "1"}, {}),
        ({"X-Clinic-Poll": "0", "HX-Request": "false"}, {}),
        ({"keepalive": "1", "session": "new"}, {"skip_timeout_reset": "1"}),
        ({"idle_seconds": "99999"}, {"idle_seconds": "99999", "locked": "", "locked_at": ""}),
    ],
)
def test_no_parameter_or_body_keeps_a_session_open(paths, query, body):
    client, wrong = signed_in_at_start(), {}
    with after(5):
        for address, path in paths[::3]:
            if client.get(path, query).status_code != 423:
                wrong[f"get {address.name}"] = "open"
            if client.post(f"{path}?{urlencode(query)}", body).status_code != 423:
                wrong[f"post {address.name}"] = "open"
    none(wrong)


def signed_in_at_start() -> Client:
    with after(0):
        return signed_in(make_member(*Role), raise_request_exception=False)
