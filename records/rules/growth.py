"""Where a child's size stands among children of the same age and sex: z-scores and percentiles.

Source: CDC 2000 growth charts, LMS parameters as published by the CDC (public domain), carried in
`records/data/growth_cdc2000.tsv`; above the 95th BMI percentile the CDC's extended method of 2022. The WHO standards,
which the CDC recommends under 24 months, are not shipped (they have a licence of their own), so every result says
"CDC 2000". Nothing is read beyond a table's ends. The table is read once; it holds no patient data.
"""

import csv
import datetime as dt
import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist

TABLE = Path(__file__).parents[1] / "data" / "growth_cdc2000.tsv"
SOURCE = "CDC 2000"
MONTH_DAYS = 30.4375
TODDLER, ADULT = 24, 240
P95 = 0.95
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Lms:
    """Box-Cox power, median and spread at one age (or length)."""

    l: float  # noqa: E741 - the parameters' own names
    m: float
    s: float

    def z(self, value: float) -> float:
        """How many standard deviations `value` lies from the median."""
        ratio = value / self.m
        return math.log(ratio) / self.s if self.l == 0 else (ratio**self.l - 1) / (self.l * self.s)

    def value(self, z: float) -> float:
        """The value at `z`; the other way round."""
        if self.l == 0:
            return self.m * math.exp(self.s * z)
        return self.m * (1 + self.l * self.s * z) ** (1 / self.l)


@dataclass(frozen=True)
class Standing:
    """A value's z-score and percentile (0 to 100) in one chart."""

    chart: str
    z: float
    percentile: float

    @property
    def words(self) -> str:
        """58th, under 1st, over 99th: a percentile is never said to be 0 or 100."""
        if self.percentile < 1:
            return "under 1st"
        if self.percentile >= 99:
            return "over 99th" if self.percentile > 99 else "99th"
        return ordinal(int(self.percentile))


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 58th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def age_months(born: dt.date, on: dt.date) -> float:
    """Age in months with its fraction, as the tables count it: days / 30.4375."""
    return (on - born).days / MONTH_DAYS


@cache
def _tables() -> dict[tuple[str, str], tuple[list[float], list[Lms]]]:
    found: dict[tuple[str, str], tuple[list[float], list[Lms]]] = {}
    with TABLE.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            at, parameters = found.setdefault((row["chart"], row["sex"]), ([], []))
            at.append(float(row["at"]))
            parameters.append(Lms(float(row["l"]), float(row["m"]), float(row["s"])))
    return found


def lms(chart: str, sex: str, at: float) -> Lms | None:
    """The parameters at an age in months (or, for weight-for-length, a length in cm), interpolated between rows.

    None for a sex without a table (only male and female have one) and outside the table.
    """
    if (chart, sex) not in _tables():
        return None
    places, parameters = _tables()[chart, sex]
    if not places[0] <= at <= places[-1]:
        return None
    right = min(bisect_right(places, at), len(places) - 1)
    left = right - 1
    share = (at - places[left]) / (places[right] - places[left])
    one, two = parameters[left], parameters[right]
    return Lms(
        one.l + (two.l - one.l) * share, one.m + (two.m - one.m) * share, one.s + (two.s - one.s) * share
    )


def standing(chart: str, sex: str, at: float, value: float) -> Standing | None:
    """Where a value stands in a chart, or None where the chart has nothing to say. Units: months or cm; kg, cm, kg/m²."""
    parameters = lms(chart, sex, at)
    if parameters is None or value <= 0:
        return None
    if chart == "bmi":
        top = parameters.value(_NORMAL.inv_cdf(P95))
        if value > top:
            return _extended_bmi(sex, at / 12, value, top)
    z = parameters.z(value)
    return Standing(chart, z, 100 * _NORMAL.cdf(z))


def _extended_bmi(sex: str, years: float, value: float, top: float) -> Standing:
    """Above the 95th percentile the LMS curve is unreliable: a half-normal tail with a spread by sex and age."""
    if sex == "male":
        sigma = 0.3728 + 0.5196 * years - 0.0091 * years**2
    else:
        sigma = 0.8334 + 0.3712 * years - 0.0011 * years**2
    share = (90 + 10 * _NORMAL.cdf((value - top) / sigma)) / 100
    # Far out the share rounds to one, whose z would be endless.
    return Standing("bmi", _NORMAL.inv_cdf(min(share, 1 - 1e-12)), 100 * share)


def weight_chart(months: float) -> str:
    """The table for weight at this age."""
    return "weight-infant" if months < TODDLER else "weight"


def height_chart(months: float, *, is_lying: bool) -> str:
    """Length under 24 months or lying, stature from then on standing."""
    return "length" if months < TODDLER or is_lying else "stature"
