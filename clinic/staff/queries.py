"""Reading staff: who works here, who may do what, which sessions and workstations there are."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from clinic.core.time import now
from clinic.staff.effective import of_member
from clinic.staff.lockout import minutes_left, paused_accounts
from clinic.staff.models import (
    Credential,
    Draft,
    Member,
    PermissionException,
    ScopeRule,
    StaffSession,
    Workstation,
)
from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_PERMISSIONS, Role
from clinic.staff.rules import DRAFT_LIFETIME


def providers() -> QuerySet[Member]:
    """Active members who hold the provider role, by name."""
    return Member.objects.active().with_role(Role.PROVIDER).in_name_order()


def members_with(permission: Permission) -> QuerySet[Member]:
    """Active members who may do `permission` right now: by a role or a grant, and not revoked. One query."""
    roles = [str(role) for role, bundle in ROLE_PERMISSIONS.items() if permission in bundle]
    exceptions = PermissionException.objects.filter(permission=permission, ended_at__isnull=True)
    granted = exceptions.filter(effect=PermissionException.GRANT).values("member_id")
    revoked = exceptions.filter(effect=PermissionException.REVOKE).values("member_id")
    return (
        Member.objects.active()
        .filter(Q(roles__overlap=roles) | Q(pk__in=granted))
        .exclude(pk__in=revoked)
        .in_name_order()
    )


@dataclass(frozen=True)
class MemberRow:
    """One line of the staff list."""

    member: Member
    state: str
    paused_minutes: int = 0
    sessions: int = 0
    last_seen_at: datetime | None = None
    exceptions: int = 0


def member_list(*, show: str = "active", text: str = "") -> list[MemberRow]:
    """Staff by name with what an administrator looks for, in four queries however many there are.

    `show` is active, inactive or all; `text` matches names, username and e-mail.
    """
    rows = Member.objects.in_name_order()
    if show in {"active", "inactive"}:
        rows = rows.filter(is_active=show == "active")
    for word in text.split():
        rows = rows.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(username__icontains=word)
            | Q(email__icontains=word)
        )
    members = list(rows)
    paused = paused_accounts()
    seen: dict[UUID, list[datetime]] = defaultdict(list)
    live = StaffSession.objects.filter(ended_at__isnull=True, expires_at__gt=now())
    for member_id, at in live.values_list("member_id", "last_human_at"):
        seen[member_id].append(at)
    exceptions: dict[UUID, int] = defaultdict(int)
    for member_id in PermissionException.objects.filter(ended_at__isnull=True).values_list(
        "member_id", flat=True
    ):
        exceptions[member_id] += 1
    return [
        MemberRow(
            member=m,
            state=member_state(m, paused),
            paused_minutes=minutes_left(paused[m.username]) if m.username in paused else 0,
            sessions=len(seen[m.pk]),
            last_seen_at=max(seen[m.pk], default=m.last_login),
            exceptions=exceptions[m.pk],
        )
        for m in members
    ]


def member_state(member: Member, paused: dict[str, datetime]) -> str:
    """active, invited, paused (too many wrong passwords) or inactive."""
    if not member.is_active:
        return "inactive"
    if member.username in paused:
        return "paused"
    return "invited" if member.invited_at and not member.joined_at else "active"


@dataclass(frozen=True)
class PermissionLine:
    """One permission of one member and why they have it or not."""

    permission: Permission
    held: bool
    by_roles: list[str] = field(default_factory=list)
    exception: PermissionException | None = None


def permission_lines(member: Member) -> list[PermissionLine]:
    """Every permission with the roles that bring it and the exception that decides, if any. Two queries."""
    held = of_member(member)
    rows = PermissionException.objects.filter(member=member, ended_at__isnull=True).select_related(
        "decided_by"
    )
    exceptions: dict[str, PermissionException] = {}
    for row in sorted(rows, key=lambda r: r.effect):  # "grant" sorts before "revoke", which is to win
        exceptions[row.permission] = row
    roles = [Role(r) for r in member.roles if r in Role.__members__.values()]
    return [
        PermissionLine(
            permission=p,
            held=p in held,
            by_roles=[r.words for r in roles if p in ROLE_PERMISSIONS[r]],
            exception=exceptions.get(p),
        )
        for p in Permission
    ]


def exceptions_of(member: Member) -> QuerySet[PermissionException]:
    """Exceptions in force, newest first."""
    rows = PermissionException.objects.filter(member=member, ended_at__isnull=True)
    return rows.select_related("decided_by", "member").order_by("-decided_at")


def live_sessions(member: Member) -> QuerySet[StaffSession]:
    """The member's open sessions, newest first, with their workstation."""
    rows = StaffSession.objects.filter(member=member, ended_at__isnull=True, expires_at__gt=now())
    return rows.select_related("workstation").order_by("-started_at")


def credentials_of(member: Member) -> QuerySet[Credential]:
    """Licenses and certificates, the next to expire first."""
    return Credential.objects.filter(member=member).order_by("expires_on", "kind")


def workstation_list() -> QuerySet[Workstation]:
    """Registered workstations by name; revoked ones are past."""
    return (
        Workstation.objects.filter(revoked_at__isnull=True).select_related("registered_by").order_by("name")
    )


def may_return_by_pin(workstation: Workstation, pin_hours: int) -> list[StaffSession]:
    """Colleagues who switched away from this PC and may come back by PIN, the latest session of each. One query."""
    rows = (
        StaffSession.objects.filter(
            workstation=workstation,
            ended_why="switched",
            password_at__gt=now() - timedelta(hours=pin_hours),
            member__is_active=True,
        )
        .exclude(member__pin_hash="")
        .select_related("member")
        .order_by("member_id", "-ended_at")
        .distinct("member_id")
    )
    return sorted(rows, key=lambda row: row.member.list_name)


def draft(member_id: Any, key: str) -> Draft | None:
    """The member's own draft of this form, unless it has grown too old."""
    return Draft.objects.filter(member_id=member_id, key=key, saved_at__gt=now() - DRAFT_LIFETIME).first()


def scope_rule(pk: str) -> ScopeRule | None:
    """One version of a rule by its id as text, or None."""
    try:
        return ScopeRule.objects.filter(pk=UUID(pk)).first()
    except ValueError:
        return None


def scope_rules(on: date, *, with_past: bool = False) -> QuerySet[ScopeRule]:
    """Rules of practice that hold on or after a day, by task, credential and state; `with_past`: all versions."""
    rows = ScopeRule.objects.order_by("task", "credential", "state", "-effective_from")
    return rows if with_past else rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on))
