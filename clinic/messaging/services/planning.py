"""Putting messages into the outbox, and taking them out, in the transaction of whatever causes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Model

from clinic import audit
from clinic.audit.models import AuditEvent
from clinic.core.db import insert_together, service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.core.time import zone as zone_of
from clinic.messaging.models import Message, MessageTemplate
from clinic.messaging.models.choices import Purpose
from clinic.messaging.models.outbox import link_token
from clinic.messaging.queries.policy import send_settings, template_for, window_of
from clinic.messaging.rules import texts, window
from clinic.messaging.rules.states import WAITING, State
from clinic.messaging.subjects import link_for

BATCH = 500
SEND_TASK = "messaging.send_due"
# What answers an act that just happened may wait for the window to open; a reminder rather comes earlier.
MAY_WAIT = {
    Purpose.CONFIRMATION,
    Purpose.PREPARATION,
    Purpose.ANSWER,
    Purpose.TEST,
    Purpose.RECALL,
}


@service
def plan_message(*, by, key: str, **wish) -> Message:
    """Plans one message, once: the same `key` again returns the row that is there and changes nothing.

    `wish` is what `draft_message` takes. Audited as `message.planned`. Refuses what `draft_message` refuses.
    """
    existing = Message.objects.filter(key=key).first()
    if existing:
        return existing
    row = draft_message(key=key, **wish)
    # Two transactions with one key: the second waits for the first and then inserts nothing.
    Message.objects.bulk_create([row], ignore_conflicts=True)
    saved = Message.objects.get(key=key)
    if saved.pk == row.pk:
        insert_together(_planned(by, saved))
        _wake_for([saved])
    return saved


def outbox_rows(*, by, drafts: Sequence[Message]) -> list[Model]:
    """Drafts and their audit rows (`message.planned`), for a caller that inserts them with what causes them.

    Only for keys that nobody else can have, such as those of a visit made in the same transaction.
    """
    _wake_for(drafts)
    return [*drafts, *(_planned(by, row) for row in drafts)]


def insert_planned(*, by, drafts: Sequence[Message]) -> list[Message]:
    """Inserts drafts together with their audit rows (`message.planned`), in the caller's transaction; returns those
    that were not there yet. A draft whose key exists changes nothing."""
    if not drafts:
        return []
    Message.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=BATCH)
    there = set(Message.objects.filter(pk__in=[row.pk for row in drafts]).values_list("pk", flat=True))
    made = [row for row in drafts if row.pk in there]
    for start in range(0, len(made), BATCH):
        insert_together(*(_planned(by, row) for row in made[start : start + BATCH]))
    _wake_for(made)
    return made


def _planned(by, row: Message) -> AuditEvent:
    return audit.event(
        by,
        "message.planned",
        obj=row,
        patient=row.patient_id,
        purpose=row.purpose,
        channel=row.channel,
        state=row.state,
    )


def _wake_for(rows: Sequence[Message]) -> None:
    soon = now() + timedelta(seconds=60)
    if any(row.state != State.VOID and row.planned_at <= soon for row in rows):
        enqueue(SEND_TASK)


def draft_message(
    *,
    key: str,
    patient,
    purpose: str,
    channel: str,
    address: str,
    template_code: str,
    variables: dict[str, str],
    planned_at: datetime,
    not_after: datetime,
    zone: str,
    subject: str = "",
    language: str = "",
    fallback_code: str = "",
    body: str = "",
    is_quiet_exempt: bool = False,
) -> Message:
    """The unsaved message.

    `planned_at` is when it is wanted; it is placed into the send window of `zone` (rules.window.place). When
    no good time is left the row is kept as void, with the reason, so that staff can see it. The text is
    made now, from the wording in the patient's language that is in force on the day it is to leave; `fallback_code` is used when a text would
    not fit one part. Refuses a wording that does not exist or that names a variable which messages may not
    hold.

    `body` is a text in words of its own, for which no wording is looked up (`template_code` says what it is);
    `is_quiet_exempt` lets it leave at any hour, for who has just written.
    """
    token = link_token()
    spoken = language or getattr(patient, "language", "") or "en"
    is_exempt = is_quiet_exempt or purpose == Purpose.RECEIPT
    at = _placed(purpose, planned_at, not_after, zone, is_exempt=is_exempt)
    filled, heading, text = None, "", body
    if not body:
        filled, heading, text = _written(
            codes=[template_code, fallback_code],
            channel=channel,
            language=spoken,
            variables={**variables, "link": link_for(subject, token)},
            on=(at or planned_at).astimezone(zone_of(zone)).date(),
        )
    row = Message(
        key=key,
        patient=patient,
        purpose=purpose,
        channel=channel,
        address=address,
        template=filled,
        template_code=filled.code if filled else template_code,
        language=filled.language if filled else spoken[:8],
        variables={name: variables[name] for name in texts.VARIABLES if name in variables},
        heading=heading,
        body=text,
        subject=subject,
        link_token=token,
        planned_at=at or min(planned_at, not_after),
        wanted_at=planned_at,
        not_after=not_after,
        zone=zone,
        next_try_at=at or planned_at,
        is_quiet_exempt=is_exempt,
    )
    if at is None:
        row.state, row.void_reason, row.settled_at = State.VOID, "No time left within the send window.", now()
    return row


def _placed(purpose, wanted, not_after, zone, *, is_exempt: bool) -> datetime | None:
    present = now()
    if is_exempt:
        return max(wanted, present) if present <= not_after else None
    return window.place(
        wanted,
        now=present,
        not_after=not_after,
        zone=zone,
        window=window_of(send_settings()),
        may_wait=purpose in MAY_WAIT,
    )


def _written(*, codes, channel, language, variables, on) -> tuple[MessageTemplate, str, str]:
    """The wording used, the subject line and the text; the first of `codes` that fits."""
    for code in filter(None, codes):
        template = template_for(code, channel, language, on=on)
        if template is None:
            continue
        try:
            body = texts.fill(template.body, variables, channel=channel)
            heading = texts.fill(template.heading, variables, channel=channel)
        except texts.UnknownVariable as error:
            raise Refused(f"The wording “{template.name}” can't be used. {error}") from error
        if channel == "sms" and (texts.gsm7_length(body) or 999) > texts.SMS_LENGTH:
            continue
        return template, heading, body
    raise Refused("There is no wording for this message, or it does not fit one text.")


@service
def void_messages(*, by, subject: str, reason: str, purposes: tuple[str, ...] = ()) -> int:
    """Takes what has not left yet out of the queue and returns how many. What is being handed over at this
    moment can't be called back. `purposes` limits it; receipts are never touched unless named.
    Audited as `message.voided`."""
    if not reason:
        raise Refused("Say why.")
    waiting = Message.objects.filter(subject=subject, state__in=[*WAITING, State.CLAIMED])
    waiting = waiting.filter(purpose__in=purposes) if purposes else waiting.exclude(purpose=Purpose.RECEIPT)
    rows = lock_rows(waiting)
    if rows:
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.VOID, void_reason=reason[:120], settled_at=now(), lease_token="", updated_at=now()
        )
        audit.record_many(by, "message.voided", ((row, {"reason": reason[:120]}) for row in rows))
    return len(rows)
