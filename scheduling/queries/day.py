"""The day by provider columns: everything the page shows, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from math import ceil, floor
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import reverse

from clinic.core.kept import kept
from clinic.core.time import today, zone
from clinic.staff.models import Member
from clinic.staff.roles import Role
from scheduling.models import Appointment, Location, VisitStep
from scheduling.queries._words import clock, clock_full, patient_name, version_of
from scheduling.queries.day_columns import Frame, column_of
from scheduling.queries.day_rows import ROW_MINUTES, Column, Visit
from scheduling.queries.kept_time import kept_times
from scheduling.queries.rosters import load_roster
from scheduling.queries.settings import visit_types
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import IN_CLINIC, LABELS, UPCOMING, State
from scheduling.rules.wall_time import to_instant_shifted

TONES = {
    State.SCHEDULED: "plain",
    State.CONFIRMED: "confirmed",
    State.COMPLETED: "past",
    State.LEFT: "danger",
    State.NO_SHOW: "danger",
}
SHORT = {State.LEFT: "Left", State.WITH_PROVIDER: "Provider", State.COMPLETED: "Done"}
_FIELDS = (
    "id",
    "patient_id",
    "patient__first_name",
    "patient__last_name",
    "patient__preferred_name",
    "provider_id",
    "ma_id",
    "starts_at",
    "ends_at",
    "state",
    "state_since",
    "reason",
    "is_walk_in",
    "is_interpreter_needed",
    "visit_type__name",
    "visit_type__color",
    "visit_type__needs_room",
    "room__label",
    "step_names",
)


@dataclass(frozen=True, slots=True)
class Strip:
    """The numbers on top of the day."""

    booked: int
    arrived: int
    roomed: int
    done: int
    no_shows: int
    waiting_longest: datetime | None
    waiting_name: str


@dataclass(frozen=True)
class DayBoard:
    day: date
    location_id: UUID
    zone: str
    is_today: bool
    closed: str
    first_hour: int
    last_hour: int
    columns: tuple[Column, ...]
    strip: Strip
    # Left out of the version, which is made of what is printed: they stand in the columns.
    visits: tuple[Visit, ...] = field(repr=False)
    version: str = field(default="", compare=False)

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Grid row and words of each full hour."""
        return [
            (
                (hour - self.first_hour) * 60 // ROW_MINUTES + 1,
                f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}",
            )
            for hour in range(self.first_hour, self.last_hour)
        ]

    @property
    def rows(self) -> int:
        return (self.last_hour - self.first_hour) * 60 // ROW_MINUTES

    @property
    def starts_at(self) -> datetime:
        """The instant of the first grid row, for the now-line."""
        return to_instant_shifted(self.day, time(self.first_hour), zone(self.zone))


