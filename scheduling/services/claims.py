"""Claiming the time of people and things for one visit, under lock.

Decisions section 2: an exclusion constraint alone deadlocks under a race, so every resource that a
booking may touch is locked in key order first. What is decided here is decided on what no one else can
change until commit; the constraint stays as the backstop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.errors import Conflict, NotAllowed, Refused
from clinic.core.locks import lock_keys
from clinic.core.time import format_clock, now, zone
from clinic.staff.permissions import Permission
from scheduling.models import Appointment, ResourceHold
from scheduling.queries.rosters import load_roster
from scheduling.queries.slots import Busy, Needs, Opening, day_openings, equipment_ids, room_ids, rostered
from scheduling.rules.holds import Resource, spans_of
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span
from scheduling.rules.wall_time import day_bounds
from scheduling.services.wishes import Claim, Wish

ALTERNATIVES = 6
# A booking made while the minute turns is not in the past.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Held:
    resource_id: UUID
    span: Span
    is_overbook: bool
    visit_type_id: UUID
    provider_id: UUID | None


class Lost(Conflict):
    """A conflict that knows the day it happened on, and finds what is free nearby without a statement."""

    def __init__(self, message: str, day: _Day):
        super().__init__(message, field="starts_at", look=day.alternatives)


class _Day:
    """The local day of a wish as it stands under the locks."""

    def __init__(self, wish: Wish, needs: Needs, names: dict[UUID, str], roster: Roster, held: list[_Held]):
        self.wish, self.needs, self.names, self.roster, self.held = wish, needs, names, roster, held
        self.spans = spans_of(wish.starts_at, wish.timing)
        self.busy = Busy()
        for row in held:
            self.busy.by_resource[row.resource_id].append(row.span)

    @property
    def main_span(self) -> Span:
        return self.spans[self.needs.main]

    def alternatives(self) -> list[Opening]:
        """Open times of the same day, the nearest first, shown in order of time."""
        earliest = now() + timedelta(minutes=self.wish.visit_type.min_notice_minutes)
        found = day_openings(self.roster, self.needs, self.busy, self.wish.local_day, earliest)
        near = sorted(found, key=lambda row: abs(row[0] - self.wish.starts_at))[:ALTERNATIVES]
        place = self.wish.location.zone
        return [
            Opening(at, who, self.names.get(who, ""), self.wish.local_day, format_clock(at, place))
            for at, who in sorted(near, key=lambda row: row[0])
        ]

    def lost(self, message: str) -> Lost:
        return Lost(message, self)


def claim(
    *, by: Actor, wish: Wish, instead_of: Appointment | None = None, also_lock: Iterable[UUID] = ()
) -> Claim:
    """Decides under lock who and what the visit gets. Refuses with words; writes nothing.

    `instead_of` is the appointment whose own holds don't count, because this claim replaces them.
    """
    _check_wish(wish)
    names = _candidates(wish)
    needs = Needs(
        visit_type=wish.visit_type,
        timing=wish.timing,
        members=tuple(names),
        rooms=(wish.room.pk,) if wish.room else room_ids(wish.location, wish.visit_type),
        equipment=tuple(e.pk for e in wish.equipment) or equipment_ids(wish.visit_type),
        patient_id=wish.patient.pk,
    )
    extra = [wish.ma.pk] if wish.ma else []
    resources = [*needs.resource_ids(), *extra]
    # What the locks don't protect is read before them: everyone behind waits for what comes after.
    roster = load_roster(wish.location, wish.local_day, wish.local_day)
    lock_keys(*(hold_key(one) for one in {*resources, *also_lock}))
    day = _Day(wish, needs, names, roster, _held(wish, resources, instead_of))
    _check_patient(day)
    member_id, is_overbook = _pick_member(by, day)
    return Claim(
        wish=wish,
        member_id=member_id,
        ma_id=_check_ma(day),
        room_id=_pick_thing(day, Resource.ROOM, needs.rooms, "room"),
        equipment_ids=_pick_equipment(day),
        is_overbook=is_overbook,
    )


def hold_key(resource_id: UUID) -> str:
    """The name of the lock on one resource's calendar."""
    return f"hold:{resource_id}"


