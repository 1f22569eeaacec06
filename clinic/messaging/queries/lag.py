"""Whether the outbox moves: what /readyz and the people who run the server want to know."""

from datetime import datetime, timedelta

from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.rules.states import WAITING, State

UNSENT_FOR = timedelta(minutes=5)


def oldest_unsent() -> datetime | None:
    """Since when the oldest message waits that is due and not sent: in the queue, or claimed or being sent by
    a worker whose lease has run out. None when nothing is due."""
    present = now()
    queued = Message.objects.filter(state__in=WAITING, next_try_at__lt=present).order_by("next_try_at")
    stuck = Message.objects.filter(state__in=(State.CLAIMED, State.SENDING), lease_until__lt=present)
    found = [
        queued.values_list("next_try_at", flat=True).first(),
        stuck.order_by("lease_until").values_list("lease_until", flat=True).first(),
    ]
    return min((at for at in found if at is not None), default=None)


def outbox_lag() -> str:
    """A readiness check: what is wrong when a message has been due for five minutes and nothing sends it. A
    hold is no fault: somebody decided on it."""
    oldest = oldest_unsent()
    if oldest is None or now() - oldest <= UNSENT_FOR or current_hold() is not None:
        return ""
    minutes = int((now() - oldest).total_seconds() // 60)
    return f"a message has been due for {minutes} minutes and is not sent"
