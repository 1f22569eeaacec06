"""The flow board of one location: who waits, who is in which room, who is about to leave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from clinic.core.lookups import rows_by
from clinic.core.time import zone
from records.models import RedFlag
from scheduling.models import Appointment, FlowSettings, Location, Room, TriageAssessment
from scheduling.queries._words import clock, patient_name, public_name, version_of
from scheduling.queries.settings import flow_settings
from scheduling.rules.triage import queue_key
from scheduling.rules.visit_states import IN_ROOM, LABELS, WAITS_FOR, State, legal_moves

# States in which somebody is with the patient: their minutes are work, not waiting.
ATTENDED = frozenset({State.WITH_PROVIDER, State.INTAKE, State.ORDERS})
STEPS = (State.ROOMED, State.INTAKE, State.READY, State.WITH_PROVIDER, State.DISCHARGE)


SHORT = {
    State.INTAKE: "Intake",
    State.READY: "Ready",
    State.WITH_PROVIDER: "Provider in",
    State.ORDERS: "Orders",
    State.DISCHARGE: "Discharge",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One step a visit may take from here."""

    to: str
    words: str
    short: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One patient on the board; every string is ready to print."""

    id: UUID
    patient_id: UUID
    name: str
    wall_name: str
    url: str
    chart_url: str
    state: str
    state_words: str
    since: datetime
    starts: str
    type_name: str
    provider: str
    provider_id: UUID | None
    room_id: UUID | None
    room: str
    waits_for: str
    amber: int | None
    red: int | None
    red_flags: int
    step: int
    flags: tuple[str, ...]
    moves: tuple[Move, ...]
    takes_room: bool
    room_kind: str
    triage: int | None = None
    best_room_id: UUID | None = None
    best_room: str = ""
    is_next: bool = False

    @property
    def is_rooming(self) -> bool:
        """The MA is at work with the patient, or is about to be."""
        return self.state in (State.ROOMED, State.INTAKE)

    @property
    def move_url(self) -> str:
        return f"{self.url}state/"

    @property
    def undo_url(self) -> str:
        return f"{self.url}undo/"

    @property
    def checkout_url(self) -> str:
        return reverse("desk:check-out", args=[self.id])

    @property
    def rooming_url(self) -> str:
        return reverse("desk:rooming", args=[self.id])

    @property
    def next_move(self) -> Move | None:
        """The usual next step: one key, one click."""
        return self.moves[0] if self.moves else None


@dataclass(frozen=True, slots=True)
class FlowRoom:
    """One room and, when taken, who is in it."""

    id: UUID
    name: str
    label: str
    kind: str
    kind_words: str
    state: str
    state_words: str
    since: datetime
    row: FlowRow | None


@dataclass(frozen=True)
class FlowBoard:
    location_id: UUID
    waiting: tuple[FlowRow, ...]
    rooms: tuple[FlowRoom, ...]
    elsewhere: tuple[FlowRow, ...]
    leaving: tuple[FlowRow, ...]
    clean_rooms: tuple[FlowRoom, ...]
    version: str = field(default="", compare=False)

    def row_ids(self) -> list[UUID]:
        """Patients whose names the board shows."""
        return [row.patient_id for row in (*self.waiting, *self.in_rooms(), *self.elsewhere, *self.leaving)]

    def in_rooms(self) -> list[FlowRow]:
        return [room.row for room in self.rooms if room.row]


def flow_board(location: Location) -> FlowBoard:
    """The board now, in three statements. `version` changes if and only if something shown does."""
    limits = flow_settings()
    rows = [_row(visit, location, limits) for visit in _visits(location.pk)]
    # Who is more urgent gets the next room first; among equals it stays who waits longest.
    rows.sort(key=lambda row: queue_key(level=row.triage, has_red_flag=False, arrived_at=row.since))
    rows = _mark_next(rows)
    rooms = _rooms(location, {row.room_id: row for row in rows if row.room_id})
    clean = [room for room in rooms if room.state == Room.State.AVAILABLE]
    rows = [_with_best_room(row, clean) for row in rows]
    board = FlowBoard(
        location_id=location.pk,
        waiting=tuple(row for row in rows if row.state == State.ARRIVED),
        rooms=rooms,
        elsewhere=tuple(
            row for row in rows if row.state in IN_ROOM - {State.DISCHARGE} and row.room_id is None
        ),
        leaving=tuple(row for row in rows if row.state in (State.DISCHARGE, State.CHECKOUT)),
        clean_rooms=tuple(clean),
    )
    object.__setattr__(board, "version", version_of(board))
    return board


def _in_clinic(location_pk: UUID) -> QuerySet[Appointment]:
    flags = (
        RedFlag.objects.filter(encounter=OuterRef("encounter_id"), acknowledged_at__isnull=True)
        .order_by()
        .values("encounter")
        .annotate(n=Count("id"))
        .values("n")
    )
    triage = TriageAssessment.objects.filter(appointment=OuterRef("pk")).order_by("-at", "-pk")
    return (
        Appointment.objects.in_clinic()
        .filter(location=location_pk)
        .select_related("patient", "provider", "ma", "visit_type", "room")
        .annotate(red_flags=Coalesce(Subquery(flags), 0), triage_level=Subquery(triage.values("level")[:1]))
        .order_by("state_since", "starts_at")
    )


_visits = rows_by(_in_clinic)


def _row(visit: Appointment, location: Location, limits: FlowSettings) -> FlowRow:
    state, kind, patient = State(visit.state), visit.visit_type, visit.patient
    amber, red = _limits(state, limits)
    moves = legal_moves(state, has_provider=kind.needs_provider, needs_room=kind.needs_room)
    person = visit.provider or visit.ma
    return FlowRow(
        id=visit.pk,
        patient_id=visit.patient_id,
        name=patient_name(patient.first_name, patient.last_name, patient.preferred_name),
        wall_name=public_name(patient.first_name, patient.last_name, patient.preferred_name),
        url=reverse("scheduling:appointment", args=[visit.pk]),
        chart_url=reverse("records:patient", args=[visit.patient_id]),
        state=state.value,
        state_words=LABELS[state],
        since=visit.state_since,
        starts="Walk-in" if visit.is_walk_in else clock(visit.starts_at, zone(location.zone)),
        type_name=kind.name,
        provider=_who(person),
        provider_id=visit.provider_id,
        room_id=visit.room_id,
        room=visit.room.label if visit.room else "",
        waits_for=_waits_for(state, person),
        amber=amber,
        red=red,
        red_flags=visit.red_flags,
        step=STEPS.index(state) + 1 if state in STEPS else 4 if state == State.ORDERS else 0,
        flags=_flags(visit),
        triage=visit.triage_level,
        moves=tuple(Move(to.value, LABELS[to], SHORT.get(to, LABELS[to])) for to in moves),
        takes_room=kind.needs_room,
        room_kind=kind.room_kind or Room.Kind.EXAM,
    )


def _flags(visit: Appointment) -> tuple[str, ...]:
    triage = (f"Triage {visit.triage_level}",) if visit.triage_level else ()
    return (*triage, "Interpreter") if visit.is_interpreter_needed else triage


def _who(person) -> str:
    """Dr. Shah for physicians, the short name for everybody else."""
    if person is None:
        return ""
    is_doctor = person.credential.replace(".", "").upper() in {"MD", "DO", "DPM", "PHD", "PSYD", "DNP"}
    return f"Dr. {person.last_name}" if is_doctor else person.short_name


def _waits_for(state: State, person) -> str:
    if state == State.READY and person is not None:
        return _who(person)
    return WAITS_FOR.get(state, "")


def _limits(state: State, limits: FlowSettings) -> tuple[int | None, int | None]:
    """Amber and red minutes: for the lobby, and for being alone in a room; none while attended."""
    if state in (State.ARRIVED, State.CHECKOUT):
        return limits.lobby_amber, limits.lobby_red
    return (None, None) if state in ATTENDED else (limits.alone_amber, limits.alone_red)


def _mark_next(rows: list[FlowRow]) -> list[FlowRow]:
    """The patient who has been ready longest is next for their provider; who waits longest gets the next room."""
    seen: set[tuple[str, UUID | None]] = set()
    marked = []
    for row in rows:
        key = (row.state, row.provider_id if row.state == State.READY else None)
        if row.state in (State.READY, State.ARRIVED) and key not in seen:
            seen.add(key)
            row = replace(row, is_next=True)
        marked.append(row)
    return marked


def _with_best_room(row: FlowRow, clean: list[FlowRoom]) -> FlowRow:
    """The clean room to offer: one of the kind the visit needs. Any other is a choice, not the usual step."""
    if row.state != State.ARRIVED or not row.takes_room:
        return row
    best = next((room for room in clean if room.kind == row.room_kind), None)
    if best is None:
        return row
    return replace(row, best_room_id=best.id, best_room=best.name)


def _rooms(location: Location, inside: dict[UUID, FlowRow]) -> tuple[FlowRoom, ...]:
    shown = Room.objects.filter(Q(is_active=True) | Q(pk__in=list(inside)), location=location)
    return tuple(
        FlowRoom(
            id=room.pk,
            name=room.name,
            label=room.label,
            kind=room.kind,
            kind_words=room.get_kind_display(),
            state=room.state,
            state_words=room.get_state_display(),
            since=room.state_since,
            row=inside.get(room.pk),
        )
        for room in shown
    )
