"""The queue of patients who wait to be seen, in the order in which they should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from clinic.core.time import format_clock
from clinic.inbox.queries.calls import script_in_force
from scheduling.models import Appointment, Location, TriageAssessment, VisitInterval
from scheduling.queries._words import patient_name, version_of
from scheduling.queries.outreach import triage_levels
from scheduling.rules.triage import queue_key
from scheduling.rules.visit_states import State

WAITING = (State.ARRIVED, State.ROOMED, State.INTAKE, State.READY)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One waiting patient, ready to print."""

    id: UUID
    patient_id: UUID
    name: str
    reason: str
    type_name: str
    who: str
    state: str
    room: str
    is_walk_in: bool
    arrived_at: datetime
    arrived: str
    level: int | None
    level_words: str
    see_within: int | None
    amber: int | None
    red_flags: tuple[str, ...]
    note: str
    assessed: str
    assessed_by: str


@dataclass(frozen=True)
class Queue:
    lines: tuple[QueueLine, ...]
    version: str = field(default="", compare=False)

    @property
    def not_assessed(self) -> int:
        return sum(line.level is None for line in self.lines)

    def patient_ids(self) -> list[UUID]:
        return [line.patient_id for line in self.lines]


def triage_queue(location: Location) -> Queue:
    """Everybody who is here and has not been with the provider: red flags first, then the level, then arrival.

    Two statements, however many wait; the names of the red flags are read with the script.
    """
    newest = TriageAssessment.objects.filter(appointment=OuterRef("pk")).order_by("-at", "-pk")
    arrived = VisitInterval.objects.filter(appointment=OuterRef("pk"), state=State.ARRIVED).order_by(
        "-recorded_at"
    )
    rows = (
        Appointment.objects.in_clinic()
        .filter(location=location, state__in=WAITING)
        .select_related("patient", "visit_type", "provider", "ma", "room")
        .annotate(
            level=Subquery(newest.values("level")[:1]),
            flags=Subquery(newest.values("red_flags")[:1]),
            triage_note=Subquery(newest.values("note")[:1]),
            assessed_at=Subquery(newest.values("at")[:1]),
            assessed_by=Subquery(newest.values("by__last_name")[:1]),
            arrived_at=Subquery(arrived.values("started_at")[:1]),
        )
    )
    script = script_in_force()
    names = {group["code"]: group["name"] for group in (script.groups if script else [])}
    lines = [_line(row, names) for row in rows]
    lines.sort(
        key=lambda line: queue_key(
            level=line.level, has_red_flag=bool(line.red_flags), arrived_at=line.arrived_at
        )
    )
    queue = Queue(tuple(lines))
    object.__setattr__(queue, "version", version_of(queue))
    return queue


def _line(row: Appointment, names: dict[str, str]) -> QueueLine:
    level = next((one for one in triage_levels() if one.level == row.level), None)
    person, patient = row.provider or row.ma, row.patient
    within = level.see_within_minutes if level else None
    arrived = row.arrived_at or row.state_since
    return QueueLine(
        id=row.pk,
        patient_id=row.patient_id,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        reason=row.reason,
        type_name=row.visit_type.name,
        who=person.name if person else "",
        state=row.state,
        room=row.room.name if row.room else "",
        is_walk_in=row.is_walk_in,
        arrived_at=arrived,
        arrived=format_clock(arrived, row.zone),
        level=row.level,
        level_words=level.name if level else "Not assessed",
        see_within=within,
        amber=within // 2 if within else within,
        red_flags=tuple(names.get(code, code) for code in row.flags or ()),
        note=row.triage_note or "",
        assessed=format_clock(row.assessed_at, row.zone) if row.assessed_at else "",
        assessed_by=row.assessed_by or "",
    )
