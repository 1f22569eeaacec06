"""Patient flow of one visit, measure by measure, each with a value or the reason why it has none.

Source: domain specification 2.4. The report computes the same in SQL over many visits
(`scheduling.queries.report_flow`); tests hold the two together, and both against the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .visit_states import State, Stay, effective

LONGEST = timedelta(hours=6)
BURST = timedelta(seconds=5)


class Why(StrEnum):
    """Why a measure of a visit doesn't count; the first that applies, in this order."""

    MISSING = "missing"
    BURST = "burst"
    NEGATIVE = "negative"
    TOO_LONG = "too_long"


WHY_WORDS: dict[Why, str] = {
    Why.MISSING: "a time is missing",
    Why.BURST: "both times were entered in one burst (less than 5 seconds apart)",
    Why.NEGATIVE: "it ends before it begins",
    Why.TOO_LONG: "longer than 6 hours",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """One step of a visit: when it happened, and when somebody said so."""

    at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch between two steps, such as a time with the provider."""

    start: Stamp
    end: Stamp


@dataclass(frozen=True, slots=True)
class Visit:
    """What the measures of one visit are made of; what did not happen is None or empty."""

    scheduled_at: datetime
    arrived: Stamp | None = None
    roomed: Stamp | None = None
    ready: Stamp | None = None
    provider_in: Stamp | None = None
    departed: Stamp | None = None
    with_provider: tuple[Period, ...] = ()
    procedures: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A length of time, or why there is none."""

    value: timedelta | None = None
    why: Why | None = None


def visit_of(stays: Iterable[Stay], *, scheduled_at: datetime) -> Visit:
    """Reads a visit's stays, in the order in which they were written, undone moves taken out."""
    line = effective(stays)
    first: dict[State, Stamp] = {}
    periods: dict[State, list[Period]] = {State.WITH_PROVIDER: [], State.ORDERS: []}
    for stay, following in zip(line, [*line[1:], None], strict=True):
        stamp = Stamp(stay.started_at, stay.recorded_at)
        first.setdefault(stay.state, stamp)
        if stay.state in periods and following is not None:
            end = Stamp(following.started_at, following.recorded_at)
            periods[stay.state].append(Period(stamp, end))
    return Visit(
        scheduled_at=scheduled_at,
        arrived=first.get(State.ARRIVED),
        roomed=first.get(State.ROOMED),
        ready=first.get(State.READY),
        provider_in=first.get(State.WITH_PROVIDER),
        departed=first.get(State.COMPLETED) or first.get(State.LEFT),
        with_provider=tuple(periods[State.WITH_PROVIDER]),
        procedures=tuple(periods[State.ORDERS]),
    )


def between(start: Stamp | None, end: Stamp | None) -> Reading:
    """From one step to another. Refuses missing, entered together, negative and over 6 hours."""
    if start is None or end is None:
        return Reading(why=Why.MISSING)
    if abs(end.recorded_at - start.recorded_at) < BURST:
        return Reading(why=Why.BURST)
    return believed(end.at - start.at)


def believed(length: timedelta) -> Reading:
    """A length of time that can be true: not negative, at most 6 hours."""
    if length < timedelta():
        return Reading(why=Why.NEGATIVE)
    if length > LONGEST:
        return Reading(why=Why.TOO_LONG)
    return Reading(length)


def summed(periods: tuple[Period, ...]) -> Reading:
    """The periods added up; one that can't be believed takes the visit out."""
    if not periods:
        return Reading(why=Why.MISSING)
    each = [between(period.start, period.end) for period in periods]
    for why in Why:
        if any(reading.why == why for reading in each):
            return Reading(why=why)
    return believed(sum((reading.value for reading in each), timedelta()))


def late_adjusted(visit: Visit) -> Reading:
    """From the later of arrival and appointment to the room. Roomed before the appointment is no wait."""
    plain = between(visit.arrived, visit.roomed)
    if plain.why is not None:
        return plain
    return Reading(max(timedelta(), visit.roomed.at - max(visit.arrived.at, visit.scheduled_at)))


def measures(visit: Visit) -> dict[str, Reading]:
    """Every measure of time of one visit."""
    return {
        "lobby_wait": between(visit.arrived, visit.roomed),
        "late_adjusted_wait": late_adjusted(visit),
        "rooming_time": between(visit.roomed, visit.ready),
        "provider_wait": between(visit.ready, visit.provider_in),
        "door_to_provider": between(visit.arrived, visit.provider_in),
        "provider_time": summed(visit.with_provider),
        "cycle_time": between(visit.arrived, visit.departed),
    }


def value_added(visit: Visit) -> tuple[float | None, Why | None]:
    """The part of the stay in which something was done for the patient, 0 to 1, or why it is unknown.

    Steps that a visit did not have count nothing; a step that can't be believed takes the visit out.
    """
    cycle = between(visit.arrived, visit.departed)
    parts = [between(visit.roomed, visit.ready), summed(visit.with_provider), summed(visit.procedures)]
    for why in Why:
        if cycle.why == why or (why != Why.MISSING and any(part.why == why for part in parts)):
            return None, why
    worked = [part.value for part in parts if part.value is not None]
    if not worked or not cycle.value:
        return None, Why.MISSING
    return min(1.0, sum(worked, timedelta()) / cycle.value), None


def start_delay(scheduled_first: datetime, first_in: datetime | None) -> Reading:
    """How late a session began: first time with a provider after its first scheduled start. Early is 0."""
    if first_in is None:
        return Reading(why=Why.MISSING)
    return believed(max(timedelta(), first_in - scheduled_first))
