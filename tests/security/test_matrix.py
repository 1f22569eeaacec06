"""Role x URL x method: what each answer must be follows from the permission table, and nothing denied leaks or acts.

`tests/architecture/test_access*.py` walk GET and POST; here are the other methods, bodies and states of a session.
"""

import json
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.core.middleware import KnownMethods
from clinic.staff.models import StaffSession
from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from clinic.staff.services.members import deactivate_member
from tests.architecture.test_access import GUARDED, OPEN, none, usable
from tests.factories.staff import actor_for, make_member, signed_in
from tests.security.forms_on import undone
from tests.support import small_clinic

ODD = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "BREW")
# Where the rows of the small clinic do not lead to a page: no draft under that key, no link left to show, an
# entry that the first noun does not name, an alert that is not for oversight, a visit that has not begun, a count with empty lines.
NO_PAGE = {
    # The small clinic has no such row: a call played inside, a letter that is due, a series and so on.
    "messaging:message-call": 404,
    "reports:report": 404,
    "reports:rows": 404,
    "scheduling:follow-up-consent": 404,
    "scheduling:follow-up-letters-pdf": 404,
    "scheduling:missed-letter": 404,
    "scheduling:missed-letter-pdf": 404,
    "scheduling:missed-letters-pdf": 404,
    "scheduling:offer-call": 404,
    "scheduling:preparation-edit": 404,
    "scheduling:series": 404,
    "scheduling:series-cancel": 404,
    "scheduling:series-change": 404,
    "staff:draft": 404,
    "staff:invitation-link": 404,
    "messaging:consent-record": 404,
    "records:entry-edit": 404,
    "records:entry-retract": 404,
    "inbox:alert-review": 404,
    "desk:check-out": 422,
    "inventory:count-review": 302,
}
# Every member may ask; whose file it is decides, and what a member may not open does not exist for them.
OWNERS_CHECK = {"files:download": Permission.PATIENT_VIEW}
_own: dict[str, int] = {}


@pytest.fixture
def paths(db):
    """(address, path with real ids where the small clinic has them), and the clock at ten o'clock."""
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        yield [(a, a.path(small_clinic.known_ids(a))) for a in GUARDED]


def taken(address) -> tuple[str, ...]:
    return getattr(address.view, "clinic_methods", KnownMethods.USUAL)


