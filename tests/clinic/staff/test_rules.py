"""Names, PINs and effective permissions: pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from clinic.staff.rules import effective_permissions, normalize_username, pin_problem

NAMES = st.sets(st.sampled_from([p.value for p in Permission]), max_size=6)
ROLES = st.sets(st.sampled_from([r.value for r in Role]))


@pytest.mark.parametrize(
    "variant",
    [
        "admin",
        "Admin",
        "ADMIN",
        " admin",
        "admin ",
        "ad min",
        "ａｄｍｉｎ",
        "admin\u200b",
        "admin\u00a0",
        "adm\u00adin",
    ],
)
def test_every_variant_of_a_username_is_one_name(variant):
    assert normalize_username(variant) == "admin"


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(raw):
    once = normalize_username(raw)
    assert normalize_username(once) == once


@given(ROLES, NAMES, NAMES)
def test_a_revoke_beats_every_role_and_grant(roles, grants, revokes):
    held = effective_permissions(roles, grants, revokes)
    assert held.isdisjoint(revokes)
    bundles = set().union(*(ROLE_PERMISSIONS[Role(r)] for r in roles)) if roles else set()
    assert held == frozenset((bundles | {Permission(g) for g in grants}) - {Permission(r) for r in revokes})


def test_names_of_an_older_release_give_nothing():
    assert effective_permissions(["janitor"], ["fly"], ["swim"]) == frozenset()


@pytest.mark.parametrize(
    "pin", ["", "123", "123456789", "12a4", "１２３４", "1111", "1234", "8765", "2580", "12 34"]
)
def test_weak_or_misshapen_pins_are_refused(pin):
    assert pin_problem(pin)


@pytest.mark.parametrize("pin", ["4071", "90210", "483920", "10293847"])
def test_other_pins_pass(pin):
    assert pin_problem(pin) == ""
