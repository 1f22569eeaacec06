"""What each day of a series would be: free, closed, left out, or in conflict with times to choose from instead.

A plan writes nothing. As a trial it takes no locks; for booking it is made under all locks at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError, Refused
from clinic.core.time import format_clock, format_day, now, zone
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, ResourceHold, VisitType
from scheduling.queries.rosters import load_roster
from scheduling.queries.settings import bookable_member
from scheduling.queries.slots import Opening, open_slots
from scheduling.rules.recurrence import BadRule, Rule, days_of
from scheduling.rules.visit_states import UPCOMING
from scheduling.rules.wall_time import is_missing, to_instant_shifted, to_wall
from scheduling.services.booking import moved_wish
from scheduling.services.claims import claim_all
from scheduling.services.wishes import Claim, Wish

NEARBY = 4
BEFORE, AFTER = timedelta(days=3), 10


class Status(StrEnum):
    """What became of one day of a series."""

    FREE = "free"
    CONFLICT = "conflict"
    CLOSED = "closed"
    LEFT_OUT = "left_out"


class Scope(StrEnum):
    """Which visits of a series a change is meant for; a single one is rescheduled or cancelled as any visit."""

    LATER = "later"
    ALL = "all"

    @property
    def words(self) -> str:
        return "this visit and all later ones" if self == Scope.LATER else "all visits still to come"

    def visits(self, appointment: Appointment):
        """The visits in scope that have not begun, in their order."""
        rows = Appointment.objects.filter(
            series_id=appointment.series_id, state__in=sorted(UPCOMING), starts_at__gt=now()
        )
        if self == Scope.LATER:
            rows = rows.filter(starts_at__gte=appointment.starts_at)
        joined = rows.select_related("visit_type", "location", "patient", "provider", "ma")
        return joined.order_by("starts_at")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person chose for one day: another opening, or nothing (no visit; on a change: leave it as it is)."""

    starts_at: datetime | None = None
    member_id: UUID | None = None

    @property
    def is_none(self) -> bool:
        return self.starts_at is None


@dataclass(frozen=True)
class Planned:
    """One day of a series. `day` is the day of the rule (on a change: of the visit as it stands)."""

    number: int
    day: date
    starts_at: datetime
    zone_name: str
    status: Status
    words: str = ""
    is_shifted: bool = False
    claim: Claim | None = None
    visit: Appointment | None = None
    alternatives: tuple[Opening, ...] = ()

    @property
    def when(self) -> str:
        """Tue, Mar 10, 2026, 9:00 AM."""
        day = to_wall(self.starts_at, zone(self.zone_name))[0]
        return f"{format_day(day)}, {format_clock(self.starts_at, self.zone_name)}"

    @property
    def day_words(self) -> str:
        return format_day(self.day)


def plan_series(
    *,
    by: Actor,
    patient,
    visit_type: VisitType,
    location: Location,
    rule: Rule,
    first_day: date,
    clock: time,
    provider: Member | None = None,
    answers: Mapping[date, Answer],
    is_trial: bool = True,
    known: Sequence[Planned] | None = None,
) -> list[Planned]:
    """Every day of the rule and what it would be. Refuses a rule without end, in words.

    Clocks that go forward move a time that does not exist by one hour; the day says so. A trial also
    looks up what is free near each conflict.
    """
    if known is None:
        known = _first_plan(
            by, patient, visit_type, location, rule, first_day, clock, provider, answers, is_trial
        )
    if not is_trial:
        return list(known)
    search = {"location": location, "visit_type": visit_type, "provider": provider, "patient": patient}
    return _with_alternatives(known, search, by)


def _first_plan(
    by, patient, visit_type, location, rule, first_day, clock, provider, answers, is_trial
) -> list[Planned]:
    try:
        days = days_of(first_day, rule)
    except BadRule as error:
        raise Refused(str(error), field="count") from error
    tz = zone(location.zone)
    roster = load_roster(location, days[0], days[-1])
    plan: list[Planned] = []
    for number, day in enumerate(days, 1):
        answer = answers.get(day)
        at = answer.starts_at if answer and answer.starts_at else to_instant_shifted(day, clock, tz)
        one = Planned(number, day, at, location.zone, Status.FREE, is_shifted=is_missing(day, clock, tz))
        if answer and answer.is_none:
            one = replace(one, status=Status.LEFT_OUT, words="left out")
        elif answer is None and day in roster.closed:
            one = replace(one, status=Status.CLOSED, words=f"closed: {roster.closed[day]}")
        plan.append(one)
    wishes = [
        Wish(
            patient=patient,
            visit_type=visit_type,
            location=location,
            starts_at=one.starts_at,
            member=_member(answers.get(one.day), provider),
            is_interpreter_needed=patient.needs_interpreter,
        )
        for one in plan
        if one.status == Status.FREE
    ]
    return _claimed(plan, claim_all(by=by, wishes=wishes, is_trial=is_trial))


