"""Times that past cancellations gave back: taken by whoever was booked into them, or passed unused."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import UUID

from clinic.demo.dice import row_id, stream
from clinic.demo.world import World
from scheduling.models import Appointment, FreedTime, Offer, WaitlistEntry

S = FreedTime.State
# Of the times that were used again, so many went by an offer to the waitlist.
BY_OFFER = 0.45
SYSTEM = "Waitlist"


def write_freed(world: World) -> None:
    """One row for each cancelled visit of the past whose hour has come; at later starts only what is new."""
    cancelled = Appointment.objects.filter(
        location=world.location, state="cancelled", starts_at__lt=world.now, freed__isnull=True
    )
    after: dict[UUID, list[Appointment]] = defaultdict(list)
    days = [visit.local_day for visit in cancelled]
    if not days:
        return
    others = Appointment.objects.filter(location=world.location, local_day__in=set(days))
    for visit in others.exclude(state__in=("cancelled", "rescheduled")).order_by("created_at"):
        after[visit.provider_id or visit.ma_id].append(visit)
    rows = [_freed(visit, after) for visit in cancelled]
    FreedTime.objects.bulk_create(row for row, _ in rows)
    trails = [_trail(row, again) for row, again in rows if row.state == S.FILLED]
    WaitlistEntry.objects.bulk_create(entry for entry, _ in trails)
    Offer.objects.bulk_create(offer for _, offer in trails)


def _freed(visit: Appointment, after: dict[UUID, list[Appointment]]) -> tuple[FreedTime, Appointment | None]:
    member = visit.provider_id or visit.ma_id
    freed_at = visit.cancelled_at
    again = next(
        (
            other
            for other in after[member]
            if other.created_at > freed_at
            and other.starts_at < visit.ends_at
            and other.ends_at > visit.starts_at
        ),
        None,
    )
    by_offer = stream("freed", visit.pk).random() < BY_OFFER
    state = S.LAPSED if again is None else S.FILLED if by_offer else S.TAKEN
    row = FreedTime(
        pk=row_id(stream("id", "freed", visit.pk), freed_at), location=visit.location, member_id=member,
        starts_at=visit.starts_at, ends_at=visit.ends_at, cause=FreedTime.Cause.CANCELLED, appointment=visit,
        freed_at=freed_at, state=state, settled_at=again.created_at if again else visit.starts_at, visit=again,
        created_at=freed_at,
    )  # fmt: skip
    return row, again


def _trail(row: FreedTime, again: Appointment) -> tuple[WaitlistEntry, Offer]:
    """Who waited for such a time, and the offer that they said yes to."""
    dice = stream("waited", again.pk)
    added = row.freed_at - dt.timedelta(days=dice.randint(1, 9), hours=dice.randint(0, 5))
    offered = row.freed_at + (row.settled_at - row.freed_at) * 0.3
    entry = WaitlistEntry(
        pk=row_id(dice, added), patient_id=again.patient_id, location_id=row.location_id, visit_type_id=again.visit_type_id,
        urgency=WaitlistEntry.Urgency.SOON, state=WaitlistEntry.State.BOOKED, added_by_label="Dana Whitfield",
        closed_at=row.settled_at, closed_by_label=SYSTEM, visit=again, created_at=added,
    )  # fmt: skip
    offer = Offer(
        pk=row_id(dice, offered), entry=entry, freed=row, way=Offer.Way.SMS, state=Offer.State.ACCEPTED,
        offered_at=offered, offered_by_label=SYSTEM, expires_at=offered + dt.timedelta(hours=2),
        settled_at=row.settled_at, settled_by_label="the patient", visit=again, created_at=offered,
    )  # fmt: skip
    return entry, offer
