"""Sheets for paper: the day of each provider, the morning huddle, the rooms."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from clinic.core.time import format_day, zone
from records.queries.banners import language_name
from scheduling.models import Location
from scheduling.queries._words import clock, clock_full
from scheduling.queries.day import member_names, visits_between
from scheduling.queries.day_rooms import places_of
from scheduling.queries.day_rows import Visit
from scheduling.queries.rosters import load_roster
from scheduling.queries.sheet_facts import Person, care_gaps, open_flags, people, things
from scheduling.rules.holds import Resource
from scheduling.rules.marks import Mark
from scheduling.rules.slots import Span, without
from scheduling.rules.visit_states import RELEASED

NOBODY = Person("", "", "", "")
# Shorter gaps are no use to somebody with a pencil.
SHORTEST_GAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Line:
    """A visit, or (without one) open time to write into."""

    times: str
    visit: Visit | None = None
    person: Person = NOBODY
    room: str = ""


@dataclass(frozen=True)
class Part:
    """What stands together on a sheet: a provider's or a room's lines."""

    name: str
    note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """Every sheet: its parts, and whose charts it shows."""

    day: date
    day_words: str
    location: str
    parts: tuple[Part, ...]
    patient_ids: tuple[UUID, ...]
    closed: str = ""


def day_sheet(day: date, location: Location, member_id: UUID | None = None) -> Sheet:
    """Each provider's visits with phone and room, open time between them, in six statements."""
    visits = _taking_place(day, location, member_id)
    persons, kept = people({v.patient_id for v in visits}), things([v.id for v in visits])
    roster, tz = load_roster(location, day, day), zone(location.zone)
    by_member: dict[UUID | None, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_member[visit.member_id].append(visit)
    working = dict.fromkeys(s.block.member_id for s in roster.sessions(day, member_id))
    names, parts = member_names(), []
    for one in dict.fromkeys([*working, *by_member]):
        own = by_member[one]
        sessions = [s.span for s in roster.sessions(day, one)] if one else []
        taken = [v.span for v in own] + ([a.span for a in roster.away(one)] if one else [])
        taken += (
            [p.span for s in roster.sessions(day, one) for p in s.parts if p.part.is_break] if one else []
        )
        gaps = [gap for gap in without(sessions, taken) if gap.end - gap.start >= SHORTEST_GAP]
        lines = [(v.span.start, _line(v, persons, kept)) for v in own]
        lines += [(gap.start, Line(_times(gap, tz))) for gap in gaps]
        hours = ", ".join(_times(span, tz) for span in sessions)
        ordered = tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
        parts.append(Part(names.get(one, "") if one else "Not assigned", hours, ordered))
    return _sheet(day, location, parts, visits)


def room_sheet(day: date, location: Location) -> Sheet:
    """Each room's and device's visits, then those who get a room when they come, in seven statements."""
    visits = _taking_place(day, location)
    places, persons = places_of(location.pk, visits), people({v.patient_id for v in visits})
    tz, parts = zone(location.zone), []
    for thing in (*places.rooms, *places.devices):
        lines = tuple(
            Line(_times(span, tz), visit, persons.get(visit.patient_id, NOBODY))
            for visit, span in places.taken[thing.pk]
        )
        parts.append(Part(thing.name, "" if lines else "Nothing kept", lines))
    if places.roomless:
        lines = tuple(_line(visit, persons, {}) for visit in places.roomless)
        parts.append(Part("Any clean room", "Chosen when the patient is roomed", lines))
    return _sheet(day, location, parts, visits)


@dataclass(frozen=True)
class Note:
    """One line of the huddle: whom it is about, and what to know."""

    visit: Visit
    person: Person
    words: str


@dataclass(frozen=True)
class Topic:
    """What the team looks at together; an empty topic says so."""

    title: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Huddle:
    sheet: Sheet
    # Who works, and with how many visits.
    counts: tuple[tuple[str, int], ...]
    topics: tuple[Topic, ...]


def huddle_sheet(day: date, location: Location, *, with_chart: bool) -> Huddle:
    """What the morning huddle goes through, in six statements, and two more
    for what stands in charts.

    `with_chart` adds what stands in charts: open red flags and gaps. Without it the sheet leaves both out.
    """
    visits = _taking_place(day, location)
    ids = {v.patient_id for v in visits}
    persons, kept = people(ids), things([v.id for v in visits])

    def topic(title: str, words_of) -> Topic:
        found = ((visit, words_of(visit)) for visit in visits)
        return Topic(
            title, tuple(Note(v, persons.get(v.patient_id, NOBODY), words) for v, words in found if words)
        )

    def missing(visit: Visit) -> str:
        unchecked = ["coverage not checked"] if Mark.COVERAGE in visit.marks else []
        return ", ".join([*visit.gaps, *unchecked])

    topics = [
        topic("Special rooms and equipment", lambda v: ", ".join(name for _, name in kept.get(v.id, ()))),
        topic("Interpreters", lambda v: _language(persons, v) if Mark.INTERPRETER in v.marks else ""),
        topic("Same names", lambda v: _born(persons, v) if Mark.SAME_NAME in v.marks else ""),
        topic("Registration and coverage", missing),
        topic("Not confirmed", lambda v: _call(persons, v) if Mark.UNCONFIRMED in v.marks else ""),
    ]
    if with_chart:
        flags, gaps = open_flags(ids), care_gaps(ids)
        topics.insert(0, topic("Red flags open", lambda v: "; ".join(flags.get(v.patient_id, ()))))
        topics.insert(4, topic("Care gaps", lambda v: ", ".join(gaps.get(v.patient_id, ()))))
    counts: dict[str, int] = defaultdict(int)
    for visit in visits:
        counts[visit.who or "Not assigned"] += 1
    return Huddle(_sheet(day, location, [], visits), tuple(sorted(counts.items())), tuple(topics))


def _taking_place(day: date, location: Location, member_id: UUID | None = None) -> list[Visit]:
    visits = visits_between(location, day, day, member_id)
    return [visit for visit in visits if visit.state not in RELEASED]


def _line(visit: Visit, persons: dict[UUID, Person], kept: dict[UUID, list[tuple[str, str]]]) -> Line:
    rooms = [name for kind, name in kept.get(visit.id, ()) if kind == Resource.ROOM]
    room = f"Room {visit.room}" if visit.room else ", ".join(rooms)
    return Line(visit.times, visit, persons.get(visit.patient_id, NOBODY), room)


def _times(span: Span, tz) -> str:
    return f"{clock(span.start, tz)}–{clock_full(span.end, tz)}"


def _language(persons: dict[UUID, Person], visit: Visit) -> str:
    code = persons.get(visit.patient_id, NOBODY).language
    return "Language to be asked" if code in ("", "en") else language_name(code)


def _born(persons: dict[UUID, Person], visit: Visit) -> str:
    person = persons.get(visit.patient_id, NOBODY)
    return f"born {person.born}, MRN {person.mrn}"


def _call(persons: dict[UUID, Person], visit: Visit) -> str:
    return persons.get(visit.patient_id, NOBODY).phone or "no number on file"


def _sheet(day: date, location: Location, parts: list[Part], visits: list[Visit]) -> Sheet:
    ids = tuple(dict.fromkeys(v.patient_id for v in visits))
    closed = load_roster(location, day, day).closed.get(day, "")
    return Sheet(day, format_day(day), location.name, tuple(parts), ids, closed)
