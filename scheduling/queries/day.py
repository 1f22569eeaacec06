"""The day by provider columns: everything the page shows, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import ceil, floor
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse

from clinic.core.kept import kept
from clinic.core.time import today, zone
from clinic.staff.models import Member
from clinic.staff.roles import Role
from scheduling.models import Appointment, Location, VisitStep
from scheduling.queries._words import clock, clock_full, instant_words, patient_name, version_of
from scheduling.queries.day_columns import Frame, column_of
from scheduling.queries.day_rooms import room_columns
from scheduling.queries.day_rows import Column, Grid, Step, Visit, steps_of
from scheduling.queries.kept_time import kept_times
from scheduling.queries.marks import NOTHING, Marked, marks_between
from scheduling.queries.rosters import load_roster
from scheduling.queries.settings import visit_types
from scheduling.rules.marks import words_of
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import IN_CLINIC, LABELS, UPCOMING, State

BY_PROVIDER, BY_ROOM = "provider", "room"
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
    "step_rows",
)
_STEP = JSONObject(
    id="id",
    name="visit_type__name",
    color="visit_type__color",
    member="member_id",
    starts="starts_at",
    ends="ends_at",
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
class DayBoard(Grid):
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
    by: str = BY_PROVIDER
    version: str = field(default="", compare=False)

    @property
    def first_day(self) -> date:
        return self.day


def day_board(day: date, location: Location, *, may_book: bool = False, by: str = BY_PROVIDER) -> DayBoard:
    """The board of one local day: two statements for its visits and one for what is kept for callers.

    `by` says what the columns are: providers, or rooms and devices (three statements more).
    """
    roster = load_roster(location, day, day)
    visits = visits_between(location, day, day)
    sessions = {one: roster.sessions(day, one) for one in roster.member_ids()}
    doing = [*(v.member_id for v in visits), *(step.member_id for v in visits for step in v.kept_steps)]
    wanted = dict.fromkeys([*(one for one in sessions if sessions[one]), *doing])
    people = _people(tuple(one for one in wanted if one))
    first, last = grid_hours(roster, day, visits)
    kinds = visit_types() if may_book else ()
    fits = tuple((kind.pk, kind.name, kind.provider_minutes) for kind in kinds if kind.needs_provider)
    frame = Frame(day, location, roster, first, last, may_book, fits)
    frame = replace(frame, kept=kept_times(location, frame.whole))
    columns = room_columns(frame, visits) if by == BY_ROOM else _member_columns(frame, people, visits)
    board = DayBoard(
        day=day,
        by=by,
        location_id=location.pk,
        zone=location.zone,
        is_today=day == today(location.zone),
        closed=roster.closed.get(day, ""),
        first_hour=first,
        last_hour=last,
        columns=tuple(columns),
        strip=strip_of(visits),
        visits=tuple(visits),
    )
    object.__setattr__(board, "version", version_of(board))
    return board


def _member_columns(frame: Frame, people: dict[UUID, Member], visits: list[Visit]) -> list[Column]:
    by_member: dict[UUID | None, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_member[visit.member_id].append(visit)
    columns = [column_of(frame, people[one], by_member[one], steps_of(visits, one)) for one in people]
    if by_member[None]:
        columns.append(column_of(frame, None, by_member[None]))
    return columns


def visits_between(location: Location, first: date, last: date, member_id: UUID | None = None) -> list[Visit]:
    """Visits of a location from `first` to `last`, both included, with their warnings and added steps.

    With `member_id` those that the member has, and those of others in which the member does a step.
    """
    rows = Appointment.objects.filter(location_id=location.pk).taking_place().order_by("starts_at", "id")
    # One day is asked for as such: the planner then knows how few rows there are.
    rows = rows.filter(local_day=first) if first == last else rows.filter(local_day__range=(first, last))
    steps = VisitStep.objects.filter(appointment=OuterRef("pk"))
    if member_id:
        theirs = Q(provider_id=member_id) | Q(provider_id=None, ma_id=member_id)
        rows = rows.filter(theirs | Exists(steps.filter(member_id=member_id)))
    tz = zone(location.zone)
    href = reverse("scheduling:appointment", args=[UUID(int=0)]).replace(str(UUID(int=0)), "%s")
    rows = rows.annotate(step_rows=ArraySubquery(steps.order_by("starts_at", "id").values(row=_STEP)))
    marked, names = marks_between(location, first, last, member_id), member_names()
    visits = []
    for values in rows.values_list(*_FIELDS):
        row = dict(zip(_FIELDS, values, strict=True))
        who = names.get(row["provider_id"] or row["ma_id"], "")
        row["steps"] = tuple(_step(one, tz, names) for one in row["step_rows"])
        visits.append(_visit(row, tz, href, who, marked.get(row["id"], NOTHING)))
    return visits


def _step(row: dict, tz: ZoneInfo, names: dict[UUID, str]) -> Step:
    """One step as the database wrote it into an array: keys and instants are text there."""
    member_id = UUID(row["member"]) if row["member"] else None
    span = Span(datetime.fromisoformat(row["starts"]), datetime.fromisoformat(row["ends"]))
    return Step(
        id=UUID(row["id"]),
        name=row["name"],
        color=row["color"],
        member_id=member_id,
        who=names.get(member_id, ""),
        span=span,
        clock=clock(span.start, tz),
        times=f"{clock(span.start, tz)}–{clock_full(span.end, tz)}",
    )


def _visit(row: dict, tz, href: str, who: str, marked: Marked) -> Visit:
    state = State(row["state"])
    span = Span(row["starts_at"], row["ends_at"])
    name = patient_name(row["patient__first_name"], row["patient__last_name"], row["patient__preferred_name"])
    walk_in = ("Walk-in",) if row["is_walk_in"] else ()
    added = tuple(f"+ {step.name} {step.clock}" for step in row["steps"])
    reason = (f"“{row['reason']}”",) if row["reason"] else ()
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
        flags=(*walk_in, *added),
        sub=" · ".join((*walk_in, row["visit_type__name"], *added, *reason)),
        mark=_mark(state, row["room__label"]),
        at=instant_words(span.start),
        minutes=span.minutes,
        needs_room=row["visit_type__needs_room"],
        who=who,
        marks=marked.marks,
        mark_words=words_of(marked.marks),
        gaps=marked.gaps,
        steps=row["steps"],
        is_walk_in=row["is_walk_in"],
    )


def _mark(state: State, room: str | None) -> str:
    """A word for what stands out; scheduled visits need none."""
    if room:
        return f"Room {room}" if len(room) < 3 else room
    if state == State.CONFIRMED:
        return "✓"
    return "" if state == State.SCHEDULED else LABELS[state] if state not in SHORT else SHORT[state]


@kept
def member_names() -> dict[UUID, str]:
    """Everybody's name, those who left included: visits of the past name them."""
    return {member.pk: member.name for member in Member.objects.all()}