def _check_wish(wish: Wish) -> None:
    kind, patient = wish.visit_type, wish.patient
    if patient.deceased_on:
        raise Refused("This patient is recorded as deceased.", field="patient")
    if not kind.is_bookable:
        raise Refused(f"“{kind.name}” can't be booked any more.", field="visit_type")
    age = patient.age(wish.local_day)
    if kind.min_age is not None and age < kind.min_age:
        raise Refused(f"“{kind.name}” is for patients of {kind.min_age} and older.", field="visit_type")
    if kind.max_age is not None and age > kind.max_age:
        raise Refused(f"“{kind.name}” is for patients up to {kind.max_age}.", field="visit_type")
    if wish.is_walk_in:
        return
    ahead = wish.starts_at - now()
    if ahead < -TOLERANCE:
        raise Refused("That time has passed.", field="starts_at")
    if kind.min_notice_minutes and ahead < timedelta(minutes=kind.min_notice_minutes):
        raise Refused(f"“{kind.name}” needs {kind.min_notice_minutes} minutes' notice.", field="starts_at")
    if ahead > timedelta(days=kind.max_horizon_days + 1):
        raise Refused(
            f"“{kind.name}” is booked at most {kind.max_horizon_days} days ahead.", field="starts_at"
        )


def _candidates(wish: Wish) -> dict[UUID, str]:
    if wish.member:
        return {wish.member.pk: wish.member.name}
    return rostered(wish.location, wish.visit_type)


def _held(wish: Wish, resources: list[UUID], instead_of: Appointment | None) -> list[_Held]:
    tz = zone(wish.location.zone)
    start, end = day_bounds(wish.local_day, tz)
    spans = spans_of(wish.starts_at, wish.timing)[Resource.PATIENT]
    whole = Span(min(start, spans.start), max(end, spans.end))
    rows = ResourceHold.objects.busy(resources, whole)
    if instead_of is not None:
        rows = rows.exclude(appointment=instead_of)
    return [
        _Held(resource, Span(during.lower, during.upper), overbook, kind, provider)
        for resource, during, overbook, kind, provider in rows.values_list(
            "resource_id",
            "during",
            "is_overbook",
            "appointment__visit_type_id",
            "appointment__provider_id",
        )
    ]


def _check_patient(day: _Day) -> None:
    patient_id = day.wish.patient.pk
    if not day.busy.free(patient_id, day.spans[Resource.PATIENT]):
        raise day.lost(f"The patient already has a visit at that time ({day.wish.when}).")


def _pick_member(by: Actor, day: _Day) -> tuple[UUID | None, bool]:
    """Who takes the visit and whether it overbooks them."""
    wish = day.wish
    if not day.names:
        return _without_roster(day), False
    at_work = [one for one in day.names if _works(day, one)]
    if not at_work:
        raise _off(day)
    free = [one for one in at_work if day.busy.free(one, day.main_span)]
    if free:
        chosen = min(free, key=lambda one: sum(s.minutes for s in day.busy.by_resource.get(one, [])))
        _check_day_limits(by, day, chosen)
        return chosen, False
    who = day.names[at_work[0]] if len(at_work) == 1 else "Everyone who sees this kind of visit"
    if not wish.overbook_reason:
        raise day.lost(f"{who} is taken on {wish.when}.")
    _check_overbook(by, day, at_work[0])
    _check_day_limits(by, day, at_work[0])
    return at_work[0], True


def _works(day: _Day, member_id: UUID) -> bool:
    return day.roster.covers(day.wish.local_day, member_id, day.wish.visit_type.pk, day.main_span, now())


