"""What a calendar feed says: when a member is taken and where, and nothing about anybody who comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q

from clinic.core.profile import clinic, clinic_zone
from clinic.core.time import now, today
from clinic.staff.effective import of_member
from clinic.staff.models import Member
from clinic.staff.permissions import Permission
from scheduling.models import Appointment, CalendarFeed, Closure, SessionException, VisitStep
from scheduling.rules.ics import Event, calendar
from scheduling.rules.visit_states import RELEASED

BACK, AHEAD = timedelta(days=14), timedelta(days=180)
REFRESH = timedelta(minutes=15)


def live_feed(member_id) -> CalendarFeed | None:
    """The member's address that works now."""
    return CalendarFeed.objects.filter(member_id=member_id, revoked_at__isnull=True).first()


def owner_of(token: str) -> Member | None:
    """Whose calendar a token opens; None when it is unknown, revoked, or its member may not see the schedule any more.

    Only digests are compared, by an index: how long that takes says nothing about the token.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    feed = (
        CalendarFeed.objects.filter(token_hash=digest, revoked_at__isnull=True, member__is_active=True)
        .select_related("member")
        .first()
    )
    if feed is None or Permission.SCHEDULE_VIEW not in of_member(feed.member):
        return None
    return feed.member


def feed_file(member: Member) -> str:
    """The member's calendar from two weeks back to half a year ahead, in four statements.

    A visit that was cancelled or moved is no longer in it: subscribers replace what they had by what they read.
    """
    name = f"{member.name}, {clinic().name}"
    return calendar(
        name, [*_visits(member), *_steps(member), *_absences(member), *_closures(member)], refresh=REFRESH
    )


def _visits(member: Member) -> Iterator[Event]:
    rows = Appointment.objects.holding_time().filter(Q(provider=member) | Q(ma=member))
    rows = rows.filter(starts_at__range=(now() - BACK, now() + AHEAD)).order_by("starts_at", "id")
    fields = ("id", "starts_at", "ends_at", "version", "updated_at", "location__name", "location__address")
    for row in rows.values_list(*fields):
        yield _event("Visit", *row)


def _steps(member: Member) -> Iterator[Event]:
    """What the member does in visits of others: a draw, an ECG."""
    rows = VisitStep.objects.filter(member=member, starts_at__range=(now() - BACK, now() + AHEAD))
    rows = rows.exclude(appointment__state__in=sorted(RELEASED)).order_by("starts_at", "id")
    place = ("appointment__location__name", "appointment__location__address")
    fields = ("id", "starts_at", "ends_at", "appointment__version", "appointment__updated_at", *place)
    for row in rows.values_list(*fields):
        yield _event("Step of a visit", *row)


def _event(what: str, pk, start, end, version, changed_at, place, address) -> Event:
    """How long and where, never with whom."""
    return Event(
        uid=str(pk),
        start=start,
        end=end,
        summary=f"{what} ({int((end - start).total_seconds() // 60)} min)",
        changed_at=changed_at,
        sequence=version - 1,
        location=", ".join(words for words in (place, address) if words),
    )


def _absences(member: Member) -> Iterator[Event]:
    """Leave, meetings and breaks by their kind; what was written as the reason stays inside."""
    rows = SessionException.objects.filter(
        provider=member, ends_at__gt=now() - BACK, starts_at__lt=now() + AHEAD
    )
    for row in rows.order_by("starts_at", "id"):
        yield Event(str(row.pk), row.starts_at, row.ends_at, row.get_kind_display(), row.updated_at)


def _closures(member: Member) -> Iterator[Event]:
    """Whole days on which the places where the member works are closed."""
    first, last = today(clinic_zone()) - BACK, today(clinic_zone()) + AHEAD
    rows = Closure.objects.filter(
        Q(location=None) | Q(location__sessions__provider=member), day__range=(first, last)
    ).distinct()
    for row in rows.order_by("day", "id"):
        end = row.day + timedelta(days=1)
        yield Event(str(row.pk), row.day, end, f"Closed: {row.reason}", row.updated_at, is_busy=False)
