"""Imported vital signs: into canonical units, screened by the same limits as those typed here, and grouped."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from records.fhir.facts import Reading, ResultFacts, VitalsFacts
from records.fhir.observations import tidy_number
from records.rules.vitals.catalog import VITALS
from records.rules.vitals.limits import ADULT, REJECT, Limit, judge, months_old, select

THREE_PLACES = Decimal("0.001")
_FACTORS = {"g": Decimal("0.001"), "m": Decimal(100)}


@dataclass(frozen=True, slots=True)
class VitalRow:
    """One reading as it is stored: canonical value with three decimals, entered value as it came."""

    vital: str
    sequence: int
    entered_value: str
    entered_unit: str
    value: Decimal
    tier: str


@dataclass(frozen=True, slots=True)
class VitalGroup:
    """What was measured at one moment of one encounter."""

    key: str
    encounter_key: str
    measured_at: dt.datetime
    rows: tuple[VitalRow, ...]


def canonical(reading: Reading) -> Decimal:
    """The value in the catalog's canonical unit, three decimals; whole numbers where it counts whole."""
    vital = VITALS[reading.vital]
    unit = vital.unit(reading.unit)
    value = unit.to_canonical(reading.value) if unit else reading.value * _FACTORS[reading.unit]
    return value.quantize(Decimal(1) if vital.is_integer else THREE_PLACES, ROUND_HALF_UP)


def impossible(facts: VitalsFacts, limits: Sequence[Limit], born: dt.date | None) -> str:
    """The name of a vital sign that lies outside its possible range, or ""."""
    for row in rows_of(facts.readings, for_day(limits, born, facts.measured_at.date())):
        if row.tier == REJECT:
            return VITALS[row.vital].label
    return ""


def for_day(limits: Sequence[Limit], born: dt.date | None, on: dt.date) -> list[Limit]:
    """The limits for the patient's age on a day; adult limits when the birth date is not known."""
    return select(limits, months_old(born, on) if born and on >= born else ADULT)


def rows_of(readings: Sequence[Reading], limits: Sequence[Limit]) -> tuple[VitalRow, ...]:
    counts: dict[str, int] = {}
    rows = []
    for reading in readings:
        if reading.vital == "bmi":
            continue
        value = canonical(reading)
        counts[reading.vital] = counts.get(reading.vital, 0) + 1
        unit = reading.unit if reading.unit not in _FACTORS else VITALS[reading.vital].ucum
        entered = value if reading.unit in _FACTORS or unit == VITALS[reading.vital].ucum else reading.value
        rows.append(
            VitalRow(
                vital=reading.vital,
                sequence=counts[reading.vital],
                entered_value=tidy_number(round(entered, 2)),
                entered_unit=unit,
                value=value,
                tier=judge(limits, reading.vital, value).tier,
            )
        )
    return tuple(rows)


def group(
    items: Sequence[VitalsFacts], owner: str, limits: Sequence[Limit], born: dt.date | None
) -> tuple[list[VitalGroup], list[ResultFacts]]:
    """Sets of vitals by encounter and moment, and what is no vital sign of ours.

    BMI is never stored: with weight and height it is computed again, without them it is kept as a result.
    """
    moments: dict[tuple[str, dt.datetime], list[VitalsFacts]] = {}
    for item in items:
        moments.setdefault((item.encounter_key, item.measured_at), []).append(item)
    groups, results = [], []
    for (encounter_key, at), members in moments.items():
        readings = [reading for member in members for reading in member.readings]
        rows = rows_of(readings, for_day(limits, born, at.date()))
        if rows:
            key = hashlib.sha256(f"{owner}|{encounter_key}|{at.isoformat()}".encode()).hexdigest()[:32]
            groups.append(VitalGroup(key, encounter_key, at, rows))
        if not {"weight", "height"} <= {row.vital for row in rows}:
            results += [_bmi_result(member) for member in members if member.readings[0].vital == "bmi"]
    return groups, results


def _bmi_result(facts: VitalsFacts) -> ResultFacts:
    reading = facts.readings[0]
    return ResultFacts(
        key=facts.key,
        encounter_key=facts.encounter_key,
        observed_at=facts.measured_at,
        code="39156-5",
        name="Body mass index",
        category="vital-signs",
        value_text=tidy_number(round(reading.value, 1)),
        value_number=reading.value,
        unit="kg/m²",
        reference_range="",
        flag="",
        status="final",
    )
