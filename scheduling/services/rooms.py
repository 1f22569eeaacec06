"""Rooms and their states, by hand and as patients come and go."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.db import Change, insert_together, service, update_together
from clinic.core.errors import Conflict, Refused
from clinic.core.time import now
from scheduling.models import Appointment, Room, RoomChange
from scheduling.rules.visit_states import State
from scheduling.services._record import closed_interval, locked, new_interval, saved

S = Room.State
# What a room's change of state updates, adds to the trail and to the room's own past, yet to be written.
Turn = tuple[Change, AuditEvent, RoomChange]

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
    row = lock_rooms(room.pk)[room.pk]
    if row.state == state:
        return row
    if row.state == S.OCCUPIED:
        raise Refused(f"{row.name} has a patient in it.")
    if state not in BY_HAND[row.state]:
        raise Refused(
            f"{row.name} is {row.get_state_display().lower()} and can't become {S(state).label.lower()}."
        )
    write_turns([_turn(by, row, state)])
    return row


def take(by: Actor, room: Room, *, again: bool = False) -> Turn:
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
    return _turn(by, room, S.OCCUPIED)


def leave(by: Actor, room: Room, *, as_if_never: bool = False) -> list[Turn]:
    """A patient leaves the room: it has to be cleaned, unless they were never really in it.

    Needs no lock on the room: nobody but the patient in it, whose visit is locked, ends “occupied”.
    """
    if room.state != S.OCCUPIED:
        return []
    return [_turn(by, room, S.AVAILABLE if as_if_never else S.DIRTY)]


def lock_rooms(*ids: UUID | None) -> dict[UUID, Room]:
    """Locks rooms in key order; returns them by id."""
    rows = Room.objects.select_for_update(no_key=True).filter(pk__in={pk for pk in ids if pk}).order_by("pk")
    return {row.pk: row for row in rows}


def write_turns(turns: Iterable[Turn]) -> None:
    """Writes what `take` and `leave` answered, for a caller with nothing else to write beside it."""
    if turns := list(turns):
        update_together(*(change for change, *_ in turns))
        insert_together(*new_rows(turns))


def new_rows(turns: Iterable[Turn]) -> list[AuditEvent | RoomChange]:
    """The rows that come with these changes, for a caller that inserts them with its own."""
    return [row for _, *rows in turns for row in rows]


@service
def change_room(*, by: Actor, appointment: Appointment, room: Room) -> Appointment:
    """Moves a patient who is in a room to another clean one. Audited `visit.room_changed`."""
    row = locked(appointment)
    if row.room_id is None:
        raise Refused("This patient is not in a room.")
    if row.room_id == room.pk:
        return row
    rooms = lock_rooms(row.room_id, room.pk)
    turns = [take(by, rooms[room.pk]), *leave(by, rooms[row.room_id])]
    before, row.room = row.room_id, rooms[room.pk]
    at = now()
    update_together(*(change for change, *_ in turns), closed_interval(row, at), saved(row, "room"))
    insert_together(
        new_interval(by, row, State(row.state), at=at, reason="room changed"),
        *new_rows(turns),
        audit.event(by, "visit.room_changed", obj=row, patient=row.patient_id, before=before, after=room.pk),
    )
    return row


def _turn(by: Actor, room: Room, state: str) -> Turn:
    before, room.state, room.state_since = room.state, state, now()
    values = {"state": state, "state_since": room.state_since, "updated_at": now()}
    event = audit.event(by, "room.state_set", obj=room, before=before, after=state)
    change = RoomChange(room=room, state=state, at=room.state_since)
    return (Room.objects.filter(pk=room.pk, state=before), values), event, change
