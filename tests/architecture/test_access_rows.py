"""Role x URL where the ids name real rows: who is denied sees nothing of them, and a GET changes none."""

import pytest
import time_machine

from clinic.staff.models import StaffSession
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from tests.architecture.test_access import ENTERED, GUARDED, none
from tests.factories.staff import make_member, signed_in
from tests.support import small_clinic


@pytest.fixture
def addresses(db):
    """(address, path with real ids) for every guarded address that has them, and the clock at ten o'clock."""
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        found = [
            (a, a.path(small_clinic.known_ids(a)))
            for a in GUARDED
            if not a.parameters or small_clinic.known_ids(a)
        ]
        yield found


def test_most_addresses_are_tried_with_real_rows(addresses):
    tried = {a.name for a, _ in addresses if a.parameters}
    assert {
        "records:patient",
        "scheduling:appointment",
        "billing:ledger",
        "inventory:lot",
        "staff:member",
    } <= tried
    assert len(tried) >= 80


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_role_by_url_with_real_rows(addresses, role):
    held, wrong = ROLE_PERMISSIONS[role], {}
    client = signed_in(make_member(role), raise_request_exception=False)
    for address, path in addresses:
        response = client.get(path)
        body = b"" if response.streaming else response.content
        if address.access.admits(held):
            right = response.status_code in ENTERED
        else:
            right = response.status_code in {403, 405} and small_clinic.CANARY.encode() not in body
        if not right:
            wrong[address.name] = response.status_code
    none(wrong)


def test_denied_posts_change_nothing(addresses):
    client, wrong = signed_in(make_member(), raise_request_exception=False), {}
    before = small_clinic.everything()
    for address, path in addresses:
        if address.access.permissions:
            for method in ("post", "put", "patch", "delete"):
                status = getattr(client, method)(path).status_code
                if status not in {403, 405}:
                    wrong[f"{method} {address.name}"] = status
    none(wrong)
    assert small_clinic.changed(before, small_clinic.everything()) == []


def test_strangers_change_nothing(addresses):
    from django.test import Client

    client = Client(raise_request_exception=False)
    before = small_clinic.everything()
    for _, path in addresses:
        assert client.post(path).status_code == 302
    assert small_clinic.changed(before, small_clinic.everything()) == []


def test_no_get_changes_anything(addresses):
    """Forms are read, boards polled, pages printed: only the trail and the session may notice."""
    member = make_member(*Role)
    client, guilty = signed_in(member, raise_request_exception=False), {}
    before = small_clinic.everything()
    for address, path in addresses:
        client.get(path)
        after = small_clinic.everything()
        tables = small_clinic.changed(before, after)
        if tables:
            guilty[address.name] = tables
        before = after
    none(guilty)
    assert StaffSession.objects.get(member=member).ended_at is None
