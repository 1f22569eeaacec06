"""Reading the trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from clinic.core.metrics import Figure
from clinic.core.time import now

# Sealed in the order of ids, except for those that were committed after a later one: hence the look at the last day.
_UNSEALED = """
SELECT count(*), min(e.at) FROM audit_auditevent e
WHERE (e.id > coalesce((SELECT max(event_id) FROM audit_auditlink), 0) OR e.at > %s)
  AND NOT EXISTS (SELECT 1 FROM audit_auditlink l WHERE l.event_id = e.id)
"""


def unsealed() -> tuple[int, datetime | None]:
    """How many committed events wait for the sealer, and since when the oldest does."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [now() - timedelta(days=1)])
        return cursor.fetchone()


def seal_lag_problem() -> str:
    """For /readyz: "" or a sentence when events wait for over a minute to be sealed."""
    _, oldest = unsealed()
    if oldest and now() - oldest > timedelta(minutes=1):
        return "audit rows wait for over a minute to be sealed"
    return ""


def seal_figures() -> Iterable[Figure]:
    """For /metrics: events that wait, and the oldest one's age."""
    count, oldest = unsealed()
    age = (now() - oldest).total_seconds() if oldest else 0
    yield Figure("clinic_audit_unsealed_events", "Audit rows that wait for the sealer.", count)
    yield Figure("clinic_audit_oldest_unsealed_seconds", "Age of the oldest of them.", age)
