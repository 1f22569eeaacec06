"""What follows from the numbers: BMI, blood pressure class and average, change since last time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

D = Decimal
CHILD_TABLE, CHILD_ADULT_RULES = 156, 216


def bmi(kg: Decimal, cm: Decimal) -> Decimal:
    """kg / m². Unrounded; 70 kg and 175 cm make 22.857..."""
    return kg / (cm / 100) ** 2


def bmi_class(value: Decimal) -> str:
    """Adult class. Children are classed by percentile, not here."""
    for bound, words in (
        (D("18.5"), "underweight"),
        (D(25), "healthy weight"),
        (D(30), "overweight"),
        (D(35), "obesity 1"),
        (D(40), "obesity 2"),
    ):
        if value < bound:
            return words
    return "obesity 3"


def mean_pressure(systolic: Decimal, diastolic: Decimal) -> Decimal:
    return (systolic + 2 * diastolic) / 3


def pressure_class(systolic: Decimal, diastolic: Decimal) -> str:
    """Adult category, AHA/ACC 2017 and 2025, the worse of the two numbers; “low” is shown, not diagnosed."""
    if systolic > 180 or diastolic > 120:
        return "severe"
    if systolic >= 140 or diastolic >= 90:
        return "stage 2"
    if systolic >= 130 or diastolic >= 80:
        return "stage 1"
    if systolic >= 120:
        return "elevated"
    if systolic < 90 or diastolic < 60:
        return "low"
    return "normal"


def pressure_words(systolic: Decimal, diastolic: Decimal, months: Decimal) -> str:
    """The class for a person of this age; under 13 the percentile tables would be needed (AAP 2017)."""
    if months >= CHILD_TABLE:
        return pressure_class(systolic, diastolic)
    return "needs table"


@dataclass(frozen=True)
class Pressure:
    systolic: Decimal
    diastolic: Decimal
    is_excluded: bool = False


@dataclass(frozen=True)
class PressureSummary:
    systolic: Decimal
    diastolic: Decimal
    count: int
    prompt: str


def summarize(readings: Sequence[Pressure]) -> PressureSummary | None:
    """The average of the last two readings that count, and what to do next.

    First reading at 130/80 or more: rest five minutes and repeat. Two readings more than 10 apart in
    systolic: a third.
    """
    counted = [reading for reading in readings if not reading.is_excluded]
    if not counted:
        return None
    last = counted[-2:]
    systolic = sum((r.systolic for r in last), D(0)) / len(last)
    diastolic = sum((r.diastolic for r in last), D(0)) / len(last)
    return PressureSummary(systolic, diastolic, len(last), _prompt(counted))


def _prompt(counted: Sequence[Pressure]) -> str:
    if len(counted) == 1 and needs_repeat(counted[0]):
        return "Rest 5 minutes and repeat"
    if len(counted) == 2 and abs(counted[0].systolic - counted[1].systolic) > 10:
        return "Readings differ by more than 10: take a third"
    return ""


def needs_repeat(reading: Pressure) -> bool:
    return reading.systolic >= 130 or reading.diastolic >= 80 or reading.systolic <= 90


@dataclass(frozen=True)
class Past:
    """An earlier canonical value and the day it was measured."""

    value: Decimal
    on: dt.date


def weight_changes(value: Decimal, past: Sequence[Past], on: dt.date) -> dict[str, Decimal]:
    """Derived values for the limits: change in 90 days in percent and kg, ratio to the last weight, loss in
    six months in percent. `past` newest first. A value that cannot be told is left out.
    """
    found: dict[str, Decimal] = {}
    if past and (on - past[0].on).days <= 730:
        found["weight_ratio"] = value / past[0].value
    if past and 0 <= (on - past[0].on).days <= 90:
        change = abs(value - past[0].value)
        found["weight_change_kg"] = change
        found["weight_change_pct"] = change * 100 / past[0].value
    half_year = [earlier.value for earlier in past if 0 < (on - earlier.on).days <= 183]
    if half_year and value < max(half_year):
        found["weight_loss_pct"] = (max(half_year) - value) * 100 / max(half_year)
    return found


def average_words(value: Decimal) -> str:
    """128 or 128.5: an average is shown as exact as it is."""
    return f"{value.quantize(D('0.1')).normalize():f}"


def orthostatic_is_positive(
    base: Pressure, standing: Sequence[Pressure], *, from_sitting: bool = False
) -> bool:
    """A fall of 20 systolic or 10 diastolic within three minutes; from sitting 15 or 7."""
    systolic, diastolic = (15, 7) if from_sitting else (20, 10)
    return any(
        base.systolic - later.systolic >= systolic or base.diastolic - later.diastolic >= diastolic
        for later in standing
    )
