"""An automated call as it went: which report may follow which, and what it all comes to. No clock, no database.

Reports come twice, late and in any order. A status only moves forward; a key counts whenever it comes; "9" is
obeyed whatever was pressed before.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Outcome(StrEnum):
    WELL = "well"
    CALL_ME = "call_me"
    STOP = "stop"
    NO_KEY = "no_key"
    VOICEMAIL = "voicemail"
    MACHINE = "machine"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


OUTCOME_WORDS = {
    Outcome.WELL: "Pressed 1: doing well",
    Outcome.CALL_ME: "Pressed 2: wants a call",
    Outcome.STOP: "Pressed 9: no more automated calls",
    Outcome.NO_KEY: "Answered, pressed nothing",
    Outcome.VOICEMAIL: "Left a short voicemail",
    Outcome.MACHINE: "A machine answered; nothing was left",
    Outcome.NO_ANSWER: "No answer",
    Outcome.FAILED: "The call could not be made",
}
KEYS = {"1": Outcome.WELL, "2": Outcome.CALL_ME, "9": Outcome.STOP}
# How far a status is; equal ranks never replace each other, so the first end of a call stands.
RANK = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3}
ENDS = {"completed": 5, "busy": 4, "no-answer": 4, "failed": 4, "canceled": 4}
NOBODY = {"busy", "no-answer"}
HUMAN, MACHINE, FAX = "human", "machine", "fax"


@dataclass(frozen=True)
class Call:
    """What is known of one call. `answered_by` is empty until somebody or something picked up."""

    status: str = "queued"
    answered_by: str = ""
    key: str = ""
    is_voicemail_left: bool = False

    @property
    def has_ended(self) -> bool:
        return self.status in ENDS


def who_answered(told: str) -> str:
    """`human`, `machine` or `fax` from the provider's word; what it can't tell is spoken to as a person."""
    word = told.strip().lower()
    if word.startswith("machine"):
        return MACHINE
    return FAX if word == "fax" else HUMAN


def with_status(call: Call, status: str) -> Call:
    """The call after a report; an unknown, repeated or late one changes nothing."""
    rank = {**RANK, **ENDS}
    if rank.get(status, -1) <= rank.get(call.status, 0):
        return call
    return replace(call, status=status)


def with_answer(call: Call, told: str, *, leaves_voicemail: bool) -> Call:
    """Somebody or something picked up; only the first word on who it was counts."""
    call = with_status(call, "in-progress")
    if call.answered_by:
        return call
    who = who_answered(told)
    return replace(call, answered_by=who, is_voicemail_left=who == MACHINE and leaves_voicemail)


def with_key(call: Call, key: str) -> Call:
    """A key was pressed: the first that means something counts, and 9 always."""
    if key not in KEYS:
        return call
    call = with_status(call, "in-progress")
    if key == "9" or not call.key:
        return replace(call, key=key, answered_by=call.answered_by or HUMAN)
    return call


def outcome_of(call: Call) -> Outcome | None:
    """What the call came to, or None while it goes on."""
    if call.key:
        return KEYS[call.key]
    if not call.has_ended:
        return None
    if call.status in NOBODY:
        return Outcome.NO_ANSWER
    if call.status != "completed":
        return Outcome.FAILED
    if call.answered_by in (MACHINE, FAX):
        return Outcome.VOICEMAIL if call.is_voicemail_left else Outcome.MACHINE
    return Outcome.NO_KEY
