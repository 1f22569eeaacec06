"""How a day went, minute by minute: people come early or late, rooms and MAs are busy, providers run behind."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from clinic.demo.data.complaints import Complaint
from clinic.demo.dice import minutes, stream
from clinic.demo.people import Person

# state, when, room label ("" for none), who by role: desk, ma, provider, nurse, patient, system
Step = tuple[str, dt.datetime, str, str]
MAS = ("ma", "tboyd", "jkim")
EXAM_ROOMS = ("1", "2", "3", "4", "5", "6")
MINUTE = dt.timedelta(minutes=1)
# Two weeks ago the clinic began to call patients in earlier; the comparison of two periods has something to show.
CALLED_IN_LATER = dt.timedelta(minutes=2, seconds=15)


@dataclass
class Visit:
    """A visit of the demo as it will go."""

    key: str
    person: Person
    complaint: Complaint
    column: str
    is_provider_visit: bool
    needs_room: bool
    room_kind: str
    start: dt.datetime
    told: dt.timedelta
    ma_before: dt.timedelta
    buffer: dt.timedelta
    outcome: str
    booked_at: dt.datetime
    source: str
    confirmed_at: dt.datetime | None = None
    ended_early_at: dt.datetime | None = None
    is_walk_in: bool = False
    ma: str = "ma"
    script: list[Step] = field(default_factory=list)

    @property
    def whole(self) -> tuple[dt.datetime, dt.datetime]:
        """From the MA's first minute to the end of the buffer: what the patient and the room are held for."""
        if self.is_provider_visit:
            return self.start - self.ma_before, self.start + self.told + self.buffer
        return self.start, self.start + self.told + self.buffer


@dataclass
class _Busy:
    called_later: dt.timedelta = dt.timedelta()
    rooms: dict[str, dt.datetime] = field(default_factory=dict)
    mas: dict[str, dt.datetime] = field(default_factory=dict)
    people: dict[str, dt.datetime] = field(default_factory=dict)


def play(
    visits: list[Visit],
    opens_at: dt.datetime,
    *,
    late_from: dt.datetime | None = None,
    calls_later: bool = False,
) -> None:
    """Writes the script of every visit of one day, in order of time.

    From `late_from` on the first provider is held up by a long visit, so that patients have to wait.
    `calls_later` is a day of the time before patients were called in early.
    """
    busy = _Busy(called_later=CALLED_IN_LATER if calls_later else dt.timedelta())
    for visit in sorted(visits, key=lambda v: (v.start, v.key)):
        dice = stream("flow", visit.key)
        if late_from and visit.start >= late_from and visit.column == "provider":
            busy.people["provider"] = busy.people.get("provider", late_from) + 16 * MINUTE
            late_from = None
        visit.script = [("scheduled", visit.booked_at, "", "desk")]
        if visit.confirmed_at:
            visit.script.append(("confirmed", visit.confirmed_at, "", "patient"))
        if visit.outcome == "cancelled":
            visit.script.append(("cancelled", visit.ended_early_at, "", "desk"))
        elif visit.outcome == "no_show":
            visit.script.append(("no_show", visit.start + minutes(dice, 16, 19, 28), "", "desk"))
        else:
            _come(dice, visit, busy, opens_at)


def _come(dice: random.Random, visit: Visit, busy: _Busy, opens_at: dt.datetime) -> None:
    lead = visit.ma_before if visit.is_provider_visit else dt.timedelta()
    if visit.is_walk_in:
        arrived = visit.booked_at
    elif dice.random() < 0.12:
        arrived = visit.start + minutes(dice, -4, 2, 11)
    else:
        arrived = visit.start - lead - minutes(dice, -2, 9, 28)
    arrived = max(arrived, opens_at - 12 * MINUTE, visit.script[-1][1] + MINUTE)
    visit.script.append(("arrived", arrived, "", "desk"))
    if visit.outcome == "left":
        visit.script.append(("left", arrived + minutes(dice, 38, 47, 66), "", "desk"))
    elif not visit.needs_room:
        _by_phone(dice, visit, busy, arrived)
    elif visit.is_provider_visit:
        _see_provider(dice, visit, busy, arrived)
    else:
        _see_nurse(dice, visit, busy, arrived)


