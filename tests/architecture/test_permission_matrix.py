"""What a role may do changes only together with the table that people review."""

from django.conf import settings

from clinic.staff import matrix
from clinic.staff.permissions import WORDS, Permission
from clinic.staff.roles import ROLE_PERMISSIONS, ROLE_WORDS, Role

REFRESH = "run `manage.py permission_table --write` and review the difference"


def test_matrix_equals_the_checked_in_table():
    table = settings.BASE_DIR / "tests" / "architecture" / "permission_matrix.txt"
    assert table.read_text(encoding="utf-8") == matrix.as_text(), REFRESH


def test_documentation_shows_the_same_table():
    page = settings.BASE_DIR / "docs" / "permissions.md"
    assert page.read_text(encoding="utf-8") == matrix.as_markdown(), REFRESH


def test_every_permission_is_held_by_a_role_and_has_words():
    assert set(Permission) == frozenset().union(*ROLE_PERMISSIONS.values())
    assert set(WORDS) == set(Permission)
    assert set(ROLE_WORDS) == set(ROLE_PERMISSIONS) == set(Role)


def test_the_lines_that_must_not_blur():
    """Field-level promises in words: who never sees the chart, and who never touches money or access."""

    def of(role):
        return ROLE_PERMISSIONS[role]

    for role in (Role.FRONT_DESK, Role.BILLER, Role.ADMINISTRATOR, Role.PRIVACY):
        assert Permission.CHART_VIEW not in of(role), role
        assert Permission.VITALS_RECORD not in of(role), role
    assert {r for r in Role if Permission.NOTE_SIGN in of(r)} == {Role.PROVIDER}
    assert {r for r in Role if Permission.CHARGE_APPROVE in of(r)} == {Role.BILLER}
    assert {r for r in Role if Permission.STAFF_MANAGE in of(r)} == {Role.MANAGER, Role.ADMINISTRATOR}
    assert {r for r in Role if Permission.AUDIT_EXPORT in of(r)} == {Role.PRIVACY}
    assert {r for r in Role if Permission.SETTINGS_EDIT in of(r)} == {Role.ADMINISTRATOR}
