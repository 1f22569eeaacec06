"""The visit as it happens: checking in, moving on, taking a move back, walking in."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service, update_together
from clinic.core.errors import NotAllowed, Refused
from clinic.core.locks import lock_keys
from clinic.core.time import format_day, format_local, now, today
from clinic.core.wakes import happened
from clinic.staff.models import Member
from clinic.staff.roles import Role
from records.models import Encounter
from records.services.encounters import close_encounter, closing, encounter_rows, reopen_encounter
from scheduling.models import Appointment, ResourceHold, Room, VisitInterval
from scheduling.queries.settings import flow_settings
from scheduling.queries.undoing import may_undo
from scheduling.rules.visit_states import (
    IN_ROOM,
    LABELS,
    OWN_ACT,
    RELEASED,
    UPCOMING,
    State,
    Stay,
    effective,
    why_not_undo,
    why_refused,
)
from scheduling.services._record import (
    close_interval,
    closed_interval,
    locked,
    new_interval,
    open_interval,
    save,
    saved,
)
from scheduling.services.booking import confirm_appointment
from scheduling.services.claims import hold_key
from scheduling.services.reminders import plan_reminders, void_reminders
from scheduling.services.rooms import Turn, leave, lock_rooms, new_rows, take, write_turns

CLOSES_ENCOUNTER = frozenset({State.COMPLETED, State.LEFT})


def check_in(*, by: Actor, appointment: Appointment, at: datetime | None = None) -> Appointment:
    """The patient is here: the visit becomes arrived and its encounter is open.

    Audited `visit.moved` and `encounter.opened`. Refuses a visit of another day, and one that has begun
    or ended.
    """
    row = move_visit(by=by, appointment=appointment, to=State.ARRIVED, at=at)
    happened("appointment.arrived", row.pk)
    return row


def lock_visit(pk: UUID) -> Appointment:
    """A visit and its encounter, locked for a workflow that moves it after other work. Raises NotFound."""
    return locked(Appointment(pk=pk), with_encounter=True)


@service
def move_visit(
    *,
    by: Actor,
    appointment: Appointment,
    to: str,
    room: Room | None = None,
    at: datetime | None = None,
    reason: str = "",
    via: State | None = None,
) -> Appointment:
    """Moves a visit to another state: closes one interval and opens the next.

    `via` is a state passed through at the same moment (check-out, on the way out of the door). `to` roomed takes
    a clean `room`; leaving the room makes it dirty. `at` back-dates the move (kept and flagged), not before the
    current state began. A no-show is marked only after the grace period and
    gives the time back. Audited `visit.moved`. Refuses moves that the table of states doesn't know.
    """
    to = State(to)
    if to == State.CONFIRMED:
        return confirm_appointment(by=by, appointment=appointment, how="desk")
    row = locked(appointment, with_encounter=to in CLOSES_ENCOUNTER)
    was = before = State(row.state)
    if via:
        _check_move(row, via)
        row.state = via
    _check_move(row, to)
    row.state = was
    when = _moment(row, at)
    turns = _change_rooms(by, row, to, room)
    if to in RELEASED:
        ResourceHold.objects.filter(appointment=row, is_live=True).update(is_live=False)
    if to == State.WITH_PROVIDER and row.provider_id is None:
        _take_over(by, row)
    rows = _open_chart(by, row, when) if to == State.ARRIVED else ()
    changes = [closed_interval(row, when), *(change for change, *_ in turns)]
    rows = (*rows, *new_rows(turns))
    if to in CLOSES_ENCOUNTER and row.encounter_id and row.encounter.ended_at is None:
        ending, event = closing(by=by, encounter=row.encounter, at=max(when, row.encounter.started_at))
        changes, rows = [*changes, ending], (*rows, event)
    steps = [via, to] if via else [to]
    for step in steps:
        row.state, row.state_since = step, when
        rows = (*rows, *_step(by, row, before, room, when, reason, is_over=step != to))
        before = step
    update_together(*changes, saved(row, "state", "state_since", "room", "encounter", "provider"))
    insert_together(*rows)
    if was in UPCOMING:
        void_reminders(by=by, appointment=row, reason=to.value)
    return row


def _step(
    by: Actor,
    row: Appointment,
    before: State,
    room: Room | None,
    when: datetime,
    reason: str,
    *,
    is_over: bool,
) -> tuple[VisitInterval, AuditEvent]:
    """The stretch that the state of `row` begins, and its line in the trail; both are yet to be inserted."""
    interval = new_interval(by, row, row.state, at=when, reason=reason)
    interval.ended_at = when if is_over else None
    facts = {"room": row.room_id} if room else {}
    if interval.is_backdated:
        facts["backdated_to"] = when.isoformat()
    event = audit.event(
        by, "visit.moved", obj=row, patient=row.patient_id, before=before, after=row.state, **facts
    )
    return interval, event


def _check_move(row: Appointment, to: State) -> None:
    if to in OWN_ACT:
        raise Refused(f"To mark a visit {to.value}, open it and use that button.")
    kind = row.visit_type
    words = why_refused(State(row.state), to, has_provider=kind.needs_provider, needs_room=kind.needs_room)
    if words:
        raise Refused(words)
    if to == State.ARRIVED and row.local_day != today(row.zone):
        raise Refused(f"This visit is on {format_day(row.local_day)}, not today.")
    if to == State.NO_SHOW:
        grace = flow_settings().no_show_grace
        if now() < row.starts_at + timedelta(minutes=grace):
            raise Refused(f"A no-show can be marked {grace} minutes after the start of the visit.")


def _moment(row: Appointment, at: datetime | None) -> datetime:
    """When the move happened. Never in the future, never before the state it leaves began."""
    moment = now()
    if at is None:
        return max(moment, row.state_since)
    if at > moment:
        raise Refused("That time has not come yet.", field="at")
    if at < row.state_since:
        raise Refused(
            f"The visit was {row.state_words.lower()} only from {format_local(row.state_since, row.zone)}.",
            field="at",
        )
    return at


def _change_rooms(by: Actor, row: Appointment, to: State, room: Room | None) -> list[Turn]:
    if to == State.ROOMED:
        if room is None:
            raise Refused("Choose a clean room.", field="room")
        if room.location_id != row.location_id:
            raise Refused("That room is at another location.", field="room")
        row.room = lock_rooms(room.pk)[room.pk]
        return [take(by, row.room)]
    if row.room_id and to not in IN_ROOM:
        left, row.room = row.room, None
        return leave(by, left)
    return []


def _take_over(by: Actor, row: Appointment) -> None:
    """A walk-in that nobody was named for belongs to the provider who sees it."""
    member = Member.objects.filter(pk=by.member_id).first() if by.member_id else None
    if member is None or not member.has_role(Role.PROVIDER):
        raise Refused("No provider is named for this visit. Name one first.", field="provider")
    row.provider = member


def _open_chart(by: Actor, row: Appointment, when: datetime) -> tuple:
    """The encounter of a visit that has arrived, to be inserted with the move; one that was closed is reopened."""
    if row.encounter_id:
        reopen_encounter(by=by, encounter=row.encounter, reason="checked in again")
        return ()
    kind = row.visit_type
    if not kind.needs_room:
        flavor = Encounter.Kind.TELEHEALTH
    else:
        flavor = Encounter.Kind.OFFICE if kind.needs_provider else Encounter.Kind.NURSE
    opened = encounter_rows(
        by=by,
        patient=row.patient,
        provider=row.provider,
        reason=row.reason,
        kind=flavor,
        at=when,
        location_label=row.location.name,
    )
    row.encounter = opened[0]
    return opened


@service
def undo_move(*, by: Actor, appointment: Appointment, reason: str = "Moved by mistake") -> Appointment:
    """Takes the last move back within the undo window; itself a move, so nothing is erased.

    The room, the held time and the encounter follow. Audited `visit.move_undone` with the reason.
    Refuses after the window, and an actor who may not make the move that is taken back (NotAllowed);
    Conflict when the room or the time has been given to somebody else.
    """
    row = locked(appointment)
    stays = [interval.as_stay() for interval in VisitInterval.objects.filter(appointment=row)]
    words = why_not_undo(stays, now(), timedelta(minutes=flow_settings().undo_minutes))
    if words:
        raise Refused(words)
    line = effective(stays)
    if not may_undo(by, line[-1].state):
        raise NotAllowed(f"You may not take back “{LABELS[line[-1].state]}”. Ask somebody who may do that.")
    undone, back = line[-1], line[-2]
    _restore_room(by, row, back)
    if undone.state in RELEASED and back.state not in RELEASED:
        _restore_holds(row)
    _restore_encounter(by, row, undone.state)
    _return_to(by, row, undone, line[:-1], reason, stays[-1].started_at)
    audit.record(
        by,
        "visit.move_undone",
        obj=row,
        patient=row.patient_id,
        before=undone.state,
        after=back.state,
        reason=reason[:200],
    )
    if row.state in UPCOMING:
        plan_reminders(by=by, appointment=row)
    return row


def _return_to(
    by: Actor, row: Appointment, undone: Stay, line: list[Stay], reason: str, not_before: datetime
) -> None:
    """Opens the state before the undone one again and clears what the undone move had set."""
    back = line[-1]
    if undone.state == State.CANCELLED:
        row.cancel_reason, row.cancel_note, row.cancelled_at, row.is_late_cancel = "", "", None, False
    if undone.state == State.CONFIRMED:
        row.confirmed_at = None
    at = max(now(), not_before)
    close_interval(row, at)
    row.state, row.state_since = back.state, _since(line)
    open_interval(by, row, back.state, at=at, reason=reason, undo_of=VisitInterval.objects.get(pk=undone.id))
    save(
        row,
        "state",
        "state_since",
        "room",
        "confirmed_at",
        "cancel_reason",
        "cancel_note",
        "cancelled_at",
        "is_late_cancel",
    )


def _since(line: list[Stay]) -> datetime:
    """When the state at the end of the line began, changes of room left out."""
    start = line[-1].started_at
    for stay in reversed(line):
        if stay.state != line[-1].state:
            break
        start = stay.started_at
    return start


def _restore_room(by: Actor, row: Appointment, back: Stay) -> None:
    target = back.room_id if back.state in IN_ROOM else None
    if target == row.room_id:
        return
    rooms = lock_rooms(target, row.room_id)
    turns = [take(by, rooms[target], again=True)] if target else []
    if row.room_id:
        turns += leave(by, rooms[row.room_id], as_if_never=True)
    write_turns(turns)
    row.room = rooms.get(target)


def _restore_holds(row: Appointment) -> None:
    holds = ResourceHold.objects.filter(appointment=row)
    lock_keys(*(hold_key(one) for one in holds.values_list("resource_id", flat=True)))
    holds.update(is_live=True)


def _restore_encounter(by: Actor, row: Appointment, undone: State) -> None:
    if row.encounter_id is None:
        return
    if undone == State.ARRIVED:
        close_encounter(by=by, encounter=row.encounter)
    elif undone in CLOSES_ENCOUNTER:
        reopen_encounter(by=by, encounter=row.encounter, reason="move undone")