def _room(dice: random.Random, visit: Visit, busy: _Busy, wanted: dt.datetime) -> tuple[str, dt.datetime]:
    """A room that is free soonest, by habit the low numbers; and when it can be entered."""
    labels = {"procedure": ("P",), "lab": ("Lab",)}.get(visit.room_kind, EXAM_ROOMS)
    free = [label for label in labels if busy.rooms.get(label, wanted) <= wanted]
    if free:
        return free[dice.randrange(min(3, len(free)))], wanted
    soonest = min(labels, key=lambda label: busy.rooms[label])
    return soonest, busy.rooms[soonest]


def _see_provider(dice: random.Random, visit: Visit, busy: _Busy, arrived: dt.datetime) -> None:
    visit.ma = min(MAS, key=lambda name: (busy.mas.get(name, arrived), MAS.index(name)))
    wanted = max(arrived + minutes(dice, 3, 5, 13), visit.start - visit.ma_before - minutes(dice, 0, 2, 6))
    wanted += busy.called_later
    label, roomed = _room(dice, visit, busy, max(wanted, busy.mas.get(visit.ma, wanted)))
    intake = roomed + minutes(dice, 0.6, 1, 2.5)
    ready = intake + minutes(dice, 4, 6.5, 11)
    provider_free = busy.people.get(visit.column, ready)
    seen = max(ready + minutes(dice, 1, 2.5, 7), provider_free, visit.start - 6 * MINUTE)
    out = seen + visit.told * dice.triangular(0.55, 1.15, 0.8)
    busy.people[visit.column] = out + minutes(dice, 0.5, 1.5, 3)
    steps: list[Step] = [
        ("roomed", roomed, label, "ma"), ("intake", intake, label, "ma"), ("ready", ready, label, "ma"),
        ("with_provider", seen, label, "provider"),
    ]  # fmt: skip
    if visit.complaint.orders or visit.complaint.visit_type in ("well-child", "procedure"):
        steps.append(("orders", out, label, "provider"))
        out += minutes(dice, 4, 7, 13)
    steps.append(("discharge", out, label, "ma"))
    checkout = out + minutes(dice, 1, 2.5, 6)
    steps.append(("checkout", checkout, "", "ma"))
    steps.append(("completed", checkout + minutes(dice, 2, 3.5, 7), "", "desk"))
    busy.mas[visit.ma] = ready + minutes(dice, 0.5, 1, 2)
    busy.rooms[label] = checkout + minutes(dice, 4, 5.5, 8)
    visit.script += steps


def _see_nurse(dice: random.Random, visit: Visit, busy: _Busy, arrived: dt.datetime) -> None:
    visit.ma = visit.column
    wanted = max(arrived + minutes(dice, 2, 4, 9), visit.start - 3 * MINUTE)
    label, roomed = _room(dice, visit, busy, max(wanted, busy.people.get(visit.column, wanted)))
    intake = roomed + minutes(dice, 0.5, 1, 2)
    orders = intake + minutes(dice, 2, 3.5, 6)
    done = orders + minutes(dice, 3, 5, 9)
    busy.people[visit.column] = done + minutes(dice, 0.5, 1, 2)
    leaves = done + (minutes(dice, 12, 15, 17) if visit.complaint.key in ("flu_shot", "b12") else MINUTE)
    visit.script += [
        ("roomed", roomed, label, "nurse"), ("intake", intake, label, "nurse"), ("orders", orders, label, "nurse"),
        ("discharge", done, label, "nurse"), ("checkout", leaves, "", "nurse"),
        ("completed", leaves + minutes(dice, 1.5, 2.5, 5), "", "desk"),
    ]  # fmt: skip
    busy.rooms[label] = leaves + minutes(dice, 4, 5.5, 8)


def _by_phone(dice: random.Random, visit: Visit, busy: _Busy, arrived: dt.datetime) -> None:
    seen = max(visit.start + minutes(dice, 0, 2, 8), busy.people.get(visit.column, visit.start))
    visit.script[-1] = ("arrived", max(seen - minutes(dice, 1, 2, 4), visit.script[-2][1]), "", "ma")
    out = seen + visit.told * dice.triangular(0.5, 1.0, 0.7)
    busy.people[visit.column] = out + MINUTE
    visit.script += [
        ("with_provider", seen, "", "provider"), ("checkout", out, "", "provider"),
        ("completed", out + minutes(dice, 0.5, 1, 3), "", "desk"),
    ]  # fmt: skip
