"""Single permissions granted to or revoked from one member. A revoke beats every role and grant."""

from django.db.models import F

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotAllowed, Refused
from clinic.core.time import now
from clinic.staff.models import Member, PermissionException
from clinic.staff.permissions import Permission
from clinic.staff.services.members import guard_target

SECURITY = AuditEvent.Kind.SECURITY
_OWN = "Nobody changes their own permissions. Ask a colleague who manages staff."


@service
def grant_permission(*, by: Actor, member: Member, permission: str, reason: str) -> PermissionException:
    """Give one permission beside the roles, from the member's next request on. Audits `permission.granted`.

    Refused: to oneself, without a reason, twice, or a permission that the giver doesn't hold.
    """
    if not by.can(Permission(permission)):
        raise NotAllowed("You can only grant what you may do yourself.", field="permission")
    return _decide(by, member, permission, PermissionException.GRANT, reason)


@service
def revoke_permission(*, by: Actor, member: Member, permission: str, reason: str) -> PermissionException:
    """Take one permission away whatever the roles say, from the next request on. Audits `permission.revoked`.

    Refused: from oneself, without a reason, twice.
    """
    return _decide(by, member, permission, PermissionException.REVOKE, reason)


def _decide(by: Actor, member: Member, permission: str, effect: str, reason: str) -> PermissionException:
    row = Member.objects.select_for_update().get(pk=member.pk)
    guard_target(by, row, own=_OWN)
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    name = Permission(permission)
    same = PermissionException.objects.filter(
        member=row, permission=name, effect=effect, ended_at__isnull=True
    )
    if same.exists():
        raise Refused("This exception already exists for the member.", field="permission")
    exception = PermissionException.objects.create(
        member=row, permission=name, effect=effect, reason=reason.strip(), decided_by_id=by.member_id
    )
    _count_change(row)
    verb = "permission.granted" if effect == PermissionException.GRANT else "permission.revoked"
    record(by, verb, obj=row, kind=SECURITY, permission=str(name), reason=reason.strip())
    return exception


@service
def end_exception(*, by: Actor, exception: PermissionException) -> None:
    """Go back to what the roles say. Audits `permission.exception_ended`. Refused for one's own.

    Ending a revoke gives the permission back, so the actor must hold it, as for a grant.
    """
    row = (
        PermissionException.objects.select_for_update(of=("self",))
        .select_related("member")
        .get(pk=exception.pk)
    )
    guard_target(by, row.member, own=_OWN)
    if row.effect == PermissionException.REVOKE and not by.can(row.permission):
        raise NotAllowed("You can only give back what you may do yourself.")
    if row.ended_at:
        return
    row.ended_at, row.ended_by_id = now(), by.member_id
    row.save(update_fields=["ended_at", "ended_by", "updated_at"])
    _count_change(row.member)
    record(
        by,
        "permission.exception_ended",
        obj=row.member,
        kind=SECURITY,
        permission=row.permission,
        effect=row.effect,
    )


def _count_change(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(permission_epoch=F("permission_epoch") + 1)