def _off(day: _Day) -> Conflict:
    wish = day.wish
    if len(day.names) == 1:
        ((member_id, name),) = day.names.items()
        why = day.roster.why_not(wish.local_day, member_id, wish.visit_type.pk, day.main_span, now())
        return day.lost(f"{name} is {why}: {wish.when}.")
    return day.lost(f"Nobody who sees this kind of visit works on {wish.when}.")


def _without_roster(day: _Day) -> None:
    """A visit without a provider, where nobody is rostered for it: the location's hours decide."""
    if day.wish.visit_type.needs_provider:
        raise Refused("No provider has sessions at this location.", field="provider")
    hours = day.roster.opening_hours(day.wish.local_day)
    if hours is None or not hours.holds(day.main_span):
        raise day.lost(f"{day.wish.location.name} is not open on {day.wish.when}.")


def _check_overbook(by: Actor, day: _Day, member_id: UUID) -> None:
    if not by.can(Permission.APPOINTMENT_OVERBOOK) or by.member_id is None:
        raise NotAllowed("You may not overbook. Choose a free time or ask a colleague who may.")
    overbooked = [row.span for row in day.held if row.resource_id == member_id and row.is_overbook]
    session = next(
        s for s in day.roster.sessions(day.wish.local_day, member_id) if s.span.overlaps(day.main_span)
    )
    name = day.names[member_id]
    if sum(span.overlaps(day.main_span) for span in overbooked) >= session.block.overbook_per_slot:
        raise day.lost(f"{name} is already overbooked on {day.wish.when}.")
    if sum(span.overlaps(session.span) for span in overbooked) >= session.block.overbook_per_session:
        raise day.lost(f"{name} has no overbooks left in this session.")


def _check_day_limits(by: Actor, day: _Day, member_id: UUID) -> None:
    wish = day.wish
    if wish.visit_type.needs_provider and not wish.is_walk_in:
        again = any(row.provider_id == member_id for row in day.held if row.resource_id == wish.patient.pk)
        if again and not (wish.overbook_reason and by.can(Permission.APPOINTMENT_OVERBOOK)):
            raise Refused(
                f"The patient already has a visit with {day.names[member_id]} that day.",
                field="starts_at",
                hint="Change that visit, or overbook with a reason.",
            )
    if wish.visit_type.daily_cap is not None:
        same = sum(
            row.resource_id == member_id and row.visit_type_id == wish.visit_type.pk for row in day.held
        )
        if same >= wish.visit_type.daily_cap:
            raise day.lost(
                f"{day.names[member_id]} has {same} “{wish.visit_type.name}” visits that day, and that is the limit."
            )


def _check_ma(day: _Day) -> UUID | None:
    ma = day.wish.ma
    if ma is None or Resource.MA not in day.spans or not day.wish.visit_type.needs_provider:
        return None
    if not day.busy.free(ma.pk, day.spans[Resource.MA]):
        raise day.lost(f"{ma.name} is taken just before {day.wish.when}.")
    return ma.pk


def _pick_thing(day: _Day, kind: Resource, ids: Sequence[UUID] | None, words: str) -> UUID | None:
    if ids is None:
        return None
    if not ids:
        raise Refused(f"This location has no {words} for “{day.wish.visit_type.name}” in service.")
    free = next((one for one in ids if day.busy.free(one, day.spans[kind])), None)
    if free is None:
        raise day.lost(f"No {words} for “{day.wish.visit_type.name}” is free on {day.wish.when}.")
    return free


def _pick_equipment(day: _Day) -> tuple[UUID, ...]:
    """Devices asked for by name are all held; otherwise one of the kind the visit type needs."""
    if not day.wish.equipment:
        one = _pick_thing(day, Resource.EQUIPMENT, day.needs.equipment, "device")
        return () if one is None else (one,)
    for device in day.wish.equipment:
        if not day.busy.free(device.pk, day.spans[Resource.EQUIPMENT]):
            raise day.lost(f"{device.name} is taken on {day.wish.when}.")
    return tuple(device.pk for device in day.wish.equipment)
