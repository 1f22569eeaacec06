"""What a link in a message opens."""

from dataclasses import dataclass

from clinic.core.time import now
from clinic.messaging.models import Message
from scheduling.models import Appointment, Preparation
from scheduling.queries.preparation import preparation_of
from scheduling.rules.reminders import instant_key
from scheduling.rules.visit_states import State


@dataclass(frozen=True)
class Link:
    """One visit, in the words of its message and no more."""

    message: Message
    appointment: Appointment
    first_name: str
    clinic: str
    date: str
    time: str
    phone: str
    language: str
    is_confirmed: bool


def link_of(token: str) -> Link | None:
    """The visit that a message's token opens; None when there is none, it has begun, moved or ended."""
    message = Message.objects.filter(link_token=token, subject__startswith="appointment:").first()
    if message is None or not message.left_at:
        return None
    appointment = (
        Appointment.objects.filter(pk=message.subject_id, state__in=(State.SCHEDULED, State.CONFIRMED))
        .select_related("patient", "location")
        .first()
    )
    if appointment is None or appointment.starts_at <= now():
        return None
    parts = message.key.split("|")
    if len(parts) != 5 or parts[2] != instant_key(appointment.starts_at):
        return None
    told = message.variables
    return Link(
        message=message,
        appointment=appointment,
        first_name=told.get("first_name", ""),
        clinic=told.get("clinic", ""),
        date=told.get("date", ""),
        time=told.get("time", ""),
        phone=told.get("phone", ""),
        language="es" if message.language == "es" else "en",
        is_confirmed=appointment.state == State.CONFIRMED,
    )


def preparation_behind(link: Link) -> Preparation | None:
    """The instructions for the visit of a link, in the language of its message where there are some."""
    return preparation_of(link.appointment.visit_type_id, link.language)
