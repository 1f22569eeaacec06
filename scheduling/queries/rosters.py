"""Reading rosters: a few statements, however many members and days, and none until somebody changes them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from clinic.core.kept import kept
from clinic.core.time import zone
from scheduling.models import Closure, Location, ProviderSession, SessionException, SessionPart
from scheduling.rules.rosters import Absence, Block, Part, Roster
from scheduling.rules.slots import Span
from scheduling.rules.wall_time import day_bounds

_FIELDS = (
    "id",
    "provider_id",
    "weekday",
    "starts",
    "ends",
    "effective_from",
    "effective_to",
    "type_ids",
    "slot_minutes",
    "overbook_per_slot",
    "overbook_per_session",
    "release_hours",
    "new_patient_cap",
)


def load_roster(location: Location, first: date, last: date) -> Roster:
    """Sessions, absences and closures of a location from `first` to `last` (and a little around), both included.

    Inactive members have no sessions. No statement while nobody changed anybody's sessions.
    """
    # Whole months, so that every day asked for within one is answered by one roster in memory.
    end = last.replace(day=monthrange(last.year, last.month)[1])
    return _roster(location, first.replace(day=1), end)


@kept
def _roster(location: Location, first: date, last: date) -> Roster:
    tz = zone(location.zone)
    sessions = ProviderSession.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=first),
        location=location,
        effective_from__lte=last,
        provider__is_active=True,
    )
    start, end = day_bounds(first, tz)[0], day_bounds(last, tz)[1]
    away = SessionException.objects.filter(starts_at__lt=end, ends_at__gt=start)
    rows = list(
        sessions.annotate(type_ids=ArrayAgg("visit_types", filter=Q(visit_types__isnull=False), default=[]))
        .order_by("provider__last_name", "provider_id", "weekday", "starts")
        .values_list(*_FIELDS)
    )
    closures = Closure.objects.filter(Q(location=location) | Q(location=None), day__range=(first, last))
    parts = _parts(row[0] for row in rows)
    return Roster(
        zone=tz,
        blocks=tuple(
            Block(*row[:7], frozenset(row[7]), *row[8:], tuple(parts.get(row[0], ()))) for row in rows
        ),
        absences=tuple(
            Absence(member, Span(begin, finish), kind, reason)
            for member, begin, finish, kind, reason in away.values_list(
                "provider_id", "starts_at", "ends_at", "kind", "reason"
            )
        ),
        closed=dict(closures.values_list("day", "reason")),
        hours={day: pair for day in range(7) if (pair := location.hours_on(day))},
    )


def _parts(session_ids: Iterable[UUID]) -> dict[UUID, list[Part]]:
    """Breaks and kept time of these sessions."""
    rows = (
        SessionPart.objects.filter(session__in=list(session_ids))
        .annotate(type_ids=ArrayAgg("kept_for", filter=Q(kept_for__isnull=False), default=[]))
        .order_by("starts")
        .values_list("session_id", "kind", "starts", "ends", "label", "release_hours", "type_ids")
    )
    found: dict[UUID, list[Part]] = {}
    for session_id, kind, starts, ends, words, hours, kinds in rows:
        part = Part(kind == SessionPart.Kind.BREAK, starts, ends, words, hours, frozenset(kinds))
        found.setdefault(session_id, []).append(part)
    return found
