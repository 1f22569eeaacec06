"""Permissions in force for a member, computed once per change instead of once per request."""

import hashlib

from clinic.staff.models import Member, PermissionException, StaffSession
from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS
from clinic.staff.rules import effective_permissions

# Bundles live in code: after a release that changes them, sessions must compute anew.
_BUNDLES = hashlib.sha256(
    repr(sorted((str(role), sorted(bundle)) for role, bundle in ROLE_PERMISSIONS.items())).encode()
).hexdigest()[:12]


def of_member(member: Member) -> frozenset[Permission]:
    """Roles plus grants minus revokes, in one query."""
    rows = PermissionException.objects.filter(member=member, ended_at__isnull=True).values_list(
        "effect", "permission"
    )
    grants = [name for effect, name in rows if effect == PermissionException.GRANT]
    revokes = [name for effect, name in rows if effect == PermissionException.REVOKE]
    return effective_permissions(member.roles, grants, revokes)


def of_session(member: Member, session: StaffSession) -> frozenset[str]:
    """The same, kept on the session under the member's epoch: no query until roles or exceptions change,
    and the change holds from the member's next request on.
    """
    mark = f"{_BUNDLES}:{member.permission_epoch}"
    if session.permission_mark != mark:
        session.permissions = sorted(str(p) for p in of_member(member))
        session.permission_mark = mark
        StaffSession.objects.filter(pk=session.pk).update(
            permissions=session.permissions, permission_mark=session.permission_mark
        )
    return frozenset(session.permissions)
