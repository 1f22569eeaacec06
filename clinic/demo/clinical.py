"""What is charted in the room: identity, vitals with their flags, reviews, the note, doses and tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from clinic.demo.charts import doses_due
from clinic.demo.dice import minutes, stream
from clinic.demo.measures import Value, measure
from clinic.demo.patients import write_vitals
from clinic.demo.rows import Rows
from clinic.demo.stockroom import Stockroom
from clinic.demo.world import World
from clinic.staff.models import Member
from records.models import IdentityCheck, Immunization, Note, RedFlag, ReviewStamp
from records.rules.vaccines import current_statements, vaccine_name
from scheduling.rules.visit_states import State

if TYPE_CHECKING:
    from clinic.demo.visits import Live

MINUTE = dt.timedelta(minutes=1)


def rooming(rows: Rows, world: World, live: Live, when: dt.datetime, member: Member | None) -> None:
    """Identity, vitals and reviewed lists, as the MA leaves the room. `when` is that moment."""
    dice = stream("rooming", live.name)
    begun = live.interval.started_at - minutes(dice, 3, 4, 6)
    patient = live.appointment.patient_id
    check = rows.add(
        IdentityCheck(pk=rows.id("identity", live.name, at=begun), patient_id=patient, encounter=live.encounter,
                      identifiers=["name", "birth_date"], moment="rooming", by=member, at=begun, created_at=begun)
    )  # fmt: skip
    rows.audit("identity.confirmed", check, at=begun, by=member, patient=patient, moment="rooming")
    if live.complaint.visit_type in ("lab", "ecg", "telehealth"):
        return
    day = when.astimezone(world.zone).date()
    chart = world.charts[live.person.index]
    values = measure(live.person, chart, day, world.limits, complaint=live.complaint, name=live.name)
    values = _twice(dice, values)
    measured = when - minutes(dice, 1, 1.5, 3)
    vital_set, red = write_vitals(
        rows, live.encounter, values, measured, member, name=("visit", live.name), flags=True
    )
    rows.audit("vitals.recorded", vital_set, at=measured + MINUTE, by=member, patient=patient, red=len(red),
               encounter=live.encounter.pk)  # fmt: skip
    for number, (reading, text) in enumerate(red):
        _flag(rows, world, live, vital_set, reading, text, measured + MINUTE, number)
    for name in ("allergies", "medications"):
        if dice.random() < 0.93:
            rows.add(
                ReviewStamp(pk=rows.id("review", live.name, name, at=when), patient_id=patient, encounter=live.encounter,
                            list_name=name, changed=dice.random() < 0.08, by=member, at=when - MINUTE, created_at=when)
            )  # fmt: skip


def _twice(dice, values: list[Value]) -> list[Value]:
    """A first pressure of 130/80 or more is repeated after a rest."""
    found = {value.vital: value for value in values}
    first = found.get("systolic")
    if first is None or first.value < 130 or dice.random() < 0.15:
        return values
    again = []
    for vital, low, high, red, look in (("systolic", 2, 9, 180, 160), ("diastolic", 0, 5, 120, 100)):
        old = found[vital]
        # After five quiet minutes the second reading is lower; it is the red one that rings.
        value = min(old.value - dice.randint(low, high), Decimal(red - 2))
        again.append(
            Value(vital, value, f"{value}", old.unit, "confirm" if value >= look else "ok", "", 2, old.detail)
        )
    return [*values, *again]


def _flag(
    rows: Rows, world: World, live: Live, vital_set, reading, text: str, when: dt.datetime, number: int
) -> None:
    """Raised with the set; acknowledged when the provider has come in, some minutes later."""
    dice = stream("flag", live.name, number)
    seen = when + minutes(dice, 3, 7, 16)
    provider = live.appointment.provider or world.members["provider"]
    is_seen = seen <= world.now and not (
        live.complaint.key == "severe_bp" and live.appointment.local_day == world.today
    )
    flag = rows.add(
        RedFlag(pk=rows.id("flag", live.name, number, at=when), patient_id=live.appointment.patient_id,
                encounter=live.encounter, set=vital_set, reading=reading, text=text[:200], raised_at=when,
                acknowledged_at=seen if is_seen else None, acknowledged_by=provider if is_seen else None,
                action=dice.choice(_ACTIONS) if is_seen else None, created_at=when)
    )  # fmt: skip
    if is_seen:
        rows.audit("red_flag.acknowledged", flag, at=seen, by=provider, patient=live.appointment.patient_id)


_ACTIONS = (
    "Seen at once. Repeated by me, lower. No warning symptoms.",
    "Examined, stable. Treated in the room, better before leaving.",
    "Known to me, at the usual level for this patient.",
    "Examined. Return precautions given, recheck in 2 days.",
)


def care(rows: Rows, world: World, stockroom: Stockroom, live: Live, when: dt.datetime, state: State) -> None:
    """What the visit itself brought: doses at the end of orders, tests, and the note."""
    is_last = state == State.CHECKOUT
    has_discharge = any(step[0] == State.DISCHARGE for step in live.demo.script)
    if is_last and has_discharge:
        return
    dice = stream("care", live.name)
    _doses(rows, world, stockroom, live, when - minutes(dice, 1, 2, 4), dice)
    _note(rows, world, live, when, dice)


def _doses(rows: Rows, world: World, stockroom: Stockroom, live: Live, when: dt.datetime, dice) -> None:
    day = when.astimezone(world.zone).date()
    wanted: list[str] = []
    if live.complaint.visit_type == "well-child":
        wanted = doses_due(live.person, world.charts[live.person.index], day)
        if day.month in (9, 10, 11, 12, 1) and live.person.age(day) > 0.6 and dice.random() < 0.6:
            wanted = ["140", *wanted[:3]]
    elif live.complaint.key == "flu_shot":
        wanted = ["140", "309"] if live.person.age(day) >= 12 and dice.random() < 0.3 else ["140"]
    elif live.complaint.visit_type == "wellness" and dice.random() < 0.55:
        wanted = ["187"] if live.person.age(day) >= 50 and dice.random() < 0.4 else ["140"]
    funding = (
        "vfc"
        if live.person.plan and live.person.plan.kind == "medicaid" and live.person.age(day) < 19
        else "private"
    )
    nurse = _nurse(world, live, dice)
    for number, cvx in enumerate(wanted):
        _dose(rows, world, stockroom, live, cvx, funding, when + number * MINUTE, nurse, number)


def _nurse(world: World, live: Live, dice) -> Member:
    if live.appointment.ma_id:
        return live.appointment.ma
    return world.members[dice.choice(("glindqvist", "ma", "tboyd"))]


def _dose(
    rows, world: World, stockroom, live: Live, cvx: str, funding: str, when, nurse: Member, number: int
) -> None:
    key = rows.id("given", live.name, number, at=when)
    taken = stockroom.take_dose(
        cvx, funding, when, nurse, f"immunization:{key}", ("given", live.name, number)
    )
    statements = [s for s in current_statements(cvx) if s.edition_on <= when.date()]
    if not taken or not statements:
        return
    stock, lot, movement = taken
    day = when.astimezone(world.zone).date()
    ordered = (
        live.appointment.provider.name if live.appointment.provider else "Standing order: seasonal vaccines"
    )
    dose = rows.add(
        Immunization(
            pk=key, patient_id=live.appointment.patient_id, encounter=live.encounter, source="administered", cvx=cvx,
            vaccine=vaccine_name(cvx), mvx=stock.mvx, lot=lot, lot_number=lot.number, expires_on=lot.expires_on,
            dose_ml=Decimal(stock.dose_ml), route=stock.route, site=_site(stock.route, live.person.age(day), number),
            given_at=when, given_by=nurse, given_by_label=nurse.name, ordered_by=ordered, movement=movement,
            vis_edition_on=statements[0].edition_on, vis_given_on=day, funding=funding,
            eligibility="V02" if funding == "vfc" else "V01", recorded_by=nurse, recorded_at=when, created_at=when,
        )
    )  # fmt: skip
    live.doses.append(dose)
    rows.audit(
        "immunization.given",
        dose,
        at=when,
        by=nurse,
        patient=live.appointment.patient_id,
        cvx=cvx,
        lot=lot.pk,
    )


def _site(route: str, age: float, number: int) -> str:
    if route == "PO":
        return ""
    if age < 3:
        return ("LVL", "RVL")[number % 2]
    return ("LD", "RD")[number % 2]


def _note(rows: Rows, world: World, live: Live, when: dt.datetime, dice) -> None:
    """The visit note, a draft until its author signs (see `settle`)."""
    author = live.appointment.provider or live.appointment.ma
    complaint = live.complaint
    words = world.codes.get(complaint.codes[0])
    sections = {"subjective": complaint.story, "objective": complaint.found,
                "assessment": words.description if words else complaint.reason, "plan": complaint.plan}  # fmt: skip
    note = rows.add(
        Note(pk=rows.id("note", live.name, at=when), patient_id=live.appointment.patient_id, encounter=live.encounter,
             author=author, kind="visit" if live.appointment.provider_id else "nurse", created_at=when,
             sections={name: text for name, text in sections.items() if text})
    )  # fmt: skip
    rows.audit("note.saved", note, at=when, by=author, patient=live.appointment.patient_id, version=1)
