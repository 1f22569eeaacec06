"""Reading the trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from clinic.audit.models import AuditEvent
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


# Pages that open one patient, as `looked` names them; panels and lists that come with them are not counted again.
PATIENT_PAGES = ("chart", "patient", "print", "timeline")


@dataclass(frozen=True)
class ManyLooks:
    """One member's looks in a while: pages of patients opened, and different patients seen on any page."""

    member_id: UUID
    name: str
    pages: int
    patients: int


def many_looks(*, within: timedelta, at_least: int) -> list[ManyLooks]:
    """Members who opened `at_least` patient pages, or saw as many different patients, since `within` ago."""
    rows = (
        AuditEvent.objects.filter(kind=AuditEvent.Kind.LOOK, at__gt=now() - within, member_id__isnull=False)
        .values("member_id", "actor")
        .annotate(
            pages=Count("id", filter=Q(detail__page__in=PATIENT_PAGES)),
            patients=Count("patient_id", distinct=True),
        )
        .filter(Q(pages__gte=at_least) | Q(patients__gte=at_least))
        .order_by("member_id")
    )
    return [ManyLooks(row["member_id"], row["actor"], row["pages"], row["patients"]) for row in rows]


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
