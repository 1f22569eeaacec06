"""What happens when a patient texts back.

The text is kept first, and an opt-out acts in the same transaction. Everything else is settled by a task, so
that the provider gets its answer at once and a fault in an app above loses nothing.
"""

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import attempt, service
from clinic.core.errors import ClinicError, Refused
from clinic.core.locks import lock_keys, lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import ALL_PURPOSES, Channel, Purpose
from clinic.messaging.queries.consent import newest_decision
from clinic.messaging.queries.limits import is_question_open, newest_text_from
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.queries.receipts import answerable, receipt_variables, receipt_zone
from clinic.messaging.rules.replies import Meaning, is_wrong_number, read_answer, read_reply
from clinic.messaging.services.consent import address_lock, opt_in_address, opt_out_address
from clinic.messaging.services.outcome import note_answer
from clinic.messaging.services.planning import plan_message
from clinic.messaging.services.reach import note_gone, note_heard_from
from clinic.messaging.subjects import answer, why_not

log = logging.getLogger(__name__)

SETTLE_TASK = "messaging.settle_replies"
RECEIPT_GOOD_FOR = timedelta(hours=12)
WRONG = "Whoever has this number says that it is the wrong one."
BY_PROGRAM = {Meaning.CONFIRM, Meaning.CANCEL_VISIT}


@service
def receive_text(
    *,
    gateway: str,
    ref: str,
    from_address: str,
    to_address: str,
    body: str,
    received_at: datetime,
    is_answered_by_carrier: bool = False,
) -> InboundMessage:
    """Keeps one incoming text and acts on STOP and START at once. The same `ref` again changes nothing.

    `is_answered_by_carrier`: the provider has answered STOP itself, so no second confirmation is sent.
    Audited as `reply.received`, by the patient's phone.
    """
    lock_keys(address_lock(from_address))
    existing = InboundMessage.objects.filter(gateway=gateway, ref=ref).first()
    if existing:
        return existing
    note_heard_from(by=_texter(), channel=Channel.SMS, address=from_address)
    meaning = read_answer(body) if _is_asked_back(from_address, received_at) else read_reply(body)
    told = answerable(from_address, received_at)
    newest = told[0] if told else _newest_to(from_address)
    reply = InboundMessage.objects.create(
        gateway=gateway,
        ref=ref,
        from_address=from_address,
        to_address=to_address,
        body=body[:1600],
        received_at=received_at,
        patient=newest.patient if newest else None,
        message=newest,
        meaning=meaning,
    )
    audit.record(_texter(), "reply.received", obj=reply, patient=reply.patient_id, meaning=str(meaning))
    if meaning == Meaning.STOP:
        _stop(reply, quietly=is_answered_by_carrier)
    elif meaning == Meaning.START:
        opt_in_address(by=_texter(), channel=Channel.SMS, address=from_address, how="text", wording=body)
        send_receipt(reply, "opted_in")
        _done(reply, "Opted in again.")
    elif meaning == Meaning.ASK_BACK:
        send_receipt(reply, "ask_back")
        _done(reply, "Asked back: cancel the visit or stop texts?")
    else:
        enqueue(SETTLE_TASK)
    return reply


def _is_asked_back(address: str, at: datetime) -> bool:
    """Whether this text answers our question about a bare "cancel"."""
    return is_question_open(newest_text_from(address, at))


def _texter() -> Actor:
    return Actor.outside("patient by text")


def _newest_to(address: str) -> Message | None:
    sent = Message.objects.filter(address=address, left_at__isnull=False).exclude(purpose=Purpose.RECEIPT)
    return sent.select_related("patient").order_by("-left_at").first()


def _stop(reply: InboundMessage, *, quietly: bool) -> None:
    """Opts the address out at once, voids what is queued, and sends one confirmation (not a second one to
    somebody who is out already)."""
    rules = send_settings()
    purpose = ALL_PURPOSES
    if not rules.is_stop_for_all and reply.message:
        purpose = reply.message.purpose
    before = newest_decision(patient=None, channel=Channel.SMS, address=reply.from_address, purpose=purpose)
    was_out = before is not None and not before.is_granted
    opt_out_address(
        by=_texter(),
        channel=Channel.SMS,
        address=reply.from_address,
        purpose=purpose,
        how="text",
        wording=reply.body,
    )
    if not quietly and not was_out:
        send_receipt(reply, "opted_out")
    if is_wrong_number(reply.body):
        for channel in (Channel.SMS, Channel.VOICE):
            note_gone(by=_texter(), channel=channel, address=reply.from_address, why=WRONG, how="text")
    _done(reply, "Opted out.")


