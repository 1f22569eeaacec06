"""Which resource a visit holds, and for how long. Source: domain specification 3.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .slots import Span


class Resource(StrEnum):
    """The kinds of thing that can't be in two places at once."""

    PROVIDER = "provider"
    MA = "ma"
    ROOM = "room"
    EQUIPMENT = "equipment"
    PATIENT = "patient"


# A deliberate overbook is a promise that a person will manage; a room or a patient can't.
OVERBOOKABLE = frozenset({Resource.PROVIDER, Resource.MA})


@dataclass(frozen=True, slots=True)
class Timing:
    """Minutes of a visit type: with the provider, with the MA before that, and kept free after."""

    provider_minutes: int
    ma_before_minutes: int
    buffer_after_minutes: int

    @property
    def has_provider_time(self) -> bool:
        return self.provider_minutes > 0

    @property
    def visit_minutes(self) -> int:
        """What the patient is told: provider time, or the MA's time where no provider is seen."""
        return self.provider_minutes or self.ma_before_minutes

    def longer_by(self, minutes: int) -> Timing:
        """The same visit with time added to its main part (an interpreter needs it)."""
        if self.has_provider_time:
            return Timing(self.provider_minutes + minutes, self.ma_before_minutes, self.buffer_after_minutes)
        return Timing(0, self.ma_before_minutes + minutes, self.buffer_after_minutes)

    def lasting(self, minutes: int) -> Timing:
        """The same visit with its main part as long as this, whatever its type usually takes."""
        if self.has_provider_time:
            return Timing(minutes, self.ma_before_minutes, self.buffer_after_minutes)
        return Timing(0, minutes, self.buffer_after_minutes)


def spans_of(start: datetime, timing: Timing) -> dict[Resource, Span]:
    """The stretch each kind of resource is held for a visit that starts at `start`.

    With a provider, `start` is when the provider walks in: the MA works before it, the room is used
    from the MA's first minute until the buffer is over, and so is the patient. Without one (nurse
    visit, blood draw), `start` is when the MA begins. Kinds the visit has no time for are left out.
    """
    ma = timedelta(minutes=timing.ma_before_minutes)
    seen = timedelta(minutes=timing.provider_minutes)
    buffer = timedelta(minutes=timing.buffer_after_minutes)
    spans: dict[Resource, Span] = {}
    if timing.has_provider_time:
        spans[Resource.PROVIDER] = Span(start, start + seen)
        if ma:
            spans[Resource.MA] = Span(start - ma, start)
        whole = Span(start - ma, start + seen + buffer)
    else:
        spans[Resource.MA] = Span(start, start + ma)
        whole = Span(start, start + ma + buffer)
    for kind in (Resource.ROOM, Resource.EQUIPMENT, Resource.PATIENT):
        spans[kind] = whole
    return spans


def told_span(start: datetime, timing: Timing) -> Span:
    """The visit as it stands in the book: from its start for its main part, buffers left out."""
    return Span(start, start + timedelta(minutes=timing.visit_minutes))
