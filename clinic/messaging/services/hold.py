"""Holding every outgoing message, and letting them go again.

A restore sets the hold, because messages that left after the backup wait once more in the restored rows; a
person looks at the outbox and releases it. Staff may also set it, for instance when a wording is wrong.
"""

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys, lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.messaging.models import SendingHold
from clinic.messaging.services.planning import SEND_TASK

# Each hand-over takes it shared, a change of the hold takes it alone.
HOLD_LOCK = "messages-hold"


@service
def hold_sending(*, by: Actor, reason: str) -> SendingHold:
    """Keeps every patient message inside until `release_sending`, and returns the hold.

    Once this has committed no further message is handed to a gateway; one that was being handed over has
    been committed as such before. Planning, callbacks, replies and asking about doubts go on. Held already:
    the newest reason counts, `since` stays. Audited as `messages.held`. Refuses an empty reason.
    """
    if not reason.strip():
        raise Refused("Say why nothing may leave.", field="reason")
    row = _locked()
    row.since = row.since if row.is_held else now()
    row.is_held, row.reason = True, reason.strip()[:200]
    row.by_id, row.by_label = by.member_id, by.label[:80]
    row.save()
    audit.record(by, "messages.held", obj=row, reason=row.reason)
    return row


@service
def release_sending(*, by: Actor) -> SendingHold:
    """Lets messages leave again; those that are due go at once, each after its last look. Audited as
    `messages.released`. Refuses when nothing is held."""
    row = _locked()
    if not row.is_held:
        raise Refused("Messages are not held.")
    row.is_held = False
    row.save()
    audit.record(by, "messages.released", obj=row, reason=row.reason, held_by=row.by_label)
    enqueue(SEND_TASK)
    return row


def _locked() -> SendingHold:
    lock_keys(HOLD_LOCK)
    SendingHold.objects.bulk_create([SendingHold()], ignore_conflicts=True)
    return lock_rows(SendingHold.objects.all())[0]
