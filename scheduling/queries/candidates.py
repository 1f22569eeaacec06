"""Who of the waitlist could take a freed time, the first to be asked first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q

from clinic.core.time import zone
from scheduling.models import Appointment, FreedTime, Offer, ResourceHold, WaitlistEntry
from scheduling.queries.busy import Busy, load_busy
from scheduling.queries.needs import Needs, equipment_ids, room_ids, rostered
from scheduling.queries.rosters import load_roster
from scheduling.queries.slots import things_free
from scheduling.rules import waitlist as rules
from scheduling.rules.holds import Resource, spans_of
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import UPCOMING
from scheduling.rules.wall_time import day_bounds, to_wall

# Of so many that suit by their wishes the first ones are asked; a longer list is worked off in rounds.
AT_MOST = 300


def waiting_entries():
    """Entries that wait, with what the rules ask of them, in one statement."""
    return (
        WaitlistEntry.objects.filter(state=WaitlistEntry.State.WAITING)
        .select_related("patient", "visit_type", "location", "moves")
        .annotate(provider_ids=ArrayAgg("providers", filter=Q(providers__isnull=False), default=[]))
    )


def wishes_of(entry: WaitlistEntry) -> rules.Wishes:
    """An entry of `waiting_entries` for the pure rules."""
    patient, moves = entry.patient, entry.moves
    timing = entry.visit_type.timing(with_interpreter=patient.needs_interpreter)
    return rules.Wishes(
        id=entry.pk,
        urgency=entry.urgency,
        added_at=entry.created_at,
        added_on=entry.created_at.astimezone(zone(entry.location.zone)).date(),
        minutes=timing.visit_minutes,
        notice=timedelta(minutes=entry.notice_minutes),
        providers=frozenset(entry.provider_ids),
        weekdays=frozenset(entry.weekdays),
        parts=frozenset(entry.day_parts),
        earliest_on=entry.earliest_on,
        latest_on=entry.latest_on,
        booked_at=moves.starts_at if moves and moves.state in UPCOMING else None,
    )


def time_of(freed: FreedTime) -> rules.Time:
    """A freed time for the pure rules."""
    day, clock = to_wall(freed.starts_at, zone(freed.location.zone))
    minutes = int((freed.ends_at - freed.starts_at).total_seconds() // 60)
    return rules.Time(freed.starts_at, day, clock, minutes, freed.member_id)


def candidates_for(freed: FreedTime, present: datetime) -> Iterator[WaitlistEntry]:
    """Entries that may be offered this time, in the order of asking: wishes first, then what is really free.

    Left out: who was offered it before, who has another offer out, and who comes that day anyway (save by the
    visit that a yes would move). Four statements and one more per kind of room or device.
    """
    when = time_of(freed)
    rows = waiting_entries().filter(
        Q(earliest_on__isnull=True) | Q(earliest_on__lte=when.day),
        Q(latest_on__isnull=True) | Q(latest_on__gte=when.day),
        ~Exists(Offer.objects.filter(entry=OuterRef("pk"), freed=freed)),
        ~Exists(Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OUT)),
        location_id=freed.location_id,
        patient__deceased_on__isnull=True,
    )
    entries = {row.pk: row for row in rows.order_by("urgency", "created_at")[:AT_MOST]}
    wishes = rules.in_order((wishes_of(row) for row in entries.values()), when, present)
    if not wishes:
        return
    ordered = [entries[one.id] for one in wishes]
    look = _Look(freed, when.day, ordered, present)
    yield from (entry for entry in ordered if look.is_free_for(entry))


class _Look:
    """What is booked on the day of a freed time, read once for all candidates."""

    def __init__(self, freed: FreedTime, day: date, entries: list[WaitlistEntry], present: datetime):
        self.freed, self.day, self.present = freed, day, present
        self.roster = load_roster(freed.location, day, day)
        self.whole = Span(*day_bounds(day, zone(freed.location.zone)))
        self.coming = _coming([entry.patient_id for entry in entries], self.whole)
        self.busy = load_busy([freed.member_id] if freed.member_id else [], self.whole)
        self.things: dict[UUID, tuple[Needs, Busy]] = {}

    def is_free_for(self, entry: WaitlistEntry) -> bool:
        """Whether this patient's visit could be booked at this time, as far as can be seen without a lock."""
        kind, patient = entry.visit_type, entry.patient
        if self.coming.get(entry.patient_id, set()) - {entry.moves_id}:
            return False
        age = patient.age(self.day)
        if not kind.is_bookable or (kind.min_age or 0) > age or (kind.max_age or age) < age:
            return False
        if kind.for_sex and patient.sex_at_birth != kind.for_sex:
            return False
        timing = kind.timing(with_interpreter=patient.needs_interpreter)
        span = spans_of(self.freed.starts_at, timing)[
            Resource.PROVIDER if kind.needs_provider else Resource.MA
        ]
        return self._has_person(entry, span) and self._has_things(entry)

    def _has_person(self, entry: WaitlistEntry, span: Span) -> bool:
        names, member = rostered(self.freed.location, entry.visit_type), self.freed.member_id
        if member is None:
            hours = self.roster.opening_hours(self.day)
            return (
                not names and not entry.visit_type.needs_provider and hours is not None and hours.holds(span)
            )
        return (
            member in names
            and self.roster.covers(self.day, member, entry.visit_type_id, span, self.present)
            and self.busy.free(member, span)
        )

    def _has_things(self, entry: WaitlistEntry) -> bool:
        kind = entry.visit_type
        if not kind.room_kind and not kind.equipment_kind:
            return True
        if kind.pk not in self.things:
            needs = Needs(
                visit_type=kind,
                timing=kind.timing(with_interpreter=entry.patient.needs_interpreter),
                members=(),
                rooms=room_ids(self.freed.location, kind),
                equipment=equipment_ids(kind),
            )
            self.things[kind.pk] = needs, load_busy(needs.resource_ids(), self.whole)
        return things_free(self.roster, *self.things[kind.pk], self.day, self.freed.starts_at)


def _coming(patient_ids: list[UUID], whole: Span) -> dict[UUID, set[UUID]]:
    """Visits of the day that these patients have already."""
    found: dict[UUID, set[UUID]] = {}
    holds = ResourceHold.objects.busy(patient_ids, whole).values_list("resource_id", "appointment_id")
    for patient_id, appointment_id in holds:
        found.setdefault(patient_id, set()).add(appointment_id)
    return found


def taker_of(freed: FreedTime) -> Appointment | None:
    """The visit that holds the freed time by now, or None while it is free."""
    if freed.member_id is None:
        return None
    span = Span(freed.starts_at, freed.ends_at)
    hold = (
        ResourceHold.objects.busy([freed.member_id], span)
        .filter(is_overbook=False)
        .select_related("appointment")
        .order_by("created_at")
        .first()
    )
    return hold.appointment if hold else None
