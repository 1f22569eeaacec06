"""Automated calls while they go on and after: steps as the provider tells them, keys acted on, ends asked for."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys, lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.models import Message, VoiceCall, VoiceStep
from clinic.messaging.models.choices import ALL_PURPOSES, Channel
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.queries.voice import has_voicemail
from clinic.messaging.rules import voice
from clinic.messaging.rules.states import State
from clinic.messaging.services.consent import address_lock, opt_out_address
from clinic.messaging.services.reports import record_report
from clinic.messaging.subjects import subject_of

log = logging.getLogger(__name__)

# A call rings for half a minute and talks for one; a report of its end may come late or never.
ASK_AFTER = timedelta(minutes=10)
ASK_EVERY = timedelta(minutes=10)
ASK_AT_ONCE = 50


def hear(*, gateway: str, message_id, ref: str, kind: str, value: str) -> VoiceCall | None:
    """One step of a call: `status` (a report), `answer` (who picked up) or `key` (a digit).

    None for a call that nobody here has ordered. A repeat changes nothing and returns the call as it stands.
    Key 9 opts the number out of automated calls and texts in the same transaction. Audited as `call.heard`.
    """
    with transaction.atomic():
        message = Message.objects.filter(pk=message_id, channel=Channel.VOICE).first()
        if message is None:
            return None
        # Opting out decides about the number, so its lock comes before the row's, as everywhere.
        lock_keys(address_lock(message.address))
        message = lock_rows(Message.objects.filter(pk=message_id))[0]
        known, _ = VoiceCall.objects.get_or_create(message=message, defaults={"ref": ref, "heard_at": now()})
        call = lock_rows(VoiceCall.objects.filter(pk=known.pk))[0]
        step = VoiceStep(message=message, ref=ref, kind=kind, value=value[:24], received_at=now())
        VoiceStep.objects.bulk_create([step], ignore_conflicts=True)
        if not VoiceStep.objects.filter(pk=step.pk).exists():
            return call
        status = value if kind == "status" else "in-progress"
        record_report(gateway=gateway, ref=ref, status=status, message_id=message.pk)
        _move_on(call, message, kind, value)
        if kind == "key" and value == "9":
            _stop(message)
    return call


def _move_on(call: VoiceCall, message: Message, kind: str, value: str) -> None:
    before = call.facts()
    if kind == "status":
        after = voice.with_status(before, value)
    elif kind == "answer":
        after = voice.with_answer(before, value, leaves_voicemail=has_voicemail(message))
    else:
        after = voice.with_key(before, value)
    if after == before:
        return
    call.status, call.answered_by, call.key = after.status, after.answered_by, after.key
    call.is_voicemail_left, call.heard_at = after.is_voicemail_left, now()
    outcome = voice.outcome_of(after)
    if outcome is not None and outcome != call.outcome:
        # News after the call was settled (a key that came late) is settled once more.
        call.outcome, call.settled_at = outcome.value, None
        _wake(message)
    call.save()
    audit.record(
        Actor.outside("the phone company"),
        "call.heard",
        obj=call,
        patient=message.patient_id,
        status=after.status,
        outcome=call.outcome,
    )


def _wake(message: Message) -> None:
    subject, _ = subject_of(message.subject)
    if subject is not None and subject.settle_task:
        enqueue(subject.settle_task)


def _stop(message: Message) -> None:
    opt_out_address(
        by=Actor.outside("patient by phone key"),
        channel=Channel.VOICE,
        address=message.address,
        purpose=ALL_PURPOSES if send_settings().is_stop_for_all else message.purpose,
        how="key",
        wording="Pressed 9 during an automated call.",
    )


def settle_call(call: VoiceCall) -> None:
    """The app that wanted the call has acted on its outcome: nobody else has to look at a call without an answer.
    Inside that app's transaction; the caller holds its own row's lock."""
    VoiceCall.objects.filter(pk=call.pk).update(settled_at=now(), updated_at=now())
    Message.objects.filter(pk=call.message_id).update(is_staff_needed=False)


def ask_open_calls() -> int:
    """Asks the gateways about calls whose end was never reported; returns how many were asked about.

    Each at most every ten minutes; one that can't be asked about stops no other.
    """
    present = now()
    waiting = (
        Message.objects.filter(
            channel=Channel.VOICE, state=State.SENT, left_at__lt=present - ASK_AFTER, voice_call__outcome=""
        )
        .filter(Q(voice_call__asked_at=None) | Q(voice_call__asked_at__lt=present - ASK_EVERY))
        .order_by("left_at")
    )
    unheard = Message.objects.filter(
        channel=Channel.VOICE, state=State.SENT, left_at__lt=present - ASK_AFTER, voice_call=None
    ).order_by("left_at")
    asked = 0
    for message in [*waiting[:ASK_AT_ONCE], *unheard[:ASK_AT_ONCE]]:
        VoiceCall.objects.update_or_create(
            message=message,
            create_defaults={"ref": message.gateway_ref, "heard_at": present, "asked_at": present},
            defaults={"asked_at": present},
        )
        asked += 1
        try:
            status = gateways.gateway(message.gateway).look(message.gateway_ref)
        except Exception as error:
            log.exception("a call could not be asked about", extra={"event": type(error).__name__})
            continue
        if status:
            hear(
                gateway=message.gateway,
                message_id=message.pk,
                ref=message.gateway_ref,
                kind="status",
                value=status,
            )
    return asked


@service
def answer_kept_call(*, by, message: Message, answer: str) -> VoiceCall:
    """Plays the patient for a call that stayed inside: a key (`1`, `2`, `9`), `voicemail`, `nothing` pressed or
    `no-answer`. Audited as `call.played`. Refuses where calls really leave, before the call was placed, and
    after its end."""
    row = lock_rows(Message.objects.filter(pk=message.pk))[0]
    if row.gateway != "capture" or row.channel != Channel.VOICE:
        raise Refused("Only a call that was kept inside can be answered here.")
    if row.state != State.SENT:
        raise Refused("This call is not ringing.")
    steps = {
        "voicemail": [("answer", "machine_end_beep"), ("status", "completed")],
        "nothing": [("answer", "human"), ("status", "completed")],
        "no-answer": [("status", "no-answer")],
    }
    if answer in voice.KEYS:
        chosen = [("answer", "human"), ("key", answer), ("status", "completed")]
    elif answer in steps:
        chosen = steps[answer]
    else:
        raise Refused("There is no such answer.")
    call = None
    for kind, value in chosen:
        call = hear(gateway="capture", message_id=row.pk, ref=row.gateway_ref, kind=kind, value=value)
    audit.record(by, "call.played", obj=row, patient=row.patient_id, answer=answer)
    return call
