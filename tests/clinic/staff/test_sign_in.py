"""Signing in by password: one answer for everything wrong, a pause that can't be stretched, nothing to fixate."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.staff.models import BrowserSession, StaffSession, Workstation
from clinic.staff.services.members import unlock_sign_in
from clinic.staff.session_store import SessionStore
from tests.factories.staff import PASSWORD, actor_for, make_member, sign_in_by_password, signed_in

URL = "/sign-in/"
WRONG = "That name and password don&#x27;t go together."


@pytest.fixture
def member(db):
    return make_member("ma", username="dana", email="dana@clinic.example", password=PASSWORD)


def attempt(login, password=PASSWORD, client=None, **extra):
    return (client or Client()).post(URL, {"login": login, "password": password}, **extra)


@pytest.mark.parametrize(
    "name", ["dana", "DANA", " dana ", "ｄａｎａ", "dana@clinic.example", "Dana@Clinic.Example"]
)
def test_any_spelling_of_name_or_address_signs_in(member, name):
    response = attempt(name)
    assert (response.status_code, response.url) == (302, "/")
    assert StaffSession.objects.get().member == member


def test_unknown_wrong_and_deactivated_get_the_same_answer(member):
    make_member("ma", username="gone", password=PASSWORD, is_active=False, deactivated_at=timezone.now())
    make_member("ma", username="invited")
    pages = [attempt("nobody"), attempt("dana", "wrong password"), attempt("gone"), attempt("invited")]
    assert {page.status_code for page in pages} == {422}
    assert all(WRONG in page.content.decode() for page in pages)
    assert StaffSession.objects.count() == 0


def test_the_same_work_is_done_for_an_unknown_name(member, monkeypatch):
    """One hash each, so that timing tells nothing."""
    from tests.support.hashers import FastArgon2

    calls = []
    real = FastArgon2.encode
    monkeypatch.setattr(FastArgon2, "encode", lambda self, *a: calls.append("encode") or real(self, *a))
    verify = FastArgon2.verify
    monkeypatch.setattr(FastArgon2, "verify", lambda self, *a: calls.append("verify") or verify(self, *a))
    attempt("nobody")
    unknown = len(calls)
    calls.clear()
    attempt("dana", "wrong password")
    assert (unknown, len(calls)) == (1, 1)


def test_passwords_are_hashed_with_argon2(member):
    assert member.password.startswith("argon2")


def test_the_old_session_key_is_worth_nothing_after_sign_in(member):
    client = Client()
    client.get(URL)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["session"] = planted = session.session_key
    sign_in_by_password(member, client)
    assert client.session.session_key != planted
    assert not BrowserSession.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "/\\evil.example",
    ],
)
def test_next_never_leaves_the_site(member, target):
    response = Client().post(
        URL + f"?next={quote(target)}", {"login": "dana", "password": PASSWORD, "next": target}
    )
    assert (response.status_code, response.url) == (302, "/")


def test_next_within_the_site_is_followed(member):
    response = Client().post(URL, {"login": "dana", "password": PASSWORD, "next": "/me/"})
    assert response.url == "/me/"


def test_five_wrong_passwords_pause_the_name_at_this_address(member):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        statuses = [attempt("dana", "wrong").status_code for _ in range(5)]
        assert statuses == [422, 422, 422, 422, 429]
        page = attempt("dana")
        assert page.status_code == 429
        assert "15 minutes" in page.content.decode()
        assert page["Retry-After"] == "900"
        assert attempt("dana", REMOTE_ADDR="10.9.8.7").status_code == 302
    with time_machine.travel(start + timedelta(minutes=10), tick=False):
        page = attempt("dana")
        assert (page.status_code, "5 minutes" in page.content.decode()) == (429, True)
    with time_machine.travel(start + timedelta(minutes=15, seconds=1), tick=False):
        assert attempt("dana").status_code == 302


def test_tries_during_the_pause_do_not_stretch_it(member):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        for _ in range(5):
            attempt("dana", "wrong")
    for minute in range(1, 15):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            assert attempt("dana", "wrong").status_code == 429
    with time_machine.travel(start + timedelta(minutes=15, seconds=1), tick=False):
        assert attempt("dana").status_code == 302


def test_forged_forwarding_headers_and_spellings_count_together(member):
    for n, name in enumerate(["dana", "Dana", "dana ", "dana@clinic.example", "ｄａｎａ"]):
        response = attempt(name, "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
    assert response.status_code == 429
    assert attempt("dana", HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429


def test_behind_our_proxy_the_last_forwarded_address_counts(member, settings):
    settings.BEHIND_PROXY = True
    for n in range(5):
        attempt("dana", "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.1")
    assert attempt("dana", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 429
    assert attempt("dana", HTTP_X_FORWARDED_FOR="192.0.2.2").status_code == 302


def test_a_manager_sees_how_long_is_left_and_unlocks(member, manager):
    for _ in range(5):
        attempt("dana", "wrong")
    boss = signed_in(manager)
    page = boss.get(reverse("staff:member", args=[member.pk])).content.decode()
    assert "15 minutes left" in page
    response = boss.post(reverse("staff:member-unlock", args=[member.pk]))
    assert response.status_code == 302
    assert attempt("dana").status_code == 302
    event = AuditEvent.objects.get(action="member.unlocked")
    assert (event.member_id, event.object_id) == (manager.pk, str(member.pk))


def test_a_right_password_forgets_the_wrong_ones(member):
    for _ in range(4):
        attempt("dana", "wrong")
    assert attempt("dana").status_code == 302
    for _ in range(4):
        assert attempt("dana", "wrong").status_code == 422


def test_one_address_may_try_only_so_often(member):
    with time_machine.travel(timezone.now(), tick=False):
        statuses = [attempt(f"name{n}", "").status_code for n in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({422}, 429)


def test_sign_ins_and_refusals_are_audited_without_what_was_typed(member):
    attempt("hunter2 typed into the name field", "x")
    attempt("dana", "wrong")
    attempt("dana")
    refused = AuditEvent.objects.filter(action="session.refused").order_by("id")
    assert [(e.object_id, e.detail) for e in refused] == [
        ("", {"known": False}),
        (str(member.pk), {"known": True}),
    ]
    assert not any("hunter2" in str(e.detail) + e.actor for e in AuditEvent.objects.all())
    assert AuditEvent.objects.get(action="session.opened").member_id == member.pk


def test_sign_out_takes_a_post_and_clears_the_browser(member):
    client = sign_in_by_password(member)
    assert client.get(reverse("staff:sign-out")).status_code == 405
    response = client.post(reverse("staff:sign-out"))
    assert response.url == "/sign-in/"
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/me/").status_code == 302
    assert StaffSession.objects.get().ended_why == "signed out"
    assert BrowserSession.objects.count() == 0


def test_deactivation_ends_every_session_at_once(member, admin):
    from clinic.staff.services.members import deactivate_member

    one, two = sign_in_by_password(member), sign_in_by_password(member)
    assert one.get("/me/").status_code == 200
    deactivate_member(by=actor_for(admin), member=member, reason="left")
    assert [c.get("/me/").status_code for c in (one, two)] == [302, 302]
    assert set(StaffSession.objects.values_list("ended_why", flat=True)) == {"deactivated"}
    assert attempt("dana").status_code == 422


def test_a_session_without_its_server_side_record_is_no_session(member):
    client = sign_in_by_password(member)
    StaffSession.objects.all().delete()
    assert client.get("/me/").status_code == 302


def test_a_member_cannot_borrow_anothers_record(member):
    other = sign_in_by_password(make_member("administrator", password=PASSWORD))
    mine = sign_in_by_password(member)
    session = mine.session
    session["staff_session"] = other.session["staff_session"]
    session.save()
    assert mine.get("/me/").status_code == 302


def test_unlock_is_refused_to_nobody_but_recorded(member, manager):
    assert unlock_sign_in(by=actor_for(manager), member=member) == 0


@pytest.mark.django_db
def test_what_comes_with_a_session_is_what_the_rows_hold(member):
    workstation = Workstation.objects.create(name="Room 3 PC", room="3")
    client = signed_in(member)
    opened = StaffSession.objects.get()
    StaffSession.objects.update(workstation=workstation, ip="203.0.113.7", permissions=["a", "b"])
    opened.refresh_from_db()
    found = SessionStore(client.session.session_key).record
    for mine, theirs in ((found, opened), (found.member, member), (found.workstation, workstation)):
        theirs.refresh_from_db()
        for field in theirs._meta.concrete_fields:
            assert getattr(mine, field.attname) == getattr(theirs, field.attname), field
    assert SessionStore("0" * 32).record is None
