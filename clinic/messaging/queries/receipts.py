"""What a reply can be an answer to, and what a receipt may say."""

from datetime import datetime, timedelta

from clinic.core.profile import clinic, clinic_zone
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.models.choices import Purpose
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.rules.phones import spoken_phone

# A text answers what was sent within the last days, not a visit of last month.
ANSWERED_WITHIN = timedelta(days=8)


def answerable(address: str, at: datetime) -> list[Message]:
    """Messages with a subject that left for this address lately, newest first, one for each subject."""
    sent = (
        Message.objects.filter(address=address, left_at__gt=at - ANSWERED_WITHIN, left_at__lte=at)
        .exclude(subject="")
        .exclude(purpose=Purpose.RECEIPT)
        .select_related("patient")
        .order_by("-left_at", "-id")
    )
    newest: dict[str, Message] = {}
    for message in sent:
        newest.setdefault(message.subject, message)
    return list(newest.values())


def practice_name() -> str:
    """The practice as it is named in texts."""
    return send_settings().short_name or clinic().name


def receipt_variables(reply: InboundMessage) -> dict[str, str]:
    told = dict(reply.message.variables) if reply.message else {}
    told["clinic"] = practice_name()
    told["phone"] = spoken_phone(clinic().phone) or told.get("phone", "")
    return told


def receipt_zone(reply: InboundMessage) -> str:
    return reply.message.zone if reply.message else clinic_zone()
