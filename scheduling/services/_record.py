"""Writing what every change of a visit writes: the interval, the appointment, the trail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clinic.core.actor import Actor
from clinic.core.db import Change, this_transaction
from clinic.core.errors import NotFound, Stale
from clinic.core.lookups import by_key
from clinic.core.time import format_local, now
from scheduling.models import Appointment, VisitInterval
from scheduling.rules.visit_states import State

BACKDATED_AFTER = timedelta(minutes=2)


def _with_neighbours() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("visit_type", "location", "patient", "provider", "room")


# NO KEY: rows that only point at the visit (charges, messages) can go on being written.
_locked = by_key(lambda: _with_neighbours().select_for_update(of=("self",), no_key=True))
_locked_with_encounter = by_key(
    lambda: (
        _with_neighbours()
        .select_related("encounter")
        .filter(encounter__started_at__isnull=False)
        .select_for_update(of=("self", "encounter"), no_key=True)
    )
)


def locked(
    appointment: Appointment, *, version: int | None = None, with_encounter: bool = False
) -> Appointment:
    """The row as it stands now, locked until commit; a form's older `version` is stale.

    `with_encounter` locks its encounter too. A row that this transaction has locked already is given back as it is.
    """
    row = appointment
    if this_transaction() is None or getattr(row, "locked_in", None) is not this_transaction():
        row = _lock(appointment.pk, with_encounter)
        row.locked_in = this_transaction()
    if version is not None and row.version != version:
        raise Stale(
            f"Somebody changed this visit while you had it open. It is now {row.state_words.lower()}"
            f" on {format_local(row.starts_at, row.zone)}.",
            hint="Look at it again before you change it.",
            fields=("starts_at", "state"),
            theirs={"starts_at": row.starts_at.isoformat(), "state": row.state, "version": row.version},
        )
    return row


def _lock(pk: UUID, with_encounter: bool) -> Appointment:
    row = (_locked_with_encounter(pk) if with_encounter else None) or _locked(pk)
    if row is None:
        raise NotFound("This visit no longer exists.")
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
    rows, values = closed_interval(appointment, at)
    rows.update(**values)


def closed_interval(appointment: Appointment, at: datetime) -> Change:
    """The change that ends the open stretch."""
    return VisitInterval.objects.still_open().filter(appointment=appointment), {"ended_at": at}


def save(appointment: Appointment, *fields: str) -> None:
    """Saves these fields and counts the edit."""
    appointment.version += 1
    appointment.save(update_fields=[*fields, "version", "updated_at"])


def saved(appointment: Appointment, *fields: str) -> Change:
    """The change that `save` makes, yet to be made."""
    appointment.version += 1
    appointment.updated_at = now()
    values = {name: getattr(appointment, name) for name in (*fields, "version", "updated_at")}
    return Appointment.objects.filter(pk=appointment.pk), values
