"""What messages about a visit ask of it: is it still on, and what does the patient's answer do."""

from clinic.core.time import now
from clinic.messaging.models.choices import Purpose
from scheduling.models import Appointment
from scheduling.rules.reminders import instant_key
from scheduling.services.reminders import BOOKED


def check_appointment(subject_id: str, message) -> str | None:
    """Why a message about this visit may not leave now, or None: still booked, at the same time, not begun,
    and the patient still has this number or address."""
    appointment = Appointment.objects.select_related("patient").filter(pk=subject_id).first()
    if appointment is None:
        return "The visit no longer exists."
    if appointment.state not in BOOKED:
        return f"The visit is {appointment.state_words.lower()}."
    if appointment.starts_at <= now():
        return "The visit has begun."
    parts = message.key.split("|")
    if len(parts) == 5 and parts[2] != instant_key(appointment.starts_at):
        return "The visit has moved to another time."
    if message.purpose != Purpose.RECEIPT:
        known = appointment.patient.contacts.filter(is_active=True, value=message.address)
        if not known.exists():
            return "The patient no longer has this number or address."
    return None
