"""Rooms and their states, by hand and as patients come and go."""

from __future__ import annotations

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.time import now
from scheduling.models import Appointment, Room
from scheduling.rules.visit_states import State
from scheduling.services._record import close_interval, locked, open_interval, save

S = Room.State

# What a person may set by hand. Occupied is never set by hand: a patient makes it so.
BY_HAND: dict[str, tuple[str, ...]] = {
    S.AVAILABLE: (S.DIRTY, S.OUT_OF_SERVICE),
    S.DIRTY: (S.AVAILABLE, S.CLEANING, S.OUT_OF_SERVICE),
    S.CLEANING: (S.AVAILABLE, S.DIRTY, S.OUT_OF_SERVICE),
    S.OUT_OF_SERVICE: (S.AVAILABLE, S.DIRTY),
    S.OCCUPIED: (),
}


@service
def set_room_state(*, by: Actor, room: Room, state: str) -> Room:
    """Sets a room's state by hand. Audited `room.state_set`. Refuses while a patient is in it."""
    if state not in S.values:
        raise Refused("There is no such room state.")
    row = Room.objects.select_for_update().get(pk=room.pk)
    if row.state == state:
        return row
    if row.state == S.OCCUPIED:
        raise Refused(f"{row.name} has a patient in it.")
    if state not in BY_HAND[row.state]:
        raise Refused(
            f"{row.name} is {row.get_state_display().lower()} and can't become {S(state).label.lower()}."
        )
    _set(by, row, state)
    return row


def take(by: Actor, room: Room, *, again: bool = False) -> None:
    """A patient goes into a locked, clean room.

    `again` puts back a patient who was taken out by mistake: then a room not cleaned since is fine.
    """
    fine = (S.AVAILABLE, S.DIRTY, S.CLEANING) if again else (S.AVAILABLE,)
    if not room.is_active or room.state not in fine:
        clean = Room.objects.filter(location_id=room.location_id, state=S.AVAILABLE, is_active=True)
        names = ", ".join(clean.values_list("name", flat=True))
        raise Conflict(
            f"{room.name} is {room.get_state_display().lower()}.",
            field="room",
            hint=f"Clean now: {names}." if names else "No room is clean now.",
        )
    _set(by, room, S.OCCUPIED)


def leave(by: Actor, room: Room, *, as_if_never: bool = False) -> None:
    """A patient leaves a locked room: it has to be cleaned, unless they were never really in it."""
    if room.state == S.OCCUPIED:
        _set(by, room, S.AVAILABLE if as_if_never else S.DIRTY)


def lock_rooms(*rooms: Room | None) -> dict:
    """Locks rooms in key order; returns them by id."""
    ids = sorted({room.pk for room in rooms if room is not None})
    return {row.pk: row for row in Room.objects.select_for_update().filter(pk__in=ids).order_by("pk")}


@service
def change_room(*, by: Actor, appointment: Appointment, room: Room) -> Appointment:
    """Moves a patient who is in a room to another clean one. Audited `visit.room_changed`."""
    row = locked(appointment)
    if row.room_id is None:
        raise Refused("This patient is not in a room.")
    if row.room_id == room.pk:
        return row
    rooms = lock_rooms(row.room, room)
    take(by, rooms[room.pk])
    leave(by, rooms[row.room_id])
    before, row.room = row.room_id, rooms[room.pk]
    at = now()
    close_interval(row, at)
    open_interval(by, row, State(row.state), at=at, reason="room changed")
    save(row, "room")
    audit.record(by, "visit.room_changed", obj=row, patient=row.patient_id, before=before, after=room.pk)
    return row


def _set(by: Actor, room: Room, state: str) -> None:
    before, room.state, room.state_since = room.state, state, now()
    room.save(update_fields=["state", "state_since", "updated_at"])
    audit.record(by, "room.state_set", obj=room, before=before, after=state)
