"""Open times: derived from rosters and holds each time they are asked for, never stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from uuid import UUID

from clinic.core.time import format_clock, format_day, now, today, zone
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, VisitType
from scheduling.queries.busy import Busy, load_busy
from scheduling.queries.limits import limits_for
from scheduling.queries.needs import Needs, StepNeeds, equipment_ids, room_ids, rostered, step_needs
from scheduling.queries.rosters import load_roster
from scheduling.rules.day_parts import TimeWishes
from scheduling.rules.holds import Resource
from scheduling.rules.limits import Limits
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span, starts_in
from scheduling.rules.steps import StepSpans
from scheduling.rules.wall_time import day_bounds

# Holds are read two weeks at a time, so that a search that finds six openings this week reads this week.
CHUNK_DAYS = 14
ANY_TIME = TimeWishes()


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that can be booked, with the words to offer it in. `location` is set where several were searched."""

    starts_at: datetime
    member_id: UUID | None
    member_name: str
    day: date
    clock: str
    location_id: UUID | None = None
    location_name: str = ""

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
        place = f"|{self.location_id}" if self.location_id else ""
        return f"{self.starts_at.isoformat()}|{self.member_id or ''}{place}"


@dataclass(frozen=True)
class Search:
    """What is looked for. `providers` empty: anyone who is rostered for the kind of visit at a location.

    With `patient` the patient's own holds, need for an interpreter and visits count. `viewer` is the
    member who looks: what they keep for a caller themselves is open to them. `after` leaves out what
    starts before it. A patient who is here already (`is_walk_in`) is not held to the limits of the kind.
    """

    visit_type: VisitType
    providers: tuple[Member, ...] = ()
    add_ons: tuple[VisitType, ...] = ()
    patient: object = None
    day_from: date | None = None
    days: int = 60
    wishes: TimeWishes = ANY_TIME
    after: datetime | None = None
    viewer: UUID | None = None
    is_walk_in: bool = False
    # The visit that is to be moved: its own time is open to it.
    replaced: Appointment | None = None

    def names(self, location: Location) -> dict[UUID, str]:
        if self.providers:
            return {one.pk: one.name for one in self.providers}
        return rostered(location, self.visit_type)


def open_slots(
    *,
    location: Location,
    visit_type: VisitType,
    provider: Member | None = None,
    limit: int = 6,
    **options,
) -> list[Opening]:
    """The first `limit` open times at a location from `day_from` (default today), soonest first.

    With `provider` only theirs. `options` are those of `Search`.
    """
    search = Search(visit_type=visit_type, providers=(provider,) if provider else (), **options)
    return list(islice(_at(location, search), limit))


def find_openings(*, locations: Sequence[Location], limit: int = 6, **options) -> list[Opening]:
    """The next open times over several locations and providers, soonest first. `options` are those of `Search`.

    Statements: for each location at most two for things, one for limits where the kind has any, and one
    for each two weeks that are gone through.
    """
    search = Search(**options)
    found = [_at(place, search, named=len(locations) > 1) for place in locations]
    return list(islice(merge(*found, key=lambda one: one.starts_at), limit))


def next_openings(
    *, location: Location, visit_type: VisitType, provider: Member | None = None, limit: int = 6, **options
) -> list[Opening]:
    """The next open times for the booking dialog: `open_slots` from now on."""
    return open_slots(location=location, visit_type=visit_type, provider=provider, limit=limit, **options)


def _at(location: Location, search: Search, *, named: bool = False) -> Iterator[Opening]:
    """Open times at one location, in order."""
    kind, now_day = search.visit_type, today(location.zone)
    names = search.names(location)
    first = max(search.day_from or now_day, now_day)
    last = min(first + timedelta(days=search.days - 1), now_day + timedelta(kind.max_horizon_days))
    if last < first or (not names and kind.needs_provider):
        return
    patient = search.patient
    needs = Needs(
        visit_type=kind,
        timing=kind.timing(with_interpreter=bool(patient and patient.needs_interpreter)),
        members=tuple(names),
        rooms=room_ids(location, kind),
        equipment=equipment_ids(kind),
        patient_id=patient.pk if patient else None,
        steps=step_needs(location, search.add_ons),
    )
    earliest = now() + timedelta(minutes=kind.min_notice_minutes)
    earliest = max(earliest, search.after or earliest)
    place = {"location_id": location.pk, "location_name": location.name} if named else {}
    for start, member_id in _openings(location, search, needs, first, last, earliest):
        day = start.astimezone(zone(location.zone)).date()
        yield Opening(
            start, member_id, names.get(member_id, ""), day, format_clock(start, location.zone), **place
        )