@kept
def _people(ids: tuple[UUID, ...]) -> dict[UUID, Member]:
    """Members of the day: providers first, then the others, each by name."""
    found = Member.objects.filter(pk__in=ids).order_by("last_name", "first_name")
    ranked = sorted(found, key=lambda member: not member.has_role(Role.PROVIDER))
    return {member.pk: member for member in ranked}


def grid_hours(
    roster: Roster, day: date, visits: list[Visit], member_id: UUID | None = None
) -> tuple[int, int]:
    """First and last hour that the grid of a day (of one member's sessions) needs, at least eight to five."""
    spans = [session.span for session in roster.sessions(day, member_id)]
    spans += [span for visit in visits for span in (visit.span, *(step.span for step in visit.kept_steps))]
    starts = [8.0, *(_wall_hour(span.start, day, roster.zone) for span in spans)]
    ends = [17.0, *(_wall_hour(span.end, day, roster.zone) for span in spans)]
    return floor(min(starts)), ceil(max(ends))


def _wall_hour(instant: datetime, day: date, tz: ZoneInfo) -> float:
    """9.5 when the wall clock shows half past nine; 0 before the day and 24 after it."""
    local = instant.astimezone(tz)
    if local.date() != day:
        return 0.0 if local.date() < day else 24.0
    return local.hour + local.minute / 60


def strip_of(visits: list[Visit]) -> Strip:
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