def day_board(day: date, location: Location, *, may_book: bool = False) -> DayBoard:
    """The board of one local day: a statement for its visits and one for what is kept for callers."""
    roster = load_roster(location, day, day)
    visits = _visits(day, location)
    sessions = {one: roster.sessions(day, one) for one in roster.member_ids()}
    wanted = dict.fromkeys([*(one for one in sessions if sessions[one]), *(v.member_id for v in visits)])
    people = _people(tuple(one for one in wanted if one))
    first, last = _hours(roster, day, visits)
    kinds = visit_types() if may_book else ()
    fits = tuple((kind.pk, kind.name, kind.provider_minutes) for kind in kinds if kind.needs_provider)
    frame = Frame(day, location, roster, first, last, may_book, fits)
    frame = replace(frame, kept=kept_times(location, frame.whole))
    by_member: dict[UUID | None, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_member[visit.member_id].append(visit)
    columns = [column_of(frame, people[one], by_member[one]) for one in people]
    if by_member[None]:
        columns.append(column_of(frame, None, by_member[None]))
    board = DayBoard(
        day=day,
        location_id=location.pk,
        zone=location.zone,
        is_today=day == today(location.zone),
        closed=roster.closed.get(day, ""),
        first_hour=first,
        last_hour=last,
        columns=tuple(columns),
        strip=_strip(visits),
        visits=tuple(visits),
    )
    object.__setattr__(board, "version", version_of(board))
    return board


def _visits(day: date, location: Location) -> list[Visit]:
    rows = Appointment.objects.on_day(location.pk, day).taking_place().order_by("starts_at", "id")
    tz = zone(location.zone)
    href = reverse("scheduling:appointment", args=[UUID(int=0)]).replace(str(UUID(int=0)), "%s")
    steps = VisitStep.objects.filter(appointment=OuterRef("pk")).order_by("starts_at")
    rows = rows.annotate(step_names=ArraySubquery(steps.values("visit_type__name")))
    return [_visit(dict(zip(_FIELDS, row, strict=True)), tz, href) for row in rows.values_list(*_FIELDS)]


def _visit(row: dict, tz, href: str) -> Visit:
    state = State(row["state"])
    span = Span(row["starts_at"], row["ends_at"])
    name = patient_name(row["patient__first_name"], row["patient__last_name"], row["patient__preferred_name"])
    flags = [
        words
        for words, shown in (("Walk-in", row["is_walk_in"]), ("Interpreter", row["is_interpreter_needed"]))
        if shown
    ]
    flags += [f"+ {name}" for name in row["step_names"]]
    return Visit(
        id=row["id"],
        patient_id=row["patient_id"],
        name=name,
        member_id=row["provider_id"] or row["ma_id"],
        span=span,
        state=state,
        since=row["state_since"],
        url=href % row["id"],
        clock=clock(span.start, tz),
        times=f"{clock(span.start, tz)}–{clock_full(span.end, tz)}",
        type_name=row["visit_type__name"],
        color=row["visit_type__color"],
        state_words=LABELS[state],
        tone=TONES.get(state, "now" if state in IN_CLINIC else "plain"),
        reason=row["reason"],
        room=row["room__label"] or "",
        flags=tuple(flags),
        sub=" · ".join(
            words
            for words in (*flags, row["visit_type__name"], row["reason"] and f"“{row['reason']}”")
            if words
        ),
        mark=_mark(state, row["room__label"]),
    )


def _mark(state: State, room: str | None) -> str:
    """A word for what stands out; scheduled visits need none."""
    if room:
        return f"Room {room}" if len(room) < 3 else room
    if state == State.CONFIRMED:
        return "✓"
    return "" if state == State.SCHEDULED else LABELS[state] if state not in SHORT else SHORT[state]


@kept
def _people(ids: tuple[UUID, ...]) -> dict[UUID, Member]:
    """Members of the day: providers first, then the others, each by name."""
    found = Member.objects.filter(pk__in=ids).order_by("last_name", "first_name")
    ranked = sorted(found, key=lambda member: not member.has_role(Role.PROVIDER))
    return {member.pk: member for member in ranked}


def _hours(roster: Roster, day: date, visits: list[Visit]) -> tuple[int, int]:
    """First and last hour that the grid needs, at least eight to five."""
    spans = [session.span for session in roster.sessions(day)] + [visit.span for visit in visits]
    starts, ends = [8.0], [17.0]
    midnight = to_instant_shifted(day, time(0), roster.zone)
    for span in spans:
        starts.append((span.start - midnight).total_seconds() / 3600)
        ends.append((span.end - midnight).total_seconds() / 3600)
    return max(0, floor(min(starts))), min(24, ceil(max(ends)))


def _strip(visits: list[Visit]) -> Strip:
    waiting = sorted((v for v in visits if v.state == State.ARRIVED), key=lambda v: v.since)
    in_rooms = IN_CLINIC - {State.ARRIVED, State.CHECKOUT}
    return Strip(
        booked=len(visits),
        arrived=sum(v.state not in UPCOMING and v.state not in (State.NO_SHOW,) for v in visits),
        roomed=sum(v.state in in_rooms for v in visits),
        done=sum(v.state == State.COMPLETED for v in visits),
        no_shows=sum(v.state == State.NO_SHOW for v in visits),
        waiting_longest=waiting[0].since if waiting else None,
        waiting_name=waiting[0].name if waiting else "",
    )
