"""Members: invited, edited, unlocked, deactivated. Nobody is deleted: the trail names them forever."""

from collections.abc import Iterable
from typing import Any

from axes.models import AccessAttempt
from django.core.exceptions import ValidationError

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotAllowed, Refused, Stale
from clinic.core.locks import lock_keys
from clinic.core.time import now
from clinic.staff.models import Member, MemberMail
from clinic.staff.roles import Role
from clinic.staff.rules import normalize_email, normalize_username
from clinic.staff.services.mail import request_mail
from clinic.staff.services.sessions import end_all_sessions

SECURITY = AuditEvent.Kind.SECURITY
EDITABLE = ("first_name", "last_name", "credential", "npi", "color", "email")


def _checked(member: Member) -> None:
    """Field rules in words, on the field they belong to."""
    try:
        member.full_clean(exclude=["password", "pin_hash"])
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise Refused(texts[0], field=None if field == "__all__" else field) from error


def guard_target(by: Actor, member: Member, *, own: str = "") -> None:
    """Who may administer whom.

    Only an administrator may change an administrator's account, and with `own` (words) set nobody acts on
    themselves: access is always given by a second person.
    """
    if own and by.member_id == member.pk:
        raise NotAllowed(own)
    if member.has_role(Role.ADMINISTRATOR) and not _is_administrator(by):
        raise NotAllowed("Only an administrator can change an administrator's account.")


def _is_administrator(by: Actor) -> bool:
    if by.is_system:
        return True
    return Member.objects.active().with_role(Role.ADMINISTRATOR).filter(pk=by.member_id).exists()


def _guard_last_administrator(member: Member) -> None:
    lock_keys("staff:administrators")
    others = Member.objects.active().with_role(Role.ADMINISTRATOR).exclude(pk=member.pk)
    if not others.exists():
        raise Refused("This is the last active administrator. Give the role to somebody else first.")


@service
def invite_member(
    *,
    by: Actor,
    username: str,
    email: str,
    first_name: str,
    last_name: str,
    roles: Iterable[str],
    **fields: Any,
) -> Member:
    """Create a member without a password and order the e-mail with the link to choose one.

    Audits `member.invited`. Refused: a taken username or e-mail, no role, the administrator role given by
    somebody who isn't one.
    """
    chosen = sorted({str(Role(role)) for role in roles})
    if not chosen:
        raise Refused("Choose at least one role.", field="roles")
    if Role.ADMINISTRATOR in chosen and not _is_administrator(by):
        raise NotAllowed("Only an administrator can make an administrator.")
    if not email:
        raise Refused("The invitation needs an e-mail address.", field="email")
    name, address = normalize_username(username), normalize_email(email)
    if Member.objects.filter(username=name).exists():
        raise Refused("This username is taken.", field="username")
    if Member.objects.filter(email=address).exists():
        raise Refused("Another member already uses this e-mail address.", field="email")
    member = Member(
        username=name,
        email=address,
        first_name=first_name,
        last_name=last_name,
        roles=chosen,
        invited_at=now(),
        **fields,
    )
    member.set_unusable_password()
    _checked(member)
    member.save(force_insert=True)
    request_mail(member=member, kind=MemberMail.INVITE)
    record(by, "member.invited", obj=member, kind=SECURITY, roles=chosen, username=name)
    return member


@service
def invite_again(*, by: Actor, member: Member) -> None:
    """Order a fresh invitation. Audits `member.invited_again`. Refused once the member has joined."""
    guard_target(by, member)
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.joined_at or not row.is_active:
        raise Refused("This member has already joined or is deactivated.")
    row.invited_at = now()
    row.save(update_fields=["invited_at", "updated_at"])
    request_mail(member=row, kind=MemberMail.INVITE)
    record(by, "member.invited_again", obj=row, kind=SECURITY)


@service
def accept_invitation(*, by: Actor, member: Member, password: str) -> Member:
    """The invited person chose a password (already validated). Audits `member.joined`; works once."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.joined_at or not row.is_active:
        raise Refused("This invitation has been used. Sign in, or ask for a new password.")
    row.set_password(password)
    row.joined_at = now()
    row.save(update_fields=["password", "joined_at", "updated_at"])
    record(by, "member.joined", obj=row, kind=SECURITY)
    return row


@service
def edit_member(*, by: Actor, member: Member, version: int, **fields: Any) -> Member:
    """Change names, credential, NPI, color or e-mail. Audits `member.edited` with before and after.

    Refused: a stale `version`, a taken e-mail, an administrator's account edited by somebody who isn't one.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    guard_target(by, row)
    if row.version != version:
        raise Stale(
            "Somebody else changed this member meanwhile. Look again.", theirs=_values(row), fields=EDITABLE
        )
    before = _values(row)
    for name in EDITABLE:
        if name in fields:
            setattr(row, name, fields[name])
    row.version += 1
    _checked(row)
    row.save()
    after = _values(row)
    changed = [name for name in EDITABLE if before[name] != after[name]]
    if changed:
        record(
            by,
            "member.edited",
            obj=row,
            before={n: before[n] for n in changed},
            after={n: after[n] for n in changed},
        )
    return row


