"""Reminders: derived from the appointment and the policy, planned in the transaction that books it.

Rescheduling replaces them, cancelling voids them, and each is looked at again when it is about to leave.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clinic import audit
from clinic.core.db import attempt, service
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic
from clinic.messaging.models import Message
from clinic.messaging.queries.consent import reachable
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.services import draft_message, plan_message, void_messages
from scheduling.models import Appointment, ReminderPolicy
from scheduling.queries.reminder_wishes import (
    CHANNELS,
    addresses_of,
    is_remindable,
    planned_slots,
    purpose_of,
    subject_of,
    wanted_of,
)
from scheduling.rules import reminders as rules

log = logging.getLogger(__name__)

FALLBACK = {"visit_link": "visit_reminder"}


@dataclass(frozen=True)
class Wish:
    """One message that a visit asks for: what the outbox takes, without its time of making."""

    due: rules.Due
    choices: tuple[dict, ...]


@service
def plan_reminders(*, by, appointment: Appointment) -> list[Message]:
    """Plans every reminder that the policy asks for and that is not there yet; a second call adds nothing.

    For each lead the first channel is used on which the patient may be contacted: text, automated call, e-mail.
    Audited per message. A wording that can't be used is logged and audited as `reminder.not_planned`.
    """

    def plan(wish: dict) -> Message:
        with attempt():
            return plan_message(by=by, **wish)

    made = _messages(by, appointment, plan, is_new=False)
    return [row for row in made if row.state != MessageState.VOID]


def draft_reminders(*, by, appointment: Appointment, is_confirmed: bool = True) -> list[Message]:
    """The unsaved messages of a visit that is being made now, with the booking confirmation if `is_confirmed`.

    They are inserted with the visit. Nothing here ever stops a booking: see `plan_reminders`.
    """
    return _messages(
        by, appointment, lambda wish: draft_message(**wish), is_new=True, is_confirmed=is_confirmed
    )


def _messages(
    by, appointment, make: Callable[[dict], Message], *, is_new: bool, is_confirmed: bool = False
) -> list[Message]:
    if not is_remindable(appointment):
        return []
    planned = set() if is_new else planned_slots([appointment])
    wanted = wanted_of(appointment, planned, is_confirmed=is_confirmed)
    addresses = addresses_of(appointment.patient)
    if not wanted or not addresses:
        return []
    reach = reachable(appointment.patient, addresses, {purpose_of(due) for due, _ in wanted})
    found: list[Message] = []
    for wish in wishes_of(appointment, wanted, addresses, reach):
        found += first_good(by, appointment, wish.choices, make)
    return found


def wishes_of(appointment, wanted, addresses: dict[str, str], reach: dict[str, list[str]]) -> list[Wish]:
    """What each time asks of the outbox: the message on each channel that may be used, the first choice first."""
    return [
        Wish(
            due,
            tuple(
                _wish(appointment, due, policy, addresses[policy.channel])
                for policy in sorted(rows, key=lambda row: CHANNELS.index(row.channel))
                if policy.channel in reach[purpose_of(due)]
            ),
        )
        for due, rows in wanted
    ]


def _wish(appointment, due: rules.Due, policy: ReminderPolicy, address: str) -> dict:
    patient = appointment.patient
    return {
        "key": _key(appointment, due, policy.channel, address),
        "patient": patient,
        "purpose": purpose_of(due),
        "channel": policy.channel,
        "address": address,
        "template_code": policy.template_code,
        "fallback_code": FALLBACK.get(policy.template_code, ""),
        "variables": variables_of(appointment, policy.channel),
        "planned_at": due.wanted_at,
        "not_after": due.not_after,
        "zone": patient.zone or appointment.zone,
        "subject": subject_of(appointment),
    }


def first_good(by, appointment, choices: Iterable[dict], make: Callable[[dict], Message]) -> list[Message]:
    """The messages of one lead: those that came too late to be sent, then the one that will be."""
    made: list[Message] = []
    for wish in choices:
        try:
            made.append(make(wish))
        except ClinicError as error:
            log.warning("a reminder could not be planned", extra={"event": "reminder.not_planned"})
            why = str(error)[:200]
            audit.record(by, "reminder.not_planned", obj=appointment, patient=appointment.patient_id, why=why)
            continue
        if made[-1].state != MessageState.VOID:
            break
    return made


def _key(appointment, due: rules.Due, channel: str, address: str) -> str:
    # The address is part of the key as a digest only, so that a corrected number gets its own message.
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    instant = rules.instant_key(appointment.starts_at)
    return f"{subject_of(appointment)}|{due.slot}|{instant}|{channel}|{digest}"


def variables_of(appointment, channel: str = "sms") -> dict[str, str]:
    """The few things that a message about a visit may say; in an automated call the day is said in full."""
    patient = appointment.patient
    day_words = rules.spoken_day_words if channel == "voice" else rules.day_words
    return {
        "first_name": patient.preferred_name or patient.first_name,
        "clinic": practice_name(),
        "date": day_words(appointment.starts_at, appointment.zone, patient.language or "en"),
        "time": rules.time_words(appointment.starts_at, appointment.zone),
        "phone": spoken_phone(appointment.location.phone or clinic().phone),
    }


@service
def void_reminders(*, by, appointment: Appointment, reason: str) -> int:
    """Takes the visit's waiting messages out of the queue; called by the services that cancel, reschedule
    or end a visit, inside their transaction. Returns how many."""
    return void_messages(by=by, subject=subject_of(appointment), reason=reason)
