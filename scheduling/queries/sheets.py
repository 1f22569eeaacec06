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
from scheduling.queries.day_rows import Step, Stretch, Visit, steps_of
from scheduling.queries.rosters import load_roster
from scheduling.queries.sheet_facts import Kept, Person, care_gaps, open_flags, people, things
from scheduling.rules.holds import Resource
from scheduling.rules.marks import Mark
from scheduling.rules.rosters import Roster
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
    # Set where the line is one added step of the visit.
    step: Step | None = None


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
    facts = _Facts(people({v.patient_id for v in visits}), things([v.id for v in visits]))
    roster = load_roster(location, day, day)
    doing = [s.block.member_id for s in roster.sessions(day, member_id)]
    doing += [v.member_id for v in visits]
    doing += [step.member_id for v in visits for step in v.steps if step.member_id]
    shown = dict.fromkeys(one for one in doing if member_id in (None, one))
    parts = [_day_part(one, day, roster, visits, facts) for one in shown]
    return _sheet(day, location, parts, visits)


@dataclass(frozen=True)
class _Facts:
    """What lines are made of: how to reach whom, and what is kept for which visit."""

    persons: dict[UUID, Person]
    kept: Kept

    def person(self, visit: Visit) -> Person:
        return self.persons.get(visit.patient_id, NOBODY)


def _day_part(member_id: UUID | None, day: date, roster: Roster, visits: list[Visit], facts: _Facts) -> Part:
    """One person's visits, the steps they do in visits of others, and open time between; without anyone, the rest."""
    own = [visit for visit in visits if visit.member_id == member_id]
    lines = [(visit.span.start, _line(visit, facts)) for visit in own]
    if member_id is None:
        return Part("Not assigned", "", tuple(line for _, line in lines))
    steps, sessions = steps_of(visits, member_id), roster.sessions(day, member_id)
    lines += [(one.span.start, _step_line(one, facts)) for one in steps]
    taken = [visit.span for visit in own] + [one.span for one in steps]
    taken += [absence.span for absence in roster.away(member_id)]
    taken += [part.span for session in sessions for part in session.parts if part.part.is_break]
    spans = [session.span for session in sessions]
    gaps = [gap for gap in without(spans, taken) if gap.end - gap.start >= SHORTEST_GAP]
    lines += [(gap.start, Line(_times(gap, roster.zone))) for gap in gaps]
    ordered = tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))
    hours = ", ".join(_times(span, roster.zone) for span in spans)
    return Part(member_names().get(member_id, ""), hours, ordered)


def room_sheet(day: date, location: Location) -> Sheet:
    """Each room's and device's visits, then those who get a room when they come, in seven statements."""
    visits = _taking_place(day, location)
    places = places_of(location.pk, visits)
    facts = _Facts(people({v.patient_id for v in visits}), {})
    tz, parts = zone(location.zone), []
    for thing in (*places.rooms, *places.devices):
        lines = tuple(
            Line(_times(one.span, tz), one.visit, facts.person(one.visit), step=one.step)
            for one in places.taken[thing.pk]
        )
        parts.append(Part(thing.name, "" if lines else "Nothing kept", lines))
    if places.roomless:
        lines = tuple(_line(visit, facts) for visit in places.roomless)
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

    @property
    def quiet(self) -> tuple[str, ...]:
        """Titles of what there is nothing to say about: one line of paper for all of them."""
        return tuple(topic.title for topic in self.topics if not topic.notes)


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
        topic("Special rooms and equipment", lambda v: ", ".join(one.name for one in kept.get(v.id, ()))),
        topic("Several steps in one visit", lambda v: "; ".join(step.words for step in v.steps)),
        topic("Interpreters", lambda v: _language(persons, v) if Mark.INTERPRETER in v.marks else ""),
        topic("Same names", lambda v: _born(persons, v) if Mark.SAME_NAME in v.marks else ""),
        topic("Registration and coverage", missing),
        topic("Not confirmed", lambda v: _call(persons, v) if Mark.UNCONFIRMED in v.marks else ""),
    ]
    if with_chart:
        flags, gaps = open_flags(ids), care_gaps(ids, day)
        topics.insert(0, topic("Red flags open", lambda v: "; ".join(flags.get(v.patient_id, ()))))
        topics.insert(5, topic("Care gaps", lambda v: ", ".join(gaps.get(v.patient_id, ()))))
    counts: dict[str, int] = defaultdict(int)
    for visit in visits:
        counts[visit.who or "Not assigned"] += 1
    return Huddle(_sheet(day, location, [], visits), tuple(sorted(counts.items())), tuple(topics))


def _taking_place(day: date, location: Location, member_id: UUID | None = None) -> list[Visit]:
    visits = visits_between(location, day, day, member_id)
    return [visit for visit in visits if visit.state not in RELEASED]


def _line(visit: Visit, facts: _Facts) -> Line:
    begun = {step.span.start for step in visit.steps}
    own = [one for one in facts.kept.get(visit.id, ()) if one.starts_at not in begun]
    rooms = [one.name for one in own if one.kind == Resource.ROOM]
    room = f"Room {visit.room}" if visit.room else ", ".join(rooms)
    return Line(visit.times, visit, facts.person(visit), room)


def _step_line(one: Stretch, facts: _Facts) -> Line:
    """A step with the room and device that are kept for it."""
    visit, step = one.visit, one.step
    names = [thing.name for thing in facts.kept.get(visit.id, ()) if thing.starts_at == step.span.start]
    return Line(step.times, visit, facts.person(visit), ", ".join(names), step)


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
