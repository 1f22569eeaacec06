"""The life of a message: which state may follow which. No clock, no database.

A message only ever moves forward along `RANK`; what a provider repeats, reorders or sends late is
therefore harmless. The few moves back (a lease that ran out before anything was called, a question that
the provider answered with "never seen it", a person who says "try again") are named one by one in `MOVES`.
"""

from enum import StrEnum


class State(StrEnum):
    PLANNED = "planned"
    DUE = "due"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    VOID = "void"


STATE_WORDS = {
    State.PLANNED: "Planned",
    State.DUE: "Due",
    State.HELD: "Held back",
    State.CLAIMED: "About to leave",
    State.SENDING: "Sending",
    State.UNCERTAIN: "In doubt",
    State.SENT: "Sent",
    State.DELIVERED: "Delivered",
    State.FAILED: "Failed",
    State.VOID: "Not sent",
}

WAITING = frozenset({State.PLANNED, State.DUE, State.HELD})
OPEN = WAITING | {State.CLAIMED, State.SENDING, State.UNCERTAIN}
LEFT_THE_HOUSE = frozenset({State.SENDING, State.UNCERTAIN, State.SENT, State.DELIVERED})
FINAL = frozenset({State.DELIVERED, State.VOID})

MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.DUE, State.HELD, State.CLAIMED, State.VOID}),
    State.DUE: frozenset({State.HELD, State.CLAIMED, State.VOID}),
    State.HELD: frozenset({State.DUE, State.CLAIMED, State.VOID}),
    # A claim whose lease ran out has called nobody yet, so it may be claimed again.
    State.CLAIMED: frozenset({State.DUE, State.HELD, State.SENDING, State.FAILED, State.VOID}),
    # The gateway's own word "not now" is the only way from sending back to due.
    State.SENDING: frozenset({State.DUE, State.UNCERTAIN, State.SENT, State.DELIVERED, State.FAILED}),
    # The gateway was asked and never saw it, or a person decided: only then a second try.
    State.UNCERTAIN: frozenset({State.DUE, State.SENT, State.DELIVERED, State.FAILED, State.VOID}),
    State.SENT: frozenset({State.DELIVERED, State.FAILED}),
    State.FAILED: frozenset({State.DUE, State.VOID}),
    State.DELIVERED: frozenset(),
    State.VOID: frozenset(),
}

# What a provider's report means to us. The keys are the words of Twilio-compatible gateways.
REPORTED = {
    "accepted": State.SENT,
    "scheduled": State.SENT,
    "queued": State.SENT,
    "sending": State.SENT,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
    # Automated calls: who picked up and what was pressed is another matter (`rules.voice`).
    "initiated": State.SENT,
    "ringing": State.SENT,
    "in-progress": State.SENT,
    "completed": State.DELIVERED,
    "busy": State.FAILED,
    "no-answer": State.FAILED,
}

REPORT_RANK = {State.SENT: 1, State.FAILED: 2, State.DELIVERED: 3}


def may_move(current: str, to: str) -> bool:
    """Whether a message in `current` may become `to`."""
    return State(to) in MOVES[State(current)]


def after_report(current: str, word: str, *, was_tried: bool = True) -> State | None:
    """The state that a provider's report leads to, or None when it teaches nothing new.

    A report can only come for a message that was handed over (`was_tried`); reports that arrive late, twice
    or in the wrong order never move a message backward. A message that waits for a second try, because the
    provider had said that it never saw the first, is settled by a report that it did. A person who gave up
    on a message (void) is not overruled.
    """
    reported = REPORTED.get(word.strip().lower())
    if reported is None or not was_tried:
        return None
    state = State(current)
    if state in (State.SENDING, State.UNCERTAIN):
        return reported
    if state in (State.DUE, State.HELD, State.CLAIMED) and reported is not State.FAILED:
        return reported
    if state in (State.SENT, State.FAILED) and REPORT_RANK[reported] > REPORT_RANK[state]:
        return reported
    return None
