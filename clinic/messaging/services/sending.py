"""Working off the outbox: claim a chunk, look at each message once more, commit, call, record.

Between the commit that says "sending" and the call nothing else happens, so whatever stops the program
leaves one of three traces: a claim whose lease runs out (nobody was called, claim again), an attempt without
an outcome (somebody may have been called: in doubt, ask first), or a finished row.
"""

import logging
import random
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.locks import lock_keys, lock_rows, share_key
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.gateways.base import Accepted, Later, NoAnswer, NotSent, Outgoing
from clinic.messaging.models import Attempt, Message
from clinic.messaging.queries.consent import may_contact
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.queries.html import email_html
from clinic.messaging.queries.limits import is_asked_back, left_lately, more_useful_today
from clinic.messaging.queries.policy import limits_of, send_settings, window_of
from clinic.messaging.rules import limits, window
from clinic.messaging.rules.states import WAITING, State
from clinic.messaging.services.consent import address_lock, record_consent
from clinic.messaging.services.hold import HOLD_LOCK
from clinic.messaging.services.outcome import settle, settle_reported
from clinic.messaging.subjects import why_not

log = logging.getLogger(__name__)

CHUNK = 20
CLAIM_LEASE = timedelta(seconds=45)
CALL_LEASE = timedelta(seconds=30)
RUN_SECONDS = 60
MAX_TRIES = 5
STEP_ASIDE = timedelta(minutes=5)
ASK_AGAIN = timedelta(minutes=10)


def by_program() -> Actor:
    return Actor.system("messaging.send_due")


def send_due(*, chunk: int = CHUNK, run_seconds: float = RUN_SECONDS) -> int:
    """Works off what is due, for at most `run_seconds`; returns how many messages were looked at.

    Any number of these may run at once. One bad message never stops the others. Nothing is even claimed
    while sending is held.
    """
    recover_leases()
    deadline = time.monotonic() + run_seconds
    done = 0
    while time.monotonic() < deadline and current_hold() is None:
        token, ids = claim(chunk)
        if not ids:
            break
        for message_id in ids:
            send_one(message_id, token)
            done += 1
    return done


def recover_leases() -> None:
    """What a stopped worker left behind: claims go back into the queue, open calls become doubts."""
    present = now()
    with transaction.atomic():
        claimed = Message.objects.filter(state=State.CLAIMED, lease_until__lt=present)
        Message.objects.filter(pk__in=claimed.select_for_update(skip_locked=True).values("pk")).update(
            state=State.DUE, lease_until=None, lease_token=""
        )
        stuck = Message.objects.filter(state=State.SENDING, lease_until__lt=present).select_for_update(
            skip_locked=True
        )
        for message in stuck.order_by("pk")[:200]:
            _doubt(message, "The program stopped while handing the message over.")


def claim(chunk: int) -> tuple[str, list]:
    """Takes up to `chunk` messages that are due for 45 seconds. Committed at once, so that a worker that
    dies holds nobody up for longer."""
    present, token = now(), secrets.token_hex(8)
    with transaction.atomic():
        rows = list(
            Message.objects.filter(state__in=WAITING, next_try_at__lte=present)
            .order_by("next_try_at", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:chunk]
        )
        Message.objects.filter(pk__in=rows).update(
            state=State.CLAIMED, lease_until=present + CLAIM_LEASE, lease_token=token
        )
    return token, rows


def send_one(message_id, token: str) -> None:
    """One message from claim to record. Whatever goes wrong stays with this message."""
    try:
        prepared = _prepare(message_id, token)
    except Exception as error:
        log.exception("a message could not be prepared", extra={"event": type(error).__name__})
        _fault(message_id, token, error)
        return
    if prepared is None:
        return
    outgoing, attempt_id, gateway_name = prepared
    result = _call(gateway_name, outgoing)
    try:
        _record(message_id, attempt_id, result)
    except Exception as error:
        # The attempt stays open; the lease runs out and the message becomes a doubt, which is the truth.
        log.exception("an outcome could not be recorded", extra={"event": type(error).__name__})


