"""Writing: planning and voiding messages, consent, replies. Other apps import from here."""

from clinic.messaging.queries.consent import Decision, may_contact
from clinic.messaging.services.consent import record_consent
from clinic.messaging.services.hold import hold_sending, release_sending
from clinic.messaging.services.planning import plan_message, void_messages
from clinic.messaging.subjects import register_subject

__all__ = [
    "Decision",
    "hold_sending",
    "may_contact",
    "plan_message",
    "record_consent",
    "register_subject",
    "release_sending",
    "void_messages",
]
