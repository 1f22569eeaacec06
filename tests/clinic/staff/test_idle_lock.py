"""The lock: by the server's clock, for everything but the way out of it."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.staff.models import SessionPolicy, StaffSession
from clinic.staff.roles import Role
from clinic.staff.services.sessions import edit_session_policy
from tests.factories.staff import (
    PASSWORD,
    actor_for,
    at_workstation,
    make_member,
    sign_in_by_password,
    signed_in,
)

PROFILE = "/me/"
START = timezone.datetime(2026, 3, 10, 15, 0, tzinfo=timezone.get_fixed_timezone(0))


def at(**delta):
    return time_machine.travel(START + timedelta(**delta), tick=False)


@pytest.fixture
def browser(ma):
    with at():
        return signed_in(ma)


def test_an_unknown_pc_locks_after_five_minutes(browser):
    with at(minutes=4, seconds=59):
        assert browser.get(PROFILE).status_code == 200
    with at(minutes=9, seconds=58):
        assert browser.get(PROFILE).status_code == 200
    with at(minutes=14, seconds=58):
        assert browser.get(PROFILE).status_code == 423


def test_an_unshared_pc_locks_after_fifteen_minutes(own_pc, db):
    member = make_member(Role.MA, password=PASSWORD)
    with at():
        client = sign_in_by_password(member, at_workstation(Client(), own_pc))
    with at(minutes=14, seconds=59):
        assert client.get(PROFILE).status_code == 200
    with at(minutes=29, seconds=59):
        assert client.get(PROFILE).status_code == 423


def test_the_lock_page_tells_nothing_and_keeps_the_address(browser):
    with at(minutes=5):
        page = browser.get("/staff/?q=x")
    assert page.status_code == 423
    assert page["Cache-Control"] == "no-store"
    assert 'value="/staff/?q=x"' in page.content.decode()
    assert "panel" not in page.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"X-Clinic-Poll": "1"},
        {"X-Requested-With": "fetch"},
        {"Accept": "application/json"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_scripts_get_423_and_json(browser, headers, method):
    with at(minutes=5):
        response = getattr(browser, method)(PROFILE, headers=headers)
    assert response.status_code == 423
    assert response.json()["locked"] is True
    assert response.json()["name"] == "Dana R."


def test_polls_never_extend(browser):
    for minute in range(1, 5):
        with at(minutes=minute):
            assert browser.get(PROFILE, headers={"X-Clinic-Poll": "1"}).status_code == 200
    with at(minutes=5):
        assert browser.get(PROFILE, headers={"X-Clinic-Poll": "1"}).status_code == 423


@pytest.mark.parametrize("extra", ["", "?skip_timeout_reset=1", "?keepalive=1", "?X-Clinic-Poll=0"])
def test_a_passive_view_never_extends_whatever_is_sent(browser, extra):
    """Dropping the poll header, or any parameter, must not turn a timer into a person."""
    url = reverse("staff:draft") + (extra or "?x=1") + "&key=a"
    for minute in range(1, 5):
        with at(minutes=minute):
            assert browser.get(url, headers={"X-Clinic-Poll": "0"}).status_code == 204
    with at(minutes=5):
        assert browser.get(url).status_code == 423


def test_activity_extends(browser):
    with at(minutes=4):
        assert browser.post(reverse("staff:activity")).status_code == 204
    with at(minutes=8, seconds=59):
        assert browser.get(PROFILE).status_code == 200


def test_activity_does_not_unlock(browser):
    with at(minutes=5):
        assert browser.post(reverse("staff:activity")).status_code == 423
        assert browser.get(PROFILE).status_code == 423


def test_a_lock_holds_though_the_clock_moves_on_and_is_audited_once(browser):
    with at(minutes=5):
        browser.get(PROFILE)
        browser.get(PROFILE)
    with at(minutes=6):
        assert browser.get(PROFILE).status_code == 423
    assert AuditEvent.objects.filter(action="session.locked").count() == 1


def test_twelve_hours_end_the_session_for_good(browser):
    for step in range(1, 12 * 15):
        with at(minutes=step * 4):
            assert browser.get(PROFILE).status_code == 200
    with at(hours=12):
        response = browser.get(PROFILE)
    assert (response.status_code, response.url) == (302, "/sign-in/?next=/me/")
    row = StaffSession.objects.get()
    assert row.ended_why == "expired"
    with at(hours=11):
        assert browser.get(PROFILE).status_code == 302


def test_a_changed_policy_holds_for_open_sessions(browser, admin):
    edit_session_policy(by=actor_for(admin), version=1, idle_minutes_shared=2, absolute_hours=8)
    with at(minutes=2):
        assert browser.get(PROFILE).status_code == 423
    assert StaffSession.objects.get(member__username="dana").expires_at == START + timedelta(hours=8)
    assert SessionPolicy.objects.get().version == 2


def test_lock_by_hand(browser):
    with at(seconds=10):
        response = browser.post(reverse("staff:lock"), headers={"X-Requested-With": "fetch"})
        assert response.json()["has_pin"] is True
        assert browser.get(PROFILE).status_code == 423
