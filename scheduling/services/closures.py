"""Holidays as closures: offered by the calendar of the United States, chosen and worded by the clinic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service
from scheduling.models import Closure, Location


@service
def close_days(*, by: Actor, days: Mapping[date, str], location: Location | None = None) -> list[Closure]:
    """Closes a location (or all) on several days with their reasons; days that are closed already stay as they are.

    Visits booked then stay until moved. Audited `closure.added` each.
    """
    known = set(Closure.objects.filter(location=location, day__in=list(days)).values_list("day", flat=True))
    rows = [
        Closure(location=location, day=day, reason=reason.strip()[:120])
        for day, reason in sorted(days.items())
        if day not in known
    ]
    events = [
        audit.event(by, "closure.added", obj=row, day=row.day.isoformat(), reason=row.reason) for row in rows
    ]
    insert_together(*rows, *events)
    return rows