def _openings(
    location: Location, search: Search, needs: Needs, first: date, last: date, earliest: datetime
) -> Iterator[tuple[datetime, UUID | None]]:
    """Open starts in order of time, day by day; holds are read per chunk of days."""
    roster = load_roster(location, first, last)
    whole = Span(day_bounds(first, roster.zone)[0], day_bounds(last, roster.zone)[1])
    limits = None if search.is_walk_in else limits_for(roster, needs, whole, replaced=search.replaced)
    day, wishes = first, search.wishes
    while day <= last:
        chunk_end = min(day + timedelta(days=CHUNK_DAYS - 1), last)
        part = Span(day_bounds(day, roster.zone)[0], day_bounds(chunk_end, roster.zone)[1])
        busy = load_busy(needs.resource_ids(), part, viewer=search.viewer, replaced=search.replaced)
        while day <= chunk_end:
            if wishes.day_suits(day.weekday()):
                for start, member_id in day_openings(roster, needs, busy, day, earliest, limits):
                    if not wishes.parts or wishes.suits(start.astimezone(roster.zone)):
                        yield start, member_id
            day += timedelta(days=1)


def day_openings(
    roster: Roster, needs: Needs, busy: Busy, day: date, earliest: datetime, limits: Limits | None = None
) -> list[tuple[datetime, UUID | None]]:
    """Open starts of one day, soonest first; at one instant the less booked member comes first."""
    if not needs.members:
        return [(start, None) for start in _unstaffed(roster, needs, busy, day, earliest)]
    found: list[tuple[datetime, int, UUID | None]] = []
    for member_id in needs.members:
        load = busy.line(member_id).minutes
        starts = _starts_of(roster, needs, busy, day, member_id, earliest, limits)
        found.extend((start, load, member_id) for start in starts)
    found.sort(key=lambda row: (row[0], row[1]))
    return [(start, member_id) for start, _, member_id in found]


def _starts_of(
    roster: Roster,
    needs: Needs,
    busy: Busy,
    day: date,
    member_id: UUID,
    earliest: datetime,
    limits: Limits | None,
) -> Iterator[datetime]:
    length = timedelta(minutes=needs.timing.visit_minutes)
    taken = busy.line(member_id)
    for session, parts in roster.open_time(day, member_id, needs.visit_type.pk, now()):
        if session.span.end <= earliest or (limits and limits.broken(member_id, day, session)):
            continue
        step = timedelta(minutes=session.block.slot_minutes)
        for part in parts:
            for gap in taken.gaps(part):
                for start in starts_in(
                    gap, length, anchor=session.span.start, step=step, not_before=earliest
                ):
                    if things_free(roster, needs, busy, day, start):
                        yield start


def _unstaffed(roster: Roster, needs: Needs, busy: Busy, day: date, earliest: datetime) -> Iterator[datetime]:
    """Where nobody is rostered for nurse visits, the location's hours decide."""
    hours = roster.opening_hours(day)
    if hours:
        step = timedelta(minutes=15)
        length = timedelta(minutes=needs.timing.visit_minutes)
        for start in starts_in(hours, length, anchor=hours.start, step=step, not_before=earliest):
            if things_free(roster, needs, busy, day, start):
                yield start


def things_free(roster: Roster, needs: Needs, busy: Busy, day: date, start: datetime) -> bool:
    """Whether a room, a device, the patient and everything for the added steps are free for a visit at `start`."""
    layout = needs.layout(start)
    spans = layout.main
    if not (
        (needs.rooms is None or busy.any_free(needs.rooms, spans[Resource.ROOM]))
        and (needs.equipment is None or busy.any_free(needs.equipment, spans[Resource.EQUIPMENT]))
        and (needs.patient_id is None or busy.free(needs.patient_id, layout.patient))
    ):
        return False
    return all(
        step_member(roster, step, busy, day, at.stay) is not False and _things_of(step, busy, at)
        for step, at in zip(needs.steps, layout.steps, strict=True)
    )


def step_member(roster: Roster, step: StepNeeds, busy: Busy, day: date, stay: Span) -> UUID | None | bool:
    """Who does an added step: the least booked of those who are free, None where hours decide, False when nobody can."""
    if not step.members:
        hours = roster.opening_hours(day)
        return None if hours and hours.holds(stay) else False
    kind, at = step.visit_type.pk, now()
    able = [one for one in step.members if busy.free(one, stay) and roster.covers(day, one, kind, stay, at)]
    return min(able, key=lambda one: busy.line(one).minutes) if able else False


def _things_of(step: StepNeeds, busy: Busy, at: StepSpans) -> bool:
    return (step.rooms is None or busy.any_free(step.rooms, at.things)) and (
        step.equipment is None or busy.any_free(step.equipment, at.things)
    )
