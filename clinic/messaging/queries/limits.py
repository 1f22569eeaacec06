"""What went to an address lately, and what keeps the next message back."""

from datetime import datetime, timedelta

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.limits import WEEK
from clinic.messaging.rules.replies import Meaning
from clinic.messaging.rules.states import LEFT_THE_HOUSE

ASKED_BACK_FOR = timedelta(days=7)


def left_lately(address: str, purposes: list[str], at: datetime, *, besides) -> list[datetime]:
    """When counted messages left for this address in the last 7 days; doubtful ones count as left."""
    rows = Message.objects.filter(
        address=address,
        purpose__in=purposes,
        state__in=LEFT_THE_HOUSE,
        left_at__gt=at - WEEK - timedelta(days=1),
    ).exclude(pk=besides)
    return list(rows.values_list("left_at", flat=True))


def is_asked_back(address: str, at: datetime) -> bool:
    """Whether a bare "cancel" from this address still waits for its answer: then nothing else is sent."""
    newest = (
        InboundMessage.objects.filter(from_address=address, received_at__gt=at - ASKED_BACK_FOR)
        .order_by("-received_at", "-id")
        .first()
    )
    return newest is not None and newest.meaning == Meaning.ASK_BACK and newest.handled_at is None
