"""Role x URL over the whole resolver: every address names its rule, and the rule is what happens.

New addresses are covered by being there. Where a route takes an id, one id names nothing (who is denied must be
denied before anything is looked up) and, as far as the small clinic has them, others name real rows.
"""

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from clinic.staff.models import StaffSession
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from tests.factories.staff import make_member, signed_in
from tests.support.urls import addresses

ALL = addresses()
GUARDED = [a for a in ALL if a.access and not a.access.is_public]
OPEN = [a for a in ALL if a.access and a.access.is_public]
# Answers of a view that was entered: pages, redirects, refusals of input, wrong method, nothing there.
ENTERED = {200, 201, 204, 302, 303, 400, 404, 405, 409, 410, 413, 415, 422, 429}


def names(chosen):
    return sorted(a.name or a.route for a in chosen)


def test_every_address_names_its_rule():
    assert names(a for a in ALL if a.access is None) == []


def test_every_address_has_a_name():
    assert [a.route for a in ALL if not a.name or a.name.endswith(":")] == []


def test_there_are_addresses_to_test():
    assert len(GUARDED) > 30
    assert {"staff:list", "audit:list"} <= {a.name for a in GUARDED}


def test_only_what_must_be_open_is_open():
    """The open addresses are a reviewed list of prefixes; anything else needs a signed-in member."""
    allowed = (
        "account_",
        "staff:pin-sign-in",
        "staff:invitation",
        "healthz",
        "readyz",
        "metrics",
        "ui:",
        "messaging:hook",
        "hooks:",
        "messaging:inbound",
        "messaging:status",
        "scheduling:offer-link",
        "scheduling:patient-link",
        "scheduling:patient-preparation",
        "scheduling:calendar-feed-file",  # read by calendar programs, behind a random token
        "desk:set-up",
        "desk:setup",
        "demo:this-pc",  # exists in demo mode alone
    )
    assert [name for name in names(OPEN) if not name.startswith(allowed)] == []


def test_nobody_can_sign_up():
    assert [
        a.route for a in ALL if "signup" in a.route or "sign-up" in a.route or "register/account" in a.route
    ] == []
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_no_administration_site_is_mounted():
    assert [a.route for a in ALL if a.route.startswith("admin")] == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_sign_in_page(method):
    client = Client(raise_request_exception=False)
    wrong = {}
    for address in GUARDED:
        response = getattr(client, method)(address.path())
        if not (response.status_code == 302 and response["Location"].startswith("/sign-in/?next=")):
            wrong[address.name] = response.status_code
    none(wrong)


@pytest.mark.django_db
def test_scripts_of_strangers_get_401_and_no_page():
    client = Client(raise_request_exception=False)
    wrong = {}
    for address in GUARDED:
        response = client.get(address.path(), headers={"HX-Request": "true"})
        if response.status_code != 401 or response.json() != {"signed_out": True}:
            wrong[address.name] = response.status_code
    none(wrong)


def none(wrong):
    """Fails with one line for each deviation, so that all are named at once."""
    lines = [f"{name}: {what}" for name, what in sorted(wrong.items())]
    assert not lines, "\n" + "\n".join(lines)


def usable(client, member):
    """The same client, or a new one where the last request ended or locked the session."""
    alive = StaffSession.objects.filter(member=member, ended_at__isnull=True, locked_at__isnull=True).exists()
    return client if alive else signed_in(member, raise_request_exception=False)


def deviations(member, held, method):
    """Addresses whose answer to this member is not what their rule says."""
    client, wrong = signed_in(member, raise_request_exception=False), {}
    for address in GUARDED:
        client = usable(client, member)
        status = getattr(client, method)(address.path()).status_code
        if address.access.admits(held):
            right, word = status in ENTERED, "admitted"
        else:
            if status == 405:  # the method was looked at first: then the other method has to be denied
                status = getattr(client, "post" if method == "get" else "get")(address.path()).status_code
            right, word = status == 403, "denied"
        if not right:
            wrong[address.name] = f"{word}, but {status}"
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_role_by_url(role, method):
    none(deviations(make_member(role), ROLE_PERMISSIONS[role], method))


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_member_without_any_role_may_only_do_what_everybody_may(method):
    none(deviations(make_member(), frozenset(), method))


@pytest.mark.django_db
def test_open_addresses_answer_without_failing():
    client, wrong = Client(raise_request_exception=False), {}
    for address in OPEN:
        for method in ("get", "post"):
            status = getattr(client, method)(address.path()).status_code
            if status >= 500 and not (address.name == "readyz" and status == 503):
                wrong[f"{method} {address.name}"] = status
    none(wrong)


@pytest.mark.django_db
def test_a_locked_session_opens_nothing():
    member = make_member(*Role)
    client = signed_in(member, raise_request_exception=False)
    client.post(reverse("staff:lock"))
    wrong = {}
    for address in GUARDED:
        if getattr(address.view, "clinic_when_locked", False):
            continue
        for method in ("get", "post"):
            status = getattr(client, method)(address.path()).status_code
            if status != 423:
                wrong[f"{method} {address.name}"] = status
    none(wrong)
    assert names(a for a in GUARDED if getattr(a.view, "clinic_when_locked", False)) == [
        "account_logout",
        "staff:lock",
        "staff:sign-out",
        "staff:switch",
        "staff:unlock",
    ]
