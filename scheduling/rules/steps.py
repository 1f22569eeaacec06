"""Several steps in one visit, laid out one after the other. Source: domain specification 3.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .holds import Resource, Timing, spans_of
from .slots import Span


class Place(StrEnum):
    """Where an added step stands: before the MA and the provider see the patient, or after the provider has."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class StepSpans:
    """One added step: who does it works for `stay`; room and device are taken for `things`, buffer included."""

    stay: Span
    things: Span


@dataclass(frozen=True)
class Layout:
    """A whole visit: the main part by resource, and its steps in the order in which they were asked for."""

    main: dict[Resource, Span]
    steps: tuple[StepSpans, ...]
    patient: Span


def lay_out(start: datetime, main: Timing, steps: Sequence[tuple[Place, Timing]] = ()) -> Layout:
    """The stretches of a visit whose main part begins at `start`.

    Steps before end where the main part's first minute begins, in the order given; steps after begin
    when its people are done. The patient is held from the first step to the last minute of anything.
    """
    spans = spans_of(start, main)
    patient = spans[Resource.PATIENT]
    lead = sum(timing.ma_before_minutes for place, timing in steps if place == Place.BEFORE)
    early = patient.start - timedelta(minutes=lead)
    late = start + timedelta(minutes=main.visit_minutes)
    found: list[StepSpans] = []
    for place, timing in steps:
        begin = early if place == Place.BEFORE else late
        end = begin + timedelta(minutes=timing.ma_before_minutes)
        found.append(
            StepSpans(Span(begin, end), Span(begin, end + timedelta(minutes=timing.buffer_after_minutes)))
        )
        if place == Place.BEFORE:
            early = end
        else:
            late = end
    first = min([patient.start, *(step.stay.start for step in found)])
    last = max([patient.end, *(step.things.end for step in found)])
    return Layout(spans, tuple(found), Span(first, last))
