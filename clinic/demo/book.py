"""Filling a day's schedule: which patient comes for what, at what time, and whether they come at all."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from clinic.demo.columns import COLUMNS, Column
from clinic.demo.data.complaints import BY_KEY, COMPLAINTS, Complaint
from clinic.demo.dice import minutes, stream, weighted
from clinic.demo.flow import Visit, play
from clinic.demo.hours import Day
from clinic.demo.people import Person

Has = Callable[[Person, str], bool]
GRID = dt.timedelta(minutes=10)
QUIET = dt.timedelta(days=9)
# For so long patients have been called in early.
EARLY_CALLS = dt.timedelta(days=14)
YEARLY = frozenset({"well_child", "teen", "flu_shot", "ecg", "fasting_labs"})
ONCE = frozenset({"wellness", "new-patient", "procedure"})


@dataclass(frozen=True)
class Kind:
    """The timing of a visit type, as the schedule has it."""

    provider: int
    before: int
    buffer: int
    needs_room: bool
    room_kind: str
    device: str
    interpreter_extra: int

    def told(self, person: Person) -> dt.timedelta:
        base = self.provider or self.before
        return dt.timedelta(minutes=base + (self.interpreter_extra if person.interpreter else 0))


@dataclass
class Taken:
    """What is booked on one day beside the columns: patients, the procedure room, the lab chair, devices."""

    spans: dict[str, list[tuple[dt.datetime, dt.datetime]]] = field(default_factory=dict)

    def is_free(self, key: str, start: dt.datetime, end: dt.datetime) -> bool:
        return all(end <= a or start >= b for a, b in self.spans.get(key, ()))

    def take(self, key: str, start: dt.datetime, end: dt.datetime) -> None:
        self.spans.setdefault(key, []).append((start, end))


class Book:
    """The appointment book. Remembers when each patient was last booked, so that nobody comes daily."""

    def __init__(self, people: Iterable[Person], kinds: dict[str, Kind], has: Has, zone: ZoneInfo) -> None:
        self.people, self.kinds, self.has, self.zone = list(people), kinds, has, zone
        self.last: dict[int, dt.date] = {}
        self.had: set[tuple[int, str]] = set()
        self._fitting: dict[tuple[str, dt.date], list[Person]] = {}

    def fill(
        self, day: Day, *, fill: float, now: dt.datetime, is_today: bool = False, taken: Taken | None = None
    ) -> list[Visit]:
        """The visits of one day with their scripts. `fill` is the share of slots that get booked.

        `taken` is what stands in the book already.
        """
        taken, visits = taken or Taken(), []
        for column in COLUMNS:
            for part, (start, end) in enumerate(column.spans(day, self.zone)):
                name = f"{day.day}:{column.member}:{part}:{start:%H%M}"
                visits += self._fill_span(name, column, day, start, end, fill, taken, now, is_today)
        if is_today:
            visits += self._walk_ins(day, taken, now)
        play(
            visits,
            day.opens_at,
            late_from=now - dt.timedelta(minutes=50) if is_today else None,
            calls_later=day.day <= now.astimezone(self.zone).date() - EARLY_CALLS,
        )
        if is_today:
            _one_red_flag(visits, now)
        return visits

    def note_key(self, person: Person, complaint: str, day: dt.date) -> None:
        """The same for a booking that stands in the book; "" where the demo did not choose why."""
        self.note(person, BY_KEY.get(complaint) or BY_KEY["results_call"], day)

    def note(self, person: Person, complaint: Complaint, day: dt.date) -> None:
        """Remember a booking: nobody comes again within days, nor twice for what happens once a year."""
        self.last[person.index] = max(day, self.last.get(person.index, day))
        if complaint.visit_type == "acute" or complaint.visit_type in ONCE or complaint.key in YEARLY:
            self.had.add((person.index, _sort(complaint)))

    def _walk_ins(self, day: Day, taken: Taken, now: dt.datetime) -> list[Visit]:
        """Two who came without an appointment and wait for whoever is free next."""
        found = []
        for number, waited in enumerate((26, 8)):
            dice = stream("walk-in", day.day, number)
            came = now - dt.timedelta(minutes=waited)
            column = COLUMNS[number]
            menu = [(c, w) for c, w in self._menu(column, 20, 0, day.day.month) if c.visit_type == "acute"]
            complaint = weighted(dice, menu)
            person = self._person(dice, column, complaint, day.day, taken)
            if person is None or came < day.opens_at:
                continue
            seen_at = _up(now + dt.timedelta(minutes=14 + 12 * number))
            visit = self._make(dice, f"{day.day}:walk-in:{number}", column, complaint, person, seen_at,
                               self.kinds["acute"], day, now, True)  # fmt: skip
            visit.outcome, visit.source, visit.is_walk_in = "completed", "walk_in", True
            visit.booked_at, visit.confirmed_at = came - dt.timedelta(minutes=2), None
            self.note(person, complaint, day.day)
            found.append(visit)
        return found

    def _fill_span(self, name, column, day, start, end, fill, taken, now, is_today) -> list[Visit]:
        dice = stream("span", name)
        found: list[Visit] = []
        at = start
        while at < end - GRID:
            share = _share(at, now, fill, is_today) * (1.0 if column.is_provider else 0.62)
            if dice.random() > share:
                at += GRID * dice.choice((1, 2, 2))
                continue
            visit = self._visit(dice, f"{name}:{len(found)}", column, day, at, end, taken, now, is_today)
            if visit is None:
                at += GRID
                continue
            found.append(visit)
            if visit.outcome == "cancelled" and visit.ended_early_at <= now:
                again = self._replace(dice, visit, column, day, end, taken, now, is_today)
                found += [again] if again else []
            at = _up(visit.start + visit.told)
        return found

    def _replace(self, dice, visit, column, day, end, taken, now, is_today) -> Visit | None:
        """Somebody else in the time that a cancellation gave back."""
        if dice.random() < 0.4 or visit.start - visit.ended_early_at < dt.timedelta(hours=2):
            return None
        again = self._visit(
            dice,
            visit.key + "b",
            column,
            day,
            visit.start,
            min(end, visit.start + visit.told),
            taken,
            now,
            is_today,
            True,
        )
        if again:
            again.booked_at = max(
                again.booked_at, visit.ended_early_at + dt.timedelta(minutes=dice.randint(9, 80))
            )
            if again.confirmed_at and again.confirmed_at < again.booked_at:
                again.confirmed_at = None
        return again

    def _visit(
        self, dice, key, column: Column, day: Day, start, end, taken, now, is_today, comes=False
    ) -> Visit | None:
        room_for = (end - start).total_seconds() / 60
        for _ in range(10):
            complaint = weighted(dice, self._menu(column, room_for, (start - now).days, day.day.month))
            person = self._person(dice, column, complaint, day.day, taken)
            if person is None:
                continue
            kind = self.kinds[complaint.visit_type]
            visit = self._make(dice, key, column, complaint, person, start, kind, day, now, is_today)
            visit.outcome = "completed" if comes else visit.outcome
            if start + visit.told <= end and self._take(visit, kind, taken, now):
                self.note(person, complaint, day.day)
                return visit
        return None

    def _menu(
        self, column: Column, room_for: float, days_ahead: int, month: int
    ) -> list[tuple[Complaint, float]]:
        """What can be booked here; same-day kinds only shortly before, colds and flu shots by season."""
        menu = []
        for complaint in COMPLAINTS:
            kind = self.kinds.get(complaint.visit_type)
            if kind is None or complaint.visit_type not in column.visit_types:
                continue
            if (kind.provider or kind.before) > room_for:
                continue
            weight = complaint.weight
            if complaint.visit_type == "acute":
                weight *= 0.05 if days_ahead >= 2 else 1.0
            if complaint.key in ("flu", "flu_shot", "cough"):
                weight *= {9: 1.2, 10: 1.8, 11: 1.8, 12: 1.5, 1: 1.4, 2: 1.1}.get(month, 0.25)
            menu.append((complaint, weight))
        return menu or [(COMPLAINTS[0], 1.0)]

    def _person(self, dice: random.Random, column: Column, complaint: Complaint, day, taken) -> Person | None:
        fitting = self._fit(complaint, day)
        for attempt in range(24):
            if not fitting:
                return None
            person = fitting[dice.randrange(len(fitting))]
            last = self.last.get(person.index)
            if last is not None and abs(last - day) < QUIET:
                continue
            if (person.index, _sort(complaint)) in self.had:
                continue
            own = ("provider", "dbrandt")[person.provider] == column.member
            if column.is_provider and not own and attempt < 12 and complaint.visit_type != "acute":
                continue
            return person
        return None

    def _fit(self, complaint: Complaint, day: dt.date) -> list[Person]:
        found = self._fitting.get((complaint.key, day))
        if found is None:
            low, high = complaint.ages
            found = [
                p
                for p in self.people
                if low <= p.age(day) < high
                and (not complaint.sex or p.sex == complaint.sex)
                and (not complaint.needs or self.has(p, complaint.needs))
            ]
            self._fitting[complaint.key, day] = found
        return found

    def _make(self, dice, key, column, complaint, person, start, kind: Kind, day, now, is_today) -> Visit:
        lead = _lead(dice, complaint)
        booked_at = _office_hours(dice, start - lead, day, start)
        visit = Visit(
            key=key, person=person, complaint=complaint, column=column.member,
            is_provider_visit=kind.provider > 0, needs_room=kind.needs_room, room_kind=kind.room_kind,
            start=start, told=kind.told(person), ma_before=dt.timedelta(minutes=kind.before),
            buffer=dt.timedelta(minutes=kind.buffer), outcome=_outcome(dice, complaint, lead),
            booked_at=booked_at, source="checkout" if complaint.follow_up_days and dice.random() < 0.5 else "phone",
        )  # fmt: skip
        if visit.booked_at >= now:
            visit.booked_at = now - dt.timedelta(minutes=dice.randint(4, 180))
        # Who confirms mostly comes.
        confirms = 0.35 if visit.outcome == "no_show" else 0.68
        if lead > dt.timedelta(days=1) and dice.random() < confirms:
            asked = start - dt.timedelta(hours=dice.choice((72, 72, 24)))
            visit.confirmed_at = max(asked, booked_at) + minutes(dice, 3, 25, 300)
        if visit.outcome == "cancelled":
            before = dt.timedelta(hours=dice.choice((3, 5, 20, 26, 30, 49, 70, 95)))
            visit.ended_early_at = max(start - before, booked_at + dt.timedelta(minutes=50))
            if visit.confirmed_at and visit.confirmed_at >= visit.ended_early_at:
                visit.confirmed_at = None
        return visit

    def _take(self, visit: Visit, kind: Kind, taken: Taken, now: dt.datetime) -> bool:
        if visit.outcome == "cancelled" and visit.ended_early_at >= visit.start:
            return False
        if visit.outcome == "cancelled" and visit.ended_early_at <= now:
            return True
        start, end = visit.whole
        keys = [f"patient:{visit.person.index}", f"column:{visit.column}"]
        keys += [f"room:{kind.room_kind}"] if kind.room_kind else []
        keys += [f"device:{kind.device}"] if kind.device else []
        spans = dict.fromkeys(keys, (start, end))
        spans[f"column:{visit.column}"] = (visit.start, visit.start + visit.told)
        if not all(taken.is_free(key, *span) for key, span in spans.items()):
            return False
        for key, span in spans.items():
            taken.take(key, *span)
        return True


def _one_red_flag(visits: list[Visit], now: dt.datetime) -> None:
    """One patient who is being seen by the first provider comes with a very high pressure."""
    for visit in sorted(visits, key=lambda v: v.complaint.visit_type not in ("acute", "follow-up")):
        past = [step[0] for step in visit.script if step[1] <= now]
        waiting = past and past[-1] in ("ready", "with_provider")
        if (
            waiting
            and visit.column == "provider"
            and visit.person.age(now.date()) > 35
            and not visit.is_walk_in
        ):
            visit.complaint = BY_KEY["severe_bp"]
            return


def _sort(complaint: Complaint) -> str:
    """What counts as the same once-only thing: any yearly check is one."""
    return complaint.visit_type if complaint.visit_type in ONCE else complaint.key


def _share(at: dt.datetime, now: dt.datetime, fill: float, is_today: bool) -> float:
    """Past slots were nearly all used; around this moment of today every one is."""
    if is_today and abs(at - now) < dt.timedelta(minutes=80):
        return 1.0
    return fill if at >= now else max(fill, 0.93)


def _up(moment: dt.datetime) -> dt.datetime:
    """Up to the grid."""
    past = moment.timestamp() % GRID.total_seconds()
    return moment if not past else moment + GRID - dt.timedelta(seconds=past)


def _lead(dice: random.Random, complaint: Complaint) -> dt.timedelta:
    """How long before the visit it was booked."""
    if complaint.visit_type == "acute":
        return minutes(dice, 70, 180, 1600)
    if complaint.visit_type in ("nurse", "lab", "telehealth"):
        return dt.timedelta(days=dice.choice((0, 1, 2, 3, 5, 7)), hours=3)
    return dt.timedelta(days=dice.choice((2, 4, 6, 9, 12, 16, 21, 28, 35)), hours=dice.randint(0, 6))


def _office_hours(dice: random.Random, wanted: dt.datetime, day: Day, start: dt.datetime) -> dt.datetime:
    """The moment of the call: while the clinic is open, never on the weekend, and before the visit."""
    opening = day.opens_at.time()
    if wanted < day.opens_at:
        day_of_call = wanted.date()
        while day_of_call.weekday() > 4:
            day_of_call -= dt.timedelta(days=1)
        wanted = dt.datetime.combine(day_of_call, opening, dt.UTC) + minutes(dice, 4, 190, 500)
    return min(wanted, start - dt.timedelta(minutes=45))


def _outcome(dice: random.Random, complaint: Complaint, lead: dt.timedelta) -> str:
    missed = 0.032 + min(lead.days, 30) * 0.0034
    if complaint.visit_type == "new-patient":
        missed *= 1.6
    roll = dice.random()
    if roll < missed:
        return "no_show"
    if roll < missed + 0.06 and lead > dt.timedelta(hours=20):
        return "cancelled"
    return "left" if roll > 0.993 else "completed"
