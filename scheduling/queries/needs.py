"""What a visit asks of a location: who may do it, and which things it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from clinic.core.kept import kept
from clinic.staff.models import Member
from inventory.models import Equipment
from scheduling.models import Location, ProviderSession, Room, VisitType
from scheduling.rules.holds import Resource, Timing
from scheduling.rules.steps import Layout, Place, lay_out


@dataclass(frozen=True)
class StepNeeds:
    """What one added step asks for; without members the location's hours decide."""

    visit_type: VisitType
    members: tuple[UUID, ...]
    rooms: tuple[UUID, ...] | None
    equipment: tuple[UUID, ...] | None

    def resource_ids(self) -> list[UUID]:
        return [*self.members, *(self.rooms or ()), *(self.equipment or ())]


@dataclass(frozen=True)
class Needs:
    """What a visit asks for: its main part and the steps added to it."""

    visit_type: VisitType
    timing: Timing
    members: tuple[UUID, ...]
    rooms: tuple[UUID, ...] | None
    equipment: tuple[UUID, ...] | None
    patient_id: UUID | None = None
    steps: tuple[StepNeeds, ...] = ()

    @property
    def main(self) -> Resource:
        """The kind of person whose column the visit stands in."""
        return Resource.PROVIDER if self.visit_type.needs_provider else Resource.MA

    def resource_ids(self) -> list[UUID]:
        things = [*self.members, *(self.rooms or ()), *(self.equipment or ())]
        for step in self.steps:
            things += step.resource_ids()
        return [*things, self.patient_id] if self.patient_id else things

    def layout(self, start) -> Layout:
        """The stretches of a visit whose main part begins at `start`."""
        return lay_out(start, self.timing, timings_of(step.visit_type for step in self.steps))


def timings_of(add_ons) -> list[tuple[Place, Timing]]:
    """Where each added kind stands and how long it takes."""
    return [(Place(kind.add_on), kind.timing()) for kind in add_ons]


def room_ids(location: Location, visit_type: VisitType) -> tuple[UUID, ...] | None:
    """Rooms one of which is held from booking; None when the type holds none."""
    if not visit_type.room_kind:
        return None
    rooms = Room.objects.filter(location=location, kind=visit_type.room_kind, is_active=True)
    return tuple(rooms.exclude(state=Room.State.OUT_OF_SERVICE).values_list("id", flat=True))


def equipment_ids(visit_type: VisitType) -> tuple[UUID, ...] | None:
    """Devices one of which is held; None when the type holds none."""
    if not visit_type.equipment_kind:
        return None
    devices = Equipment.objects.filter(
        kind=visit_type.equipment_kind, status=Equipment.Status.IN_SERVICE
    ).order_by("name")
    return tuple(devices.values_list("id", flat=True))


@kept
def rostered(location: Location, visit_type: VisitType) -> dict[UUID, str]:
    """Active members who see this kind of visit here, by name: providers, or the others for nurse visits."""
    members = Member.objects.filter(
        is_active=True, pk__in=ProviderSession.objects.filter(location=location).values("provider")
    )
    role = {"roles__contains": ["provider"]}
    members = members.filter(**role) if visit_type.needs_provider else members.exclude(**role)
    return {member.pk: member.name for member in members.order_by("last_name", "first_name")}


def step_needs(location: Location, add_ons: Sequence[VisitType]) -> tuple[StepNeeds, ...]:
    """What each added step asks for at this location."""
    return tuple(
        StepNeeds(
            visit_type=kind,
            members=tuple(rostered(location, kind)),
            rooms=room_ids(location, kind),
            equipment=equipment_ids(kind),
        )
        for kind in add_ons
    )
