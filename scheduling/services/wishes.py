"""What is asked for and what is granted: the two ends of claiming time for a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.time import format_local, zone
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, ResourceHold, Room, VisitStep, VisitType
from scheduling.queries.needs import timings_of
from scheduling.queries.settings import bookable_member
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource, Timing, told_span
from scheduling.rules.limits import Limit
from scheduling.rules.slots import Span
from scheduling.rules.steps import Layout, StepSpans, lay_out
from scheduling.rules.wall_time import to_wall


@dataclass(frozen=True)
class Wish:
    """What is asked for. `member` is the person whose column the visit stands in, None for anyone.

    `overbook_reason` allows what a person may allow: an overbook, or a limit that is passed over. A wish
    without a patient only keeps time for a caller.
    """

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
    add_ons: tuple[VisitType, ...] = ()
    # Minutes of its main part where somebody made the visit longer or shorter than its type.
    minutes: int | None = None

    @property
    def timing(self) -> Timing:
        usual = self.visit_type.timing(with_interpreter=self.is_interpreter_needed)
        return usual.lasting(self.minutes) if self.minutes else usual

    @property
    def layout(self) -> Layout:
        """The stretches of the whole visit, added steps included."""
        return lay_out(self.starts_at, self.timing, timings_of(self.add_ons))

    @property
    def local_day(self) -> date:
        return to_wall(self.starts_at, zone(self.location.zone))[0]

    @property
    def when(self) -> str:
        return format_local(self.starts_at, self.location.zone)


@dataclass(frozen=True)
class StepClaim:
    """What one added step gets."""

    visit_type: VisitType
    spans: StepSpans
    member_id: UUID | None
    room_id: UUID | None
    equipment_id: UUID | None


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
    steps: tuple[StepClaim, ...] = ()
    # Limits that were passed over with the wish's reason.
    passed: frozenset[Limit] = frozenset()
    # Whether the one who books keeps time for a caller, which is theirs no more.
    has_soft_hold: bool = False

    @property
    def main(self) -> Resource:
        return Resource.PROVIDER if self.wish.visit_type.needs_provider else Resource.MA

    def stretches(self) -> list[tuple[Resource, UUID, Span]]:
        """Every resource that the visit keeps, and for how long."""
        if self.is_in_line:
            return []
        layout = self.wish.layout
        spans = layout.main
        wanted = [(self.main, self.member_id, spans[self.main])]
        if self.wish.patient is not None:
            wanted.append((Resource.PATIENT, self.wish.patient.pk, layout.patient))
        if self.main != Resource.MA and Resource.MA in spans:
            wanted.append((Resource.MA, self.ma_id, spans[Resource.MA]))
        wanted.append((Resource.ROOM, self.room_id, spans[Resource.ROOM]))
        wanted += [(Resource.EQUIPMENT, one, spans[Resource.EQUIPMENT]) for one in self.equipment_ids]
        for step in self.steps:
            wanted.append((Resource.MA, step.member_id, step.spans.stay))
            wanted.append((Resource.ROOM, step.room_id, step.spans.things))
            wanted.append((Resource.EQUIPMENT, step.equipment_id, step.spans.things))
        return [(kind, one, span) for kind, one, span in wanted if one is not None]

    def holds(self, appointment: Appointment, by: Actor) -> list[ResourceHold]:
        """The rows to insert, all in one statement."""
        return [
            ResourceHold(
                appointment=appointment,
                resource_kind=kind,
                resource_id=resource_id,
                during=as_range(span),
                is_overbook=self.is_overbook and number == 0,
                overbook_by_id=by.member_id if self.is_overbook and number == 0 else None,
                overbook_reason=self.wish.overbook_reason if self.is_overbook and number == 0 else "",
            )
            # The first stretch is the main person's, the only one that can be overbooked.
            for number, (kind, resource_id, span) in enumerate(self.stretches())
        ]

    def step_rows(self, appointment: Appointment) -> list[VisitStep]:
        """The added steps of the visit."""
        return [
            VisitStep(
                appointment=appointment,
                visit_type=step.visit_type,
                member_id=step.member_id,
                starts_at=step.spans.stay.start,
                ends_at=step.spans.stay.end,
            )
            for step in self.steps
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
        exception_reason=wish.overbook_reason if made.passed else "",
        **values,
    )
    member = bookable_member(made.member_id)
    if member:  # at hand already: nobody has to read the row again for the name
        setattr(row, "provider" if has_provider else "ma", member)
    return row
