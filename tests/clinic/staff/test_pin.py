"""PIN: quick, bound to the PC, and worth five tries."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError
from clinic.staff.models import StaffSession
from clinic.staff.services.secrets import clear_pin, set_own_pin
from tests.factories.staff import PASSWORD, actor_for, at_workstation, make_member, sign_in_by_password

FETCH = {"X-Requested-With": "fetch"}
START = timezone.datetime(2026, 3, 10, 15, 0, tzinfo=timezone.get_fixed_timezone(0))


@pytest.fixture
def dana(db):
    return make_member(
        "ma", username="dana", first_name="Dana", last_name="Reyes", pin="4071", password=PASSWORD
    )


@pytest.fixture
def here(dana, room_pc):
    """Dana's browser on the shared PC of room 3, locked."""
    with time_machine.travel(START, tick=False):
        client = sign_in_by_password(dana, at_workstation(Client(), room_pc))
        client.post(reverse("staff:lock"))
    return client


def unlock(client, pin="", *, minutes=1, **data):
    with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
        return client.post(reverse("staff:unlock"), {"pin": pin, **data}, headers=FETCH)


def test_the_right_pin_unlocks(here):
    assert unlock(here, "4071").json() == {"ok": True, "locked": False}
    with time_machine.travel(START + timedelta(minutes=2), tick=False):
        assert here.get("/me/").status_code == 200
    assert AuditEvent.objects.get(action="session.unlocked").detail == {"how": "pin"}


def test_unlocking_without_scripts_goes_on_to_where_it_stopped(here):
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        response = here.post(reverse("staff:unlock"), {"pin": "4071", "next": "/staff/?q=1"})
        assert response.url == "/staff/?q=1"
        here.post(reverse("staff:lock"))
        assert here.post(reverse("staff:unlock"), {"pin": "4071", "next": "//evil.example"}).url == "/"


def test_five_wrong_pins_and_only_the_password_counts(here):
    answers = [unlock(here, "9999") for _ in range(5)]
    assert [a.status_code for a in answers] == [422] * 5
    assert [a.json()["password_needed"] for a in answers] == [False] * 4 + [True]
    assert "1 try left" in answers[3].json()["message"]
    assert unlock(here, "4071").json()["password_needed"] is True
    assert StaffSession.objects.get().pin_failures == 5
    assert AuditEvent.objects.filter(action="session.pin_refused").count() == 6
    assert unlock(here, password="wrong").status_code == 422
    assert unlock(here, password=PASSWORD).json()["ok"] is True
    assert StaffSession.objects.get().pin_failures == 0


def test_wrong_passwords_at_the_lock_count_like_those_of_a_sign_in(here):
    statuses = [unlock(here, password="wrong").status_code for _ in range(6)]
    assert statuses == [422, 422, 422, 422, 429, 429]
    assert unlock(here, password=PASSWORD).status_code == 429


def test_another_pc_can_neither_use_the_session_nor_the_pin(here, dana):
    stolen = Client()
    stolen.cookies["session"] = here.cookies["session"].value
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        assert stolen.get("/me/").status_code == 302
    assert StaffSession.objects.get().ended_at is not None


def test_a_cleared_pin_no_longer_unlocks(here, dana, admin):
    clear_pin(by=actor_for(admin), member=dana)
    assert unlock(here, "4071").json()["password_needed"] is True


def test_switch_in_two_clicks_and_back_by_pin(here, dana, room_pc):
    """Dana hands the PC to Lee, who hands it back: her PIN is enough within the twelve hours."""
    with time_machine.travel(START + timedelta(minutes=10), tick=False):
        response = here.post(reverse("staff:switch"))
        assert (response.url, response["Clear-Site-Data"]) == ("/sign-in/", '"cache", "storage"')
        row = StaffSession.objects.get()
        assert row.ended_why == "switched"
        page = here.get("/sign-in/").content.decode()
        assert "PIN of Dana" in page
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        response = here.post(reverse("staff:pin-sign-in", args=[row.pk]), {"pin": "4071", "next": "/me/"})
        assert response.url == "/me/"
        assert here.get("/me/").status_code == 200
    again = StaffSession.objects.get(ended_at__isnull=True)
    assert (again.is_by_pin, again.password_at, again.expires_at) == (
        True,
        START,
        START + timedelta(hours=12),
    )


