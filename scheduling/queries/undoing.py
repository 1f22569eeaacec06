"""Who may take a move back: whoever may make it."""

from __future__ import annotations

from clinic.core.actor import Actor
from clinic.staff.permissions import Permission as P
from scheduling.rules.visit_states import State

# Moves in the house can be made by the flow and by the desk; a cancellation is the desk's alone.
MOVERS = (P.FLOW_MOVE, P.CHECK_IN)
UNDOERS: dict[State, tuple[P, ...]] = {
    State.CANCELLED: (P.APPOINTMENT_CANCEL,),
    State.CONFIRMED: (P.APPOINTMENT_BOOK, *MOVERS),
}


def may_undo(actor: Actor, undone: State) -> bool:
    """Whether `actor` may take back the move that led to the state `undone`."""
    return any(actor.can(one) for one in UNDOERS.get(undone, MOVERS))
