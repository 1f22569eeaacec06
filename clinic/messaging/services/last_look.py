"""The last look: whether a message may leave at this moment, and what becomes of one that may not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic import audit
from clinic.core.actor import Actor
from clinic.messaging import gateways
from clinic.messaging.models import Message
from clinic.messaging.queries.last_look import Facts
from clinic.messaging.queries.policy import limits_of, window_of
from clinic.messaging.rules import limits, window
from clinic.messaging.rules.states import State
from clinic.messaging.services.outcome import settle

STEP_ASIDE = timedelta(minutes=5)
ASK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Verdict:
    """What the last look says: leave now, wait until `until`, or never (`never` says why)."""

    until: datetime | None = None
    held: str = ""
    never: str = ""

    @property
    def may_leave(self) -> bool:
        return not (self.never or self.until)


def look_again(message: Message, facts: Facts) -> Verdict:
    """Whether the message may leave at this moment: still in time, still true, still wanted, awake hours,
    within the limits."""
    present = facts.present
    if present > message.not_after:
        return Verdict(never="Too late to be of use.")
    reason = facts.reasons.get(message.pk)
    if reason:
        return Verdict(never=reason)
    decision = facts.may_contact(message)
    if not decision.is_allowed:
        return Verdict(never=decision.reason)
    if not message.is_quiet_exempt and facts.is_asked_back(message.address):
        return _wait(message, present + ASK_AGAIN, "A question to the patient is open.")
    is_hurried = message.hurried_by_id is not None and gateways.name_for(message.channel) == "capture"
    late = window.at_send(
        present,
        not_after=message.not_after,
        zone=message.zone,
        window=window_of(facts.rules),
        quiet_exempt=message.is_quiet_exempt or is_hurried,
    )
    if not late.leave:
        if late.until is None:
            return Verdict(never="No time left within the send window.")
        return Verdict(until=late.until, held="Outside the send window.")
    if message.purpose in facts.rules.limited_purposes and not is_hurried:
        return _within_limits(message, facts)
    return Verdict()


def _within_limits(message: Message, facts: Facts) -> Verdict:
    lately = facts.left_lately(message)
    free = limits.free_at(facts.present, lately, limits_of(facts.rules), message.zone)
    if free > facts.present:
        return _wait(message, free, "The patient got enough messages lately.")
    rival = facts.more_useful_today(message, lately)
    if rival is not None:
        return _wait(message, rival + STEP_ASIDE, "It yields to another reminder of today.")
    return Verdict()


def _wait(message: Message, until: datetime, why: str) -> Verdict:
    if until > message.not_after:
        return Verdict(never=why)
    return Verdict(until=until, held=why)


def put_off(by: Actor, message: Message, verdict: Verdict) -> None:
    """Holds the message until its time, or voids it. The row is locked and is saved here."""
    message.lease_until, message.lease_token = None, ""
    if verdict.never:
        settle(message, State.VOID, void_reason=verdict.never)
        audit.record(by, "message.voided", obj=message, patient=message.patient_id, reason=verdict.never)
    else:
        message.state, message.held_reason = State.HELD, verdict.held
        message.next_try_at = verdict.until
    message.save()
