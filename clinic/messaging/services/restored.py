"""After a restore: what may have left in the time that the database does not know about."""

from __future__ import annotations

from datetime import datetime

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.models import Attempt, Message
from clinic.messaging.rules.states import WAITING, State

DETAIL = "The database was restored; it may have left before."


@service
def doubt_lost_time(*, by: Actor, since: datetime) -> int:
    """Puts every message in doubt that could have left between `since`, the instant the database was restored
    to, and now; returns how many. Audited as `messages.doubted`.

    They look as if they had never been tried, and sending them would repeat what patients already got. As with any
    doubt the gateway is asked first; where it cannot be asked, a person says what happened.
    """
    present = now()
    rows = lock_rows(Message.objects.filter(state__in=[*WAITING, State.CLAIMED], next_try_at__lte=present))
    attempts = []
    for message in rows:
        message.attempts += 1
        message.state, message.gateway = State.UNCERTAIN.value, gateways.name_for(message.channel)
        message.lease_until, message.lease_token, message.error = None, "", DETAIL
        message.uncertain_at = message.next_try_at = message.updated_at = present
        message.is_staff_needed = not gateways.gateway(message.gateway).can_be_asked
        attempts.append(
            Attempt(
                message=message,
                number=message.attempts,
                gateway=message.gateway,
                started_at=since,  # the provider is asked about the time from here on
                finished_at=present,
                outcome=Attempt.Outcome.UNKNOWN,
                detail=DETAIL,
            )
        )
    fields = [
        "attempts", "state", "gateway", "lease_until", "lease_token", "error", "uncertain_at", "next_try_at",
        "is_staff_needed", "updated_at",
    ]  # fmt: skip
    Message.objects.bulk_update(rows, fields, batch_size=500)
    Attempt.objects.bulk_create(attempts, batch_size=500)
    if rows:
        audit.record(by, "messages.doubted", count=len(rows), since=since.isoformat())
    return len(rows)
