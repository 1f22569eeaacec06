"""What a change on the calendar would mean, in words to be confirmed: from, to, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.core.time import format_clock, format_day, zone
from clinic.staff.models import Member
from inventory.models import Equipment
from scheduling.models import Appointment, ResourceHold, Room
from scheduling.rules.holds import Resource
from scheduling.rules.wall_time import to_wall


@dataclass(frozen=True)
class Change:
    """One line of the confirmation."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Plan:
    """All that changes; `is_moved` when the patient has to come at another time or to somebody else."""

    changes: tuple[Change, ...]
    is_moved: bool


def shift_plan(
    visit: Appointment,
    *,
    starts_at: datetime,
    member: Member | None = None,
    room: Room | None = None,
    device: Equipment | None = None,
) -> Plan:
    """What differs when the visit is dropped there, in at most two statements: its added steps, and the room or device it has."""
    tz = zone(visit.zone)
    person = visit.provider or visit.ma
    day = to_wall(starts_at, tz)[0]
    length = timedelta(minutes=visit.minutes)
    before = f"{format_clock(visit.starts_at, visit.zone)} – {format_clock(visit.ends_at, visit.zone)}"
    after = f"{format_clock(starts_at, visit.zone)} – {format_clock(starts_at + length, visit.zone)}"
    other = member if member and (person is None or member.pk != person.pk) else None
    changes = [
        Change("Day", format_day(visit.local_day), format_day(day)) if day != visit.local_day else None,
        Change("Time", before, after) if starts_at != visit.starts_at else None,
        Change("With", person.name if person else "Whoever is free", other.name) if other else None,
        *_steps(visit, starts_at - visit.starts_at),
        *_things(visit, room, device),
    ]
    moved = starts_at != visit.starts_at or other is not None
    return Plan(tuple(change for change in changes if change), moved)


def _steps(visit: Appointment, by: timedelta) -> list[Change]:
    """Added steps keep their place before or after the main part, so they move by as much."""
    if not by:
        return []
    return [
        Change(
            step.visit_type.name,
            format_clock(step.starts_at, visit.zone),
            format_clock(step.starts_at + by, visit.zone),
        )
        for step in visit.added_steps
    ]


def _things(visit: Appointment, room: Room | None, device: Equipment | None) -> list[Change]:
    if room is None and device is None:
        return []
    kind = Resource.ROOM if room else Resource.EQUIPMENT
    held = ResourceHold.objects.filter(appointment=visit, is_live=True, resource_kind=kind)
    ids = list(held.values_list("resource_id", flat=True))
    thing = room or device
    if thing is None or thing.pk in ids:
        return []
    table = Room if room else Equipment
    names = table.objects.filter(pk__in=ids).values_list("name", flat=True) if ids else ()
    return [Change("Room" if room else "Device", ", ".join(names) or "Any", thing.name)]


def resize_plan(visit: Appointment, minutes: int) -> Plan:
    """What differs when the visit gets that length."""
    end = visit.starts_at + timedelta(minutes=minutes)
    words = f"until {format_clock(visit.ends_at, visit.zone)} ({visit.minutes} min)"
    return Plan((Change("Length", words, f"until {format_clock(end, visit.zone)} ({minutes} min)"),), False)