def body_of(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize(
    "roles", [None, [Role.PRIVACY], list(Role)], ids=["stranger", "one role", "every role"]
)
def test_methods_that_no_view_names_are_405_for_everybody(paths, roles):
    """Refused before anybody asks who is calling, so that three callers stand for all."""
    client, wrong = signed_in(make_member(*roles)) if roles else Client(), {}
    for number, (address, path) in enumerate([*paths, *[(a, a.path()) for a in OPEN]]):
        for method in ODD if roles is None else ODD[number % len(ODD) :][:2]:
            if method in taken(address):
                continue
            response = client.generic(method, path)
            if response.status_code != 405 or response.content:
                wrong[f"{method} {address.name}"] = response.status_code
    none(wrong)


def test_only_drafts_are_deleted_by_a_method_of_their_own():
    assert {a.name: taken(a) for a in [*GUARDED, *OPEN] if taken(a) != KnownMethods.USUAL} == {
        "staff:draft": ("GET", "HEAD", "POST", "DELETE")
    }


def own_answers(paths) -> dict[str, int]:
    """What each address answers to a member who holds every permission. Asked once for the whole file."""
    if not _own:
        client = signed_in(make_member(*Role), raise_request_exception=False)
        _own.update({address.name: client.get(path).status_code for address, path in paths})
    return _own


def test_a_page_s_own_answer_is_the_page_or_405(paths):
    wrong = {
        name: status
        for name, status in own_answers(paths).items()
        if status not in {200, 405} and NO_PAGE.get(name) != status
    }
    none(wrong)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_get_answers_as_the_permission_table_says(paths, role):
    """A member with every permission gets the page's own answer; a role gets exactly that, or exactly 403."""
    own, held, wrong = own_answers(paths), ROLE_PERMISSIONS[role], {}
    client = signed_in(make_member(role), raise_request_exception=False)
    for address, path in paths:
        response = client.get(path)
        if OWNERS_CHECK.get(address.name, address.name) not in {*held, address.name}:
            right = response.status_code == 404
        elif address.access.admits(held):
            right = response.status_code == own[address.name]
        else:
            right = response.status_code in ({403, 405} if own[address.name] == 405 else {403})
            right = right and small_clinic.CANARY.encode() not in body_of(response)
        if not right:
            wrong[address.name] = f"{response.status_code}, its own is {own[address.name]}"
    none(wrong)


@pytest.mark.parametrize("role", [Role.PRIVACY, Role.BILLER], ids=str)
def test_head_tells_no_more_than_get(paths, role):
    held, wrong = ROLE_PERMISSIONS[role], {}
    client = signed_in(make_member(role), raise_request_exception=False)
    for address, path in paths:
        status = client.head(path).status_code
        right = {own_answers(paths)[address.name], 405} if address.access.admits(held) else {403, 405}
        if status not in right:
            wrong[address.name] = status
    none(wrong)


@pytest.mark.parametrize("method", ["head", "options", "trace"])
def test_methods_that_need_no_form_token_change_nothing(paths, method):
    """HEAD, OPTIONS and TRACE pass the protection of forms, so none may reach what POST does."""
    client, guilty = Client(enforce_csrf_checks=True), {}
    client.force_login(make_member(*Role), backend="clinic.staff.backends.StaffBackend")
    before = small_clinic.everything()
    for _, path in paths:
        getattr(client, method)(path)
    tables = small_clinic.changed(before, small_clinic.everything())
    if tables:
        guilty["all addresses together"] = tables
    none(guilty)


FORMS = {
    "no token": {"data": {"a": "1"}},
    "a token of somebody else": {"data": {"csrfmiddlewaretoken": "x" * 64}},
    "a header of somebody else": {"data": {"a": "1"}, "headers": {"X-CSRFToken": "y" * 64}},
    "json": {"data": json.dumps({"a": 1}), "content_type": "application/json"},
    "plain text": {"data": "a=1", "content_type": "text/plain"},
    "another site": {"data": {"a": "1"}, "headers": {"Origin": "https://elsewhere.example"}},
    "a method in the body": {"data": {"_method": "GET"}},
    "a method in a header": {"data": {"a": "1"}, "headers": {"X-HTTP-Method-Override": "GET"}},
}


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_nothing_is_written_without_the_form_token(paths, form):
    client, wrong = Client(enforce_csrf_checks=True), {}
    client.force_login(make_member(*Role), backend="clinic.staff.backends.StaffBackend")
    before = small_clinic.everything()
    for address, path in paths:
        response = client.post(path, **FORMS[form])
        if response.status_code != 403:
            wrong[address.name] = response.status_code
    none(wrong)
    assert small_clinic.changed(before, small_clinic.everything()) == []


def test_a_method_named_in_a_get_is_still_a_get(paths):
    client = signed_in(make_member(*Role), raise_request_exception=False)
    before = small_clinic.everything()
    for _, path in paths:
        client.get(path, {"_method": "POST"}, headers={"X-HTTP-Method-Override": "POST"})
    assert small_clinic.changed(before, small_clinic.everything()) == []


@pytest.mark.parametrize("role", [None, Role.BILLER, Role.PROVIDER, Role.ADMINISTRATOR], ids=str)
def test_json_bodies_open_nothing_that_the_role_does_not_hold(paths, role):
    held = ROLE_PERMISSIONS[role] if role else frozenset()
    member = make_member(*([role] if role else []))
    client, wrong = signed_in(member, raise_request_exception=False), {}
    before = small_clinic.everything()
    for address, path in paths:
        if address.access.admits(held):
            continue
        response = client.post(path, json.dumps({"role": "administrator"}), content_type="application/json")
        if response.status_code not in {403, 405} or small_clinic.CANARY.encode() in response.content:
            wrong[address.name] = response.status_code
    none(wrong)
    assert small_clinic.changed(before, small_clinic.everything()) == []


@pytest.mark.parametrize("extra", [".json", "?format=json", "?output=xml", ";.css", "?debug=1"])
def test_no_other_spelling_of_an_address_opens_it_to_strangers(paths, extra):
    client, wrong = Client(raise_request_exception=False), {}
    for address, path in paths:
        asked = path.rstrip("/") + extra if extra[0] in ".;" else path + extra
        response = client.get(asked, headers={"Accept": "application/json"})
        if response.status_code not in {401, 404} or small_clinic.CANARY.encode() in response.content:
            wrong[address.name] = response.status_code
    none(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
def test_half_signed_in_opens_nothing(paths, method):
    """A cookie that names a member, without the server-side session that a whole sign-in opens."""
    client, wrong = signed_in(make_member(*Role), raise_request_exception=False), {}
    StaffSession.objects.all().delete()
    offered = client.cookies.output(header="")
    for address, path in paths:
        client.cookies.load(offered)
        response = undone(client, method, path, {})
        if response.status_code != 302 or urlsplit(response["Location"]).path != "/sign-in/":
            wrong[address.name] = response.status_code
    none(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
def test_deactivated_in_mid_session_opens_nothing(paths, method):
    admin = actor_for(make_member(Role.ADMINISTRATOR, Role.MANAGER))
    member = make_member(Role.PROVIDER)
    client, wrong = signed_in(member, raise_request_exception=False), {}
    assert client.get(reverse("records:finder-page")).status_code == 200
    cookies = client.cookies.output()
    deactivate_member(by=admin, member=member, reason="left")
    for address, path in paths:
        response = getattr(client, method)(path)
        client.cookies.load(cookies.replace("Set-Cookie: ", ""))  # the browser keeps offering the old one
        if response.status_code != 302 or urlsplit(response["Location"]).path != "/sign-in/":
            wrong[address.name] = response.status_code
    none(wrong)


def test_a_revoked_permission_closes_every_address_that_needs_it_at_the_next_request(paths):
    """Explicit deny over a role: each permission of the lead MA is revoked in turn."""
    from clinic.staff.models import PermissionException

    member, wrong = make_member(Role.LEAD_MA), {}
    client = signed_in(member, raise_request_exception=False)
    for permission in sorted(ROLE_PERMISSIONS[Role.LEAD_MA]):
        PermissionException.objects.create(
            member=member, permission=permission, effect="revoke", reason="review"
        )
        member.permission_epoch += 1
        member.save(update_fields=["permission_epoch"])
        for address, path in paths:
            if address.access.permissions == {permission}:
                status = client.get(path).status_code
                if status not in {403, 405}:
                    wrong[f"{permission} {address.name}"] = status
    none(wrong)
    assert usable(client, member) is client
