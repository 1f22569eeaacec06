"""Members, signed-in clients and actors for tests."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.test import Client
from django.urls import reverse

from clinic.core.actor import Actor
from clinic.staff.client import WORKSTATION_SALT, workstation_cookie
from clinic.staff.effective import of_member
from clinic.staff.models import Member, Workstation
from clinic.staff.roles import Role

PASSWORD = "correct horse battery staple"
_numbers = count(1)


def make_member(*roles: Role | str, password: str | None = None, pin: str = "", **fields: Any) -> Member:
    """A saved, active member with these roles. Without `password` it has an unusable one (fast)."""
    number = next(_numbers)
    member = Member(
        username=fields.pop("username", f"member{number}"),
        email=fields.pop("email", f"member{number}@clinic.example"),
        first_name=fields.pop("first_name", "Pat"),
        last_name=fields.pop("last_name", f"Tester{number}"),
        roles=[str(role) for role in roles],
        **fields,
    )
    if password:
        member.set_password(password)
    else:
        member.set_unusable_password()
    if pin:
        member.pin_hash = make_password(pin)
    member.save()
    return member


def actor_for(member: Member, *, also: Iterable[str] = ()) -> Actor:
    """The actor that a request of this member would carry; `also` adds permissions."""
    return Actor(
        member_id=member.pk, label=member.name, permissions=frozenset(of_member(member)) | frozenset(also)
    )


def actor(*permissions: str) -> Actor:
    """An actor with exactly these permissions, standing for a new member without a role."""
    member = make_member()
    return Actor(member_id=member.pk, label=member.name, permissions=frozenset(permissions))


def signed_in(member: Member, **client: Any) -> Client:
    """A test client in which the member is signed in, with a server-side session as after a real sign-in."""
    browser = Client(**client)
    browser.force_login(member, backend="clinic.staff.backends.StaffBackend")
    return browser


def at_workstation(client: Client, workstation: Workstation) -> Client:
    """Let the client be that registered PC, by its signed cookie."""
    client.cookies[workstation_cookie()] = signing.dumps(str(workstation.pk), salt=WORKSTATION_SALT)
    return client


def sign_in_by_password(member: Member, client: Client | None = None, password: str = PASSWORD) -> Client:
    """A client after the real sign-in page."""
    client = client or Client()
    response = client.post(reverse("account_login"), {"login": member.username, "password": password})
    assert response.status_code == 302, response.content
    return client
