"""Waiting times of one visit and of many. Source: domain specification 2.4."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from .visit_states import State, Stay, effective

LONGEST = timedelta(hours=6)
BURST = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The instants of one visit that its waits are made of; what did not happen is None."""

    scheduled_at: datetime | None = None
    arrived_at: datetime | None = None
    roomed_at: datetime | None = None
    ready_at: datetime | None = None
    provider_in_at: datetime | None = None
    departed_at: datetime | None = None
    provider_time: timedelta | None = None
    procedure_time: timedelta | None = None
    recorded: tuple[datetime, ...] = ()


def stamps(stays: Iterable[Stay], *, scheduled_at: datetime | None = None) -> Stamps:
    """First instant of each step and the summed provider and procedure time of one visit."""
    line = effective(stays)
    first: dict[State, datetime] = {}
    spent: dict[State, timedelta] = {}
    for stay in line:
        first.setdefault(stay.state, stay.started_at)
        if stay.ended_at:
            spent[stay.state] = spent.get(stay.state, timedelta()) + (stay.ended_at - stay.started_at)
    return Stamps(
        scheduled_at=scheduled_at,
        arrived_at=first.get(State.ARRIVED),
        roomed_at=first.get(State.ROOMED),
        ready_at=first.get(State.READY),
        provider_in_at=first.get(State.WITH_PROVIDER),
        departed_at=first.get(State.COMPLETED) or first.get(State.LEFT),
        provider_time=spent.get(State.WITH_PROVIDER),
        procedure_time=spent.get(State.ORDERS),
        recorded=tuple(s.recorded_at for s in line if s.state not in (State.SCHEDULED, State.CONFIRMED)),
    )


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    if start is None or end is None:
        return None
    span = end - start
    return span if timedelta() <= span <= LONGEST else None


def in_one_burst(visit: Stamps) -> bool:
    """Stamps typed in one go after the fact say nothing about time."""
    times = sorted(visit.recorded)
    return len(times) > 2 and times[-1] - times[0] < BURST * (len(times) - 1)


def waits(visit: Stamps) -> dict[str, timedelta | None]:
    """Each measure of one visit; None where a stamp is missing or the value can't be believed."""
    if in_one_burst(visit):
        return dict.fromkeys(MEASURES)
    late_start = visit.arrived_at
    if visit.arrived_at and visit.scheduled_at:
        late_start = max(visit.arrived_at, visit.scheduled_at)
    late_adjusted = None
    if late_start and visit.roomed_at:
        late_adjusted = _between(min(late_start, visit.roomed_at), visit.roomed_at)
    return {
        "lobby_wait": _between(visit.arrived_at, visit.roomed_at),
        "late_adjusted_wait": late_adjusted,
        "rooming_time": _between(visit.roomed_at, visit.ready_at),
        "provider_wait": _between(visit.ready_at, visit.provider_in_at),
        "door_to_provider": _between(visit.arrived_at, visit.provider_in_at),
        "provider_time": visit.provider_time if visit.provider_time else None,
        "cycle_time": _between(visit.arrived_at, visit.departed_at),
    }


MEASURES = (
    "lobby_wait",
    "late_adjusted_wait",
    "rooming_time",
    "provider_wait",
    "door_to_provider",
    "provider_time",
    "cycle_time",
)


def value_added_share(visit: Stamps) -> float | None:
    """The part of the stay in which something was done for the patient, 0 to 1; None if unknown."""
    measured = waits(visit)
    cycle = measured["cycle_time"]
    if not cycle:
        return None
    parts = (measured["rooming_time"], measured["provider_time"], visit.procedure_time)
    worked = sum((part for part in parts if part), timedelta())
    return min(1.0, worked / cycle)


@dataclass(frozen=True, slots=True)
class Summary:
    """Median and 90th percentile in minutes, with how many visits counted and how many did not."""

    median: float | None
    p90: float | None
    counted: int
    excluded: int


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest-rank percentile: a value that was really measured, never a mean of two."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, ceil(share * len(ranked)) - 1)]


def summary(measured: Iterable[timedelta | None]) -> Summary:
    """Median and p90 of one measure over many visits; None entries are counted as excluded."""
    all_values = list(measured)
    minutes = [value.total_seconds() / 60 for value in all_values if value is not None]
    return Summary(
        median=percentile(minutes, 0.5),
        p90=percentile(minutes, 0.9),
        counted=len(minutes),
        excluded=len(all_values) - len(minutes),
    )


def no_show_rate(*, completed: int, no_shows: int, late_cancels: int, left: int) -> float | None:
    """No-shows over all visits that held a slot to the end; cancellations in time are not among them."""
    base = completed + no_shows + late_cancels + left
    return no_shows / base if base else None
