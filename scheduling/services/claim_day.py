"""One day as it stands under the locks, and what a wish gets of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.errors import Conflict, NotAllowed, Refused
from clinic.core.time import format_clock, now
from clinic.staff.permissions import Permission
from scheduling.queries.busy import Busy, Held
from scheduling.queries.limits import kind_limits
from scheduling.queries.needs import Needs
from scheduling.queries.slots import Opening, day_openings, step_member
from scheduling.rules.holds import Resource
from scheduling.rules.limits import Booked, Limit, Limits
from scheduling.rules.rosters import Roster, Session
from scheduling.rules.slots import Span
from scheduling.services.exceptions import hint, pass_over
from scheduling.services.wishes import Claim, StepClaim, Wish

ALTERNATIVES = 6


class Lost(Conflict):
    """A conflict that knows the day it happened on, and finds what is free nearby without a statement."""

    def __init__(self, message: str, day: ClaimDay, **kwargs):
        super().__init__(message, field="starts_at", look=day.alternatives, **kwargs)


class ClaimDay:
    """The local day of a wish: what is held on it, who works, and what one more visit would break."""

    def __init__(
        self,
        by: Actor,
        wish: Wish,
        needs: Needs,
        names: dict[UUID, str],
        roster: Roster,
        held: list[Held],
        passed: set[Limit],
    ):
        self.by, self.wish, self.needs, self.names, self.roster = by, wish, needs, names, roster
        own = [row for row in held if row.keeper_id and row.keeper_id == by.member_id]
        self.has_soft_hold = bool(own)
        # What one keeps for a caller oneself is one's own to book.
        self.held = [row for row in held if row not in own] if own else held
        self.passed = passed
        self.day = wish.local_day
        self.layout = wish.layout
        self.spans = self.layout.main
        self.busy = Busy()
        for row in self.held:
            self.busy.by_resource[row.resource_id].append(row.span)

    @property
    def main_span(self) -> Span:
        return self.spans[self.needs.main]

    def decide(self) -> Claim:
        """What the wish gets. Refuses with words."""
        self._check_patient()
        member_id, is_overbook = self._pick_member()
        ma_id = self._check_ma()
        room_id = self._pick_thing(self.needs.rooms, self.spans[Resource.ROOM], "room")
        main = Claim(
            wish=self.wish,
            member_id=member_id,
            ma_id=ma_id,
            room_id=room_id,
            equipment_ids=self._pick_equipment(),
            is_overbook=is_overbook,
            passed=frozenset(self.passed),
            has_soft_hold=self.has_soft_hold,
        )
        return replace(main, steps=self._pick_steps(main)) if self.needs.steps else main

    def alternatives(self) -> list[Opening]:
        """Open times of the same day, the nearest first, shown in order of time."""
        wish = self.wish
        earliest = now() + timedelta(minutes=wish.visit_type.min_notice_minutes)
        found = day_openings(self.roster, self.needs, self.busy, self.day, earliest, self._limits())
        near = sorted(found, key=lambda row: abs(row[0] - wish.starts_at))[:ALTERNATIVES]
        place = wish.location.zone
        return [
            Opening(at, who, self.names.get(who, ""), self.day, format_clock(at, place))
            for at, who in sorted(near, key=lambda row: row[0])
        ]

    def lost(self, message: str, **kwargs) -> Lost:
        return Lost(message, self, **kwargs)

    def _check_patient(self) -> None:
        patient = self.wish.patient
        if patient is None or self.busy.free(patient.pk, self.layout.patient):
            return
        blocked = [row for row in self._blocking(patient.pk, self.layout.patient) if row.keeper_id]
        if blocked:
            raise self.lost(
                f"{blocked[0].keeper} is booking a visit for this patient just now ({self.wish.when})."
            )
        raise self.lost(f"The patient already has a visit at that time ({self.wish.when}).")

    def _blocking(self, resource_id: UUID, span: Span) -> list[Held]:
        return [row for row in self.held if row.resource_id == resource_id and row.span.overlaps(span)]

    def _pick_member(self) -> tuple[UUID | None, bool]:
        """Who takes the visit and whether it overbooks them."""
        if not self.names:
            return self._without_roster(), False
        at_work = [one for one in self.names if self._works(one)]
        if not at_work:
            at_work = self._at_work_in_kept_time()
        free = [one for one in at_work if self.busy.free(one, self.main_span)]
        if free:
            chosen = min(free, key=lambda one: self.busy.line(one).minutes)
            self._check_limits(chosen)
            return chosen, False
        chosen = self._overbooked(at_work)
        self._check_limits(chosen)
        return chosen, True

    def _works(self, member_id: UUID, **options: bool) -> bool:
        kind = self.wish.visit_type.pk
        return self.roster.covers(self.day, member_id, kind, self.main_span, now(), **options)

    def _at_work_in_kept_time(self) -> list[UUID]:
        """Who could take the visit if kept time were given away early, which somebody may do with a reason."""
        able = [one for one in self.names if self._works(one, with_kept=True)]
        error = self._off(able)
        if not able:
            raise error
        pass_over(self.by, self.wish, Limit.KEPT, error, self.passed)
        return able

    def _off(self, able: list[UUID]) -> Conflict:
        wish, kind = self.wish, self.wish.visit_type.pk
        advice = hint(self.by, "Choose another time") if able else ""
        if len(self.names) == 1:
            ((member_id, name),) = self.names.items()
            why = self.roster.why_not(self.day, member_id, kind, self.main_span, now())
            return self.lost(f"{name} is {why}: {wish.when}.", hint=advice)
        return self.lost(f"Nobody who sees this kind of visit works on {wish.when}.", hint=advice)

    def _without_roster(self) -> None:
        """A visit without a provider, where nobody is rostered for it: the location's hours decide."""
        if self.wish.visit_type.needs_provider:
            raise Refused("No provider has sessions at this location.", field="provider")
        hours = self.roster.opening_hours(self.day)
        if hours is None or not hours.holds(self.main_span):
            raise self.lost(f"{self.wish.location.name} is not open on {self.wish.when}.")

    def _overbooked(self, at_work: Sequence[UUID]) -> UUID:
        """The first of them who can be overbooked, with permission, a reason and some left of the maximum."""
        who = self.names[at_work[0]] if len(at_work) == 1 else "Everyone who sees this kind of visit"
        kept = self._kept_words(at_work)
        if kept:
            raise self.lost(f"{who} is {kept}: {self.wish.when}.")
        if not self.wish.overbook_reason:
            may = self.by.can(Permission.APPOINTMENT_OVERBOOK)
            advice = "Choose another time, or overbook with a reason." if may else ""
            raise self.lost(f"{who} is taken on {self.wish.when}.", hint=advice)
        if not self.by.can(Permission.APPOINTMENT_OVERBOOK) or self.by.member_id is None:
            raise NotAllowed("You may not overbook. Choose a free time or ask a colleague who may.")
        full = [self._why_full(one) for one in at_work]
        for one, words in zip(at_work, full, strict=True):
            if not words:
                return one
        raise self.lost(full[0])

    def _kept_words(self, member_ids: Sequence[UUID]) -> str:
        """Said when all that stands in the way is time that a colleague keeps for a caller."""
        rows = [row for one in member_ids for row in self._blocking(one, self.main_span)]
        keepers = [row for row in rows if row.keeper_id]
        if not keepers:
            return ""
        until = format_clock(max(row.until for row in keepers), self.wish.location.zone)
        return f"kept for a caller by {keepers[0].keeper} until {until}"

    def _session(self, member_id: UUID) -> Session | None:
        sessions = self.roster.sessions(self.day, member_id)
        return next((one for one in sessions if one.span.overlaps(self.main_span)), None)

    def _why_full(self, member_id: UUID) -> str:
        """Why the member can't be overbooked then, empty when they can."""
        overbooked = [row.span for row in self.held if row.resource_id == member_id and row.is_overbook]
        session, name = self._session(member_id), self.names[member_id]
        at_once = sum(span.overlaps(self.main_span) for span in overbooked)
        if at_once >= session.block.overbook_per_slot:
            if not session.block.overbook_per_slot:
                return f"{name} takes no overbooks in this session."
            return f"{name} is already overbooked on {self.wish.when}."
        if sum(span.overlaps(session.span) for span in overbooked) >= session.block.overbook_per_session:
            return f"{name} has no overbooks left in this session."
        return ""

    def _limits(self) -> Limits:
        booked = [
            Booked(row.resource_id, None, row.visit_type_id, row.span.start)
            for row in self.held
            if row.resource_id in self.names and row.visit_type_id
        ]
        patient = self.wish.patient
        if patient is not None:
            booked += [
                Booked(row.provider_id, patient.pk, None, row.span.start)
                for row in self.held
                if row.resource_id == patient.pk and row.provider_id
            ]
        patient_id = patient.pk if patient is not None else None
        return Limits(kind_limits(self.wish.visit_type), booked, patient_id, self.roster.zone)

    def _check_limits(self, member_id: UUID) -> None:
        wish, name = self.wish, self.names[member_id]
        limits, session = self._limits(), self._session(member_id)
        kind = wish.visit_type.name
        for limit in limits.broken(member_id, self.day, session):
            if limit == Limit.SAME_DAY:
                if wish.is_walk_in:
                    continue
                error = Refused(
                    f"The patient already has a visit with {name} that day.",
                    field="starts_at",
                    hint="Change that visit, or overbook with a reason.",
                )
            elif limit == Limit.DAILY_CAP:
                count = limits.same_kind(member_id, self.day)
                words = f"{name} has {count} “{kind}” visits that day, and that is the limit."
                error = self.lost(words, hint=hint(self.by, "Choose another day"))
            else:
                count = limits.new_patients(member_id, session.span)
                people = "new patient" if count == 1 else "new patients"
                words = f"{name} has {count} {people} in this session, and that is the limit."
                error = self.lost(words, hint=hint(self.by, "Choose another session"))
            pass_over(self.by, wish, limit, error, self.passed)

    def _check_ma(self) -> UUID | None:
        ma = self.wish.ma
        if ma is None or Resource.MA not in self.spans or not self.wish.visit_type.needs_provider:
            return None
        if not self.busy.free(ma.pk, self.spans[Resource.MA]):
            raise self.lost(f"{ma.name} is taken just before {self.wish.when}.")
        return ma.pk

    def _pick_thing(self, ids: Sequence[UUID] | None, span: Span, words: str, kind: str = "") -> UUID | None:
        name = kind or self.wish.visit_type.name
        if ids is None:
            return None
        if not ids:
            raise Refused(f"This location has no {words} for “{name}” in service.")
        free = self.busy.first_free(ids, span)
        if free is None:
            raise self.lost(f"No {words} for “{name}” is free on {self.wish.when}.")
        return free

    def _pick_equipment(self) -> tuple[UUID, ...]:
        """Devices asked for by name are all held; otherwise one of the kind the visit type needs."""
        span = self.spans[Resource.EQUIPMENT]
        if not self.wish.equipment:
            one = self._pick_thing(self.needs.equipment, span, "device")
            return () if one is None else (one,)
        for device in self.wish.equipment:
            if not self.busy.free(device.pk, span):
                raise self.lost(f"{device.name} is taken on {self.wish.when}.")
        return tuple(device.pk for device in self.wish.equipment)

    def _pick_steps(self, main: Claim) -> tuple[StepClaim, ...]:
        """People and things of the added steps; what one takes is not free for the next."""
        for kind, resource_id, span in main.stretches():
            if kind != Resource.PATIENT:
                self.busy.add(resource_id, span)
        found = []
        for step, at in zip(self.needs.steps, self.layout.steps, strict=True):
            kind = step.visit_type.name
            member = step_member(self.roster, step, self.busy, self.day, at.stay)
            if member is False:
                clock = format_clock(at.stay.start, self.wish.location.zone)
                raise self.lost(
                    f"Nobody is free for “{kind}” at {clock}, as part of the visit on {self.wish.when}."
                )
            room = self._pick_thing(step.rooms, at.things, "room", kind)
            device = self._pick_thing(step.equipment, at.things, "device", kind)
            for resource_id, span in ((member, at.stay), (room, at.things), (device, at.things)):
                if resource_id:
                    self.busy.add(resource_id, span)
            found.append(StepClaim(step.visit_type, at, member, room, device))
        return tuple(found)