@dataclass(frozen=True)
class Verdict:
    """What the last look says: leave now, wait until `until`, or never (`never` says why)."""

    until: datetime | None = None
    held: str = ""
    never: str = ""

    @property
    def may_leave(self) -> bool:
        return not (self.never or self.until)


def _prepare(message_id, token: str):
    """The last look and the commit that comes before the call. None when there is nothing to call."""
    address = Message.objects.values_list("address", flat=True).get(pk=message_id)
    with transaction.atomic():
        # A hold that commits while we look has to wait for us, or we see it.
        share_key(HOLD_LOCK)
        # One address at a time: two workers may not both find today's one message still free.
        lock_keys(address_lock(address))
        message = lock_rows(Message.objects.filter(pk=message_id))[0]
        present = now()
        if message.state != State.CLAIMED or message.lease_token != token or message.lease_until < present:
            return None
        if current_hold() is not None:
            message.state, message.lease_until, message.lease_token = State.DUE, None, ""
            message.save()
            return None
        verdict = look_again(message, present)
        if not verdict.may_leave:
            _put_off(message, verdict)
            return None
        message.attempts += 1
        message.state, message.gateway = State.SENDING, gateways.name_for(message.channel)
        message.lease_until, message.lease_token = present + CALL_LEASE, ""
        message.left_at, message.held_reason, message.error = present, "", ""
        message.save()
        attempt = Attempt.objects.create(
            message=message, number=message.attempts, gateway=message.gateway, started_at=present
        )
        html = email_html(message) if message.channel == "email" else ""
    return outgoing_of(message, html), attempt.pk, message.gateway


def outgoing_of(message: Message, html: str = "") -> Outgoing:
    return Outgoing(
        id=str(message.pk),
        channel=message.channel,
        address=message.address,
        heading=message.heading,
        body=message.body,
        html=html,
    )


def look_again(message: Message, present: datetime) -> Verdict:
    """Whether the message may leave at this moment: still in time, still true, still wanted, awake hours,
    within the limits."""
    if present > message.not_after:
        return Verdict(never="Too late to be of use.")
    reason = why_not(message.subject, message)
    if reason:
        return Verdict(never=reason)
    decision = may_contact(message.patient, message.channel, message.address, message.purpose, present)
    if not decision.is_allowed:
        return Verdict(never=decision.reason)
    if not message.is_quiet_exempt and is_asked_back(message.address, present):
        return _wait(message, present + ASK_AGAIN, "A question to the patient is open.")
    rules = send_settings()
    is_hurried = message.hurried_by_id is not None and gateways.name_for(message.channel) == "capture"
    late = window.at_send(
        present,
        not_after=message.not_after,
        zone=message.zone,
        window=window_of(rules),
        quiet_exempt=message.is_quiet_exempt or is_hurried,
    )
    if not late.leave:
        if late.until is None:
            return Verdict(never="No time left within the send window.")
        return Verdict(until=late.until, held="Outside the send window.")
    if message.purpose in rules.limited_purposes and not is_hurried:
        lately = left_lately(message.address, rules.limited_purposes, present, besides=message.pk)
        free = limits.free_at(present, lately, limits_of(rules), message.zone)
        if free > present:
            return _wait(message, free, "The patient got enough messages lately.")
        rival = more_useful_today(message, rules, present, lately)
        if rival is not None:
            return _wait(message, rival + STEP_ASIDE, "It yields to another reminder of today.")
    return Verdict()


def _wait(message: Message, until: datetime, why: str) -> Verdict:
    if until > message.not_after:
        return Verdict(never=why)
    return Verdict(until=until, held=why)


def _put_off(message: Message, verdict: Verdict) -> None:
    message.lease_until, message.lease_token = None, ""
    if verdict.never:
        settle(message, State.VOID, void_reason=verdict.never)
        audit.record(
            by_program(), "message.voided", obj=message, patient=message.patient_id, reason=verdict.never
        )
    else:
        message.state, message.held_reason = State.HELD, verdict.held
        message.next_try_at = verdict.until
    message.save()


