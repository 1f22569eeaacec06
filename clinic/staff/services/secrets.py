"""Password and PIN of a member."""

from django.contrib.auth.hashers import make_password
from django.db.models import F

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotAllowed, Refused
from clinic.core.time import now
from clinic.staff.models import Member, StaffSession
from clinic.staff.rules import pin_problem
from clinic.staff.services.members import guard_target
from clinic.staff.services.sessions import end_all_sessions

SECURITY = AuditEvent.Kind.SECURITY


@service
def set_own_pin(*, by: Actor, member: Member, pin: str) -> None:
    """Set the PIN that unlocks one's own sessions. Audits `pin.set`.

    The caller checked the password. Refused: somebody else's PIN, not 4 to 8 digits, one that is easily guessed.
    """
    if by.member_id != member.pk:
        raise NotAllowed("A PIN is set by the member alone.")
    problem = pin_problem(pin)
    if problem:
        raise Refused(problem, field="pin")
    Member.objects.filter(pk=member.pk).update(
        pin_hash=make_password(pin), pin_set_at=now(), version=F("version") + 1
    )
    StaffSession.objects.filter(member=member, ended_at__isnull=True).update(pin_failures=0)
    record(by, "pin.set", obj=member, kind=SECURITY)


@service
def clear_pin(*, by: Actor, member: Member) -> None:
    """Take the PIN away, for instance because it was seen; the member sets a new one. Audits `pin.cleared`."""
    if by.member_id != member.pk:
        guard_target(by, member)
    Member.objects.filter(pk=member.pk).update(pin_hash="", pin_set_at=None, version=F("version") + 1)
    record(by, "pin.cleared", obj=member, kind=SECURITY)


@service
def change_own_password(*, by: Actor, member: Member, password: str, keep_session: str) -> None:
    """Set a new password (validated by the caller) and end every other session. Audits `password.changed`.

    `keep_session` is the id of the session from which it was changed.
    """
    if by.member_id != member.pk:
        raise NotAllowed("A password is changed by the member alone.")
    member.set_password(password)
    member.save(update_fields=["password", "updated_at"])
    end_all_sessions(by=by, member=member, why="password changed", but=keep_session)
    record(by, "password.changed", obj=member, kind=SECURITY)


@service
def password_was_reset(*, by: Actor, member: Member) -> None:
    """After a reset by link: every session ends, and an invitation counts as accepted. Audits `password.reset`."""
    end_all_sessions(by=by, member=member, why="password reset")
    Member.objects.filter(pk=member.pk, joined_at__isnull=True).update(joined_at=now())
    record(by, "password.reset", obj=member, kind=SECURITY)