def _done(reply: InboundMessage, outcome: str) -> None:
    reply.settled_at, reply.outcome = now(), outcome[:200]
    reply.save()


def _to_person(reply: InboundMessage, why: str) -> None:
    reply.settled_at, reply.needs_person, reply.outcome = now(), True, why[:200]
    reply.save()


def send_receipt(reply: InboundMessage, code: str) -> None:
    """One short answer to what was just texted. Best within five minutes, and of no use after half a day.

    A wording that can't be used never stops what the patient asked for: opting out above all.
    """
    try:
        with attempt():
            _plan_receipt(reply, code)
    except ClinicError as error:
        log.warning("a receipt could not be planned", extra={"event": "receipt.not_planned"})
        audit.record(
            _texter(), "receipt.not_planned", obj=reply, patient=reply.patient_id, why=str(error)[:200]
        )


def _plan_receipt(reply: InboundMessage, code: str) -> None:
    plan_message(
        by=Actor.system("messaging.settle_replies"),
        key=f"reply:{reply.pk}|{code}",
        patient=reply.patient,
        purpose=Purpose.RECEIPT,
        channel=Channel.SMS,
        address=reply.from_address,
        template_code=code,
        variables=receipt_variables(reply),
        planned_at=now(),
        not_after=now() + RECEIPT_GOOD_FOR,
        zone=receipt_zone(reply),
        subject="",
        language=reply.message.language if reply.message else "en",
    )


def settle_replies(*, chunk: int = 50) -> int:
    """Settles the texts that wait for it, each in its own transaction; returns how many."""
    ids = list(
        InboundMessage.objects.filter(settled_at=None)
        .order_by("received_at", "id")
        .values_list("pk", flat=True)[:chunk]
    )
    for reply_id in ids:
        settle_reply(reply_id)
    return len(ids)


def settle_reply(reply_id) -> None:
    """Lets the subject's app act on one text, or gives it to a person. A second call finds it settled. A text
    that the program stumbles over is read by a person too, and stops no other."""
    try:
        _settle(reply_id=reply_id)
    except ClinicError as error:
        _give_to_person(reply_id=reply_id, why=str(error))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("a text could not be settled", extra={"event": type(error).__name__})
        _give_to_person(reply_id=reply_id, why="The program could not act on this.")


@service
def _settle(*, reply_id) -> None:
    rows = lock_rows(InboundMessage.objects.filter(pk=reply_id, settled_at=None))
    if not rows:
        return
    reply = rows[0]
    if reply.meaning == Meaning.HELP:
        send_receipt(reply, "help")
        _done(reply, "Told how to reach us.")
    elif reply.meaning in BY_PROGRAM:
        _act(reply)
    elif reply.meaning == Meaning.RESCHEDULE:
        _to_person(reply, "Wants another time.")
    else:
        _to_person(reply, "Needs to be read.")


def _act(reply: InboundMessage) -> None:
    open_messages = answerable(reply.from_address, reply.received_at)
    subjects = {message.subject: message for message in open_messages}
    still_good = {ref: m for ref, m in subjects.items() if why_not(ref, m) is None}
    if len(still_good) > 1:
        _to_person(reply, "Several visits could be meant.")
        return
    if not still_good:
        _to_person(reply, "No visit that this could answer.")
        return
    reference, message = next(iter(still_good.items()))
    reply.message, reply.patient_id = message, message.patient_id
    code, done = answer(by=_texter(), reference=reference, meaning=str(reply.meaning), reply=reply)
    if code:
        send_receipt(reply, code)
    note_answer(message, str(reply.meaning))
    _done(reply, done)


@service
def _give_to_person(*, reply_id, why: str) -> None:
    rows = lock_rows(InboundMessage.objects.filter(pk=reply_id, settled_at=None))
    if rows:
        _to_person(rows[0], why)


@service
def handle_reply(*, by, reply: InboundMessage, outcome: str) -> InboundMessage:
    """A person has dealt with a text. Audited as `reply.handled`. Refuses a second time, and no outcome."""
    if not outcome.strip():
        raise Refused("Say what you did.", field="outcome")
    row = lock_rows(InboundMessage.objects.filter(pk=reply.pk))[0]
    if row.handled_at:
        raise Refused("Somebody has already handled this reply.")
    row.handled_at, row.handled_by_id = now(), by.member_id
    row.settled_at = row.settled_at or now()
    row.outcome = outcome.strip()[:200]
    row.save()
    audit.record(by, "reply.handled", obj=row, patient=row.patient_id)
    return row