def _values(row: Member) -> dict[str, str]:
    return {name: getattr(row, name) for name in EDITABLE}


@service
def set_roles(*, by: Actor, member: Member, roles: Iterable[str], reason: str) -> Member:
    """Replace the roles; in force at the member's next request. Audits `member.roles_set` with before and after.

    Refused: own roles, no role, no reason, giving or taking the administrator role without being one, taking
    it from the last administrator.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    guard_target(by, row, own="Nobody changes their own roles. Ask a colleague who manages staff.")
    chosen = sorted({str(Role(role)) for role in roles})
    if not chosen:
        raise Refused("Choose at least one role.", field="roles")
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    before = sorted(row.roles)
    if Role.ADMINISTRATOR in chosen and Role.ADMINISTRATOR not in before and not _is_administrator(by):
        raise NotAllowed("Only an administrator can make an administrator.")
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in chosen and row.is_active:
        _guard_last_administrator(row)
    if chosen != before:
        row.roles = chosen
        row.permission_epoch += 1
        row.version += 1
        row.save(update_fields=["roles", "permission_epoch", "version", "updated_at"])
        record(
            by, "member.roles_set", obj=row, kind=SECURITY, before=before, after=chosen, reason=reason.strip()
        )
    return row


@service
def deactivate_member(*, by: Actor, member: Member, reason: str) -> None:
    """Close the account at once: every session ends with it. Audits `member.deactivated`.

    Refused: one's own account, the last administrator, no reason.
    """
    row = Member.objects.select_for_update().get(pk=member.pk)
    guard_target(by, row, own="Nobody deactivates their own account.")
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    if not row.is_active:
        return
    if row.has_role(Role.ADMINISTRATOR):
        _guard_last_administrator(row)
    row.is_active, row.deactivated_at = False, now()
    row.pin_hash, row.pin_set_at = "", None
    row.permission_epoch += 1
    row.version += 1
    row.save()
    end_all_sessions(by=by, member=row, why="deactivated")
    record(by, "member.deactivated", obj=row, kind=SECURITY, reason=reason.strip())


@service
def reactivate_member(*, by: Actor, member: Member, reason: str) -> None:
    """Open the account again; password as before, PIN to be set anew. Audits `member.reactivated`."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    guard_target(by, row, own="Nobody reactivates their own account.")
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    if row.is_active:
        return
    row.is_active, row.deactivated_at = True, None
    row.permission_epoch += 1
    row.version += 1
    row.save()
    record(by, "member.reactivated", obj=row, kind=SECURITY, reason=reason.strip())


@service
def unlock_sign_in(*, by: Actor, member: Member) -> int:
    """End the pause after too many wrong passwords, at every address. Audits `member.unlocked`.

    Returns how many counters were cleared. The PIN counter stays: the password sign-in clears that one.
    """
    cleared, _ = AccessAttempt.objects.filter(username=member.username).delete()
    record(by, "member.unlocked", obj=member, kind=SECURITY, counters=cleared)
    return cleared


@service
def create_administrator(
    *, by: Actor, username: str, email: str, first_name: str, last_name: str, password: str
) -> Member:
    """The first administrator, from the command line or the set-up page. Audits `member.created`.

    `password` was validated by the caller. Refused: a taken username or e-mail.
    """
    if Member.objects.filter(username=normalize_username(username)).exists():
        raise Refused("This username is taken.", field="username")
    member = Member(
        username=normalize_username(username),
        email=normalize_email(email),
        first_name=first_name,
        last_name=last_name,
        roles=[str(Role.ADMINISTRATOR)],
        joined_at=now(),
    )
    member.set_password(password)
    _checked(member)
    member.save(force_insert=True)
    record(by, "member.created", obj=member, kind=SECURITY, roles=member.roles)
    return member


@service
def edit_own_name(*, by: Actor, member: Member, version: int, first_name: str, last_name: str) -> Member:
    """A member corrects their own name. Audits `member.edited`. Refused: somebody else's, a stale `version`."""
    if by.member_id != member.pk:
        raise NotAllowed("Only the member changes this here.")
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.version != version:
        raise Stale("Your account was changed meanwhile. Look again.", theirs=_values(row), fields=EDITABLE)
    before = {"first_name": row.first_name, "last_name": row.last_name}
    row.first_name, row.last_name = first_name.strip(), last_name.strip()
    row.version += 1
    _checked(row)
    row.save()
    record(
        by,
        "member.edited",
        obj=row,
        before=before,
        after={"first_name": row.first_name, "last_name": row.last_name},
    )
    return row
