"""Visits that nobody closed. The sweep marks nothing by itself: it puts them on the desk's list."""

from __future__ import annotations

from datetime import timedelta

from clinic.core.actor import Actor
from clinic.core.failures import each
from clinic.core.time import format_day, today
from clinic.inbox.models import Task
from clinic.inbox.services.tasks import add_task
from clinic.staff.roles import Role
from scheduling.models import Appointment, Location
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING

LOOK_BACK = timedelta(days=7)
AT_ONCE = 200


def sweep_visits() -> int:
    """Adds one task for each visit of a past day that is still open; returns how many were added.

    A second run adds nothing: a task is known by its visit. Days are the location's.
    """
    by = Actor.system("scheduling.sweep_visits")
    return sum(_sweep_location(by, place) for place in Location.objects.filter(is_active=True))


def _sweep_location(by: Actor, place: Location) -> int:
    now_day = today(place.zone)
    open_visits = list(
        Appointment.objects.filter(
            location=place,
            local_day__lt=now_day,
            local_day__gte=now_day - LOOK_BACK,
            state__in=sorted(IN_CLINIC | UPCOMING),
        )
        .select_related("patient", "visit_type")
        .order_by("starts_at")[:AT_ONCE]
    )
    known = set(
        Task.objects.filter(source_key__in=[_key(visit) for visit in open_visits]).values_list(
            "source_key", flat=True
        )
    )
    missing = [visit for visit in open_visits if _key(visit) not in known]

    def add(visit: Appointment) -> None:
        came = "was never checked out" if visit.state in IN_CLINIC else "was never checked in or marked"
        add_task(
            by=by,
            title=f"Close the visit of {format_day(visit.local_day)}",
            detail=f"{visit.visit_type.name}: {came}. Complete it, or mark a no-show.",
            patient=visit.patient,
            pool=Role.FRONT_DESK,
            source_key=_key(visit),
        )

    return each("scheduling.sweep_visits", missing, add, key=lambda visit: visit.pk)


def _key(visit: Appointment) -> str:
    return f"visit-open:{visit.pk}"
