"""Forgotten and changed passwords."""

import re

import pytest
from django.core import mail
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.staff.models import MemberMail, StaffSession
from clinic.staff.tasks import send_pending_mail
from tests.factories.staff import PASSWORD, make_member, sign_in_by_password

NEW = "a sentence about green teapots"


@pytest.fixture
def member(db):
    return make_member("ma", username="dana", email="dana@clinic.example", password=PASSWORD)


def test_known_and_unknown_addresses_get_the_same_answer(member):
    known = Client().post("/password/forgot/", {"email": "Dana@clinic.example"})
    unknown = Client().post("/password/forgot/", {"email": "nobody@clinic.example"})
    assert (
        (known.status_code, known.url)
        == (unknown.status_code, unknown.url)
        == (302, "/password/forgot/sent/")
    )
    assert list(MemberMail.objects.values_list("member", "kind")) == [(member.pk, "reset")]
    assert mail.outbox == []


def test_reset_by_link_ends_every_session_and_works_once(member):
    elsewhere = sign_in_by_password(member)
    browser = Client()
    browser.post("/password/forgot/", {"email": "dana@clinic.example"})
    send_pending_mail()
    send_pending_mail()
    assert len(mail.outbox) == 1
    link = re.search(r"https?://[^/]+(/password/new/\S+)", mail.outbox[0].body)[1]
    form = browser.get(link).url
    assert "set-password" in form
    weak = browser.post(form, {"password1": "password password", "password2": "password password"})
    assert b"words that everybody here knows" in weak.content
    assert browser.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert elsewhere.get("/me/").status_code == 302
    assert StaffSession.objects.get().ended_why == "password reset"
    assert b"This link is over" in Client().get(link).content
    assert AuditEvent.objects.filter(action="password.reset").count() == 1
    sign_in_by_password(member, password=NEW)


def test_changing_keeps_this_session_and_ends_the_others(member):
    here, elsewhere = sign_in_by_password(member), sign_in_by_password(member)
    key = here.session.session_key
    form = {"current": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/password/change/", form | {"current": "wrong"}).status_code == 422
    assert here.post("/password/change/", form | {"password2": NEW + "!"}).status_code == 422
    assert elsewhere.get("/me/").status_code == 200
    assert here.post("/password/change/", form).status_code == 302
    assert here.get("/me/").status_code == 200
    assert here.session.session_key != key
    assert elsewhere.get("/me/").status_code == 302
    assert Client().post("/sign-in/", {"login": "dana", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234567",
        "clinic clinic clinic 2026",
        "Patient-Hospital-99",
        "x" * 129,
        "aaaaaaaaaaaaaaaa"[:14],
    ],
)
def test_weak_passwords_are_refused(member, password):
    here = sign_in_by_password(member)
    response = here.post(
        "/password/change/", {"current": PASSWORD, "password1": password, "password2": password}
    )
    assert response.status_code == 422
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


@pytest.mark.parametrize(
    "password", ["maple-street-demo", "ünïcödé пароль 密码 ok", "x y " * 32, "no digits but long enough"]
)
def test_long_and_unicode_passwords_pass_whole(member, password):
    here = sign_in_by_password(member)
    response = here.post(
        "/password/change/", {"current": PASSWORD, "password1": password, "password2": password}
    )
    assert response.status_code == 302
    member.refresh_from_db()
    assert member.check_password(password)
    assert not member.check_password(password[:-1])
