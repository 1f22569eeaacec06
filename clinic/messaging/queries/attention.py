"""What needs a person: doubts, failures, replies to read."""

from dataclasses import dataclass

from django.db.models import QuerySet

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.states import State


@dataclass(frozen=True)
class Attention:
    """Counts for panels and tabs."""

    replies: int
    doubts: int
    failed: int

    @property
    def total(self) -> int:
        return self.replies + self.doubts + self.failed


def attention() -> Attention:
    """How much of messaging waits for a person now."""
    return Attention(
        replies=replies_to_handle().count(),
        doubts=Message.objects.filter(state=State.UNCERTAIN, is_staff_needed=True).count(),
        failed=Message.objects.filter(state=State.FAILED, is_staff_needed=True).count(),
    )


def replies_to_handle() -> QuerySet[InboundMessage]:
    """Texts that the program could not settle, oldest first."""
    return (
        InboundMessage.objects.filter(needs_person=True, handled_at=None)
        .select_related("patient", "message")
        .order_by("received_at", "pk")
    )


def replies_lately() -> QuerySet[InboundMessage]:
    """Every text, newest first."""
    return InboundMessage.objects.select_related("patient", "handled_by").order_by("-received_at", "-pk")
