"""Plans the reminders that are missing, so that a changed policy or an import needs no second booking."""

import logging
from datetime import timedelta

from django.db import transaction

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.core.failures import each
from clinic.core.tasks import only_one
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State as MessageState
from scheduling.models import Appointment, ReminderPolicy
from scheduling.rules.reminders import instant_key
from scheduling.services.reminders import BOOKED, plan_reminders, subject_of

log = logging.getLogger(__name__)

# A visit is looked at from a little before its longest lead.
AHEAD = timedelta(hours=12)


def plan_missing(*, limit: int = 500) -> int:
    """Plans what is missing for coming visits; returns how many messages were planned.

    Two of these at once are harmless: the second finds the sweep taken and leaves.
    """
    with transaction.atomic():
        if not only_one("scheduling.plan_reminders"):
            return 0
        planned = 0

        def plan(appointment: Appointment) -> None:
            nonlocal planned
            planned += _plan_one(appointment)

        each("scheduling.plan_reminders", _missing(limit), plan, key=lambda visit: visit.pk)
        return planned


def _missing(limit: int) -> list[Appointment]:
    """Booked visits within the longest lead that have fewer live messages than leads still ahead."""
    present = now()
    leads = list(
        ReminderPolicy.objects.filter(is_active=True, hours_before__gt=0).values_list(
            "hours_before", flat=True
        )
    )
    if not leads:
        return []
    coming = list(
        Appointment.objects.filter(
            state__in=BOOKED,
            is_walk_in=False,
            starts_at__gt=present,
            starts_at__lte=present + timedelta(hours=max(leads)) + AHEAD,
        )
        .select_related("patient", "location")
        .prefetch_related("patient__contacts")
        .order_by("starts_at")[:limit]
    )
    planned = _planned_slots(coming)
    return [
        visit
        for visit in coming
        if visit.patient.contacts.all()
        and any(
            visit.starts_at - timedelta(hours=lead) > present
            and (subject_of(visit), f"reminder-{lead}h", instant_key(visit.starts_at)) not in planned
            for lead in set(leads)
        )
    ]


def _planned_slots(visits: list[Appointment]) -> set[tuple[str, str, str]]:
    keys = (
        Message.objects.filter(subject__in=[subject_of(visit) for visit in visits])
        .exclude(state=MessageState.VOID)
        .values_list("key", flat=True)
    )
    return {tuple(key.split("|")[:3]) for key in keys}


def _plan_one(appointment: Appointment) -> int:
    try:
        by = Actor.system("scheduling.plan_reminders")
        return len(plan_reminders(by=by, appointment=appointment))
    except ClinicError as error:
        log.warning("reminders of a visit could not be planned", extra={"event": type(error).__name__})
        return 0
