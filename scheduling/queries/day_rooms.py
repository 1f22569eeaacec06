"""The day by rooms and devices: what is kept from booking, where patients really were, and who has no room yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from clinic.core.time import now
from inventory.models import Equipment
from scheduling.models import ResourceHold, Room, VisitInterval, VisitType
from scheduling.queries.day_columns import Frame, stretch_cells
from scheduling.queries.day_rows import Cell, Column, Step, Stretch, Visit
from scheduling.rules.holds import Resource
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import RELEASED, UPCOMING


@dataclass(frozen=True)
class Places:
    """Rooms and devices of a day, and the stretches in which visits keep or occupied them."""

    rooms: tuple[Room, ...]
    devices: tuple[Equipment, ...]
    taken: dict[UUID, list[Stretch]]
    # Visits that still want a room of their own choosing when they are roomed.
    roomless: tuple[Visit, ...]


def room_columns(frame: Frame, visits: list[Visit]) -> list[Column]:
    """Who has no room yet, then a column for each room in service and for each device that visits use."""
    places = places_of(frame.location.pk, visits)
    rooms = [
        _column(frame, room.pk, room.name, room.get_kind_display(), f"room={room.pk}", places.taken[room.pk])
        for room in places.rooms
    ]
    devices = [
        _column(frame, one.pk, one.name, "Device", f"device={one.pk}", places.taken[one.pk])
        for one in places.devices
    ]
    waiting = [Stretch(visit, visit.span) for visit in places.roomless]
    first = [_column(frame, None, "No room yet", "Chosen when roomed", "", waiting)] if waiting else []
    return _told_apart([*first, *rooms, *devices])


def _told_apart(columns: list[Column]) -> list[Column]:
    """A visit that keeps a room and a device stands in both columns: from the second on its cell says which."""
    seen: Counter[UUID] = Counter()

    def numbered(cell: Cell) -> Cell:
        if cell.visit is None:
            return cell
        seen[cell.visit.id] += 1
        times = seen[cell.visit.id]
        return cell if times == 1 else replace(cell, part=f"-{times}")

    return [replace(column, cells=tuple(map(numbered, column.cells))) for column in columns]


def places_of(location_id: UUID, visits: list[Visit]) -> Places:
    """Which room and device each of these visits has, in three statements."""
    shown = {visit.id: visit for visit in visits if visit.state not in RELEASED}
    rooms = tuple(Room.objects.filter(location_id=location_id, is_active=True))
    used = VisitType.objects.exclude(equipment_kind="").values("equipment_kind")
    devices = tuple(Equipment.objects.filter(kind__in=used, status=Equipment.Status.IN_SERVICE))
    taken: dict[UUID, list[Stretch]] = defaultdict(list)
    with_room: set[UUID] = set()
    # Where a patient has been seen, the room they were in counts, not the one that was kept.
    for visit_id, room_id, span in _stays(shown):
        taken[room_id].append(Stretch(shown[visit_id], span))
        with_room.add(visit_id)
    for visit_id, kind, thing_id, span in _holds(shown):
        visit = shown[visit_id]
        step = _step_at(visit, span.start)
        if step is not None:
            taken[thing_id].append(Stretch(visit, span, step))
        elif kind == Resource.EQUIPMENT or visit_id not in with_room:
            taken[thing_id].append(Stretch(visit, span))
            if kind == Resource.ROOM:
                with_room.add(visit_id)
    for stretches in taken.values():
        stretches.sort(key=lambda one: (one.span.start, one.visit.id))
    roomless = (v for v in shown.values() if v.needs_room and v.id not in with_room and v.state in UPCOMING)
    return Places(rooms, devices, taken, tuple(roomless))


def _step_at(visit: Visit, start: datetime) -> Step | None:
    """Whose room or device that is: steps and the main part never begin at the same moment."""
    return next((step for step in visit.steps if step.span.start == start), None)


def _holds(ids: Iterable[UUID]) -> Iterable[tuple[UUID, str, UUID, Span]]:
    rows = ResourceHold.objects.filter(
        appointment_id__in=list(ids),
        is_live=True,
        resource_kind__in=[Resource.ROOM.value, Resource.EQUIPMENT.value],
    )
    for visit_id, kind, thing_id, during in rows.values_list(
        "appointment_id", "resource_kind", "resource_id", "during"
    ):
        yield visit_id, kind, thing_id, Span(during.lower, during.upper)


def _stays(ids: Iterable[UUID]) -> Iterable[tuple[UUID, UUID, Span]]:
    """Per visit and room the stretch from first to last minute in it; who is in it still, until now."""
    rows = VisitInterval.objects.filter(
        appointment_id__in=list(ids), room__isnull=False, undone_by__isnull=True
    )
    stays: dict[tuple[UUID, UUID], Span] = {}
    # To the minute, so that the board of a day does not change with every second of somebody's stay.
    moment = now().replace(second=0, microsecond=0)
    for visit_id, room_id, start, end in rows.values_list(
        "appointment_id", "room_id", "started_at", "ended_at"
    ):
        until = end or moment
        if until <= start:
            continue
        known = stays.get((visit_id, room_id))
        span = Span(min(start, known.start), max(until, known.end)) if known else Span(start, until)
        stays[visit_id, room_id] = span
    for (visit_id, room_id), span in stays.items():
        yield visit_id, room_id, span


def _column(
    frame: Frame, key: UUID | None, name: str, note: str, target: str, taken: Sequence[Stretch]
) -> Column:
    inside = [
        replace(one, visit=_with_who(one.visit)) if one.step is None else one
        for one in taken
        if one.span.overlaps(frame.whole)
    ]
    cells = stretch_cells(frame, inside, is_one=key is not None)
    return Column(
        member_id=key,
        name=name,
        note=note,
        color="",
        initials="",
        cells=tuple(cells),
        late_since=None,
        target=target,
        starts=frame.starts,
        is_wide=key is None,
    )


def _with_who(visit: Visit) -> Visit:
    """The column says where; so the visit says with whom."""
    mark = "" if visit.room else visit.mark
    return replace(visit, mark=mark, sub=" · ".join(words for words in (visit.who, visit.sub) if words))
