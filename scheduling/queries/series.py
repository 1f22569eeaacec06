"""A series as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.core.actor import Actor
from clinic.core.errors import NotFound
from clinic.core.time import format_clock, format_day, now
from clinic.staff.permissions import Permission as P
from scheduling.models import Appointment, AppointmentSeries
from scheduling.rules.visit_states import LABELS, UPCOMING, State


@dataclass(frozen=True)
class SeriesLine:
    """One visit of the series as it stands."""

    id: UUID
    number: int
    when: str
    who: str
    state: str
    state_words: str
    is_ahead: bool


@dataclass(frozen=True)
class SeriesPage:
    series: AppointmentSeries
    rule: str
    lines: tuple[SeriesLine, ...]
    left_out: tuple[tuple[str, str], ...]
    next_id: UUID | None
    may_change: bool
    may_cancel: bool


def series_page(pk: UUID, actor: Actor) -> SeriesPage:
    """The rule, the visits as they stand (replaced ones left out), and the days without one. Two statements."""
    row = (
        AppointmentSeries.objects.select_related("patient", "visit_type", "location", "provider")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound("This series no longer exists.")
    visits = Appointment.objects.filter(series=row).exclude(state=State.RESCHEDULED)
    lines = [_line(visit) for visit in visits.select_related("provider", "ma").order_by("starts_at")]
    ahead = next((line.id for line in lines if line.is_ahead), None)
    return SeriesPage(
        series=row,
        rule=f"{row.rule.words}, at {row.local_time.hour % 12 or 12}:{row.local_time:%M}"
        f" {'AM' if row.local_time.hour < 12 else 'PM'}",
        lines=tuple(lines),
        left_out=tuple((format_day(date.fromisoformat(one["day"])), one["why"]) for one in row.left_out),
        next_id=ahead,
        may_change=ahead is not None and actor.can(P.APPOINTMENT_MOVE),
        may_cancel=ahead is not None and actor.can(P.APPOINTMENT_CANCEL),
    )


def _line(visit: Appointment) -> SeriesLine:
    person = visit.provider or visit.ma
    return SeriesLine(
        id=visit.pk,
        number=visit.series_number,
        when=f"{format_day(visit.local_day)}, {format_clock(visit.starts_at, visit.zone)}",
        who=person.name if person else "",
        state=visit.state,
        state_words=LABELS[State(visit.state)],
        is_ahead=visit.state in UPCOMING and visit.starts_at > now(),
    )
