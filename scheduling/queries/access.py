"""Access: how long a patient waits for a visit of some kind. Source: domain specification 2.4."""

from __future__ import annotations

from datetime import date
from heapq import merge
from itertools import islice

from clinic.core.time import zone
from clinic.staff.models import Member
from scheduling.models import Location, VisitType
from scheduling.queries.settings import locations
from scheduling.queries.slots import open_slots
from scheduling.rules.wall_time import day_bounds

LOOK_AHEAD_DAYS = 180


def third_next_available(
    provider: Member, visit_type: VisitType, on: date, *, location: Location | None = None
) -> date | None:
    """The local day of the third open slot of a provider and kind of visit from `on`; None with fewer in half a year.

    Over all locations, or at one. Time that is kept back and not released yet, and time kept for a
    caller, is not open. Slots are derived from the book as it stands now, so a day that is over can't be
    worked out any more: days before today count as today. Two statements for each location and fortnight.
    """
    places = (location,) if location else locations()
    found = [
        open_slots(
            location=place,
            visit_type=visit_type,
            provider=provider,
            day_from=on,
            days=LOOK_AHEAD_DAYS,
            after=day_bounds(on, zone(place.zone))[0],
            limit=3,
        )
        for place in places
    ]
    third = list(islice(merge(*found, key=lambda slot: slot.starts_at), 3))
    return third[2].day if len(third) == 3 else None
