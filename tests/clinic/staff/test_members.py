"""Invite, roles, exceptions, deactivate: who may, what changes, and that a refusal changes nothing."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError, NotAllowed, Refused, Stale
from clinic.staff import queries
from clinic.staff.effective import of_member
from clinic.staff.models import Member, MemberMail, PermissionException
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from clinic.staff.services.exceptions import end_exception, grant_permission, revoke_permission
from clinic.staff.services.mail import send_mail
from clinic.staff.services.members import (
    create_administrator,
    deactivate_member,
    edit_member,
    invite_member,
    reactivate_member,
    set_roles,
)
from tests.factories.staff import PASSWORD, actor_for, make_member, sign_in_by_password, signed_in

NEW = {"username": "New.Person", "email": "New@Clinic.example", "first_name": "New", "last_name": "Person"}
CHOSEN = "a sentence about green teapots"


@pytest.fixture
def by_admin(admin):
    return actor_for(admin)


@pytest.fixture
def by_manager(manager):
    return actor_for(manager)


def test_invitation_from_the_form_to_the_first_sign_in(admin, mailoutbox, settings):
    response = signed_in(admin).post(reverse("staff:member-invite"), NEW | {"roles": ["ma", "front_desk"]})
    member = Member.objects.get(username="new.person")
    assert response.url == reverse("staff:member", args=[member.pk])
    assert (member.email, member.roles, member.has_usable_password()) == (
        "new@clinic.example",
        ["front_desk", "ma"],
        False,
    )
    row = MemberMail.objects.get()
    assert send_mail(str(row.pk)) is True
    assert send_mail(str(row.pk)) is False
    assert [m.to for m in mail.outbox] == [["new@clinic.example"]]
    link = re.search(r"https?://[^/]+(/invitation/\S+)", mail.outbox[0].body)[1]
    browser = Client()
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"password1": "short", "password2": "short"}).status_code == 422
    assert browser.post(link, {"password1": CHOSEN, "password2": CHOSEN}).url == "/sign-in/"
    assert browser.get(link).status_code == 410
    sign_in_by_password(Member.objects.get(pk=member.pk), browser, CHOSEN)
    assert (
        AuditEvent.objects.filter(object_id=str(member.pk), action__startswith="member.")
        .order_by("id")
        .values_list("action", flat=True)
        .count()
        == 2
    )


def test_a_form_sent_twice_invites_once(admin):
    client = signed_in(admin)
    form = NEW | {"roles": ["ma"], "form_key": "one-form"}
    first, again = (client.post(reverse("staff:member-invite"), form) for _ in range(2))
    member = Member.objects.get(username="new.person")
    assert first.url == again.url == reverse("staff:member", args=[member.pk])
    assert MemberMail.objects.count() == 1
    assert AuditEvent.objects.filter(action="member.invited").count() == 1


def test_an_invitation_expires_and_ends_with_the_account(admin, by_admin):
    import time_machine
    from django.utils import timezone

    from clinic.staff.tokens import invitation_token

    member = invite_member(by=by_admin, roles=["ma"], **NEW)
    token = invitation_token.make_token(member)
    url = reverse("staff:invitation", args=[member.pk, token])
    assert Client().get(url).status_code == 200
    assert Client().get(url[:-5] + "abcd/").status_code == 410
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=71), tick=False):
        assert Client().get(url).status_code == 200
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=73), tick=False):
        assert Client().get(url).status_code == 410
    deactivate_member(by=by_admin, member=member, reason="changed their mind")
    assert Client().get(url).status_code == 410


@pytest.mark.parametrize(
    "change",
    [
        {"username": "ＡＤＡ"},
        {"username": "ada "},
        {"email": "taken@clinic.example"},
        {"roles": []},
        {"email": ""},
        {"username": "a b"},
        {"username": "x" * 41},
        {"npi": "123"},
        {"first_name": ""},
    ],
)
def test_refused_invitations_leave_nothing(admin, by_admin, change):
    make_member("ma", email="taken@clinic.example")
    before = set(Member.objects.values_list("username", flat=True))
    values = {"roles": ["ma"], **NEW, **change}
    if change == {"username": "a b"}:
        values["username"] = "a/b"
    with pytest.raises(Refused):
        invite_member(by=by_admin, **values)
    assert set(Member.objects.values_list("username", flat=True)) == before
    assert MemberMail.objects.count() == 0


def test_only_an_administrator_makes_or_touches_an_administrator(admin, by_manager, ma):
    with pytest.raises(NotAllowed):
        invite_member(by=by_manager, roles=["administrator"], **NEW)
    with pytest.raises(NotAllowed):
        set_roles(by=by_manager, member=ma, roles=["administrator"], reason="x")
    with pytest.raises(NotAllowed):
        deactivate_member(by=by_manager, member=admin, reason="x")
    with pytest.raises(NotAllowed):
        edit_member(by=by_manager, member=admin, version=1, email="mine@clinic.example")
    admin.refresh_from_db()
    ma.refresh_from_db()
    assert (admin.is_active, admin.email.startswith("member"), ma.roles) == (True, True, ["ma"])


def test_nobody_changes_their_own_access(admin, by_admin):
    make_member("administrator")
    for act in (
        lambda: set_roles(by=by_admin, member=admin, roles=["administrator", "provider"], reason="x"),
        lambda: grant_permission(by=by_admin, member=admin, permission="staff_view", reason="x"),
        lambda: revoke_permission(by=by_admin, member=admin, permission="staff_view", reason="x"),
        lambda: deactivate_member(by=by_admin, member=admin, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    admin.refresh_from_db()
    assert admin.roles == ["administrator"]
    assert PermissionException.objects.count() == 0


def test_the_last_administrator_stays(admin, by_admin):
    second = make_member("administrator")
    by_second = actor_for(second)
    set_roles(by=by_second, member=admin, roles=["manager"], reason="new job")
    third = make_member("manager")
    with pytest.raises(ClinicError):
        deactivate_member(by=actor_for(third), member=second, reason="x")
    from clinic.core.actor import Actor

    with pytest.raises(Refused, match="last active administrator"):
        deactivate_member(by=Actor.system("test.task"), member=second, reason="x")
    second.refresh_from_db()
    assert second.is_active


def test_roles_and_exceptions_hold_from_the_next_request(ma, by_admin):
    client = signed_in(ma)
    assert client.get("/staff/").status_code == 403
    set_roles(by=by_admin, member=ma, roles=["ma", "lead_ma"], reason="promoted")
    assert client.get("/staff/").status_code == 200
    revoked = revoke_permission(by=by_admin, member=ma, permission="staff_view", reason="not needed")
    assert client.get("/staff/").status_code == 403
    end_exception(by=by_admin, exception=revoked)
    assert client.get("/staff/").status_code == 200


def test_a_revoke_beats_a_grant_and_every_role(ma, by_admin):
    grant_permission(by=by_admin, member=ma, permission="staff_view", reason="stands in")
    assert Permission.STAFF_VIEW in of_member(ma)
    revoke_permission(by=by_admin, member=ma, permission="staff_view", reason="no")
    assert Permission.STAFF_VIEW not in of_member(ma)
    assert signed_in(ma).get("/staff/").status_code == 403
    assert ma not in queries.members_with(Permission.STAFF_VIEW)


def test_nobody_hands_out_what_they_do_not_hold(ma, by_manager):
    with pytest.raises(NotAllowed):
        grant_permission(by=by_manager, member=ma, permission="audit_export", reason="x")
    assert PermissionException.objects.count() == 0


def test_an_exception_needs_a_reason_and_exists_once(ma, by_admin):
    with pytest.raises(Refused, match="Say why"):
        revoke_permission(by=by_admin, member=ma, permission="chart_view", reason="  ")
    revoke_permission(by=by_admin, member=ma, permission="chart_view", reason="on leave")
    with pytest.raises(Refused, match="already exists"):
        revoke_permission(by=by_admin, member=ma, permission="chart_view", reason="again")
    assert PermissionException.objects.count() == 1


def test_permissions_cost_no_query_until_they_change(ma, by_admin, django_assert_num_queries):
    client = signed_in(ma)
    client.get(reverse("staff:draft") + "?key=a")
    with django_assert_num_queries(2):  # the session with all that belongs to it, and the draft itself
        client.get(reverse("staff:draft") + "?key=a")
    grant_permission(by=by_admin, member=ma, permission="staff_view", reason="x")
    with django_assert_num_queries(4):  # once: the exceptions, and the result kept on the session
        client.get(reverse("staff:draft") + "?key=a")


def test_a_stale_edit_is_refused_with_what_is_there_now(ma, by_admin):
    edit_member(by=by_admin, member=ma, version=1, first_name="Dana", credential="CMA, CPT")
    with pytest.raises(Stale) as caught:
        edit_member(by=by_admin, member=ma, version=1, credential="RN")
    assert caught.value.theirs["credential"] == "CMA, CPT"
    ma.refresh_from_db()
    assert (ma.credential, ma.version) == ("CMA, CPT", 2)


def test_extra_fields_in_a_form_change_nothing(ma, admin):
    """Mass assignment: what the form does not name is ignored."""
    extra = {"roles": "administrator", "is_active": "", "username": "root", "is_staff": "on", "password": "x"}
    form = {"first_name": "Dana", "last_name": "Reyes", "version": "1"} | extra
    assert signed_in(ma).post(reverse("staff:profile-edit"), form).status_code == 302
    ma.refresh_from_db()
    assert (ma.username, ma.roles, ma.is_active, ma.version) == ("dana", ["ma"], True, 2)


def test_reactivation_brings_no_old_session_back(ma, by_admin):
    client = signed_in(ma)
    deactivate_member(by=by_admin, member=ma, reason="left")
    reactivate_member(by=by_admin, member=ma, reason="came back")
    assert client.get("/me/").status_code == 302
    ma.refresh_from_db()
    assert (ma.is_active, ma.pin_hash, ma.deactivated_at) == (True, "", None)


def test_queries_by_role_and_permission(ma, admin, by_admin):
    doctor = make_member("provider", "manager", last_name="Aa")
    make_member("provider", is_active=False, deactivated_at="2026-01-01T00:00Z")
    assert list(queries.providers()) == [doctor]
    assert list(queries.members_with(Permission.NOTE_SIGN)) == [doctor]
    grant_permission(by=actor_for(doctor), member=ma, permission="note_sign", reason="x")
    assert list(queries.members_with(Permission.NOTE_SIGN)) == [doctor, ma]


@pytest.mark.parametrize("url", ["/staff/", "/staff/workstations/", "/staff/scope/", "/audit/"])
def test_lists_cost_the_same_with_one_and_three_rows(admin, url, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from clinic.staff.models import Workstation

    def add(n):
        for _ in range(n):
            member = make_member("ma")
            signed_in(member)
            Workstation.objects.create(name=f"PC {member.username}", registered_by=member)
            PermissionException.objects.create(
                member=member, permission="chart_view", effect="revoke", reason="x"
            )

    client = signed_in(admin)
    client.get(url)
    add(1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(url).status_code == 200
    add(2)
    with CaptureQueriesContext(connection) as three:
        assert client.get(url).status_code == 200
    assert len(one) == len(three)


def test_the_first_administrator_from_the_command_line(db, monkeypatch):
    import io

    from django.core.management import CommandError, call_command

    args = ["root.person", "--first-name", "Root", "--last-name", "Person", "--password-stdin"]
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        call_command("create_admin", *args)
    assert Member.objects.count() == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(CHOSEN + "\n"))
    call_command("create_admin", *args)
    member = Member.objects.get()
    assert (member.username, member.roles, member.check_password(CHOSEN)) == (
        "root.person",
        [Role.ADMINISTRATOR],
        True,
    )
    with pytest.raises(Refused, match="taken"):
        create_administrator(
            by=actor_for(member),
            username="Root.Person",
            email="",
            first_name="R",
            last_name="P",
            password=PASSWORD,
        )
