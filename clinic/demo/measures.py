"""Vital signs that make sense for the person: growth in children, steady habits in adults, trends over months."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from clinic.demo.charts import Chart
from clinic.demo.data.complaints import Complaint
from clinic.demo.dice import stream
from clinic.demo.people import Person
from records.rules.vitals.catalog import VITALS
from records.rules.vitals.limits import Limit, judge, months_old, select

# Middle height (cm) and weight (kg) by age in years, girls and boys (rounded from public CDC medians).
_GROWTH = (
    (0, 50, 3.4, 50, 3.5), (0.25, 60, 5.8, 61, 6.2), (0.5, 66, 7.3, 67, 7.9), (1, 74, 9.2, 75, 9.9),
    (2, 86, 12.0, 87, 12.6), (3, 94, 13.9, 95, 14.4), (5, 108, 18.0, 109, 18.4), (7, 121, 22.8, 122, 23.1),
    (9, 133, 29.0, 134, 28.7), (11, 145, 37.4, 144, 36.1), (13, 157, 46.1, 156, 45.6), (15, 162, 52.1, 170, 56.4),
    (18, 163, 56.6, 176, 67.2), (20, 163, 58.2, 177, 70.6),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """One reading: canonical value, and as it was typed in the unit people use here."""

    vital: str
    value: Decimal
    entered: str
    unit: str
    tier: str
    text: str
    sequence: int = 1
    detail: dict | None = None


def measure(
    person: Person,
    chart: Chart,
    on: dt.date,
    limits: list[Limit],
    *,
    complaint: Complaint | None,
    name: object,
) -> list[Value]:
    """A whole set for a day. `name` makes it the same each time; the complaint colors it."""
    dice = stream("vitals", person.index, name)
    base = stream("body", person.index)
    age = max(person.age(on), 0.02)
    signs = complaint.vitals if complaint else ()
    numbers: dict[str, float] = {}
    height, weight = _body(base, dice, person, chart, age)
    nurse_only = complaint is not None and complaint.visit_type in ("nurse", "lab", "ecg")
    if not nurse_only:
        numbers["height"], numbers["weight"] = height, weight
        numbers["temp"] = dice.gauss(36.75, 0.17) + (
            dice.uniform(1.1, 2.1) if "fever" in signs and dice.random() < 0.7 else 0
        )
        numbers["resp"] = (
            _resp(age) + dice.randint(-1, 1) + (dice.randint(1, 4) if "tachypnea" in signs else 0)
        )
        numbers["spo2"] = (
            98 - (dice.choice((0, 0, 1))) - (dice.choice((1, 2, 3, 4, 7)) if "low_oxygen" in signs else 0)
        )
    numbers["pulse"] = _pulse(age) + dice.gauss(0, 6) + (9 if "fever" in signs else 0)
    if age >= 3:
        numbers["systolic"], numbers["diastolic"] = _pressure(base, dice, person, chart, age, signs)
    if "pain" in signs:
        numbers["pain"] = 8 if dice.random() < 0.035 else dice.choice((2, 3, 4, 4, 5, 6, 7))
    if age < 2.5 and not nurse_only:
        numbers["head"] = 35 + 12.5 * min(1, (age / 2.5) ** 0.42) + base.gauss(0, 0.7)
    return _values(person, on, limits, numbers, age, dice)


def _body(base, dice, person: Person, chart: Chart, age: float) -> tuple[float, float]:
    tall = base.gauss(1, 0.038)
    heavy = base.gauss(1.06, 0.12)
    if chart.has("obesity"):
        heavy = max(heavy, 1.35) + abs(base.gauss(0, 0.12))
    years = min(age, 20)
    girl = person.sex == "female"
    for (a, gh, gw, bh, bw), (b, gh2, gw2, bh2, bw2) in zip(_GROWTH, _GROWTH[1:], strict=False):
        if a <= years <= b:
            part = (years - a) / (b - a)
            height = (gh + (gh2 - gh) * part) if girl else (bh + (bh2 - bh) * part)
            weight = (gw + (gw2 - gw) * part) if girl else (bw + (bw2 - bw) * part)
    height *= 1 + (tall - 1) * min(1, years / 2 + 0.5)
    if age >= 20:
        weight = 22.6 * (height / 100) ** 2 * heavy * (1 + 0.0035 * min(age - 20, 40))
        height -= max(0, age - 62) * 0.07
        weight *= 1 + 0.012 * base.choice((-1, 0, 0, 1, 1)) * (age % 3 - 1.5)
    else:
        weight *= 1 + (heavy - 1) * min(1, years / 6 + 0.35) * 0.8
    return height, weight * dice.gauss(1, 0.006)


def _pressure(base, dice, person: Person, chart: Chart, age: float, signs) -> tuple[float, float]:
    if age < 13:
        systolic, diastolic = 88 + 2.1 * age, 52 + 1.2 * age
    elif age < 18:
        systolic, diastolic = 112, 67
    else:
        systolic = 111 + 0.19 * (age - 18) + (4 if person.sex == "male" else 0)
        diastolic = 72 + (4 if 30 < age < 65 else 0)
    systolic += base.gauss(0, 5)
    diastolic += base.gauss(0, 4)
    if chart.has("hypertension"):
        systolic, diastolic = (
            max(systolic + 8, 126 + base.gauss(0, 6)),
            max(diastolic + 4, 78 + base.gauss(0, 5)),
        )
    if "high_bp" in signs:
        systolic, diastolic = systolic + dice.uniform(16, 30), diastolic + dice.uniform(8, 15)
    if "severe_bp" in signs or age > 40 and "high_bp" in signs and dice.random() < 0.12:
        return dice.uniform(183, 192), dice.uniform(102, 113)
    systolic += dice.gauss(0, 5)
    return max(systolic, 92 if age >= 10 else 78 + age), min(
        max(diastolic + dice.gauss(0, 3.5), 50), systolic - 26
    )


def _pulse(age: float) -> float:
    return (
        138 - 30 * min(age, 1)
        if age < 1
        else 108 - 4 * (age - 1)
        if age < 6
        else 86 - 0.8 * (age - 6)
        if age < 18
        else 73
    )


def _resp(age: float) -> int:
    return 38 if age < 1 else 27 if age < 3 else 23 if age < 6 else 20 if age < 12 else 15


def _values(
    person: Person, on: dt.date, limits: list[Limit], numbers: dict[str, float], age: float, dice
) -> list[Value]:
    months = months_old(person.born, on)
    found = []
    for vital, number in numbers.items():
        at_age = select((limit for limit in limits if limit.vital == vital), months)
        value, entered, unit = _entered(vital, number, age)
        verdict = judge(at_age, vital, value)
        if (
            verdict.tier == "confirm"
            and dice.random() < 0.75
            and vital in ("pulse", "resp", "systolic", "diastolic")
        ):
            usual_value = _inside(at_age, vital, value)
            if usual_value is not None:
                value, entered = usual_value, f"{usual_value}"
                verdict = judge(at_age, vital, value)
        found.append(
            Value(vital, value, entered, unit, verdict.tier, verdict.text, detail=_detail(vital, age))
        )
    return found


def _inside(limits: list[Limit], vital: str, value: Decimal) -> Decimal | None:
    """The nearest value that needs no second look: most people are well, and the demo must not cry wolf."""
    for step in range(1, 40):
        for near in (value + step, value - step):
            if judge(limits, vital, near).tier == "ok":
                return near
    return None


def _entered(vital: str, number: float, age: float) -> tuple[Decimal, str, str]:
    """Canonical value and what was typed: pounds, inches and Fahrenheit for adults, metric for infants."""
    if vital == "weight":
        unit = VITALS["weight"].unit("kg" if age < 2 else "[lb_av]")
        typed = unit.from_canonical(Decimal(str(number))).quantize(Decimal("0.01" if age < 2 else "0.1"))
        return unit.to_canonical(typed).quantize(Decimal("0.001")), f"{typed}", unit.code
    if vital in ("height", "head"):
        unit = VITALS[vital].unit("cm" if age < 3 or vital == "head" else "[in_i]")
        typed = unit.from_canonical(Decimal(str(number))).quantize(Decimal("0.1"))
        return unit.to_canonical(typed).quantize(Decimal("0.001")), f"{typed}", unit.code
    if vital == "temp":
        unit = VITALS["temp"].unit("[degF]")
        typed = unit.from_canonical(Decimal(str(number))).quantize(Decimal("0.1"))
        return unit.to_canonical(typed).quantize(Decimal("0.001")), f"{typed}", unit.code
    whole = Decimal(round(number))
    return whole, f"{whole}", VITALS[vital].ucum


def _detail(vital: str, age: float) -> dict:
    if vital == "systolic":
        return {
            "site": "LA",
            "position": "sitting",
            "cuff": "adult" if age > 14 else "child",
            "method": "oscillometric",
        }
    if vital == "temp":
        return {"route": "oral" if age > 5 else "temporal" if age > 0.3 else "rectal"}
    if vital == "spo2":
        return {"oxygen": "air"}
    if vital == "height":
        return {"stance": "standing" if age >= 2 else "lying"}
    return {"pulse_site": "oximeter"} if vital == "pulse" else {}
