"""What the reminder policy asks for one visit, and where the patient can be reached. Reads, plans nothing."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.core.lookups import rows_by
from clinic.core.time import now, today
from clinic.messaging.models import Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.consent import ONLY
from clinic.messaging.rules.states import State as MessageState
from records.models import ContactPoint
from scheduling.models import Appointment, ReminderPolicy
from scheduling.queries.preparation import PREPARATION_CODE, has_preparation
from scheduling.queries.settings import reminder_policies
from scheduling.rules import reminders as rules
from scheduling.rules.visit_states import State

SUBJECT = "appointment"
_contacts = rows_by(lambda patient: ContactPoint.objects.filter(patient=patient))
BOOKED = (State.SCHEDULED, State.CONFIRMED)
# In this order the channels of one lead are tried; an automated call before an e-mail, as it was agreed to.
CHANNELS = ("sms", "voice", "email")
_KINDS = {"mobile": ("sms", "voice"), "home": ("voice",), "email": ("email",)}
_PART_COUNT = 5


def subject_of(appointment) -> str:
    """How messages name this appointment."""
    return f"{SUBJECT}:{appointment.pk}"


def addresses_of(patient, contacts: Iterable[ContactPoint] | None = None) -> dict[str, str]:
    """The preferred number or address of a patient for each channel; the only one, where the patient asked to be
    reached nowhere else. `contacts` are the patient's rows where they are at hand already; else one statement."""
    found: dict[str, str] = {}
    rows = _contacts(patient.pk) if contacts is None else contacts
    contacts = sorted(rows, key=lambda row: (not row.is_preferred, row.rank))
    for contact in contacts:
        for channel in _KINDS.get(contact.kind, ()) if contact.is_active else ():
            only = (patient.restrictions or {}).get(ONLY[channel])
            if not only or only == contact.value:
                found.setdefault(channel, contact.value)
    return found


def is_remindable(appointment: Appointment) -> bool:
    """Whether a visit has reminders at all: booked, ahead, and not walked in."""
    return appointment.state in BOOKED and not appointment.is_walk_in and appointment.starts_at > now()


def wanted_of(
    appointment: Appointment, planned: set[tuple], *, is_confirmed: bool
) -> list[tuple[rules.Due, list[ReminderPolicy]]]:
    """What the policy asks for and is not in `planned` (subject, slot, instant): each time with its rows.

    `is_confirmed` asks for the confirmation of the booking too."""
    policies = rules.policies_for(
        reminder_policies(), visit_type_id=appointment.visit_type_id, on=today(appointment.zone)
    )
    reminders: dict[int, list[ReminderPolicy]] = {}
    preparation: dict[int, list[ReminderPolicy]] = {}
    for policy in policies:
        chosen = preparation if is_preparation(policy) else reminders
        chosen.setdefault(policy.hours_before, []).append(policy)
    if not is_confirmed:
        reminders.pop(rules.AT_BOOKING, None)
    dues = [
        (due, reminders[due.hours_before])
        for due in rules.due_times(appointment.starts_at, reminders, now=now())
    ]
    if preparation and has_preparation(appointment.visit_type_id):
        times = rules.preparation_times(appointment.starts_at, preparation, now=now())
        dues += [(due, preparation[due.hours_before]) for due in times]
    subject, instant = subject_of(appointment), rules.instant_key(appointment.starts_at)
    return [(due, rows) for due, rows in dues if (subject, due.slot, instant) not in planned]


def is_preparation(policy: ReminderPolicy) -> bool:
    """Whether a row of the policy sends the link to the instructions rather than a reminder."""
    return policy.template_code == PREPARATION_CODE


def planned_slots(appointments: Iterable[Appointment]) -> set[tuple]:
    """(subject, slot, instant) of what is planned, on its way or sent for these visits; one statement."""
    live = Message.objects.filter(subject__in=[subject_of(visit) for visit in appointments])
    keys = live.exclude(state=MessageState.VOID).values_list("key", flat=True)
    return {tuple(key.split("|")[:3]) for key in keys if key.count("|") == _PART_COUNT - 1}


def purpose_of(due: rules.Due) -> Purpose:
    if due.is_preparation:
        return Purpose.PREPARATION
    return Purpose.REMINDER if due.hours_before else Purpose.CONFIRMATION