@pytest.mark.parametrize("hours", [12, 13])
def test_back_by_pin_ends_with_the_hours(here, hours):
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        here.post(reverse("staff:switch"))
    row = StaffSession.objects.get()
    with time_machine.travel(START + timedelta(hours=hours), tick=False):
        assert "PIN of Dana" not in here.get("/sign-in/").content.decode()
        assert here.post(reverse("staff:pin-sign-in", args=[row.pk]), {"pin": "4071"}).status_code == 404


def test_back_by_pin_counts_its_tries(here):
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        here.post(reverse("staff:switch"))
        url = reverse("staff:pin-sign-in", args=[StaffSession.objects.get().pk])
        statuses = [here.post(url, {"pin": "9999"}).status_code for _ in range(5)]
        assert statuses == [422] * 5
        assert here.post(url, {"pin": "4071"}).status_code == 422
    assert StaffSession.objects.filter(ended_at__isnull=True).count() == 0


def test_back_by_pin_works_on_no_other_pc(here, own_pc):
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        here.post(reverse("staff:switch"))
        url = reverse("staff:pin-sign-in", args=[StaffSession.objects.get().pk])
        for client in (Client(), at_workstation(Client(), own_pc)):
            assert "PIN of Dana" not in client.get("/sign-in/").content.decode()
            assert client.post(url, {"pin": "4071"}).status_code == 404


@pytest.mark.parametrize("end", ["sign-out", "deactivate", "revoke", "elsewhere"])
def test_no_way_back_by_pin_after(here, dana, room_pc, admin, end):
    from clinic.staff.services.members import deactivate_member
    from clinic.staff.services.sessions import end_all_sessions
    from clinic.staff.services.workstations import revoke_workstation

    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        here.post(reverse("staff:sign-out" if end == "sign-out" else "staff:switch"))
        if end == "deactivate":
            deactivate_member(by=actor_for(admin), member=dana, reason="left")
        elif end == "revoke":
            revoke_workstation(by=actor_for(admin), workstation=room_pc)
        elif end == "elsewhere":
            end_all_sessions(by=actor_for(admin), member=dana, why="ended by a manager")
        assert "PIN of Dana" not in here.get("/sign-in/").content.decode()
        url = reverse("staff:pin-sign-in", args=[StaffSession.objects.get().pk])
        assert here.post(url, {"pin": "4071"}).status_code == 404


def test_signing_out_takes_back_the_way_that_an_earlier_switch_left(here, dana):
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        here.post(reverse("staff:switch"))
        sign_in_by_password(dana, here)
        here.post(reverse("staff:sign-out"))
        assert "PIN of Dana" not in here.get("/sign-in/").content.decode()
        for row in StaffSession.objects.all():
            assert here.post(reverse("staff:pin-sign-in", args=[row.pk]), {"pin": "4071"}).status_code == 404


def test_a_pin_is_set_with_the_password_and_by_the_member_alone(dana, admin):
    client = sign_in_by_password(dana)
    form = {"current": "wrong", "pin": "83921", "pin2": "83921"}
    assert client.post(reverse("staff:pin"), form).status_code == 422
    assert client.post(reverse("staff:pin"), form | {"current": PASSWORD, "pin2": "83922"}).status_code == 422
    before = dana.pin_hash
    dana.refresh_from_db()
    assert dana.pin_hash == before
    assert client.post(reverse("staff:pin"), form | {"current": PASSWORD}).status_code == 302
    dana.refresh_from_db()
    assert dana.pin_hash.startswith("argon2")
    assert dana.pin_hash != before
    with pytest.raises(ClinicError, match="by the member alone"):
        set_own_pin(by=actor_for(admin), member=dana, pin="83921")
