"""For the privacy officer and the administrator: today's access, and gaps in the set-up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from clinic.core.profile import clinic_zone
from clinic.core.time import local_day, today
from clinic.inbox.models import Alert
from clinic.inbox.queries.work import oversight_alerts
from clinic.staff.models import Member, Workstation
from clinic.staff.permissions import Permission


@dataclass(frozen=True)
class Access:
    """Today's looks per member (most first), denied attempts and failed sign-ins."""

    rows: list[tuple[str, int]]
    looks: int
    denied: int
    alerts: list[Alert]


def access_today(limit: int = 8) -> Access:
    """Two queries over today's trail, in the clinic's zone, and one for what has to be looked into."""
    alerts = list(oversight_alerts()[:limit])
    start, end = local_day(today(clinic_zone()), clinic_zone())
    today_events = AuditEvent.objects.filter(at__gte=start, at__lt=end)
    looks = list(
        today_events.filter(kind=AuditEvent.Kind.LOOK)
        .values_list("actor")
        .annotate(charts=Count("patient_id", distinct=True))
        .order_by("-charts")
    )
    denied = today_events.filter(kind=AuditEvent.Kind.SECURITY, action__contains="denied").count()
    return Access(rows=looks[:limit], looks=sum(count for _, count in looks), denied=denied, alerts=alerts)


@dataclass(frozen=True)
class Gap:
    """Something to set right, and where; `url` is empty where somebody else has to do it."""

    words: str
    url: str


def set_up_gaps(by: Actor) -> list[Gap]:
    """Members who never joined or have no PIN, and whether any PC is registered. Two queries."""
    members = list(Member.objects.filter(is_active=True))
    waiting = sum(member.joined_at is None for member in members)
    no_pin = sum(not member.has_pin for member in members)
    gaps = []
    if waiting:
        gaps.append(Gap(f"{waiting} invited, not joined yet", reverse("staff:list")))
    if no_pin:
        gaps.append(Gap(f"{no_pin} without a PIN for quick re-login", reverse("staff:list")))
    if not Workstation.objects.filter(revoked_at__isnull=True).exists():
        url = reverse("staff:workstation-list") if by.can(Permission.WORKSTATION_MANAGE) else ""
        gaps.append(Gap("No PC is registered; all count as shared", url))
    return gaps
