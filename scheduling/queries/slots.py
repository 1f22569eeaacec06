"""Open times: derived from rosters and holds each time they are asked for, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.core.kept import kept
from clinic.core.time import format_clock, format_day, now, today
from clinic.staff.models import Member
from inventory.models import Equipment
from scheduling.models import Location, ProviderSession, ResourceHold, Room, VisitType
from scheduling.queries.rosters import load_roster
from scheduling.rules.holds import Resource, Timing, spans_of
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span, is_free, starts_in, third_next_available, without
from scheduling.rules.wall_time import day_bounds

# Holds are read two weeks at a time, so that a search that finds six openings this week reads this week.
CHUNK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that can be booked, with the words to offer it in."""

    starts_at: datetime
    member_id: UUID | None
    member_name: str
    day: date
    clock: str

    @property
    def words(self) -> str:
        """Tue, Mar 4, 2026 at 9:05 AM with Dr. Shah."""
        who = f" with {self.member_name}" if self.member_name else ""
        return f"{format_day(self.day)} at {self.clock}{who}"

    @property
    def when(self) -> str:
        """Tue, Mar 4 · 9:05 AM, for a button."""
        return f"{self.day:%a}, {self.day:%b} {self.day.day} · {self.clock}"

    @property
    def value(self) -> str:
        """What a button of the booking form sends."""
        return f"{self.starts_at.isoformat()}|{self.member_id or ''}"


