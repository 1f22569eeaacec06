"""What a patient would hear of another time, before anybody decides: asked of the very rules that plan the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.core.actor import Actor
from clinic.core.ids import uuid7
from clinic.core.phones import display
from clinic.core.time import format_local, now
from clinic.messaging.models.choices import Purpose
from clinic.messaging.rules.states import State as MessageState
from scheduling.models import Appointment
from scheduling.queries.contact import text_status
from scheduling.services.reminders import draft_reminders

BY_CHANNEL = {"sms": "text", "email": "e-mail", "voice": "phone call"}


@dataclass(frozen=True)
class Told:
    """Whether the patient hears of it by themselves, and the sentence that says so."""

    is_told: bool
    words: str


STAYS = Told(False, "The patient is not told: the time to come stays the same.")


def told_of_move(*, by: Actor, appointment: Appointment, starts_at: datetime) -> Told:
    """What leaves if this visit moves to `starts_at`. Writes no message.

    A patient without a channel that may be used has to be called, and the sentence gives the number.
    """
    copy = Appointment(
        pk=uuid7(),
        patient=appointment.patient,
        location=appointment.location,
        visit_type=appointment.visit_type,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=appointment.minutes),
        zone=appointment.zone,
    )
    drafts = [one for one in draft_reminders(by=by, appointment=copy) if one.state != MessageState.VOID]
    confirmation = next((one for one in drafts if one.purpose == Purpose.CONFIRMATION), None)
    if confirmation:
        how = BY_CHANNEL.get(confirmation.channel, confirmation.channel)
        address = display(confirmation.address) if confirmation.channel != "email" else confirmation.address
        when = _when(confirmation.planned_at, appointment.zone)
        return Told(True, f"The patient is told by {how} to {address}{when}.")
    if drafts:
        first = min(one.planned_at for one in drafts)
        words = f"Nothing goes out now; the first reminder with the new time leaves on {format_local(first, appointment.zone)}."
        return Told(True, words)
    contact = text_status(appointment.patient)
    number = f" at {display(contact.number)}" if contact.number else ""
    why = f" ({contact.words.rstrip('.')})" if contact.words and not contact.is_allowed else ""
    return Told(False, f"No message tells the patient{why}. Call them{number}.")


def _when(planned_at: datetime, zone_name: str) -> str:
    soon = planned_at <= now() + timedelta(minutes=2)
    return "" if soon else f" on {format_local(planned_at, zone_name)}"
