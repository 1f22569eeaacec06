"""Writing what every change of a visit writes: the interval, the appointment, the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clinic.core.actor import Actor
from clinic.core.errors import NotFound, Stale
from clinic.core.time import format_local, now
from scheduling.models import Appointment, VisitInterval
from scheduling.rules.visit_states import State

BACKDATED_AFTER = timedelta(minutes=2)


def locked(appointment: Appointment, *, version: int | None = None) -> Appointment:
    """The row as it stands now, locked until commit; a form's older `version` is stale."""
    row = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("visit_type", "location", "patient", "provider")
        .filter(pk=appointment.pk)
        .first()
    )
    if row is None:
        raise NotFound("This visit no longer exists.")
    if version is not None and row.version != version:
        raise Stale(
            f"Somebody changed this visit while you had it open. It is now {row.state_words.lower()}"
            f" on {format_local(row.starts_at, row.zone)}.",
            hint="Look at it again before you change it.",
            fields=("starts_at", "state"),
            theirs={"starts_at": row.starts_at.isoformat(), "state": row.state, "version": row.version},
        )
    return row


def open_interval(by: Actor, appointment: Appointment, state: State, **facts: Any) -> VisitInterval:
    """Starts the stretch of a visit in a state; `facts` are those of `new_interval`."""
    row = new_interval(by, appointment, state, **facts)
    row.save(force_insert=True)
    return row


def new_interval(
    by: Actor,
    appointment: Appointment,
    state: State,
    *,
    at: datetime | None = None,
    reason: str = "",
    undo_of: VisitInterval | None = None,
) -> VisitInterval:
    """The unsaved row of a stretch that begins `at` (now)."""
    recorded = now()
    started = at or recorded
    return VisitInterval(
        appointment=appointment,
        state=state,
        started_at=started,
        recorded_at=recorded,
        by_id=by.member_id,
        by_label=by.label[:120],
        room_id=appointment.room_id,
        is_backdated=recorded - started > BACKDATED_AFTER,
        undo_of=undo_of,
        reason=reason[:200],
    )


def close_interval(appointment: Appointment, at: datetime) -> None:
    """Ends the open stretch."""
    VisitInterval.objects.still_open().filter(appointment=appointment).update(ended_at=at)


def save(appointment: Appointment, *fields: str) -> None:
    """Saves these fields and counts the edit."""
    appointment.version += 1
    appointment.save(update_fields=[*fields, "version", "updated_at"])
