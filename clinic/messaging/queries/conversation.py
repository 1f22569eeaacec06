"""One patient's messages in both directions."""

from dataclasses import dataclass
from datetime import datetime

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.rules.states import STATE_WORDS, State


@dataclass(frozen=True)
class Line:
    """One line of the conversation. `why` says what kept or broke one of ours, `answer` what the patient did on it."""

    at: datetime
    is_ours: bool
    body: str
    note: str
    state: str
    pk: object
    channel: str
    channel_words: str = ""
    purpose_words: str = ""
    why: str = ""
    answer: str = ""
    address: str = ""
    is_open: bool = False
    is_by_staff: bool = False


def conversation(patient_id, limit: int = 30, *, with_void: bool = False) -> list[Line]:
    """What was said, newest first, in two statements; what was never sent is left out unless asked for."""
    sent = Message.objects.filter(patient_id=patient_id).order_by("-planned_at")
    if not with_void:
        sent = sent.exclude(state=State.VOID)
    told = InboundMessage.objects.filter(patient_id=patient_id).order_by("-received_at")[:limit]
    lines = [*map(_ours, sent[:limit]), *map(_theirs, told)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def _ours(row: Message) -> Line:
    return Line(
        at=row.left_at or row.planned_at,
        is_ours=True,
        body=row.body,
        note=STATE_WORDS[State(row.state)],
        state=row.state,
        pk=row.pk,
        channel=row.channel,
        channel_words=row.get_channel_display(),
        purpose_words=row.get_purpose_display(),
        why=row.void_reason or row.held_reason or row.error,
        answer=row.get_answer_display() if row.answer else "",
        address=row.address,
        is_by_staff=row.purpose == Purpose.ANSWER,
    )


def _theirs(row: InboundMessage) -> Line:
    is_open = row.needs_person and not row.handled_at
    return Line(
        at=row.received_at,
        is_ours=False,
        body=row.body,
        note=row.outcome or row.get_meaning_display(),
        state="open" if is_open else "done",
        pk=row.pk,
        channel="sms",
        channel_words="Text message",
        address=row.from_address,
        is_open=is_open,
    )
