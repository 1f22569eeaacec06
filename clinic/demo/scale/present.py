"""Today and the coming days, and one patient with ten years of history: what the measured pages show."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from clinic.demo.scale.people import People
from clinic.demo.scale.plan import SLOTS, Plan
from clinic.demo.scale.text import NULL
from clinic.demo.scale.visits import Visits

TODAY_EACH = 20
STEP = 20
HISTORY_YEARS, HISTORY_VISITS = 10, 44
# Of each provider's twenty: how far the visit has got, by its place in the day.
_SO_FAR = ("completed",) * 8 + ("checkout", "with_provider", "ready", "roomed", "arrived", "arrived")
_AHEAD_DAYS, _AHEAD_FILL = 14, 0.6


def write_present(plan: Plan) -> dict[str, int]:
    """Writes today's sixty visits, the half-booked weeks to come, and the long chart; returns rows by table."""
    people, visits = People(plan), Visits(plan)
    visits.receipt = 2_000_000_000
    extra = plan.patients  # the numbers after the bulk's
    dice = plan.dice("present")
    _long_chart(plan, people, visits, extra)
    _today(plan, visits, dice)
    _coming(plan, visits, dice)
    sheets = (*people.sheets, *visits.sheets)
    for sheet in sheets:
        sheet.flush()
    return {sheet.table: sheet.written for sheet in sheets}


def _long_chart(plan: Plan, people: People, visits: Visits, number: int) -> None:
    """A grown-up patient seen every eleven weeks for ten years, each time with a full set of vitals."""
    dice = plan.dice("long chart")
    patient = people.write(number, dice, born=61 * 365)
    zone = ZoneInfo(plan.zone)
    last = dt.datetime.fromtimestamp(plan.now, zone).date()
    gone = plan.providers[-1]
    for back in range(HISTORY_VISITS, 0, -1):
        day = last - dt.timedelta(days=round(back * HISTORY_YEARS * 365.25 / HISTORY_VISITS))
        # Early in the morning, before anybody else is seen: no slot of the bulk is taken.
        midnight = int(dt.datetime.combine(day, dt.time(0), zone).timestamp())
        visits.visit(dice, patient, gone, midnight, 6 * 60, "completed", is_told=True)


def _today(plan: Plan, visits: Visits, dice) -> None:
    zone = ZoneInfo(plan.zone)
    local = dt.datetime.fromtimestamp(plan.now, zone)
    midnight = int(dt.datetime.combine(local.date(), dt.time(0), zone).timestamp())
    minute_now = (plan.now - midnight) // 60
    done = len(_SO_FAR)
    first = min(max(minute_now - done * STEP, 15), 24 * 60 - TODAY_EACH * STEP - 15)
    rooms = iter(plan.rooms)
    patients = iter(dice.sample(range(plan.patients), TODAY_EACH * 3))
    for who in plan.today:
        for place in range(TODAY_EACH):
            minute = first + place * STEP
            state = _SO_FAR[place] if place < done and minute + STEP <= minute_now else "scheduled"
            needs_room = state in ("with_provider", "ready", "roomed")
            room = next(rooms, NULL) if needs_room else NULL
            if needs_room and room == NULL:
                state = "arrived"
            visits.visit(dice, plan.patient(next(patients)), who, midnight, minute, state, room)


def _coming(plan: Plan, visits: Visits, dice) -> None:
    zone = ZoneInfo(plan.zone)
    today = dt.datetime.fromtimestamp(plan.now, zone).date()
    for ahead in range(1, _AHEAD_DAYS + 1):
        day = today + dt.timedelta(days=ahead)
        if day.weekday() > 4:
            continue
        midnight = int(dt.datetime.combine(day, dt.time(0), zone).timestamp())
        patients = iter(dice.sample(range(plan.patients), SLOTS * len(plan.today)))
        for who in plan.today:
            for slot in range(SLOTS):
                if dice.random() < _AHEAD_FILL:
                    visits.visit(
                        dice, plan.patient(next(patients)), who, midnight, minute_of(slot), "scheduled"
                    )


def minute_of(slot: int) -> int:
    """The local minute at which a slot begins: twelve in the morning, twelve after lunch."""
    return (8 * 60 if slot < 12 else 9 * 60) + slot * STEP
