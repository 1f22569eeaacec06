"""Workstations and scope of practice."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.staff.client import workstation_cookie
from clinic.staff.models import Credential, ScopeRule, StaffSession, Workstation
from clinic.staff.scope import may_perform
from clinic.staff.services.workstations import edit_workstation, register_workstation, revoke_workstation
from tests.factories.staff import (
    PASSWORD,
    actor_for,
    at_workstation,
    make_member,
    sign_in_by_password,
    signed_in,
)

TODAY = date(2026, 3, 10)


def test_registering_marks_the_browser_and_the_running_session(admin):
    client = signed_in(admin)
    response = client.post(
        reverse("staff:workstation-register"),
        {"name": " Room 3  PC ", "room": "Room 3", "kind": "pc", "is_shared": ""},
    )
    row = Workstation.objects.get()
    assert (response.status_code, row.name, row.is_shared) == (302, "Room 3 PC", False)
    cookie = client.cookies[workstation_cookie()]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    session = StaffSession.objects.get()
    assert (session.workstation, session.idle_seconds) == (row, 900)
    assert client.get("/me/").status_code == 200
    assert b"Room 3 PC (Room 3)" in client.get("/staff/workstations/").content


def test_a_forged_cookie_is_an_unknown_pc(room_pc):
    member = make_member("ma", password=PASSWORD)
    client = Client()
    client.cookies[workstation_cookie()] = str(room_pc.pk)
    sign_in_by_password(member, client)
    session = StaffSession.objects.get()
    assert (session.workstation, session.idle_seconds) == (None, 300)


def test_revoking_ends_the_sessions_there_and_forgets_the_pc(admin, room_pc):
    client = sign_in_by_password(make_member("ma", password=PASSWORD), at_workstation(Client(), room_pc))
    assert client.get("/me/").status_code == 200
    revoke_workstation(by=actor_for(admin), workstation=room_pc)
    assert client.get("/me/").status_code == 302
    assert StaffSession.objects.get().ended_why == "workstation revoked"
    again = sign_in_by_password(make_member("ma", password=PASSWORD), client)
    assert StaffSession.objects.get(ended_at__isnull=True).workstation is None
    assert again.get("/me/").status_code == 200


def test_sharing_a_pc_shortens_the_lock_of_who_sits_there(admin, own_pc):
    sign_in_by_password(make_member("ma", password=PASSWORD), at_workstation(Client(), own_pc))
    edit_workstation(by=actor_for(admin), workstation=own_pc, name="Office PC", room="", is_shared=True)
    assert StaffSession.objects.get().idle_seconds == 300


def test_two_pcs_cannot_have_one_name(admin, own_pc, room_pc):
    with pytest.raises(Refused, match="already has this name"):
        register_workstation(by=actor_for(admin), name="Office  PC", room="", is_shared=True)
    with pytest.raises(Refused, match="already has this name"):
        edit_workstation(by=actor_for(admin), workstation=room_pc, name="Office PC", room="", is_shared=True)
    assert Workstation.objects.count() == 2
    assert AuditEvent.objects.filter(action__startswith="workstation.").count() == 0


@pytest.mark.parametrize(
    ("letters", "task", "state", "allowed", "order"),
    [
        ("CMA", "vitals", "IL", True, False),
        ("CMA", "give_vaccine", "IL", True, True),
        ("CMA", "give_vaccine", "NY", False, False),
        ("CMA", "vitals", "NY", True, False),
        ("CMA", "draw", "CA", True, True),
        ("MA", "give_vaccine", "IL", False, False),
        ("MA", "give_vaccine", "CA", True, True),
        ("PBT", "draw", "WA", True, True),
        ("PBT", "give_vaccine", "WA", False, False),
        ("MD", "give_vaccine", "NY", True, False),
        ("RN", "inject", "NY", True, True),
        ("", "vitals", "IL", False, False),
        ("Wizard", "vitals", "IL", False, False),
        ("RN, CMA", "give_vaccine", "NY", True, True),
    ],
)
def test_shipped_rules(db, letters, task, state, allowed, order):
    member = make_member("ma", credential=letters)
    decision = may_perform(task, member, TODAY, state=state)
    assert (decision.allowed, decision.order_needed if allowed else False) == (allowed, order)
    assert AuditEvent.objects.filter(action="scope.denied").count() == (0 if allowed else 1)
    assert bool(decision.reason) is not allowed


def test_no_row_means_no(db):
    ScopeRule.objects.all().delete()
    assert not may_perform("vitals", make_member("provider", credential="MD"), TODAY).allowed


def test_the_states_own_row_beats_the_general_one_and_the_later_the_earlier(db):
    member = make_member("ma", credential="CMA")
    ScopeRule.objects.all().delete()
    rule = {"task": "inject", "credential": "CMA"}
    ScopeRule.objects.create(**rule, state="", allowed="yes", effective_from=date(2025, 1, 1))
    ScopeRule.objects.create(**rule, state="TX", allowed="no", effective_from=date(2020, 1, 1))
    assert not may_perform("inject", member, TODAY, state="TX").allowed
    ScopeRule.objects.create(**rule, state="TX", allowed="conditional", effective_from=TODAY)
    assert not may_perform("inject", member, TODAY - timedelta(days=1), state="TX").allowed
    assert may_perform("inject", member, TODAY, state="tx").allowed
    assert may_perform("inject", member, TODAY, state="OH").allowed


def test_registered_credentials_decide_once_there_are_any(db):
    member = make_member("ma", credential="RN")
    held = Credential.objects.create(member=member, kind="CMA", expires_on=TODAY)
    assert may_perform("give_vaccine", member, TODAY, state="IL").supervision == "on_site"
    assert not may_perform("give_vaccine", member, TODAY + timedelta(days=1), state="IL").allowed
    held.state = "WA"
    held.save()
    assert not may_perform("vitals", member, TODAY, state="IL").allowed


def test_an_actor_stands_for_its_member_and_the_inactive_may_nothing(db):
    member = make_member("ma", credential="CMA")
    assert may_perform("vitals", actor_for(member), TODAY, state="IL").allowed
    member.is_active, member.deactivated_at = False, timezone.now()
    member.save()
    assert not may_perform("vitals", member, TODAY, state="IL").allowed


def test_an_unknown_task_is_a_mistake_of_the_caller(db):
    with pytest.raises(ValueError, match="surgery"):
        may_perform("surgery", make_member("ma"), TODAY)
