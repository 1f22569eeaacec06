"""Checks a whole set as typed: parses, converts, judges each value and what follows from several.

The server's word on what the form may save; the form's own script only says the same sooner.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from records.rules.vitals import derived
from records.rules.vitals.catalog import NOT_DONE, VITALS, Vital, parse_number
from records.rules.vitals.limits import CONFIRM, OK, RED, REJECT, Judgement, Limit, judge

_RANK = {OK: 0, CONFIRM: 1, RED: 2, REJECT: 3}
_REASONS = frozenset(code for code, _ in NOT_DONE)


@dataclass(frozen=True)
class Entry:
    """One line of the form as typed: a value with its unit, or a code, or the reason why there is none."""

    vital: str
    text: str = ""
    unit: str = ""
    code: str = ""
    sequence: int = 1
    detail: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    not_done: str = ""
    is_confirmed: bool = False
    is_excluded: bool = False
    exclude_reason: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return self.vital, self.sequence

    @property
    def is_blank(self) -> bool:
        return not (self.text.strip() or self.code or self.not_done)


@dataclass(frozen=True)
class Checked:
    """An entry with its canonical value and the worst tier it touches."""

    entry: Entry
    value: Decimal | None
    tier: str
    text: str = ""

    @property
    def is_problem(self) -> bool:
        """Cannot be saved as it stands: rejected, or unusual and not re-checked."""
        return self.tier == REJECT or (self.tier == CONFIRM and not self.entry.is_confirmed)


@dataclass(frozen=True)
class Setting:
    """What the values are judged against: limits for this age and condition, and what was measured before."""

    limits: Sequence[Limit]
    months: Decimal
    on: dt.date
    past: Mapping[str, Sequence[derived.Past]] = field(default_factory=dict)


def check(entries: Sequence[Entry], setting: Setting) -> list[Checked]:
    """Every non-blank entry, checked. Order is kept."""
    filled = [entry for entry in entries if not entry.is_blank]
    first = [_check_one(entry, setting) for entry in filled]
    values = {one.entry.key: one.value for one in first if one.value is not None and one.tier != REJECT}
    return [_worse(one, _follow_up(one, values, setting)) for one in first]


def _check_one(entry: Entry, setting: Setting) -> Checked:
    vital = VITALS.get(entry.vital)
    if vital is None:
        return Checked(entry, None, REJECT, "Not a vital sign that is recorded here.")
    if entry.not_done:
        clash = entry.text.strip() or entry.code
        if clash or entry.not_done not in _REASONS:
            return Checked(entry, None, REJECT, "Enter a value or a reason, not both.")
        return Checked(entry, None, OK)
    if vital.code == "lmp" and entry.text.strip():
        return _check_lmp(entry, setting)
    if entry.code or entry.text.strip().upper() in dict(vital.codes):
        return _check_code(vital, entry)
    return _check_number(vital, entry, setting)


def _check_code(vital: Vital, entry: Entry) -> Checked:
    code = entry.code or entry.text.strip().upper()
    words = dict(vital.codes).get(code)
    if words is None:
        return Checked(entry, None, REJECT, f"{vital.label}: not one of the choices.")
    if code in vital.red_codes:
        return Checked(entry, None, RED, f"{vital.label}: {words}")
    return Checked(entry, None, OK)


def _check_lmp(entry: Entry, setting: Setting) -> Checked:
    try:
        day = dt.date.fromisoformat(entry.text.strip())
    except ValueError:
        return Checked(entry, None, REJECT, "LMP has to be a date.")
    days = Decimal((setting.on - day).days)
    said = judge(setting.limits, "lmp_days", days)
    if said.tier == REJECT:
        return Checked(entry, None, REJECT, "LMP can’t be in the future.")
    text = f"LMP {days} days ago: ask about a pregnancy test" if said.tier == CONFIRM else ""
    return Checked(entry, days, said.tier, text)


def _check_number(vital: Vital, entry: Entry, setting: Setting) -> Checked:
    number, unit = parse_number(entry.text), vital.unit(entry.unit or vital.units[0].code)
    if number is None:
        return Checked(entry, None, REJECT, f"{vital.label} has to be a number.")
    if unit is None:
        return Checked(entry, None, REJECT, f"{vital.label}: unit not known.")
    if vital.is_integer and number != number.to_integral_value():
        return Checked(entry, None, REJECT, f"{vital.label} has to be a whole number.")
    missing = _missing_detail(vital, entry)
    if missing:
        return Checked(entry, None, REJECT, missing)
    value = unit.to_canonical(number)
    said = judge(setting.limits, vital.code, value)
    if said.tier != REJECT and vital.code == "pain" and entry.detail.get("chest"):
        said = Judgement(RED, "New chest pain")
    if said.tier != REJECT and vital.code == "glucose" and entry.detail.get("symptoms"):
        with_symptoms = judge(setting.limits, "glucose_symptoms", value)
        said = max(said, with_symptoms, key=lambda one: _RANK[one.tier])
    return Checked(entry, value, said.tier, said.text)


def _missing_detail(vital: Vital, entry: Entry) -> str:
    if vital.code == "temp" and not entry.detail.get("route"):
        return "Temperature needs its route; routes are never converted."
    if vital.code == "spo2" and not entry.detail.get("oxygen"):
        return "SpO₂ needs room air or oxygen."
    return ""


def _follow_up(one: Checked, values: Mapping, setting: Setting) -> Judgement:
    """What the value means beside others of the set and earlier ones."""
    if one.value is None or one.tier == REJECT:
        return Judgement(OK)
    vital, sequence = one.entry.key
    if vital in ("systolic", "diastolic"):
        return _pressure(vital, sequence, values, setting)
    if vital == "weight":
        return _weight(one, values, setting)
    past = setting.past.get(vital) or ()
    if vital in ("height", "head") and past:
        return judge(setting.limits, f"{vital}_change", one.value - past[0].value)
    return Judgement(OK)


def _pressure(vital: str, sequence: int, values: Mapping, setting: Setting) -> Judgement:
    systolic, diastolic = values.get(("systolic", sequence)), values.get(("diastolic", sequence))
    if systolic is None or diastolic is None:
        return Judgement(REJECT, "A blood pressure needs both numbers.")
    if vital == "diastolic":
        return Judgement(OK)
    return judge(setting.limits, "pulse_pressure", systolic - diastolic)


def _weight(one: Checked, values: Mapping, setting: Setting) -> Judgement:
    worst = Judgement(OK)
    changes = derived.weight_changes(one.value, setting.past.get("weight") or (), setting.on)
    if one.entry.detail.get("intended"):
        changes.pop("weight_loss_pct", None)
    heights = setting.past.get("height") or ()
    height = values.get(("height", one.entry.sequence)) or (heights[0].value if heights else None)
    if height:
        changes["bmi"] = derived.bmi(one.value, height)
    for name, value in changes.items():
        said = judge(setting.limits, name, value)
        if _RANK[said.tier] > _RANK[worst.tier]:
            worst = said
    return worst


def _worse(one: Checked, said: Judgement) -> Checked:
    if _RANK[said.tier] > _RANK[one.tier]:
        return Checked(one.entry, one.value, said.tier, said.text)
    return one