def _call(gateway_name: str, outgoing: Outgoing):
    """The call, outside any transaction. Anything unforeseen counts as "may have been taken"."""
    try:
        return gateways.gateway(gateway_name).send(outgoing)
    except (Later, NotSent, NoAnswer) as answer:
        return answer
    except Exception as error:
        log.exception("a gateway failed", extra={"event": type(error).__name__})
        return NoAnswer("The gateway failed.")


def _record(message_id, attempt_id, result) -> None:
    """Writes down what the call came to, without overruling a callback that was faster."""
    with transaction.atomic():
        message = lock_rows(Message.objects.filter(pk=message_id))[0]
        attempt = lock_rows(Attempt.objects.filter(pk=attempt_id))[0]
        is_open = message.state in (State.SENDING, State.UNCERTAIN)
        if isinstance(result, Accepted):
            _accepted(message, attempt, result)
        elif isinstance(result, NotSent):
            _finish(attempt, Attempt.Outcome.REFUSED, str(result))
            if is_open:
                _refused(message, result)
        elif isinstance(result, Later):
            _finish(attempt, Attempt.Outcome.LATER, str(result))
            if is_open:
                _later(message, str(result), result.retry_after)
        elif is_open:
            _doubt(message, str(result))
        message.save()


def _accepted(message: Message, attempt: Attempt, result: Accepted) -> None:
    _finish(attempt, Attempt.Outcome.ACCEPTED, "", ref=result.ref)
    if not message.gateway_ref:
        message.gateway_ref = result.ref
    settle_reported(message, result.status)
    audit.record(
        by_program(),
        "message.sent",
        obj=message,
        patient=message.patient_id,
        gateway=message.gateway,
        ref=result.ref,
    )


def _refused(message: Message, result: NotSent) -> None:
    message.left_at = None
    settle(message, State.FAILED, error=str(result))
    if result.is_opt_out:
        record_consent(
            by=by_program(),
            patient=None,
            channel=message.channel,
            address=message.address,
            is_granted=False,
            how="carrier",
            wording=str(result),
        )


def _later(message: Message, why: str, retry_after: float | None) -> None:
    message.left_at, message.lease_until = None, None
    pause = limits.backoff_seconds(message.attempts, random.random(), retry_after)  # noqa: S311
    again = now() + timedelta(seconds=pause)
    if message.attempts >= MAX_TRIES or again > message.not_after:
        settle(message, State.FAILED, error=f"{why} Tried {message.attempts} times.")
        return
    message.state, message.next_try_at, message.error = State.DUE, again, why[:200]


def _doubt(message: Message, why: str) -> None:
    present = now()
    Attempt.objects.filter(message=message, outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.UNKNOWN, detail=why[:200], finished_at=present
    )
    message.state, message.error = State.UNCERTAIN, why[:200]
    message.lease_until, message.lease_token = None, ""
    message.uncertain_at = message.uncertain_at or present
    message.next_try_at = present
    message.is_staff_needed = not gateways.gateway(message.gateway).can_be_asked
    message.save()


def _finish(attempt: Attempt, outcome: str, detail: str, ref: str = "") -> None:
    attempt.outcome, attempt.detail, attempt.finished_at = outcome, detail[:200], now()
    attempt.gateway_ref = ref
    attempt.save()


def _fault(message_id, token: str, error: Exception) -> None:
    """A message that can't even be looked at: later, and after five times to staff. Nobody was called."""
    with transaction.atomic():
        message = lock_rows(Message.objects.filter(pk=message_id, state=State.CLAIMED, lease_token=token))
        if not message:
            return
        row = message[0]
        row.attempts += 1
        row.lease_token = ""
        _later(row, f"It could not be prepared ({type(error).__name__}).", None)
        row.save()
