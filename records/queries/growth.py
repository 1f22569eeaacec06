"""A child's growth: the percentile of each measurement, and the plots that people look at."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinic.core.profile import clinic_zone
from clinic.core.time import zone
from records.models import Patient, VitalReading, VitalSet
from records.rules import growth

PLOTTED = ("5th", -1.6448536), ("50th", 0.0), ("95th", 1.6448536)
WIDTH, HEIGHT = 420, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 380, 14, 156
STEPS = 24
TITLES = {"weight": "Weight", "height": "Length or height", "bmi": "BMI", "head": "Head circumference"}
UNITS = {"weight": "kg", "height": "cm", "bmi": "kg/m²", "head": "cm"}


@dataclass(frozen=True)
class Point:
    """One value of one kind with its standing. `months` is the age at the measurement."""

    kind: str
    months: float
    on: dt.date
    value: float
    chart: str
    standing: growth.Standing


@dataclass(frozen=True)
class GrowthRow:
    """One day's measurements as the table shows them: `58th` or empty."""

    on: dt.date
    age: str
    weight: str = ""
    height: str = ""
    bmi: str = ""
    head: str = ""
    weight_for_length: str = ""


@dataclass(frozen=True)
class Line:
    """One percentile drawn across the ages of the plot, and where its name stands."""

    label: str
    points: str
    y: str


@dataclass(frozen=True)
class GrowthPlot:
    """One kind of measurement over age, as coordinates."""

    title: str
    last: str
    words: str
    lines: Sequence[Line]
    dots: Sequence[tuple[str, str, str]]
    from_age: str
    to_age: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    label_x: int = RIGHT + 5
    age_y: int = HEIGHT - 12


@dataclass(frozen=True)
class Growth:
    """Rows, newest first, and a plot for each kind that was measured."""

    rows: Sequence[GrowthRow]
    plots: Sequence[GrowthPlot]
    source: str = growth.SOURCE


def growth_of(patient: Patient, sets: Iterable[VitalSet]) -> Growth | None:
    """The growth of a patient in these sets (readings loaded, newest first), or None where no table applies.

    Retracted sets and excluded readings don't count. No query of its own.
    """
    tz = zone(clinic_zone())
    rows, points = [], []
    for one in sets:
        if one.retracted_at is not None:
            continue
        on = one.measured_at.astimezone(tz).date()
        found = _points(patient, on, _values(one))
        if found:
            points += found.values()
            rows.append(_row(patient, on, found))
    if not rows:
        return None
    plots = (_plot(kind, patient.sex_at_birth, [p for p in points if p.kind == kind]) for kind in TITLES)
    return Growth(rows, [plot for plot in plots if plot])


def _values(one: VitalSet) -> dict[str, VitalReading]:
    """The last counting value of each kind in a set."""
    kinds = ("weight", "height", "head")
    readings = sorted(one.readings.all(), key=lambda reading: reading.sequence)
    return {r.vital: r for r in readings if r.vital in kinds and r.value is not None and not r.is_excluded}


def _points(patient: Patient, on: dt.date, readings: dict[str, VitalReading]) -> dict[str, Point]:
    months = growth.age_months(patient.birth_date, on)
    values = {kind: float(reading.value) for kind, reading in readings.items()}
    height = readings.get("height")
    is_lying = height is not None and (height.detail or {}).get("stance") == "lying"
    wanted = [
        ("weight", growth.weight_chart(months), months, values.get("weight")),
        ("height", growth.height_chart(months, is_lying=is_lying), months, values.get("height")),
        ("head", "head", months, values.get("head")),
    ]
    if "weight" in values and "height" in values and values["height"] > 0:
        if months >= growth.TODDLER:
            wanted.append(("bmi", "bmi", months, values["weight"] / (values["height"] / 100) ** 2))
        else:
            wanted.append(("weight_for_length", "weight-for-length", values["height"], values["weight"]))
    found = {}
    for kind, chart, at, value in wanted:
        standing = value and growth.standing(chart, patient.sex_at_birth, at, value)
        if standing:
            found[kind] = Point(kind, months, on, value, chart, standing)
    return found


def _row(patient: Patient, on: dt.date, found: dict[str, Point]) -> GrowthRow:
    months = growth.age_months(patient.birth_date, on)
    words = {kind: point.standing.words for kind, point in found.items()}
    return GrowthRow(on=on, age=_age(months), **words)


def _age(months: float) -> str:
    return f"{int(months)} mo" if months < growth.TODDLER else f"{int(months / 12)} y {int(months % 12)} mo"


def _plot(kind: str, sex: str, points: list[Point]) -> GrowthPlot | None:
    """The child's values among the 5th, 50th and 95th percentile, from half a year before to half a year after."""
    if not points:
        return None
    points = sorted(points, key=lambda point: point.months)
    start, end = max(0.0, points[0].months - 6), min(float(growth.ADULT), points[-1].months + 6)
    ages = [start + (end - start) * n / STEPS for n in range(STEPS + 1)]
    curves = [(label, _curve(kind, sex, ages, z)) for label, z in PLOTTED]
    shown = [value for _, curve in curves for _, value in curve] + [point.value for point in points]
    low, high = min(shown), max(shown)
    margin = (high - low) * 0.06 or 1

    def x(months: float) -> float:
        return LEFT + (RIGHT - LEFT) * (months - start) / (end - start)

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low + margin) / (high - low + 2 * margin)

    lines = [
        Line(
            label,
            " ".join(f"{x(age):.1f},{y(value):.1f}" for age, value in curve),
            f"{y(curve[-1][1]) + 4:.1f}",
        )
        for label, curve in curves
        if curve
    ]
    unit, newest = UNITS[kind], points[-1]
    dots = [
        (
            f"{x(p.months):.1f}",
            f"{y(p.value):.1f}",
            f"{p.on:%b %d, %Y}: {p.value:.1f} {unit}, {p.standing.words}",
        )
        for p in points
    ]
    last = f"{newest.value:.1f} {unit}, {newest.standing.words}"
    counted = "1 value" if len(points) == 1 else f"{len(points)} values"
    words = f"{TITLES[kind]} for age: {counted}, the newest {last} percentile"
    return GrowthPlot(TITLES[kind], last, words, lines, dots, _age(start), _age(end))


def _curve(kind: str, sex: str, ages: Sequence[float], z: float) -> list[tuple[float, float]]:
    """One percentile at these ages, left out where the table has ended or another one begins."""
    found = []
    for months in ages:
        chart = {
            "weight": growth.weight_chart(months),
            "height": growth.height_chart(months, is_lying=False),
        }.get(kind, kind)
        parameters = growth.lms(chart, sex, months)
        if parameters:
            found.append((months, parameters.value(z)))
    return found
