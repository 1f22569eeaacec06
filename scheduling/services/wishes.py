"""What is asked for and what is granted: the two ends of claiming time for a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.time import format_local, zone
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, ResourceHold, Room, VisitType
from scheduling.queries.settings import bookable_member
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource, Timing, spans_of, told_span
from scheduling.rules.wall_time import to_wall


@dataclass(frozen=True)
class Wish:
    """What is asked for. `member` is the person whose column the visit stands in, None for anyone."""

    patient: object
    visit_type: VisitType
    location: Location
    starts_at: datetime
    member: Member | None = None
    ma: Member | None = None
    room: Room | None = None
    equipment: Sequence = ()
    overbook_reason: str = ""
    is_interpreter_needed: bool = False
    is_walk_in: bool = False

    @property
    def timing(self) -> Timing:
        return self.visit_type.timing(with_interpreter=self.is_interpreter_needed)

    @property
    def local_day(self) -> date:
        return to_wall(self.starts_at, zone(self.location.zone))[0]

    @property
    def when(self) -> str:
        return format_local(self.starts_at, self.location.zone)


@dataclass(frozen=True)
class Claim:
    """What the visit gets: people, things, and the holds that keep them."""

    wish: Wish
    member_id: UUID | None
    ma_id: UUID | None
    room_id: UUID | None
    equipment_ids: tuple[UUID, ...]
    is_overbook: bool
    # A walk-in for whom nothing is free: waits for whoever is next and keeps nobody's time.
    is_in_line: bool = False

    def holds(self, appointment: Appointment, by: Actor) -> list[ResourceHold]:
        """The rows to insert, all in one statement."""
        if self.is_in_line:
            return []
        spans = spans_of(self.wish.starts_at, self.wish.timing)
        main = Resource.PROVIDER if self.wish.visit_type.needs_provider else Resource.MA
        wanted = [(main, self.member_id), (Resource.PATIENT, self.wish.patient.pk)]
        if main != Resource.MA and Resource.MA in spans:
            wanted.append((Resource.MA, self.ma_id))
        wanted.append((Resource.ROOM, self.room_id))
        wanted += [(Resource.EQUIPMENT, one) for one in self.equipment_ids]
        return [
            ResourceHold(
                appointment=appointment,
                resource_kind=kind,
                resource_id=resource_id,
                during=as_range(spans[kind]),
                is_overbook=self.is_overbook and kind == main,
                overbook_by_id=by.member_id if self.is_overbook and kind == main else None,
                overbook_reason=self.wish.overbook_reason if self.is_overbook and kind == main else "",
            )
            for kind, resource_id in wanted
            if resource_id is not None
        ]


def new_appointment(by: Actor, made: Claim, **values) -> Appointment:
    """The unsaved appointment of a claim, wall time and all."""
    wish = made.wish
    told = told_span(wish.starts_at, wish.timing)
    local_day, local_time = to_wall(wish.starts_at, zone(wish.location.zone))
    has_provider = wish.visit_type.needs_provider
    row = Appointment(
        patient=wish.patient,
        location=wish.location,
        visit_type=wish.visit_type,
        provider_id=made.member_id if has_provider else None,
        ma_id=made.ma_id if has_provider else made.member_id,
        starts_at=told.start,
        ends_at=told.end,
        zone=wish.location.zone,
        local_day=local_day,
        local_time=local_time,
        is_interpreter_needed=wish.is_interpreter_needed,
        booked_by_id=by.member_id,
        booked_by_label=by.label[:120],
        **values,
    )
    member = bookable_member(made.member_id)
    if member:  # at hand already: nobody has to read the row again for the name
        setattr(row, "provider" if has_provider else "ma", member)
    return row
