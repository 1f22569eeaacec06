"""What a patient's chart holds before this season: conditions, medicines, allergies, vaccines, earlier visits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from clinic.demo.data.conditions import ALLERGENS, CONDITIONS, OVER_THE_COUNTER, Condition
from clinic.demo.dice import stream, weighted
from clinic.demo.people import Person

# CVX and the age in months at which a dose is due (CDC schedule, simplified).
CHILD_DOSES = (
    ("08", 0.2), ("08", 2), ("20", 2), ("10", 2), ("48", 2), ("216", 2), ("119", 2), ("20", 4), ("10", 4), ("48", 4),
    ("216", 4), ("119", 4), ("08", 6.2), ("20", 6), ("216", 6), ("10", 8), ("03", 12), ("21", 12), ("83", 12),
    ("48", 12.5), ("216", 12.5), ("20", 15), ("83", 18.5), ("03", 49), ("21", 49), ("20", 49), ("10", 49),
    ("115", 133), ("165", 134), ("203", 134), ("165", 140), ("203", 193),
)  # fmt: skip
MONTH = dt.timedelta(days=30.4375)
SOON = dt.timedelta(days=45)


@dataclass(frozen=True)
class Chart:
    """The long-standing part of a chart, the same every time it is made."""

    conditions: tuple[tuple[Condition, dt.date], ...]
    medicines: tuple[tuple[str, str, str, str, str, dt.date], ...]
    over_the_counter: tuple[tuple[str, str, str, str], ...]
    allergies: tuple[tuple[str, str, str, str], ...]
    doses: tuple[tuple[str, dt.date], ...]
    visited_on: tuple[dt.date, ...] = field(default=())

    def has(self, key: str) -> bool:
        return any(condition.key == key for condition, _ in self.conditions)


def make_chart(person: Person, anchor: dt.date) -> Chart:
    """The chart of one patient as of `anchor`."""
    dice = stream("chart", person.index)
    age = person.age(anchor)
    conditions, medicines = [], []
    for condition in CONDITIONS:
        share = [s for start, s in condition.by_age if age >= start][-1]
        if dice.random() >= share:
            continue
        since = max(person.born, anchor - dt.timedelta(days=dice.randint(200, 4200)))
        conditions.append((condition, since))
        if condition.medicines and dice.random() < 0.9:
            status = weighted(dice, (("taking", 90), ("differently", 6), ("not_taking", 4)))
            medicines.append(
                (*dice.choice(condition.medicines), status, since + dt.timedelta(days=dice.randint(0, 150)))
            )
    extra = [row for row in OVER_THE_COUNTER if age > 30 and dice.random() < 0.12]
    allergies = _allergies(dice, age)
    return Chart(
        conditions=tuple(conditions),
        medicines=tuple(row for row in medicines if row[5] <= anchor),
        over_the_counter=tuple(extra),
        allergies=allergies,
        doses=_doses(person, anchor),
        visited_on=_visits(dice, person, anchor, len(conditions)),
    )


def _allergies(dice, age: float) -> tuple[tuple[str, str, str, str], ...]:
    if dice.random() > (0.12 if age < 12 else 0.27):
        return ()
    first = weighted(dice, [(row[:4], row[4]) for row in ALLERGENS])
    if dice.random() < 0.2:
        second = weighted(dice, [(row[:4], row[4]) for row in ALLERGENS if row[0] != first[0]])
        return first, second
    return (first,)


def _doses(person: Person, anchor: dt.date) -> tuple[tuple[str, dt.date], ...]:
    """Doses already had: the childhood series, then yearly flu shots and what adults get."""
    dice = stream("doses", person.index)
    had: list[tuple[str, dt.date]] = []
    limit = anchor - SOON
    for cvx, due in child_schedule(person):
        given = due + dt.timedelta(days=dice.randint(0, 25))
        if given < limit and given.year > 2005 and dice.random() < 0.94:
            had.append((cvx, given))
    age = person.age(anchor)
    for back in (1, 2, 3):
        season = dt.date(anchor.year - back, 10, 1) + dt.timedelta(days=dice.randint(0, 60))
        if person.age(season) > 0.6 and dice.random() < (0.68 if age > 60 or age < 12 else 0.42):
            had.append(("140" if back == 1 else "150", season))
    if age > 22 and dice.random() < 0.8:
        had.append(("115", anchor - dt.timedelta(days=dice.randint(400, 3300))))
    if age > 52 and dice.random() < 0.45:
        first = anchor - dt.timedelta(days=dice.randint(300, 1500))
        had += [("187", first), ("187", first + dt.timedelta(days=90))]
    if age > 66 and dice.random() < 0.7:
        had.append(("216", anchor - dt.timedelta(days=dice.randint(120, 1100))))
    return tuple(sorted((row for row in had if row[1] > person.born), key=lambda row: (row[1], row[0])))


def child_schedule(person: Person) -> list[tuple[str, dt.date]]:
    """Every scheduled dose with the day it is due."""
    return [(cvx, person.born + MONTH * months) for cvx, months in CHILD_DOSES]


def doses_due(person: Person, chart: Chart, on: dt.date) -> list[str]:
    """What to give at a well-child visit: scheduled by then and not had yet, four shots at most."""
    had: dict[str, int] = {}
    for cvx, _ in chart.doses:
        had[cvx] = had.get(cvx, 0) + 1
    due = []
    for cvx, day in child_schedule(person):
        had[cvx] = had.get(cvx, 0) - 1
        late_start = cvx in ("119", "48", "10") and person.age(on) > 4
        if day <= on and had[cvx] < 0 and not late_start:
            due.append(cvx)
    return due[-4:]


def _visits(dice, person: Person, anchor: dt.date, conditions: int) -> tuple[dt.date, ...]:
    """Days of earlier visits, over the two years before the season that has appointments."""
    often = 1 + min(conditions, 3) + (3 if person.age(anchor) < 2 else 0)
    days = []
    for _ in range(dice.randint(max(0, often - 2), often)):
        day = anchor - dt.timedelta(days=dice.randint(100, 760))
        day -= dt.timedelta(days=max(0, day.weekday() - 4))
        if day > person.born + dt.timedelta(days=10):
            days.append(day)
    return tuple(sorted(set(days)))
