"""Weekly patterns, absences and closures as the settings page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from clinic.core.time import format_day, format_local, today, zone
from scheduling.models import WEEKDAYS, Closure, Location, ProviderSession, SessionException, SessionPart
from scheduling.rules.wall_time import day_bounds


@dataclass(frozen=True)
class SessionLine:
    id: object
    times: str
    until: str
    note: str


@dataclass(frozen=True)
class MemberWeek:
    """One member's blocks, a list for each weekday."""

    name: str
    days: tuple[tuple[SessionLine, ...], ...]


@dataclass(frozen=True)
class TemplatesPage:
    weekdays: tuple[str, ...]
    weeks: tuple[MemberWeek, ...]
    absences: tuple[tuple[SessionException, str], ...]
    closures: tuple[tuple[Closure, str], ...]


def templates_page(location: Location) -> TemplatesPage:
    """Current and coming patterns of a location, in four statements."""
    now_day = today(location.zone)
    sessions = (
        ProviderSession.objects.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=now_day), location=location
        )
        .select_related("provider")
        .prefetch_related("visit_types", "parts__kept_for")
        .order_by("provider__last_name", "provider__first_name", "provider_id", "weekday", "starts")
    )
    by_member: dict = {}
    for session in sessions:
        by_member.setdefault(session.provider, [[] for _ in WEEKDAYS])[session.weekday].append(
            _line(session, now_day)
        )
    start = day_bounds(now_day, zone(location.zone))[0]
    away = SessionException.objects.filter(ends_at__gte=start).select_related("provider")[:100]
    closed = Closure.objects.filter(Q(location=location) | Q(location=None), day__gte=now_day).select_related(
        "location"
    )
    return TemplatesPage(
        weekdays=WEEKDAYS,
        weeks=tuple(
            MemberWeek(member.name, tuple(tuple(day) for day in days)) for member, days in by_member.items()
        ),
        absences=tuple(
            (
                row,
                f"{format_local(row.starts_at, location.zone)} – {format_local(row.ends_at, location.zone)}",
            )
            for row in away
        ),
        closures=tuple((row, format_day(row.day)) for row in closed),
    )


def _line(session: ProviderSession, now_day) -> SessionLine:
    notes = [kind.name for kind in session.visit_types.all()]
    if session.release_hours is not None:
        notes.append(f"kept until {session.release_hours} h before")
    if session.new_patient_cap is not None:
        notes.append(f"new patients at most {session.new_patient_cap}")
    notes += [part_line(part) for part in session.parts.all()]
    span = []
    if session.effective_from > now_day:
        span.append(f"from {format_day(session.effective_from)}")
    if session.effective_to:
        span.append(f"until {format_day(session.effective_to)}")
    return SessionLine(
        id=session.pk,
        times=f"{_clock(session.starts)}–{_clock(session.ends)}",
        until=" ".join(span),
        note=", ".join(notes),
    )


def part_line(part: SessionPart) -> str:
    """Huddle 9:00–9:20, or: same-day requests 10:00–10:40, kept until 24 h before (always for Acute same-day)."""
    words = f"{part.label or part.get_kind_display()} {_clock(part.starts)}–{_clock(part.ends)}"
    if part.kind == SessionPart.Kind.BREAK:
        return words
    until = "kept" if part.release_hours is None else f"kept until {part.release_hours} h before"
    always = " (always for " + ", ".join(kind.name for kind in part.kept_for.all()) + ")"
    return f"{words}, {until}{always if part.kept_for.all() else ''}"


def _clock(value) -> str:
    return f"{value.hour % 12 or 12}:{value:%M}"
