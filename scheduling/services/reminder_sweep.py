"""Plans the messages that are missing, so that a changed policy or an import needs no second booking.

All coming visits are looked at in pages: what they are planned already in one statement, only those that miss
something are loaded whole, and what they miss is written together. A page that fails is taken apart, so that one
bad row stops nobody else.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from clinic.core.actor import Actor
from clinic.core.db import attempt
from clinic.core.failures import each
from clinic.core.tasks import only_one
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.queries.consent import reachable_many
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.services import draft_message, insert_planned
from records.models import ContactPoint
from scheduling.models import Appointment
from scheduling.queries.reminder_wishes import BOOKED, addresses_of, planned_slots, purpose_of, wanted_of
from scheduling.queries.settings import reminder_policies
from scheduling.services.reminders import first_good, plan_reminders, wishes_of

log = logging.getLogger(__name__)

TASK = "scheduling.plan_reminders"
# A visit is looked at from a little before its longest lead.
AHEAD = timedelta(hours=12)
PAGE = 500
RUN_SECONDS = 60


def plan_missing(*, limit: int = 20_000, run_seconds: float = RUN_SECONDS) -> int:
    """Plans what is missing for coming visits, for at most `run_seconds` and about `limit` messages; returns how
    many were planned. What is left over is found by the next sweep.

    Two of these at once are harmless: the second finds the sweep taken and leaves.
    """
    with transaction.atomic():
        if not only_one(TASK):
            return 0
        deadline, planned = time.monotonic() + run_seconds, 0
        for page in _pages():
            planned += _plan_page(page)
            if planned >= limit or time.monotonic() >= deadline:
                break
        return planned


def _pages() -> Iterator[list[Appointment]]:
    """Booked visits within the longest lead of patients who have a number or address, the soonest first."""
    leads = [row.hours_before for row in reminder_policies() if row.is_active and row.hours_before]
    if not leads:
        return
    present = now()
    reachable = ContactPoint.objects.filter(patient=OuterRef("patient_id"), is_active=True)
    coming = (
        Appointment.objects.filter(
            Exists(reachable),
            state__in=BOOKED,
            is_walk_in=False,
            starts_at__gt=present,
            starts_at__lte=present + timedelta(hours=max(leads)) + AHEAD,
        )
        .only("starts_at", "zone", "visit_type_id", "state", "is_walk_in")
        .order_by("starts_at", "pk")
    )
    last: Appointment | None = None
    while True:
        after = Q(starts_at__gt=last.starts_at) | Q(starts_at=last.starts_at, pk__gt=last.pk) if last else Q()
        page = list(coming.filter(after)[:PAGE])
        if not page:
            return
        yield page
        last = page[-1]


def _plan_page(visits: list[Appointment]) -> int:
    planned = planned_slots(visits)
    missing = [visit.pk for visit in visits if wanted_of(visit, planned, is_confirmed=False)]
    if not missing:
        return 0
    whole = list(
        Appointment.objects.filter(pk__in=missing)
        .select_related("patient", "location")
        .prefetch_related("patient__contacts")
        .order_by("starts_at", "pk")
    )
    by = Actor.system(TASK)
    try:
        with attempt():
            return _plan_together(by, whole, planned)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.warning("reminders are planned one by one", extra={"event": type(error).__name__})
        count = 0

        def plan(visit: Appointment) -> None:
            nonlocal count
            count += len(plan_reminders(by=by, appointment=visit))

        each(TASK, whole, plan, key=lambda visit: visit.pk)
        return count


def _plan_together(by: Actor, visits: list[Appointment], planned: set[tuple]) -> int:
    asked = []
    for visit in visits:
        wanted = wanted_of(visit, planned, is_confirmed=False)
        addresses = addresses_of(visit.patient, visit.patient.contacts.all())
        asked.append((visit, wanted, addresses, {purpose_of(due) for due, _ in wanted}))
    reach = reachable_many([(visit.patient, addresses, purposes) for visit, _, addresses, purposes in asked])
    rows: list[Message] = []
    for (visit, wanted, addresses, _), allowed in zip(asked, reach, strict=True):
        for wish in wishes_of(visit, wanted, addresses, allowed):
            rows += first_good(by, visit, wish.choices, lambda one: draft_message(**one))
    made = insert_planned(by=by, drafts=rows)
    return sum(1 for row in made if row.state != MessageState.VOID)
