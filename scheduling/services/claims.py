"""Claiming the time of people and things, under lock.

Decisions section 2: an exclusion constraint alone deadlocks under a race, so every resource that a
booking may touch is locked in key order first. What is decided here is decided on what no one else can
change until commit; the constraint stays as the backstop. Several wishes (a series) are claimed on one
set of locks and one reading, so that two series never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.core.locks import lock_keys
from clinic.core.time import zone
from scheduling.models import Appointment
from scheduling.queries.busy import Held, load_held
from scheduling.queries.needs import Needs, equipment_ids, room_ids, rostered, step_needs
from scheduling.queries.rosters import load_roster
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span
from scheduling.rules.wall_time import day_bounds
from scheduling.services.claim_day import ClaimDay
from scheduling.services.exceptions import check_wish
from scheduling.services.wishes import Claim, Wish


@dataclass(frozen=True)
class _Asked:
    """A wish with who and what may serve it."""

    wish: Wish
    needs: Needs
    names: dict[UUID, str]
    window: Span

    def resources(self) -> list[UUID]:
        return [*self.needs.resource_ids(), *([self.wish.ma.pk] if self.wish.ma else [])]


def claim(
    *, by: Actor, wish: Wish, instead_of: Appointment | None = None, also_lock: Iterable[UUID] = ()
) -> Claim:
    """Decides under lock who and what the visit gets. Refuses with words; writes nothing.

    `instead_of` is the appointment whose own holds don't count, because this claim replaces them.
    """
    replaced = (instead_of,) if instead_of is not None else ()
    (made,) = claim_all(by=by, wishes=[wish], replaced=replaced, also_lock=also_lock)
    if isinstance(made, ClinicError):
        raise made
    return made


def claim_all(
    *,
    by: Actor,
    wishes: Sequence[Wish],
    replaced: Sequence[Appointment] = (),
    also_lock: Iterable[UUID] = (),
    is_trial: bool = False,
) -> list[Claim | ClinicError]:
    """What each wish gets, or why it gets nothing; the wishes count for each other, in their order.

    Holds of `replaced` don't count. A trial takes no locks: what it answers can be gone a moment later.
    Writes nothing.
    """
    answers: list[Claim | ClinicError | None] = []
    asked: list[_Asked] = []
    passed = []
    for wish in wishes:
        try:
            passed.append(check_wish(by, wish))
            asked.append(_ask(wish, asked[-1] if asked else None))
            answers.append(None)
        except ClinicError as error:
            answers.append(error)
    if not asked:
        return answers
    resources = list(dict.fromkeys(one for ask in asked for one in ask.resources()))
    # What the locks don't protect is read before them: everyone behind waits for what comes after.
    days = [ask.wish.local_day for ask in asked]
    roster = load_roster(asked[0].wish.location, min(days), max(days))
    if not is_trial:
        lock_keys(*(hold_key(one) for one in {*resources, *also_lock}))
    held = load_held(resources, [ask.window for ask in asked], replaced=replaced)
    found = iter(_decide(by, roster, asked, passed, held))
    return [next(found) if answer is None else answer for answer in answers]


def hold_key(resource_id: UUID) -> str:
    """The name of the lock on one resource's calendar."""
    return f"hold:{resource_id}"


def _decide(
    by: Actor, roster: Roster, asked: Sequence[_Asked], passed: Sequence[set], held: list[Held]
) -> Iterable[Claim | ClinicError]:
    for ask, limits in zip(asked, passed, strict=True):
        near = [row for row in held if row.span.overlaps(ask.window)]
        day = ClaimDay(by, ask.wish, ask.needs, ask.names, roster, near, limits)
        try:
            made = day.decide()
        except ClinicError as error:
            yield error
            continue
        kind, provider = ask.wish.visit_type.pk, made.member_id
        if len(asked) > 1:
            held += [Held(one, span, False, kind, provider) for _, one, span in made.stretches()]
        yield made


def _ask(wish: Wish, before: _Asked | None) -> _Asked:
    """Who and what may serve a wish; the same as for the wish before it where that was alike."""
    start, end = day_bounds(wish.local_day, zone(wish.location.zone))
    patient = wish.layout.patient
    window = Span(min(start, patient.start), max(end, patient.end))
    if before is not None and _alike(wish, before.wish):
        return _Asked(wish, before.needs, before.names, window)
    names = {wish.member.pk: wish.member.name} if wish.member else rostered(wish.location, wish.visit_type)
    needs = Needs(
        visit_type=wish.visit_type,
        timing=wish.timing,
        members=tuple(names),
        rooms=(wish.room.pk,) if wish.room else room_ids(wish.location, wish.visit_type),
        equipment=tuple(e.pk for e in wish.equipment) or equipment_ids(wish.visit_type),
        patient_id=wish.patient.pk if wish.patient is not None else None,
        steps=step_needs(wish.location, wish.add_ons),
    )
    return _Asked(wish, needs, names, window)


def _alike(one: Wish, other: Wish) -> bool:
    names = (
        "patient", "visit_type", "location", "member", "room", "equipment", "is_interpreter_needed", "add_ons", "minutes",
    )  # fmt: skip
    return all(getattr(one, name) == getattr(other, name) for name in names)