@dataclass
class Busy:
    """Held time per resource."""

    by_resource: dict[UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def free(self, resource_id: UUID, span: Span) -> bool:
        return is_free(span, self.by_resource.get(resource_id, ()))

    def any_free(self, resource_ids: Iterable[UUID], span: Span) -> bool:
        return any(self.free(one, span) for one in resource_ids)


@dataclass(frozen=True)
class Needs:
    """What a visit type asks of a location: who may do it and which things it holds."""

    visit_type: VisitType
    timing: Timing
    members: tuple[UUID, ...]
    rooms: tuple[UUID, ...] | None
    equipment: tuple[UUID, ...] | None
    patient_id: UUID | None = None

    @property
    def main(self) -> Resource:
        """The kind of person whose column the visit stands in."""
        return Resource.PROVIDER if self.visit_type.needs_provider else Resource.MA

    def resource_ids(self) -> list[UUID]:
        things = [*self.members, *(self.rooms or ()), *(self.equipment or ())]
        return [*things, self.patient_id] if self.patient_id else things


def load_busy(resource_ids: Iterable[UUID], span: Span) -> Busy:
    """Live holds of these resources in the span, in one statement."""
    busy = Busy()
    rows = ResourceHold.objects.busy(resource_ids, span).values_list("resource_id", "during")
    for resource_id, during in rows:
        busy.by_resource[resource_id].append(Span(during.lower, during.upper))
    return busy


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


def open_slots(
    *,
    location: Location,
    visit_type: VisitType,
    provider: Member | None = None,
    day_from: date | None = None,
    days: int = 60,
    limit: int = 6,
    patient=None,
    after: datetime | None = None,
) -> list[Opening]:
    """The first `limit` open times from `day_from` (default today) within `days`, soonest first.

    With `provider` only theirs, otherwise anyone who is rostered for the type. With `patient` the
    patient's own holds and need for an interpreter count. `after` leaves out what starts before it.
    """
    names = {provider.pk: provider.name} if provider else rostered(location, visit_type)
    if not names and visit_type.needs_provider:
        return []
    first = max(day_from or today(location.zone), today(location.zone))
    last = min(
        first + timedelta(days=days - 1), today(location.zone) + timedelta(visit_type.max_horizon_days)
    )
    if last < first:
        return []
    needs = Needs(
        visit_type=visit_type,
        timing=visit_type.timing(with_interpreter=bool(patient and patient.needs_interpreter)),
        members=tuple(names),
        rooms=room_ids(location, visit_type),
        equipment=equipment_ids(visit_type),
        patient_id=patient.pk if patient else None,
    )
    roster = load_roster(location, first, last)
    earliest = now() + timedelta(minutes=visit_type.min_notice_minutes)
    found: list[Opening] = []
    for start, member_id in _openings(roster, needs, first, last, max(earliest, after or earliest)):
        day = start.astimezone(roster.zone).date()
        found.append(
            Opening(start, member_id, names.get(member_id, ""), day, format_clock(start, location.zone))
        )
        if len(found) == limit:
            break
    return found


def next_openings(
    *, location: Location, visit_type: VisitType, provider: Member | None = None, limit: int = 6, **options
) -> list[Opening]:
    """The next open times for the booking dialog: `open_slots` from now on."""
    return open_slots(location=location, visit_type=visit_type, provider=provider, limit=limit, **options)


def third_next(location: Location, visit_type: VisitType, provider: Member) -> int | None:
    """Third next available of a provider and type in calendar days; None with fewer than three ahead."""
    slots = open_slots(location=location, visit_type=visit_type, provider=provider, days=120, limit=3)
    return third_next_available(today(location.zone), [slot.day for slot in slots])


def _openings(
    roster: Roster, needs: Needs, first: date, last: date, earliest: datetime
) -> Iterator[tuple[datetime, UUID | None]]:
    """Open starts in order of time, day by day; holds are read per chunk of days."""
    day = first
    while day <= last:
        chunk_end = min(day + timedelta(days=CHUNK_DAYS - 1), last)
        whole = Span(day_bounds(day, roster.zone)[0], day_bounds(chunk_end, roster.zone)[1])
        busy = load_busy(needs.resource_ids(), whole)
        while day <= chunk_end:
            yield from day_openings(roster, needs, busy, day, earliest)
            day += timedelta(days=1)


def day_openings(
    roster: Roster, needs: Needs, busy: Busy, day: date, earliest: datetime
) -> list[tuple[datetime, UUID | None]]:
    """Open starts of one day, soonest first; at one instant the less booked member comes first."""
    if not needs.members:
        return [(start, None) for start in _unstaffed(roster, needs, busy, day, earliest)]
    found: list[tuple[datetime, int, UUID | None]] = []
    for member_id in needs.members:
        taken = busy.by_resource.get(member_id, [])
        load = sum(span.minutes for span in taken)
        starts = _starts_of(roster, needs, busy, day, member_id, earliest)
        found.extend((start, load, member_id) for start in starts)
    found.sort(key=lambda row: (row[0], row[1]))
    return [(start, member_id) for start, _, member_id in found]


def _starts_of(roster: Roster, needs: Needs, busy: Busy, day: date, member_id: UUID, earliest: datetime):
    length = timedelta(minutes=needs.timing.visit_minutes)
    taken = busy.by_resource.get(member_id, [])
    for session, parts in roster.open_time(day, member_id, needs.visit_type.pk, now()):
        step = timedelta(minutes=session.block.slot_minutes)
        for part in parts:
            for gap in without([part], taken):
                for start in starts_in(
                    gap, length, anchor=session.span.start, step=step, not_before=earliest
                ):
                    if things_free(needs, busy, start):
                        yield start


def _unstaffed(roster: Roster, needs: Needs, busy: Busy, day: date, earliest: datetime) -> Iterator[datetime]:
    """Where nobody is rostered for nurse visits, the location's hours decide."""
    hours = roster.opening_hours(day)
    if hours:
        step = timedelta(minutes=15)
        length = timedelta(minutes=needs.timing.visit_minutes)
        for start in starts_in(hours, length, anchor=hours.start, step=step, not_before=earliest):
            if things_free(needs, busy, start):
                yield start


def things_free(needs: Needs, busy: Busy, start: datetime) -> bool:
    """Whether a room, a device and the patient are free for a visit at `start`."""
    spans = spans_of(start, needs.timing)
    return (
        (needs.rooms is None or busy.any_free(needs.rooms, spans[Resource.ROOM]))
        and (needs.equipment is None or busy.any_free(needs.equipment, spans[Resource.EQUIPMENT]))
        and (needs.patient_id is None or busy.free(needs.patient_id, spans[Resource.PATIENT]))
    )
