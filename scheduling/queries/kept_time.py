"""Time that is kept for callers at this moment, for those who look at the day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from clinic.core.time import format_clock, now
from scheduling.models import Location, SoftHold
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource
from scheduling.rules.slots import Span


@dataclass(frozen=True, slots=True)
class KeptTime:
    """A stretch of somebody's day that a colleague keeps for a caller."""

    span: Span
    words: str


def kept_times(location: Location, span: Span) -> dict[UUID, list[KeptTime]]:
    """What is kept of people's time at a location in the span, by member, in one statement."""
    rows = SoftHold.objects.live(now()).filter(
        location=location,
        during__overlap=as_range(span),
        resource_kind__in=[Resource.PROVIDER, Resource.MA],
    )
    found: dict[UUID, list[KeptTime]] = defaultdict(list)
    columns = ("resource_id", "during", "held_by__first_name", "expires_at")
    for member_id, during, name, until in rows.order_by("during").values_list(*columns):
        words = f"Held by {name} until {format_clock(until, location.zone)}"
        found[member_id].append(KeptTime(Span(during.lower, during.upper), words))
    return found
