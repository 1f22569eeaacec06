"""Reading the trail."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from clinic.core.time import now


def seal_lag_problem() -> str:
    """For /readyz: "" or a sentence when events wait for over a minute to be sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(at) FROM audit_auditevent e WHERE e.id > coalesce((SELECT max(event_id) FROM audit_auditlink), 0)"
        )
        oldest = cursor.fetchone()[0]
    if oldest and now() - oldest > timedelta(minutes=1):
        return "audit rows wait for over a minute to be sealed"
    return ""
