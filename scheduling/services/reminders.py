"""Reminders: derived from the appointment and the policy, planned in the transaction that books it.

Rescheduling replaces them, cancelling voids them, and each is looked at again when it is about to leave.
"""

import hashlib
import logging
from dataclasses import dataclass

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import ClinicError
from clinic.core.profile import clinic
from clinic.core.time import now, today
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.services import may_contact, plan_message, void_messages
from scheduling.models import Appointment, ReminderPolicy
from scheduling.rules import reminders as rules
from scheduling.rules.visit_states import State

log = logging.getLogger(__name__)

SUBJECT = "appointment"
BOOKED = (State.SCHEDULED, State.CONFIRMED)
FALLBACK = {"visit_link": "visit_reminder"}


def subject_of(appointment) -> str:
    """How messages name this appointment."""
    return f"{SUBJECT}:{appointment.pk}"


@dataclass(frozen=True)
class Address:
    channel: str
    value: str


def addresses_of(patient) -> dict[str, Address]:
    """The preferred mobile number and e-mail address of a patient, by channel."""
    found: dict[str, Address] = {}
    contacts = sorted(patient.contacts.all(), key=lambda row: (not row.is_preferred, row.rank))
    for contact in contacts:
        channel = {"mobile": "sms", "email": "email"}.get(contact.kind)
        if channel and contact.is_active:
            found.setdefault(channel, Address(channel, contact.value))
    return found


@service
def plan_reminders(*, by, appointment: Appointment, is_new: bool = True) -> list[Message]:
    """Plans every reminder that the policy asks for and that is not there yet; a second call adds nothing.

    Called by the services that book and reschedule, inside their transaction. For each lead the first
    channel is used on which the patient may be contacted: text, then e-mail. `is_new` also sends the booking
    confirmation. Audited per message. Nothing here ever stops a booking: a wording that can't be used is
    logged and audited as `reminder.not_planned`.
    """
    if appointment.state not in BOOKED or appointment.is_walk_in or appointment.starts_at <= now():
        return []
    policies = rules.policies_for(
        ReminderPolicy.objects.all(), visit_type_id=appointment.visit_type_id, on=today(appointment.zone)
    )
    by_lead: dict[int, list[ReminderPolicy]] = {}
    for policy in policies:
        by_lead.setdefault(policy.hours_before, []).append(policy)
    if not is_new:
        by_lead.pop(rules.AT_BOOKING, None)
    planned_slots = _slots_of(appointment)
    addresses = addresses_of(appointment.patient)
    reach = {}
    planned = []
    for due in rules.due_times(appointment.starts_at, by_lead, now=now()):
        if due.slot in planned_slots:
            continue
        purpose = Purpose.REMINDER if due.hours_before else Purpose.CONFIRMATION
        if purpose not in reach:
            reach[purpose] = _reach(appointment.patient, addresses, purpose)
        message = _plan(
            by=by, appointment=appointment, due=due, policies=by_lead[due.hours_before], reach=reach[purpose]
        )
        if message:
            planned.append(message)
    return planned


def _slots_of(appointment) -> set[str]:
    """What is planned, on its way or sent for this instant of the visit."""
    live = Message.objects.filter(subject=subject_of(appointment)).exclude(state=MessageState.VOID)
    instant = rules.instant_key(appointment.starts_at)
    parts = [key.split("|") for key in live.values_list("key", flat=True)]
    return {part[1] for part in parts if len(part) == 5 and part[2] == instant}


def _reach(patient, addresses: dict[str, Address], purpose: str) -> dict[str, Address]:
    """The addresses that may be used for a purpose, by channel."""
    return {
        channel: address
        for channel, address in addresses.items()
        if may_contact(patient, channel, address.value, purpose).is_allowed
    }


def _plan(
    *, by, appointment, due: rules.Due, policies: list[ReminderPolicy], reach: dict[str, Address]
) -> Message | None:
    patient = appointment.patient
    for policy in sorted(policies, key=lambda row: row.channel != "sms"):
        address = reach.get(policy.channel)
        if address is None:
            continue
        try:
            message = plan_message(
                by=by,
                key=_key(appointment, due, address),
                patient=patient,
                purpose=Purpose.REMINDER if due.hours_before else Purpose.CONFIRMATION,
                channel=address.channel,
                address=address.value,
                template_code=policy.template_code,
                fallback_code=FALLBACK.get(policy.template_code, ""),
                variables=variables_of(appointment),
                planned_at=due.wanted_at,
                not_after=due.not_after,
                zone=patient.zone or appointment.zone,
                subject=subject_of(appointment),
            )
        except ClinicError as error:
            log.warning("a reminder could not be planned", extra={"event": "reminder.not_planned"})
            audit.record(
                by,
                "reminder.not_planned",
                obj=appointment,
                patient=appointment.patient_id,
                why=str(error)[:200],
            )
            continue
        if message.state != MessageState.VOID:
            return message
    return None


def _key(appointment, due: rules.Due, address: Address) -> str:
    # The address is part of the key as a digest only, so that a corrected number gets its own message.
    digest = hashlib.sha256(address.value.encode()).hexdigest()[:12]
    instant = rules.instant_key(appointment.starts_at)
    return f"{subject_of(appointment)}|{due.slot}|{instant}|{address.channel}|{digest}"


def variables_of(appointment) -> dict[str, str]:
    """The few things that a message about a visit may say."""
    patient = appointment.patient
    return {
        "first_name": patient.preferred_name or patient.first_name,
        "clinic": practice_name(),
        "date": rules.day_words(appointment.starts_at, appointment.zone, patient.language or "en"),
        "time": rules.time_words(appointment.starts_at, appointment.zone),
        "phone": spoken_phone(appointment.location.phone or clinic().phone),
    }


@service
def void_reminders(*, by, appointment: Appointment, reason: str) -> int:
    """Takes the visit's waiting messages out of the queue; called by the services that cancel, reschedule
    or end a visit, inside their transaction. Returns how many."""
    return void_messages(by=by, subject=subject_of(appointment), reason=reason)
