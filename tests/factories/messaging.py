"""Messages, replies and consent for tests."""

from datetime import timedelta
from itertools import count

from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services import plan_message, record_consent
from records.models import ContactPoint
from tests.factories.scheduling import ZONE, make_patient

SYSTEM = Actor.system("tests.messages")
_numbers = count(1)


def phone() -> str:
    """A number of its own, in the range kept for fiction."""
    return f"+1312555{next(_numbers):04d}"


def make_reachable(*, texts: bool = True, number: str = "", email: str = "", **fields):
    """A patient with a mobile number (and an e-mail address) who agreed to texts."""
    patient = make_patient(**fields)
    number = number or phone()
    ContactPoint.objects.create(patient=patient, kind="mobile", value=number, is_preferred=True)
    if email:
        ContactPoint.objects.create(patient=patient, kind="email", value=email, rank=2)
    if texts:
        consent(patient, number)
    return patient


def number_of(patient) -> str:
    return patient.contacts.get(kind="mobile").value


def consent(
    patient, address: str, *, channel: str = "sms", is_granted: bool = True, **fields
) -> ContactConsent:
    return record_consent(
        by=SYSTEM, patient=patient, channel=channel, address=address, is_granted=is_granted, **fields
    )


def make_message(patient=None, *, state: State | None = None, **fields) -> Message:
    """A text that is due now; `state` is set past the services, for pages and lists."""
    patient = patient or make_reachable()
    values = {
        "by": SYSTEM,
        "key": f"test:{next(_numbers)}",
        "patient": patient,
        "purpose": "reminder",
        "channel": "sms",
        "address": number_of(patient),
        "template_code": "visit_reminder",
        "variables": {
            "first_name": patient.first_name,
            "clinic": "Maple Street",
            "date": "Wed, Mar 11",
            "time": "9:00 AM",
            "phone": "312-555-0100",
        },
        "planned_at": now(),
        "not_after": now() + timedelta(hours=12),
        "zone": ZONE,
    }
    message = plan_message(**{**values, **fields})
    if state:
        Message.objects.filter(pk=message.pk).update(state=state, next_try_at=now())
        message.refresh_from_db()
    return message