def plan_change(
    *,
    by: Actor,
    appointment: Appointment,
    scope: Scope,
    clock: time | None = None,
    provider: Member | None = None,
    shift_days: int = 0,
    answers: Mapping[date, Answer],
    is_trial: bool = True,
    known: Sequence[Planned] | None = None,
) -> list[Planned]:
    """Every visit in scope and its new time. Closed days are conflicts here: a visit that exists is never dropped."""
    if known is None:
        known = _first_change(by, appointment, scope, clock, provider, shift_days, answers, is_trial)
    if not is_trial:
        return list(known)
    search = {
        "location": appointment.location,
        "visit_type": appointment.visit_type,
        "provider": provider or appointment.provider or appointment.ma,
        "patient": appointment.patient,
    }
    return _with_alternatives(known, search, by)


def _first_change(by, appointment, scope, clock, provider, shift_days, answers, is_trial) -> list[Planned]:
    plan: list[Planned] = []
    wishes: list[Wish] = []
    visits = list(scope.visits(appointment))
    for visit in visits:
        answer = answers.get(visit.local_day)
        at, is_shifted = _moved_to(visit, clock, shift_days)
        if answer and answer.starts_at:
            at, is_shifted = answer.starts_at, False
        one = Planned(
            visit.series_number,
            visit.local_day,
            at,
            visit.zone,
            Status.FREE,
            is_shifted=is_shifted,
            visit=visit,
        )
        who = _member(answer, provider)
        is_same = at == visit.starts_at and who in (None, visit.provider or visit.ma)
        if is_same or (answer and answer.is_none):
            one = replace(one, status=Status.LEFT_OUT, words="stays as it is", starts_at=visit.starts_at)
        else:
            wishes.append(moved_wish(visit, at, who))
        plan.append(one)
    moving = [one.visit for one in plan if one.status == Status.FREE]
    held = ResourceHold.objects.filter(appointment__in=[row.pk for row in moving], is_live=True)
    made = claim_all(
        by=by,
        wishes=wishes,
        replaced=moving,
        also_lock=() if is_trial else list(held.values_list("resource_id", flat=True)),
        is_trial=is_trial,
    )
    return _claimed(plan, made)


def _moved_to(visit: Appointment, clock: time | None, shift_days: int) -> tuple[datetime, bool]:
    """The new instant, and whether the clock's change in spring moved it by an hour."""
    tz = zone(visit.location.zone)
    day, wall = visit.local_day + timedelta(days=shift_days), clock or visit.local_time
    if clock is None and not shift_days:
        return visit.starts_at, False
    return to_instant_shifted(day, wall, tz), is_missing(day, wall, tz)


def _member(answer: Answer | None, provider: Member | None) -> Member | None:
    return (bookable_member(answer.member_id) if answer and answer.member_id else None) or provider


def _claimed(plan: list[Planned], made: Sequence[Claim | ClinicError]) -> list[Planned]:
    """The plan with what each free day gets; a refusal makes it a conflict in the refusal's words."""
    answers = iter(made)
    found = []
    for one in plan:
        if one.status == Status.FREE:
            answer = next(answers)
            if isinstance(answer, ClinicError):
                one = replace(one, status=Status.CONFLICT, words=answer.message)
            else:
                one = replace(one, claim=answer)
        found.append(one)
    return found


def _with_alternatives(plan: Sequence[Planned], search: dict, by: Actor) -> list[Planned]:
    """Each conflict with the open times nearest to it, in order of time."""
    return [
        replace(one, alternatives=tuple(_near(one, search, by))) if one.status == Status.CONFLICT else one
        for one in plan
    ]


def _near(one: Planned, search: dict, by: Actor) -> list[Opening]:
    day = to_wall(one.starts_at, zone(one.zone_name))[0]
    found = open_slots(
        **search, day_from=day - BEFORE, days=AFTER, limit=200, viewer=by.member_id, replaced=one.visit
    )
    found.sort(key=lambda slot: abs(slot.starts_at.astimezone(UTC) - one.starts_at))
    return sorted(found[:NEARBY], key=lambda slot: slot.starts_at)
