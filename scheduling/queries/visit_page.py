"""Everything the page of one appointment shows, and which acts it offers to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from clinic.core.actor import Actor
from clinic.core.time import format_clock, format_day, format_local, now, today
from clinic.staff.permissions import Permission as P
from scheduling.models import Appointment, ResourceHold, Room, VisitInterval
from scheduling.queries.booking import PatientLine, minutes_early, patient_line
from scheduling.queries.settings import flow_settings
from scheduling.queries.undoing import may_undo
from scheduling.queries.visits import full_history
from scheduling.rules.visit_states import (
    IN_CLINIC,
    LABELS,
    UPCOMING,
    State,
    effective,
    legal_moves,
    why_not_undo,
)


@dataclass(frozen=True)
class Step:
    """One row of the history."""

    words: str
    clock: str
    by: str
    room: str
    reason: str
    minutes: int | None
    is_undone: bool
    is_undo: bool
    is_backdated: bool


@dataclass(frozen=True)
class VisitPage:
    visit: Appointment
    line: PatientLine
    when: str
    times: str
    told: str
    who: str
    is_today: bool
    steps: tuple[Step, ...]
    overbook: ResourceHold | None
    also: tuple[str, ...]
    moves: tuple[tuple[str, str], ...]
    rooms: tuple[Room, ...]
    may_check_in: bool
    may_move: bool
    may_cancel: bool
    may_confirm: bool
    may_no_show: bool
    may_undo: bool
    may_repeat: bool


def visit_page(visit: Appointment, actor: Actor) -> VisitPage:
    """The appointment with its history and the acts that `actor` may take on it now."""
    rows = full_history(visit)
    state, is_today = State(visit.state), visit.local_day == today(visit.zone)
    limits = flow_settings()
    is_ahead = state in UPCOMING
    grace_over = now() >= visit.starts_at + timedelta(minutes=limits.no_show_grace)
    stays = [row.as_stay() for row in rows]
    undo_words = why_not_undo(stays, now(), timedelta(minutes=limits.undo_minutes))
    moves = _moves(visit) if state in IN_CLINIC and actor.can(P.FLOW_MOVE) else ()
    end = format_clock(visit.ends_at, visit.zone)
    return VisitPage(
        visit=visit,
        line=patient_line(visit.patient),
        when=f"{format_day(visit.local_day)} at {format_clock(visit.starts_at, visit.zone)}",
        times=f"{format_clock(visit.starts_at, visit.zone)} – {end}",
        told=_told(visit),
        who=_who(visit),
        is_today=is_today,
        steps=tuple(_step(row, visit.zone) for row in rows),
        overbook=ResourceHold.objects.filter(appointment=visit, is_overbook=True)
        .select_related("overbook_by")
        .first(),
        also=tuple(_also(visit)),
        moves=moves,
        rooms=_clean_rooms(visit) if any(to == State.ROOMED for to, _ in moves) else (),
        may_check_in=is_ahead and is_today and actor.can(P.CHECK_IN),
        may_move=is_ahead and actor.can(P.APPOINTMENT_MOVE),
        may_cancel=is_ahead and actor.can(P.APPOINTMENT_CANCEL),
        may_confirm=state == State.SCHEDULED and actor.can(P.APPOINTMENT_BOOK),
        may_no_show=is_ahead and grace_over and actor.can(P.CHECK_IN),
        may_undo=undo_words is None and may_undo(actor, effective(stays)[-1].state),
        may_repeat=visit.series_id is None and actor.can(P.APPOINTMENT_BOOK),
    )


def _moves(visit: Appointment) -> tuple[tuple[str, str], ...]:
    kind = visit.visit_type
    found = legal_moves(State(visit.state), has_provider=kind.needs_provider, needs_room=kind.needs_room)
    return tuple((to.value, LABELS[to]) for to in found)


def _clean_rooms(visit: Appointment) -> tuple[Room, ...]:
    return tuple(
        Room.objects.filter(location_id=visit.location_id, state=Room.State.AVAILABLE, is_active=True)
    )


def _who(visit: Appointment) -> str:
    person = visit.provider or visit.ma
    return person.name if person else "Whoever is free"


def _told(visit: Appointment) -> str:
    """When the patient should be here: the MA's time comes before the provider's."""
    minutes = minutes_early(visit)
    if not minutes or not visit.visit_type.needs_room:
        return ""
    return f"be here at {format_clock(visit.starts_at - timedelta(minutes=minutes), visit.zone)}"


def _also(visit: Appointment) -> list[str]:
    """The added steps with their times and people."""
    steps = visit.steps.select_related("visit_type", "member")
    return [
        f"{step.visit_type.name} {format_clock(step.starts_at, visit.zone)}"
        + (f" ({step.member.name})" if step.member else "")
        for step in steps
    ]


def _step(row: VisitInterval, zone_name: str) -> Step:
    minutes = int((row.ended_at - row.started_at).total_seconds() // 60) if row.ended_at else None
    return Step(
        words=LABELS[State(row.state)],
        clock=format_local(row.started_at, zone_name),
        by=row.by.name if row.by else row.by_label,
        room=row.room.name if row.room else "",
        reason=row.reason,
        minutes=minutes,
        is_undone=hasattr(row, "undone_by"),
        is_undo=row.undo_of_id is not None,
        is_backdated=row.is_backdated,
    )
