"""The sweep that fills the day: finds what came free, ends what is over, asks the next patients.

Cancelling and moving know nothing of the waitlist; they wake this sweep, and beat wakes it each minute.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef

from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.failures import each
from clinic.core.locks import lock_rows
from clinic.core.time import now, today
from scheduling.models import Appointment, CancelReason, FreedTime, Location, WaitlistEntry
from scheduling.queries.outreach import outreach_settings
from scheduling.queries.rosters import load_roster
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import UPCOMING, State
from scheduling.services.booking import FILL_TASK
from scheduling.services.offers import close_entry, end_offers_of, standing_visit, work_freed

# What was cancelled longer ago than this was there to be seen by everybody who books.
LOOK_BACK = timedelta(days=2)
AT_ONCE = 200
# The time itself is gone with these: nobody is there.
NOT_FREE = (CancelReason.PROVIDER, CancelReason.CLINIC_CLOSED)
NAME = FILL_TASK


def fill_openings() -> int:
    """Works every freed time once; returns how many patients were asked. A second run asks nobody."""
    by = Actor.system(NAME)
    _close_entries(by)
    note_freed()
    asked = 0
    staffed: dict = {}

    def work(freed: FreedTime) -> None:
        nonlocal asked
        place = freed.location
        if place.pk not in staffed:
            staffed[place.pk] = is_staffed(place)
        asked += work_freed(by=by, freed=freed, may_call=staffed[place.pk])

    rows = FreedTime.objects.filter(state=FreedTime.State.OPEN).select_related("location")
    each(NAME, rows.order_by("starts_at")[:AT_ONCE], work, key=lambda freed: freed.pk)
    return asked


def is_staffed(place: Location) -> bool:
    """Whether the location is open now, so that somebody can call patients."""
    day = today(place.zone)
    hours = load_roster(place, day, day).opening_hours(day)
    present = now()
    return hours is not None and hours.holds(Span(present, present + timedelta(minutes=1)))


def note_freed() -> int:
    """Puts the times that cancelled and moved visits gave back onto the list; each once."""
    present = now()
    known = FreedTime.objects.filter(appointment=OuterRef("pk"), freed_at=OuterRef("state_since"))
    rows = (
        Appointment.objects.filter(
            state__in=(State.CANCELLED, State.RESCHEDULED),
            starts_at__gt=present + timedelta(minutes=outreach_settings().least_minutes),
            state_since__gte=present - LOOK_BACK,
            is_walk_in=False,
        )
        .exclude(cancel_reason__in=NOT_FREE)
        .exclude(Exists(known))
        .order_by("starts_at")[:AT_ONCE]
    )
    found = [
        FreedTime(
            location_id=row.location_id,
            member_id=row.provider_id or row.ma_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            cause=row.state,
            appointment=row,
            freed_at=row.state_since,
        )
        for row in rows
    ]
    FreedTime.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _close_entries(by: Actor) -> None:
    """Ends entries whose last day has passed, and those whose patient has been booked in another way."""
    waiting = WaitlistEntry.objects.filter(state=WaitlistEntry.State.WAITING)
    for place in Location.objects.filter(is_active=True):
        past = waiting.filter(location=place, latest_on__lt=today(place.zone))
        each(f"{NAME}.past", past[:AT_ONCE], lambda row: _close(by=by, entry=row), key=lambda row: row.pk)
    over = (
        waiting.filter(moves__isnull=False).exclude(moves__state__in=sorted(UPCOMING)).select_related("moves")
    )
    each(
        f"{NAME}.over",
        [row for row in over[:AT_ONCE] if standing_visit(row.moves) is None],
        lambda row: _close(by=by, entry=row),
        key=lambda row: row.pk,
    )
    booked = (
        waiting.filter(
            moves__isnull=True,
            patient__appointments__visit_type=F("visit_type"),
            patient__appointments__state__in=sorted(UPCOMING),
            patient__appointments__created_at__gt=F("created_at"),
            patient__appointments__starts_at__gt=now(),
        )
        .distinct()
        .order_by("pk")
    )
    each(f"{NAME}.booked", booked[:AT_ONCE], lambda row: _close(by=by, entry=row), key=lambda row: row.pk)


@service
def _close(*, by: Actor, entry: WaitlistEntry) -> None:
    end_offers_of(by, entry, "The patient is no longer waiting.")
    rows = lock_rows(WaitlistEntry.objects.filter(pk=entry.pk, state=WaitlistEntry.State.WAITING))
    if not rows:
        return
    row = rows[0]
    visit = (
        None
        if row.moves_id
        else Appointment.objects.upcoming(now())
        .filter(patient=row.patient_id, visit_type=row.visit_type_id, created_at__gt=row.created_at)
        .order_by("starts_at")
        .first()
    )
    row.visit = visit
    state = WaitlistEntry.State.BOOKED if visit else WaitlistEntry.State.EXPIRED
    close_entry(by, row, state, "" if visit else "The last day has passed.")
