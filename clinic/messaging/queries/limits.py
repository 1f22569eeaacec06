"""What went to an address lately, and what keeps the next message back."""

from datetime import datetime, timedelta

from clinic.core.time import local_day, zone
from clinic.messaging.models import InboundMessage, Message, SendSettings
from clinic.messaging.rules.limits import WEEK
from clinic.messaging.rules.replies import Meaning
from clinic.messaging.rules.states import LEFT_THE_HOUSE, WAITING

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


def more_useful_today(
    message: Message, rules: SendSettings, at: datetime, lately: list[datetime]
) -> datetime | None:
    """When today's last message to this address would be taken from a more useful one, that one's time.

    When two compete for a day the later reminder yields: the one whose use ends soonest after its time (the
    2-hour reminder rather than the 24-hour one).
    """
    day = today_of(at, message.zone)
    left_today = sum(1 for left in lately if day[0] <= left < day[1])
    if left_today + 1 < rules.per_day:
        return None
    use = message.not_after - message.wanted_at
    waiting = Message.objects.filter(
        address=message.address,
        purpose__in=rules.limited_purposes,
        state__in=WAITING,
        next_try_at__gt=at,
        next_try_at__lt=day[1],
    ).exclude(pk=message.pk)
    rivals = [row.next_try_at for row in waiting if row.not_after - row.wanted_at > use]
    return min(rivals, default=None)


def today_of(at: datetime, zone_name: str) -> tuple[datetime, datetime]:
    """The reader's local day that holds the instant."""
    return local_day(at.astimezone(zone(zone_name)).date(), zone_name)


def is_asked_back(address: str, at: datetime) -> bool:
    """Whether a bare "cancel" from this address still waits for its answer: then nothing else is sent."""
    newest = (
        InboundMessage.objects.filter(from_address=address, received_at__gt=at - ASKED_BACK_FOR)
        .order_by("-received_at", "-id")
        .first()
    )
    return newest is not None and newest.meaning == Meaning.ASK_BACK and newest.handled_at is None
