"""The three tiers. Reject: cannot be saved. Confirm: saved after “I re-checked”. Red flag: saved, told.

Limits are data with an age band, a condition and an effective date; `DEFAULTS` is what is shipped and what
the clinic's medical director signs off. Adults after NEWS2's 3-point bands and the AHA severe line,
children after the PALS reference bands; margins without a source are clinic defaults.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from records.rules.names import age_months
from records.rules.vitals.catalog import LABELS, VITALS

OK, CONFIRM, RED, REJECT = "ok", "confirm", "red", "reject"
_WEIGHT = {REJECT: 3, RED: 2, CONFIRM: 1, OK: 0}
NEWBORN = Decimal("0.94")
ADULT = Decimal(216)


@dataclass(frozen=True)
class Limit:
    """Triggers below `low` or above `high` (at the bound too where `*_counts`). Canonical units."""

    vital: str
    tier: str
    low: Decimal | None = None
    low_counts: bool = False
    high: Decimal | None = None
    high_counts: bool = False
    from_months: Decimal = Decimal(0)
    to_months: Decimal | None = None
    condition: str = ""
    source: str = ""

    def applies(self, months: Decimal, conditions: frozenset[str]) -> bool:
        in_band = self.from_months <= months and (self.to_months is None or months < self.to_months)
        return in_band and (not self.condition or self.condition in conditions)

    def is_low(self, value: Decimal) -> bool:
        return self.low is not None and (value < self.low or self.low_counts and value == self.low)

    def is_high(self, value: Decimal) -> bool:
        return self.high is not None and (value > self.high or self.high_counts and value == self.high)


@dataclass(frozen=True)
class Judgement:
    tier: str
    text: str = ""

    @property
    def is_blocking(self) -> bool:
        return self.tier == REJECT


def months_old(born: dt.date, on: dt.date) -> Decimal:
    """Age in months with two decimals; whole at each monthly birthday, under 0.94 up to day 28."""
    days = (on - born).days
    if days <= 28:
        return min((Decimal(days) / Decimal("30.4375")).quantize(Decimal("0.01")), Decimal("0.93"))
    whole = age_months(born, on)
    into = (on.day - born.day) % 31
    return max(Decimal(whole) + (Decimal(into) / 31).quantize(Decimal("0.01")), NEWBORN)


def select(limits: Iterable[Limit], months: Decimal, conditions: frozenset[str] = frozenset()) -> list[Limit]:
    """The limits for this age and these conditions (`pregnant`, `postpartum`)."""
    return [limit for limit in limits if limit.applies(months, conditions)]


def judge(limits: Iterable[Limit], vital: str, value: Decimal) -> Judgement:
    """The worst tier that the unrounded canonical value touches, with words for it."""
    worst = Judgement(OK)
    for limit in limits:
        if limit.vital != vital or not (limit.is_low(value) or limit.is_high(value)):
            continue
        if _WEIGHT[limit.tier] > _WEIGHT[worst.tier]:
            worst = Judgement(limit.tier, words(limit, value))
    return worst


def words(limit: Limit, value: Decimal) -> str:
    """What to tell the person at the keyboard about a value that a limit caught."""
    return low_words(limit) if limit.is_low(value) else high_words(limit)


def low_words(limit: Limit) -> str:
    """For a value that is too low."""
    return _said(limit, limit.low, ("at or below" if limit.low_counts else "below"))


def high_words(limit: Limit) -> str:
    """For a value that is too high."""
    return _said(limit, limit.high, ("at or above" if limit.high_counts else "above"))


def _said(limit: Limit, bound: Decimal | None, side: str) -> str:
    if bound is None:
        return ""
    if limit.vital == "pulse_pressure" and limit.tier == REJECT:
        return "Systolic has to be higher than diastolic."
    if limit.vital in _WORDS:
        return _WORDS[limit.vital].format(plain(abs(bound)))
    label = LABELS.get(limit.vital, limit.vital)
    unit = (
        VITALS[limit.vital].canonical.label if limit.vital in VITALS else _DERIVED_UNITS.get(limit.vital, "")
    )
    if limit.tier == REJECT:
        return f"{label} {_range(limit)} {unit}".strip() + "."
    return f"{label} {side} {plain(bound)} {unit}".strip()


# Where the bound alone would say little to the reader.
_WORDS = {
    "weight_ratio": "About half or twice the last weight: pounds or kilograms?",
    "weight_change_pct": "Weight changed by more than {} % in 90 days",
    "weight_change_kg": "Weight changed by more than {} kg in 90 days",
    "weight_loss_pct": "Weight loss of {} % or more in 6 months",
    "height_change": "Height differs from last time by more than {} cm",
    "head_change": "Head circumference is smaller than last time",
}
_DERIVED_UNITS = {"glucose_symptoms": "mg/dL", "pulse_pressure": "mmHg", "bmi": "kg/m²"}


def plain(number: Decimal) -> str:
    """35, 35.5: no trailing zeros, no exponent."""
    return f"{number.normalize():f}"


def _range(limit: Limit) -> str:
    if limit.low is None:
        return f"can’t be over {plain(limit.high)}"
    if limit.high is None:
        return (
            f"has to be over {plain(limit.low)}" if limit.low_counts else f"can’t be under {plain(limit.low)}"
        )
    return f"has to be {plain(limit.low)} to {plain(limit.high)}"
