"""Writing: planning and voiding messages, consent, replies. Other apps import from here."""

from clinic.messaging.queries.consent import Decision, may_contact
from clinic.messaging.services.consent import record_consent
from clinic.messaging.services.hold import hold_sending, register_before_sending, release_sending
from clinic.messaging.services.outcome import note_answer
from clinic.messaging.services.planning import (
    draft_message,
    insert_planned,
    outbox_rows,
    plan_message,
    void_messages,
)
from clinic.messaging.services.restored import doubt_lost_time
from clinic.messaging.subjects import register_subject

__all__ = [
    "Decision",
    "doubt_lost_time",
    "draft_message",
    "hold_sending",
    "insert_planned",
    "may_contact",
    "note_answer",
    "outbox_rows",
    "plan_message",
    "record_consent",
    "register_before_sending",
    "register_subject",
    "release_sending",
    "void_messages",
]
