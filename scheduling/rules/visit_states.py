"""The life of a visit: its states, the moves between them, and what undoing a move means.

Source: domain specification 2.1. The table is the whole truth; services ask it and never compare
states on their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

UNDO_WINDOW = timedelta(minutes=10)


class State(StrEnum):
    """Where a visit stands. The value is what the database keeps."""

    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    ROOMED = "roomed"
    INTAKE = "intake"
    READY = "ready"
    WITH_PROVIDER = "with_provider"
    ORDERS = "orders"
    DISCHARGE = "discharge"
    CHECKOUT = "checkout"
    COMPLETED = "completed"
    LEFT = "left"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


LABELS: dict[State, str] = {
    State.SCHEDULED: "Scheduled",
    State.CONFIRMED: "Confirmed",
    State.ARRIVED: "Arrived",
    State.ROOMED: "Roomed",
    State.INTAKE: "Vitals and intake",
    State.READY: "Ready for provider",
    State.WITH_PROVIDER: "With provider",
    State.ORDERS: "Orders and procedures",
    State.DISCHARGE: "Ready for discharge",
    State.CHECKOUT: "Checkout",
    State.COMPLETED: "Completed",
    State.LEFT: "Left without being seen",
    State.NO_SHOW: "No-show",
    State.CANCELLED: "Cancelled",
    State.RESCHEDULED: "Rescheduled",
}

# Who the visit waits for while it stands in this state (shown on the flow board).
WAITS_FOR: dict[State, str] = {
    State.ARRIVED: "a room",
    State.ROOMED: "MA",
    State.READY: "provider",
    State.ORDERS: "MA",
    State.DISCHARGE: "MA",
    State.CHECKOUT: "front desk",
}

UPCOMING = frozenset({State.SCHEDULED, State.CONFIRMED})
IN_ROOM = frozenset(
    {State.ROOMED, State.INTAKE, State.READY, State.WITH_PROVIDER, State.ORDERS, State.DISCHARGE}
)
IN_CLINIC = frozenset({State.ARRIVED, State.CHECKOUT}) | IN_ROOM
TERMINAL = frozenset({State.COMPLETED, State.LEFT, State.NO_SHOW, State.CANCELLED, State.RESCHEDULED})
# The states whose holds keep nobody else out: the time is given back.
RELEASED = frozenset({State.LEFT, State.NO_SHOW, State.CANCELLED, State.RESCHEDULED})

# The usual next step first: the flow board puts it on one key.
MOVES: dict[State, tuple[State, ...]] = {
    State.SCHEDULED: (State.ARRIVED, State.CONFIRMED, State.NO_SHOW, State.CANCELLED, State.RESCHEDULED),
    State.CONFIRMED: (State.ARRIVED, State.NO_SHOW, State.CANCELLED, State.RESCHEDULED),
    State.ARRIVED: (
        State.ROOMED,
        State.INTAKE,
        State.READY,
        State.WITH_PROVIDER,
        State.ORDERS,
        State.CHECKOUT,
        State.LEFT,
    ),
    State.ROOMED: (
        State.INTAKE,
        State.READY,
        State.WITH_PROVIDER,
        State.ORDERS,
        State.DISCHARGE,
        State.CHECKOUT,
        State.LEFT,
    ),
    State.INTAKE: (
        State.READY,
        State.WITH_PROVIDER,
        State.ORDERS,
        State.DISCHARGE,
        State.CHECKOUT,
        State.LEFT,
    ),
    State.READY: (
        State.WITH_PROVIDER,
        State.INTAKE,
        State.ORDERS,
        State.DISCHARGE,
        State.CHECKOUT,
        State.LEFT,
    ),
    State.WITH_PROVIDER: (State.DISCHARGE, State.ORDERS, State.READY, State.CHECKOUT),
    State.ORDERS: (State.DISCHARGE, State.WITH_PROVIDER, State.READY, State.CHECKOUT),
    State.DISCHARGE: (State.CHECKOUT, State.WITH_PROVIDER, State.ORDERS, State.COMPLETED),
    State.CHECKOUT: (State.COMPLETED, State.WITH_PROVIDER, State.ORDERS),
    State.COMPLETED: (),
    State.LEFT: (),
    State.NO_SHOW: (),
    State.CANCELLED: (),
    State.RESCHEDULED: (),
}

# States that mean a provider; a visit without one (blood draw, nurse visit) steps over them.
PROVIDER_STATES = frozenset({State.READY, State.WITH_PROVIDER})
# Only these can be reached through their own act (a reason, a new time), never by a bare move.
OWN_ACT = frozenset({State.CANCELLED, State.RESCHEDULED})


def legal_moves(state: State, *, has_provider: bool = True, needs_room: bool = True) -> tuple[State, ...]:
    """The states this visit may move to, the usual next one first.

    A visit without a provider steps over "ready" and "with provider"; a visit that needs a room may
    not skip "roomed" on its way in (checkout and leaving stay open), one that needs none never
    gets one.
    """
    moves = MOVES[State(state)]
    if not has_provider:
        moves = tuple(m for m in moves if m not in PROVIDER_STATES)
        if state == State.INTAKE:
            moves = (State.ORDERS, *(m for m in moves if m != State.ORDERS))
    if state == State.ARRIVED:
        if needs_room:
            moves = tuple(m for m in moves if m in (State.ROOMED, State.CHECKOUT, State.LEFT))
        else:
            moves = tuple(m for m in moves if m != State.ROOMED)
    if state == State.CHECKOUT and needs_room:
        # Back into the clinic means a room again; that is an undo or a new rooming, not a jump.
        moves = (State.COMPLETED,)
    return moves


def usual_next(state: State, *, has_provider: bool = True, needs_room: bool = True) -> State | None:
    """The one step that most visits take from here, or None at the end."""
    moves = legal_moves(state, has_provider=has_provider, needs_room=needs_room)
    return moves[0] if moves and moves[0] not in OWN_ACT else None


def why_refused(state: State, to: State, *, has_provider: bool = True, needs_room: bool = True) -> str | None:
    """None when the move is legal, otherwise one sentence for the person who tried."""
    state, to = State(state), State(to)
    if to in legal_moves(state, has_provider=has_provider, needs_room=needs_room):
        return None
    if state == to:
        return f"This visit is already “{LABELS[state]}”."
    if state in TERMINAL:
        return f"This visit has ended ({LABELS[state].lower()}) and can't be moved any more."
    if to == State.ROOMED and not needs_room:
        return "This kind of visit takes no room."
    if to in PROVIDER_STATES and not has_provider:
        return "This visit has no provider, so it can't be ready for one or with one."
    return f"A visit can't go from “{LABELS[state]}” to “{LABELS[to]}”."


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of a visit in one state. `recorded_at` is when it was written, not when it began."""

    id: UUID | int
    state: State
    started_at: datetime
    ended_at: datetime | None
    recorded_at: datetime
    undo_of: UUID | int | None = None
    room_id: UUID | int | None = None


def effective(stays: Iterable[Stay]) -> list[Stay]:
    """The stays as they count: an undone stay is gone and the one before it simply went on.

    Rows are never erased, so an undo is a row of its own that names the row it takes back. Stays come
    in the order in which they were written. Time spent in an undone state counts for the state that
    was returned to, because that is where the patient really was.
    """
    line: list[Stay] = []
    for stay in stays:
        if stay.undo_of is None:
            line.append(stay)
            continue
        line = [s for s in line if s.id != stay.undo_of]
        if line:
            line[-1] = replace(line[-1], ended_at=stay.ended_at)
        else:
            line.append(stay)
    return line


def why_not_undo(stays: Sequence[Stay], now: datetime, window: timedelta = UNDO_WINDOW) -> str | None:
    """None when the last move can be taken back, otherwise the reason in one sentence."""
    line = effective(stays)
    if len(line) < 2:
        return "There is no move to undo."
    if line[-1].state == State.RESCHEDULED:
        return "A rescheduled visit lives on under its new time; change that one."
    if now - line[-1].recorded_at > window:
        minutes = int(window.total_seconds() // 60)
        return f"A move can be undone for {minutes} minutes. Move the visit on instead."
    return None
