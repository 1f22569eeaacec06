"""What messages about a visit ask of it: is it still on, and what does the patient's answer do."""

from typing import Any

from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.messaging.models.choices import Purpose
from clinic.messaging.rules.replies import Meaning
from records.models import ContactPoint
from scheduling.models import Appointment, CancelReason
from scheduling.queries.reminder_wishes import BOOKED
from scheduling.rules.reminders import instant_key
from scheduling.rules.visit_states import LABELS, State
from scheduling.services.booking import cancel_appointment, confirm_appointment


def check_appointment(subject_id: str, message) -> str | None:
    """Why a message about this visit may not leave now, or None: still booked, at the same time, not begun,
    and the patient still has this number or address."""
    return check_appointments([(subject_id, message)])[0]


def check_appointments(asked: list[tuple[str, Any]]) -> list[str | None]:
    """The same for many messages, (visit id, message) each, in two statements and in their order."""
    visits = Appointment.objects.filter(pk__in={subject_id for subject_id, _ in asked})
    by_id = {
        str(visit.pk): visit
        for visit in visits.values_list("pk", "state", "starts_at", "patient_id", named=True)
    }
    known = set(
        ContactPoint.objects.filter(
            patient__in={visit.patient_id for visit in by_id.values()}, is_active=True
        ).values_list("patient_id", "value")
    )
    return [_why_not(by_id.get(subject_id), message, known) for subject_id, message in asked]


def _why_not(appointment: Any, message, known: set[tuple]) -> str | None:
    if appointment is None:
        return "The visit no longer exists."
    if appointment.state not in BOOKED:
        return f"The visit is {LABELS[State(appointment.state)].lower()}."
    if appointment.starts_at <= now():
        return "The visit has begun."
    parts = message.key.split("|")
    if len(parts) == 5 and parts[2] != instant_key(appointment.starts_at):
        return "The visit has moved to another time."
    if message.purpose != Purpose.RECEIPT and (appointment.patient_id, message.address) not in known:
        return "The patient no longer has this number or address."
    return None


def answer_appointment(*, by, subject_id: str, meaning: str, reply) -> tuple[str, str]:
    """Acts on a patient's text about this visit; returns the wording of the answer and what was done.

    Confirms or cancels through the same services as the desk, with their audit and refusals.
    """
    appointment = Appointment.objects.get(pk=subject_id)
    if meaning == Meaning.CONFIRM:
        confirm_appointment(by=by, appointment=appointment, how="text")
        return "reply_confirmed", "Visit confirmed."
    if meaning == Meaning.CANCEL_VISIT:
        cancel_appointment(
            by=by, appointment=appointment, reason=CancelReason.PATIENT_OTHER, note="Cancelled by text."
        )
        return "reply_cancelled", "Visit cancelled."
    raise Refused("This reply needs a person.")
