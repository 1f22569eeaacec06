"""One patient's messages in both directions, and what they consented to."""

from dataclasses import dataclass
from datetime import datetime

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.consent import Decision, may_contact, newest_decision
from clinic.messaging.rules.states import STATE_WORDS, State


@dataclass(frozen=True)
class Line:
    """One line of the conversation."""

    at: datetime
    is_ours: bool
    body: str
    note: str
    state: str
    pk: object
    channel: str


def conversation(patient_id, limit: int = 30) -> list[Line]:
    """What was said, newest first; what was never sent is left out."""
    sent = (
        Message.objects.filter(patient_id=patient_id)
        .exclude(state=State.VOID)
        .order_by("-planned_at")[:limit]
    )
    told = InboundMessage.objects.filter(patient_id=patient_id).order_by("-received_at")[:limit]
    lines = [
        Line(
            at=row.left_at or row.planned_at,
            is_ours=True,
            body=row.body,
            note=STATE_WORDS[State(row.state)],
            state=row.state,
            pk=row.pk,
            channel=row.channel,
        )
        for row in sent
    ]
    lines += [
        Line(
            at=row.received_at,
            is_ours=False,
            body=row.body,
            note=row.outcome or row.get_meaning_display(),
            state="open" if row.needs_person and not row.handled_at else "done",
            pk=row.pk,
            channel="sms",
        )
        for row in told
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


@dataclass(frozen=True)
class Reach:
    """One address and whether reminders may go there."""

    channel: str
    words: str
    address: str
    shown: str
    decision: Decision
    decided_at: datetime | None


CHANNEL_OF = {"mobile": ("sms", "Text"), "email": ("email", "E-mail")}


def reaches(patient) -> list[Reach]:
    """The mobile numbers and e-mail addresses on file, each with the answer to "may we remind here?"."""
    found = []
    for contact in patient.contacts.all():
        if not contact.is_active or contact.kind not in CHANNEL_OF:
            continue
        channel, words = CHANNEL_OF[contact.kind]
        newest = newest_decision(
            patient=patient, channel=channel, address=contact.value, purpose=Purpose.REMINDER
        )
        found.append(
            Reach(
                channel=channel,
                words=words,
                address=contact.value,
                shown=contact.shown,
                decision=may_contact(patient, channel, contact.value, Purpose.REMINDER),
                decided_at=newest.at if newest else None,
            )
        )
    return found
