"""What needs a person: doubts, failures, replies to read."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.states import LEFT_THE_HOUSE, WAITING, State

TABS = {
    "attention": "Needs you",
    "waiting": "Waiting",
    "left": "Sent",
    "failed": "Failed",
    "doubt": "In doubt",
    "void": "Not sent",
}


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


def outbox(tab: str) -> QuerySet[Message]:
    """The messages of one tab; waiting ones by their time, the others newest first."""
    rows = Message.objects.select_related("patient")
    if tab == "waiting":
        return rows.filter(state__in=[*WAITING, State.CLAIMED]).order_by("next_try_at", "pk")
    chosen = {
        "attention": Q(is_staff_needed=True),
        "left": Q(state__in=LEFT_THE_HOUSE - {State.UNCERTAIN}),
        "failed": Q(state=State.FAILED),
        "doubt": Q(state=State.UNCERTAIN),
        "void": Q(state=State.VOID),
    }[tab]
    return rows.filter(chosen).order_by("-planned_at", "-pk")


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
