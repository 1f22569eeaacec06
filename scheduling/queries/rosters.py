"""Reading rosters: three statements, however many members and days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from clinic.core.time import zone
from scheduling.models import Closure, Location, ProviderSession, SessionException
from scheduling.rules.rosters import Absence, Block, Roster
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
)


def load_roster(
    location: Location, first: date, last: date, member_ids: Iterable[UUID] | None = None
) -> Roster:
    """Sessions, absences and closures of a location from `first` to `last`, both included.

    `member_ids` limits it to some people; inactive members have no sessions.
    """
    tz = zone(location.zone)
    sessions = ProviderSession.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=first),
        location=location,
        effective_from__lte=last,
        provider__is_active=True,
    )
    if (last - first).days < 6:
        days = {date.fromordinal(n).weekday() for n in range(first.toordinal(), last.toordinal() + 1)}
        sessions = sessions.filter(weekday__in=days)
    start, end = day_bounds(first, tz)[0], day_bounds(last, tz)[1]
    away = SessionException.objects.filter(starts_at__lt=end, ends_at__gt=start)
    if member_ids is not None:
        wanted = list(member_ids)
        sessions, away = sessions.filter(provider_id__in=wanted), away.filter(provider_id__in=wanted)
    rows = (
        sessions.annotate(type_ids=ArrayAgg("visit_types", filter=Q(visit_types__isnull=False), default=[]))
        .order_by("provider__last_name", "provider_id", "weekday", "starts")
        .values_list(*_FIELDS)
    )
    closures = Closure.objects.filter(Q(location=location) | Q(location=None), day__range=(first, last))
    return Roster(
        zone=tz,
        blocks=tuple(Block(*row[:7], frozenset(row[7]), *row[8:]) for row in rows),
        absences=tuple(
            Absence(member, Span(begin, finish), kind, reason)
            for member, begin, finish, kind, reason in away.values_list(
                "provider_id", "starts_at", "ends_at", "kind", "reason"
            )
        ),
        closed=dict(closures.values_list("day", "reason")),
        hours={day: pair for day in range(7) if (pair := location.hours_on(day))},
    )
