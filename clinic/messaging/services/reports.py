"""What providers report, and asking them about messages in doubt."""

import logging
import secrets
import time
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.gateways.base import CannotTell, Found, NeverSeen
from clinic.messaging.models import Attempt, DeliveryEvent, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services.consent import record_consent
from clinic.messaging.services.outcome import MAX_TRIES, settle, settle_reported
from clinic.messaging.services.reach import note_gone
from clinic.messaging.services.sending import outgoing_of

log = logging.getLogger(__name__)

# Counted from the doubt, which is noticed at most a minute and a half after the call, by a task that comes by
# once a minute: people see it within ten minutes of the call.
TO_STAFF_AFTER = timedelta(minutes=7)
ASK_LEASE = timedelta(seconds=60)
RUN_SECONDS = 45


def record_report(*, gateway: str, ref: str, status: str, code: str = "", message_id=None) -> bool:
    """One report of a provider on one message. Returns False for a repeat, which changes nothing.

    `message_id` comes from the signed callback address and is what finds a message whose answer was lost.
    Reports in the wrong order, late ones and those of an unknown message never move anything backward.
    """
    with transaction.atomic():
        message = _message_of(gateway, ref, message_id)
        event = DeliveryEvent(
            message=message, gateway=gateway, ref=ref, status=status[:24], code=code[:24], received_at=now()
        )
        DeliveryEvent.objects.bulk_create([event], ignore_conflicts=True)
        if not DeliveryEvent.objects.filter(pk=event.pk).exists():
            return False
        if message is None:
            return True
        _apply(message, gateway, ref, status, code)
    if code:
        _close(message, gateways.explain(gateway, code, status))
    return True


def _close(message: Message, reason: gateways.Reason) -> None:
    """What an error code says about the number itself: its owner opted out, or nobody is reached there."""
    by = Actor.outside("the phone company")
    if reason.is_opt_out:
        record_consent(
            by=by,
            patient=None,
            channel=message.channel,
            address=message.address,
            is_granted=False,
            how="carrier",
            wording=reason.words,
        )
    if reason.is_gone:
        note_gone(by=by, channel=message.channel, address=message.address, why=reason.words)


def _message_of(gateway: str, ref: str, message_id) -> Message | None:
    rows = (
        Message.objects.filter(pk=message_id)
        if message_id
        else Message.objects.filter(gateway=gateway, gateway_ref=ref)
    )
    locked = lock_rows(rows)
    return locked[0] if locked else None


def _apply(message: Message, gateway: str, ref: str, status: str, code: str) -> None:
    """Moves the message forward by one report, if that is news."""
    if message.gateway_ref and message.gateway_ref != ref and message.state in (State.SENT, State.DELIVERED):
        return
    told = gateways.explain(gateway, code, status).words
    if settle_reported(message, status, error=told):
        message.gateway_ref = message.gateway_ref or ref
        Attempt.objects.filter(message=message, outcome__in=("", Attempt.Outcome.UNKNOWN)).update(
            outcome=Attempt.Outcome.ACCEPTED, gateway_ref=ref, finished_at=now()
        )
        message.save()
        audit.record(
            Actor.system("messaging.report"),
            "message.reported",
            obj=message,
            patient=message.patient_id,
            status=status,
        )


def resolve_uncertain(*, chunk: int = 50, run_seconds: float = RUN_SECONDS) -> int:
    """Shows old doubts to people, then asks the gateways about every message in doubt, for at most
    `run_seconds`; returns how many were asked about.

    Safe to run twice and at once: each message is leased for the time of the question. One that can't be asked
    about stops no other.
    """
    show_old_doubts()
    deadline, asked = time.monotonic() + run_seconds, 0
    while time.monotonic() < deadline:
        ids = _lease_doubts(chunk)
        if not ids:
            break
        for message_id in ids:
            if time.monotonic() >= deadline:
                break
            asked += 1
            try:
                _resolve(message_id)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                log.exception("a doubt could not be resolved", extra={"event": type(error).__name__})
    return asked


def show_old_doubts() -> int:
    """Puts every doubt of more than seven minutes onto the staff's list, whatever asking brings or brought."""
    return Message.objects.filter(
        state=State.UNCERTAIN, is_staff_needed=False, uncertain_at__lte=now() - TO_STAFF_AFTER
    ).update(is_staff_needed=True)


def _lease_doubts(chunk: int) -> list:
    present = now()
    with transaction.atomic():
        ids = list(
            Message.objects.filter(state=State.UNCERTAIN, next_try_at__lte=present)
            .order_by("uncertain_at", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:chunk]
        )
        Message.objects.filter(pk__in=ids).update(
            next_try_at=present + ASK_LEASE, lease_token=secrets.token_hex(8)
        )
    return ids


def _resolve(message_id) -> None:
    message = Message.objects.get(pk=message_id)
    attempt = message.tries.filter(outcome=Attempt.Outcome.UNKNOWN).first()
    since = attempt.started_at if attempt else message.uncertain_at
    others = Message.objects.filter(address=message.address).exclude(pk=message_id).exclude(gateway_ref="")
    answer = gateways.gateway(message.gateway).ask(
        outgoing_of(message),
        since=since,
        known_refs=frozenset(others.values_list("gateway_ref", flat=True)),
    )
    try:
        with transaction.atomic():
            _note_answer(message_id, answer)
    except IntegrityError:
        # Another message in doubt has just been found under the same reference: ask again next time.
        log.info("a reference was taken", extra={"event": "messaging.reference_taken"})


def _note_answer(message_id, answer) -> None:
    message = lock_rows(Message.objects.filter(pk=message_id))[0]
    if message.state != State.UNCERTAIN:
        return
    tries = Attempt.objects.filter(message=message, outcome=Attempt.Outcome.UNKNOWN)
    if isinstance(answer, Found):
        message.gateway_ref = message.gateway_ref or answer.ref
        settle_reported(message, answer.status)
        tries.update(outcome=Attempt.Outcome.ACCEPTED, gateway_ref=answer.ref)
    elif isinstance(answer, NeverSeen):
        tries.update(outcome=Attempt.Outcome.NEVER_ARRIVED)
        message.left_at, message.uncertain_at = None, None
        if message.attempts >= MAX_TRIES:
            settle(message, State.FAILED, error=f"It never arrived. Tried {message.attempts} times.")
        else:
            message.state, message.next_try_at, message.is_staff_needed = State.DUE, now(), False
    elif isinstance(answer, CannotTell):
        message.error = answer.why[:200]
    message.save()
    audit.record(
        Actor.system("messaging.resolve_uncertain"),
        "message.asked_about",
        obj=message,
        patient=message.patient_id,
        answer=type(answer).__name__,
    )
