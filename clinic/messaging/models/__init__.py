"""Outbox, attempts, delivery reports, replies, consent, templates and sending rules."""

from clinic.messaging.models.consent import ContactConsent
from clinic.messaging.models.hold import SendingHold
from clinic.messaging.models.inbound import InboundMessage
from clinic.messaging.models.outbox import Attempt, DeliveryEvent, Message
from clinic.messaging.models.policy import MessageTemplate, SendSettings
from clinic.messaging.models.voice import VoiceCall, VoiceStep

__all__ = [
    "Attempt",
    "ContactConsent",
    "DeliveryEvent",
    "InboundMessage",
    "Message",
    "MessageTemplate",
    "SendSettings",
    "SendingHold",
    "VoiceCall",
    "VoiceStep",
]
