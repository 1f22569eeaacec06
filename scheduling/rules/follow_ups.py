"""Follow-up calls after a visit: when one is due, when to try again, which step may follow which. No clock, no ORM.

Source: domain specification 3.5: first call within 24 to 72 hours, three attempts on different days and times of
day, then a letter; after the last the provider decides, and nothing ever closes by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class State(StrEnum):
    PLANNED = "planned"
    CALLING = "calling"
    QUEUE = "queue"
    PROVIDER = "provider"
    LETTER = "letter"
    CLOSED = "closed"


STATE_WORDS = {
    State.PLANNED: "Not due yet",
    State.CALLING: "Automated call",
    State.QUEUE: "To be called",
    State.PROVIDER: "With the provider",
    State.LETTER: "Letter due",
    State.CLOSED: "Closed",
}
# Closing is a person's act, except that a patient says "well" by key; a letter never closes anything.
MOVES = {
    State.PLANNED: {State.CALLING, State.QUEUE, State.CLOSED},
    State.CALLING: {State.CALLING, State.QUEUE, State.LETTER, State.CLOSED},
    State.QUEUE: {State.QUEUE, State.PROVIDER, State.LETTER, State.CLOSED},
    State.PROVIDER: {State.QUEUE, State.PROVIDER, State.LETTER, State.CLOSED},
    State.LETTER: {State.PROVIDER, State.QUEUE, State.CLOSED},
    State.CLOSED: set(),
}


class Attempt(StrEnum):
    """What one attempt came to."""

    WELL = "well"
    CONCERN = "concern"
    RED_FLAG = "red_flag"
    CALL_ME = "call_me"
    STOP = "stop"
    NO_KEY = "no_key"
    NO_ANSWER = "no_answer"
    LEFT_MESSAGE = "left_message"
    WRONG_NUMBER = "wrong_number"
    NOT_PLACED = "not_placed"
    LETTER = "letter"


ATTEMPT_WORDS = {
    Attempt.WELL: "Doing well",
    Attempt.CONCERN: "Minor concern",
    Attempt.RED_FLAG: "Red flag",
    Attempt.CALL_ME: "Asked to be called",
    Attempt.STOP: "Wants no automated calls",
    Attempt.NO_KEY: "Answered, said nothing",
    Attempt.NO_ANSWER: "No answer",
    Attempt.LEFT_MESSAGE: "Left a message",
    Attempt.WRONG_NUMBER: "Wrong number",
    Attempt.NOT_PLACED: "Call could not be made",
    Attempt.LETTER: "Letter sent",
}
REACHED = {Attempt.WELL, Attempt.CONCERN, Attempt.RED_FLAG, Attempt.CALL_ME, Attempt.STOP}
# Only these use up one of the attempts: a letter is none, nor is a call that never left.
COUNTED = {Attempt.NO_KEY, Attempt.NO_ANSWER, Attempt.LEFT_MESSAGE, Attempt.WRONG_NUMBER}

# Parts of a day, and when in each a call is tried.
PARTS = {"morning": time(10, 15), "afternoon": time(14, 15), "evening": time(18, 15)}
NOON, EVENING = time(12), time(17)
STAFF_PARTS = ("morning", "afternoon")
DAYS_AHEAD = 14


def may_move(current: str, to: str) -> bool:
    """Whether a follow-up in `current` may go to `to`."""
    return State(to) in MOVES[State(current)]


def window(completed_at: datetime, opens_hours: int, closes_hours: int) -> tuple[datetime, datetime]:
    """When the follow-up is due: from and until, counted in hours from the end of the visit."""
    return completed_at + timedelta(hours=opens_hours), completed_at + timedelta(hours=closes_hours)


def part_of(at: datetime, zone: str) -> str:
    """`morning`, `afternoon` or `evening` by the patient's clock."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    return "morning" if clock < NOON else "afternoon" if clock < EVENING else "evening"


def next_try(
    *,
    after: datetime,
    tried: Sequence[datetime],
    zone: str,
    until: datetime | None = None,
    opens: time = time(9),
    closes: time = time(20),
    parts: Sequence[str] = tuple(PARTS),
) -> datetime | None:
    """The first good time after `after` on a day that has not been tried, at a part of the day that has not.

    When every part was tried, any part of a new day does. Only times inside `opens` to `closes` by the patient's
    clock, and not later than `until`; None when there is none within two weeks.
    """
    tz = ZoneInfo(zone)
    days = {at.astimezone(tz).date() for at in tried}
    used = {part_of(at, zone) for at in tried}
    first = after.astimezone(tz).date()
    fresh = [part for part in parts if part not in used]
    for wanted in (fresh, parts) if fresh else (parts,):
        for ahead in range(DAYS_AHEAD):
            day = first + timedelta(days=ahead)
            if day in days:
                continue
            for part in wanted:
                clock = PARTS[part]
                at = datetime.combine(day, clock, tzinfo=tz).astimezone(UTC)
                if opens <= clock < closes and at > after and (until is None or at <= until):
                    return at
    return None


def first_try(
    *, opens_at: datetime, zone: str, until: datetime, opens: time, closes: time
) -> datetime | None:
    """When the first automated call is placed: as soon as the follow-up is due, within the hours for calls."""
    tz = ZoneInfo(zone)
    local = opens_at.astimezone(tz)
    if opens <= local.time() < closes:
        return opens_at if opens_at <= until else None
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    at = datetime.combine(day, opens, tzinfo=tz).astimezone(UTC)
    return at if at <= until else None


def after_attempt(outcome: str, *, counted: int, most: int) -> State:
    """Where a follow-up goes after a person's attempt; `counted` includes this one."""
    made = Attempt(outcome)
    if made is Attempt.WELL:
        return State.CLOSED
    if made in (Attempt.CONCERN, Attempt.RED_FLAG):
        return State.PROVIDER
    if made is Attempt.LETTER:
        return State.PROVIDER
    if made in COUNTED and counted >= most:
        return State.LETTER
    return State.QUEUE
