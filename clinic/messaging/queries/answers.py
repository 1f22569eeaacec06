"""Whether staff may text a number, and what a text from it might be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.core.profile import clinic
from clinic.core.time import now
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.queries.consent import Decision, may_contact
from clinic.messaging.queries.receipts import answerable
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.suggestions import ACT_WORDS, Act, suggest
from clinic.messaging.subjects import why_not

# Who writes to us may be answered for some days, without a consent on file.
ANSWERABLE_FOR = timedelta(days=7)


def wrote_at(address: str) -> datetime | None:
    """When the number last texted us; None when it never did."""
    rows = InboundMessage.objects.filter(from_address=address).order_by("-received_at", "-id")
    return rows.values_list("received_at", flat=True).first()


def phone_told(address: str) -> str:
    """The clinic's number as messages write it: the one that the last message to this address named (a location may
    have its own), else the clinic's."""
    last = Message.objects.filter(address=address, variables__has_key="phone").order_by("-planned_at").first()
    return (last.variables.get("phone") if last else "") or spoken_phone(clinic().phone)


def may_answer(patient, address: str) -> Decision:
    """Whether staff may text this number now: no opt-out, restriction or bad number, and either a yes to texts on
    file or a text from it within the last days."""
    decision = may_contact(patient, Channel.SMS, address, Purpose.ANSWER)
    if not decision.is_allowed:
        return decision
    agreed = may_contact(patient, Channel.SMS, address, Purpose.REMINDER)
    last = wrote_at(address)
    if agreed.is_allowed or (last is not None and now() - last < ANSWERABLE_FOR):
        return Decision(True)
    return agreed


@dataclass(frozen=True)
class Suggestion:
    """One act that a person may choose, in words; `reference` names the visit that it is about."""

    act: Act
    words: str
    reference: str = ""
    message: Message | None = None

    @property
    def value(self) -> str:
        """As a button of the form sends it."""
        return f"{self.act}|{self.reference}"


def open_subjects(reply: InboundMessage) -> list[Message]:
    """The messages that this text could answer: one for each visit that is still on, the newest first."""
    found = answerable(reply.from_address, reply.received_at)
    return [message for message in found if why_not(message.subject, message) is None]


def suggestions(reply: InboundMessage, *, may_change_visits: bool) -> list[Suggestion]:
    """What might be done about a text, the likeliest first; what is about a visit once for each that could be
    meant, and only for who may change visits."""
    visits = open_subjects(reply)
    found: list[Suggestion] = []
    for act in suggest(reply.body, reply.meaning, has_visit=bool(visits)):
        if act not in (Act.CONFIRM, Act.CANCEL, Act.MOVE):
            found.append(Suggestion(act, ACT_WORDS[act]))
        elif may_change_visits:
            for message in visits:
                when = " ".join(filter(None, (message.variables.get("date"), message.variables.get("time"))))
                words = f"{ACT_WORDS[act]}: {when}" if len(visits) > 1 and when else ACT_WORDS[act]
                found.append(Suggestion(act, words, message.subject, message))
    return found
