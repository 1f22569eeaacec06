"""How a booked visit ended, as reports count it. Source: domain specification 2.4 and 11."""

from __future__ import annotations

from enum import StrEnum

from .visit_states import UPCOMING, State


class Outcome(StrEnum):
    """Each visit has exactly one, so that counts add up to the number of visits."""

    COMPLETED = "completed"
    LEFT = "left"
    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    CANCEL = "cancel"
    RESCHEDULED = "rescheduled"
    IN_CLINIC = "in_clinic"
    UNCLOSED = "unclosed"
    TO_COME = "to_come"
    UNMARKED = "unmarked"


WORDS: dict[Outcome, str] = {
    Outcome.COMPLETED: "Completed",
    Outcome.LEFT: "Left without being seen",
    Outcome.NO_SHOW: "No-show",
    Outcome.LATE_CANCEL: "Cancelled late",
    Outcome.CANCEL: "Cancelled in time",
    Outcome.RESCHEDULED: "Moved to another time",
    Outcome.IN_CLINIC: "In the clinic now",
    Outcome.UNCLOSED: "Arrived, never checked out",
    Outcome.TO_COME: "Still to come",
    Outcome.UNMARKED: "Past, never marked",
}

# The patient came through the door.
ARRIVED = frozenset({Outcome.COMPLETED, Outcome.LEFT, Outcome.IN_CLINIC, Outcome.UNCLOSED})
# Held their time to the end: what the no-show rate is a share of.
KEPT_TIME = frozenset({Outcome.COMPLETED, Outcome.LEFT, Outcome.NO_SHOW, Outcome.LATE_CANCEL})
# Stood in the book until the hour came: what fills a session.
BOOKED = ARRIVED | {Outcome.NO_SHOW, Outcome.TO_COME, Outcome.UNMARKED}


def outcome_of(state: str, *, is_late_cancel: bool, is_past_day: bool) -> Outcome:
    """The outcome of a visit from its state; `is_past_day` says that its local day is over."""
    state = State(state)
    if state == State.CANCELLED:
        return Outcome.LATE_CANCEL if is_late_cancel else Outcome.CANCEL
    if state in (State.COMPLETED, State.LEFT, State.NO_SHOW, State.RESCHEDULED):
        return Outcome(state.value)
    if state in UPCOMING:
        return Outcome.UNMARKED if is_past_day else Outcome.TO_COME
    return Outcome.UNCLOSED if is_past_day else Outcome.IN_CLINIC


# First and last day of each class of lead time; None is open-ended.
LEADS: dict[str, tuple[int, int | None, str]] = {
    "0": (0, 0, "Same day"),
    "1": (1, 1, "1 day"),
    "2-7": (2, 7, "2 to 7 days"),
    "8-14": (8, 14, "8 to 14 days"),
    "15-30": (15, 30, "15 to 30 days"),
    "31+": (31, None, "31 days and more"),
}
WALK_IN = "walk-in"


def lead_class(days: int, *, is_walk_in: bool = False) -> str:
    """The class of a lead time in calendar days; a booking made after the fact counts as the same day."""
    if is_walk_in:
        return WALK_IN
    days = max(days, 0)
    return next(key for key, (_, most, _) in LEADS.items() if most is None or days <= most)


def share(part: int, whole: int) -> float | None:
    """`part` of `whole` as 0 to 1, None of nothing."""
    return part / whole if whole else None
