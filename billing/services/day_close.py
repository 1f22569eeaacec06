"""Closing a business day: from then on the database refuses every entry on it, and corrections go to the next."""

import datetime as dt

from billing.models import DayClose
from billing.queries.day_close import close_blocks, day_totals, last_closed, open_copays
from billing.queries.queue import uncharged_encounters
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys

# The guard of the journal takes a share of the same lock for every entry (see migration 0007).
DAYS_LOCK = "billing:days"


@service
def close_day(*, by, day: dt.date, note: str = "") -> DayClose:
    """Lock a business day and those before it that are still open; keeps what the ledger holds. Audited as day.closed.

    Visits without charges and copays not taken do not hold it up: they are counted and stay on their lists.
    Refuses a day to come, one that is closed, and one with a drawer that is not counted and verified.
    """
    # Waits for every entry on its way, and lets none begin until the day is closed.
    lock_keys(DAYS_LOCK)
    closed = last_closed()
    blocks = close_blocks(day, closed)
    if blocks:
        raise Refused(" ".join(blocks))
    first = min(day, closed + dt.timedelta(days=1)) if closed else day
    totals = day_totals(first, day)
    row = DayClose.objects.create(
        from_day=first,
        day=day,
        charges=totals.charges,
        payments=totals.payments,
        adjustments=totals.adjustments,
        receivable=totals.receivable,
        uncharged_visits=uncharged_encounters(first, day).count(),
        open_copays=len(open_copays(first, day)),
        note=" ".join(note.split())[:200],
        closed_at=time.now(),
        closed_by_id=by.member_id,
    )
    record(
        by,
        "day.closed",
        obj=row,
        day=str(day),
        first=str(first),
        payments=str(row.payments),
        uncharged=row.uncharged_visits,
        copays=row.open_copays,
    )
    return row
