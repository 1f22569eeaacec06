"""What keeps the next message to an address back: others of the same day, and an open question."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clinic.core.time import local_day, zone
from clinic.messaging.models import InboundMessage, Message
from clinic.messaging.rules.replies import Meaning

ASKED_BACK_FOR = timedelta(days=7)


def left_today(lately: list[datetime], day: tuple[datetime, datetime]) -> int:
    """How many of these instants fall into the day."""
    return sum(1 for left in lately if day[0] <= left < day[1])


def rival_of(message: Message, waiting: Iterable[Message], day: tuple[datetime, datetime]) -> datetime | None:
    """When a more useful message to the same address wants to leave today, that one's time.

    When two compete for a day the later reminder yields: the one whose use ends soonest after its time (the
    2-hour reminder rather than the 24-hour one).
    """
    use = message.not_after - message.wanted_at
    return min(
        (
            row.next_try_at
            for row in waiting
            if row.pk != message.pk and row.next_try_at < day[1] and row.not_after - row.wanted_at > use
        ),
        default=None,
    )


def today_of(at: datetime, zone_name: str) -> tuple[datetime, datetime]:
    """The reader's local day that holds the instant."""
    return local_day(at.astimezone(zone(zone_name)).date(), zone_name)


def newest_text_from(address: str, at: datetime) -> InboundMessage | None:
    """The last text of an address before an instant, of the days in which a question can be open."""
    rows = InboundMessage.objects.filter(
        from_address=address, received_at__gt=at - ASKED_BACK_FOR, received_at__lte=at
    )
    return rows.order_by("-received_at", "-id").first()


def is_question_open(newest: InboundMessage | None) -> bool:
    """Whether the newest text from an address is a bare "cancel" that still waits for its answer."""
    return newest is not None and newest.meaning == Meaning.ASK_BACK and newest.handled_at is None
