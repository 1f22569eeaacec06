"""Reminders: derived from the appointment and the policy, planned in the transaction that books it.

Rescheduling replaces them, cancelling voids them, and each is looked at again when it is about to leave.
"""

import hashlib
import logging
from collections.abc import Callable

from clinic import audit
from clinic.core.db import attempt, service
from clinic.core.errors import ClinicError
from clinic.core.lookups import rows_by
from clinic.core.profile import clinic
from clinic.core.time import now, today
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.consent import reachable
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.services import draft_message, plan_message, void_messages
from records.models import ContactPoint
from scheduling.models import Appointment, ReminderPolicy
from scheduling.queries.settings import reminder_policies
from scheduling.rules import reminders as rules
from scheduling.rules.visit_states import State

log = logging.getLogger(__name__)

SUBJECT = "appointment"
_contacts = rows_by(lambda patient: ContactPoint.objects.filter(patient=patient))
BOOKED = (State.SCHEDULED, State.CONFIRMED)
FALLBACK = {"visit_link": "visit_reminder"}


def subject_of(appointment) -> str:
    """How messages name this appointment."""
    return f"{SUBJECT}:{appointment.pk}"


def addresses_of(patient) -> dict[str, str]:
    """The preferred mobile number and e-mail address of a patient, by channel."""
    found: dict[str, str] = {}
    contacts = sorted(_contacts(patient.pk), key=lambda row: (not row.is_preferred, row.rank))
    for contact in contacts:
        channel = {"mobile": "sms", "email": "email"}.get(contact.kind)
        if channel and contact.is_active:
            found.setdefault(channel, contact.value)
    return found


@service
def plan_reminders(*, by, appointment: Appointment) -> list[Message]:
    """Plans every reminder that the policy asks for and that is not there yet; a second call adds nothing.

    For each lead the first channel is used on which the patient may be contacted: text, then e-mail. Audited
    per message. A wording that can't be used is logged and audited as `reminder.not_planned`.
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
    if appointment.state not in BOOKED or appointment.is_walk_in or appointment.starts_at <= now():
        return []
    by_lead: dict[int, list[ReminderPolicy]] = {}
    for policy in rules.policies_for(
        reminder_policies(), visit_type_id=appointment.visit_type_id, on=today(appointment.zone)
    ):
        by_lead.setdefault(policy.hours_before, []).append(policy)
    if not is_confirmed:
        by_lead.pop(rules.AT_BOOKING, None)
    addresses = addresses_of(appointment.patient)
    if not addresses:
        return []
    planned_slots = set() if is_new else _slots_of(appointment)
    wanted = [
        due
        for due in rules.due_times(appointment.starts_at, by_lead, now=now())
        if due.slot not in planned_slots
    ]
    if not wanted:
        return []
    reach = reachable(appointment.patient, addresses, {_purpose(due) for due in wanted})
    found: list[Message] = []
    for due in wanted:
        policies = by_lead[due.hours_before]
        choices = _choices(appointment, due, policies, addresses, reach[_purpose(due)])
        found += _first_good(by, appointment, choices, make)
    return found


def _slots_of(appointment) -> set[str]:
    """What is planned, on its way or sent for this instant of the visit."""
    live = Message.objects.filter(subject=subject_of(appointment)).exclude(state=MessageState.VOID)
    instant = rules.instant_key(appointment.starts_at)
    parts = [key.split("|") for key in live.values_list("key", flat=True)]
    return {part[1] for part in parts if len(part) == 5 and part[2] == instant}


def _purpose(due: rules.Due) -> Purpose:
    return Purpose.REMINDER if due.hours_before else Purpose.CONFIRMATION


def _choices(
    appointment,
    due: rules.Due,
    policies: list[ReminderPolicy],
    addresses: dict[str, str],
    channels: list[str],
) -> list[dict]:
    """What one lead asks of the outbox: the message on each channel that may be used, the first choice first."""
    in_order = sorted(policies, key=lambda row: row.channel != "sms")
    return [
        _wish(appointment, due, policy, addresses[policy.channel])
        for policy in in_order
        if policy.channel in channels
    ]


def _wish(appointment, due: rules.Due, policy: ReminderPolicy, address: str) -> dict:
    patient = appointment.patient
    return {
        "key": _key(appointment, due, policy.channel, address),
        "patient": patient,
        "purpose": _purpose(due),
        "channel": policy.channel,
        "address": address,
        "template_code": policy.template_code,
        "fallback_code": FALLBACK.get(policy.template_code, ""),
        "variables": variables_of(appointment),
        "planned_at": due.wanted_at,
        "not_after": due.not_after,
        "zone": patient.zone or appointment.zone,
        "subject": subject_of(appointment),
    }


def _first_good(by, appointment, choices: list[dict], make: Callable[[dict], Message]) -> list[Message]:
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
