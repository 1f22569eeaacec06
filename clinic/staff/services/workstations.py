"""Registered PCs and wall screens: named, placed, shared or not, and revoked."""

from datetime import timedelta

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.staff.models import StaffSession, Workstation
from clinic.staff.services.sessions import end_sessions_at, idle_seconds, policy

SECURITY = AuditEvent.Kind.SECURITY
# A wall screen polls every few seconds; that it is alive is written down once a minute.
SEEN_EVERY = timedelta(minutes=1)


def _checked_name(name: str, but: Workstation | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Give the workstation a name.", field="name")
    same = Workstation.objects.filter(name=name, revoked_at__isnull=True)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise Refused("Another registered workstation already has this name.", field="name")
    return name


@service
def register_workstation(
    *,
    by: Actor,
    name: str,
    room: str,
    is_shared: bool,
    kind: str = Workstation.Kind.PC,
    session: StaffSession | None = None,
) -> Workstation:
    """Register the PC at which the administrator sits; the view sets its signed cookie.

    `session` (the administrator's own) is bound to the PC from now on; on a wall screen it ends, so that nothing
    but the board stays open in the hallway. Audits `workstation.registered`. Refused: an empty or taken name.
    """
    row = Workstation.objects.create(
        name=_checked_name(name),
        room=room.strip(),
        kind=kind,
        is_shared=is_shared or kind == Workstation.Kind.WALL,
        registered_by_id=by.member_id,
        last_seen_at=now(),
    )
    if session:
        StaffSession.objects.filter(pk=session.pk).update(
            workstation=row, idle_seconds=idle_seconds(policy(), row)
        )
    record(by, "workstation.registered", obj=row, kind=SECURITY, **_facts(row))
    if row.is_wall:
        end_sessions_at(by=by, workstation=row, why="wall screen")
    return row


@service
def edit_workstation(
    *, by: Actor, workstation: Workstation, name: str, room: str, is_shared: bool
) -> Workstation:
    """Rename, move, or change whether it is shared; running sessions there follow at once.

    The kind stays: a PC is made a wall screen by registering it at that screen, never from afar.

    Audits `workstation.edited` with before and after. Refused: a taken name, a revoked workstation.
    """
    row = Workstation.objects.select_for_update().get(pk=workstation.pk)
    if row.revoked_at:
        raise Refused("This workstation was revoked. Register the PC again.")
    before = _facts(row)
    row.name, row.room, row.is_shared = (
        _checked_name(name, but=row),
        room.strip(),
        is_shared or row.is_wall,
    )
    row.save(update_fields=["name", "room", "is_shared", "updated_at"])
    StaffSession.objects.filter(workstation=row, ended_at__isnull=True).update(
        idle_seconds=idle_seconds(policy(), row)
    )
    after = _facts(row)
    if after != before:
        record(by, "workstation.edited", obj=row, kind=SECURITY, before=before, after=after)
    return row


@service
def revoke_workstation(*, by: Actor, workstation: Workstation) -> None:
    """The PC counts as unknown from now on, and every session on it ends. Audits `workstation.revoked`."""
    row = Workstation.objects.select_for_update().get(pk=workstation.pk)
    if row.revoked_at:
        return
    row.revoked_at, row.revoked_by_id = now(), by.member_id
    row.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
    end_sessions_at(by=by, workstation=row, why="workstation revoked")
    record(by, "workstation.revoked", obj=row, kind=SECURITY, name=row.name)


def _facts(row: Workstation) -> dict[str, object]:
    return {"name": row.name, "room": row.room, "type": row.kind, "shared": row.is_shared}


def seen(workstation: Workstation) -> None:
    """The screen asked for its board: written at most once a minute, so that a dark screen is noticed."""
    at = now()
    if workstation.last_seen_at is None or at - workstation.last_seen_at >= SEEN_EVERY:
        Workstation.objects.filter(pk=workstation.pk).update(last_seen_at=at)
