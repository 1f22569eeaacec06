"""The vitals form: which rows it has for this patient, and what came back from it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from clinic.core.errors import Refused
from clinic.core.time import zone
from records.rules.vitals.catalog import DETAILS, FREE_DETAILS, NOT_DONE, VITALS, Vital, default_unit
from records.rules.vitals.check import Checked, Entry, Setting
from records.rules.vitals.limits import ADULT, CONFIRM, high_words, low_words

BP_ROWS = 3
TEEN, INFANT, TODDLER = Decimal(120), Decimal(3), Decimal(36)
MAIN = ("pulse", "resp", "temp", "spo2", "weight", "height", "pain")


@dataclass(frozen=True)
class DetailField:
    """A detail beside the number: a choice, or a few words."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    value: str = ""

    @property
    def is_tick(self) -> bool:
        return not self.choices and FREE_DETAILS[self.name.rsplit("-", 1)[-1]][1] == 1


@dataclass
class Row:
    """One vital sign on the form."""

    vital: Vital
    sequence: int
    unit: str
    details: list[DetailField]
    last: str = ""
    last_on: dt.date | None = None
    spark: Sequence = ()
    text: str = ""
    code: str = ""
    not_done: str = ""
    is_confirmed: bool = False
    is_excluded: bool = False
    problem: Checked | None = None

    @property
    def key(self) -> str:
        return f"{self.vital.code}-{self.sequence}"

    @property
    def unit_label(self) -> str:
        """Empty for a unit that the vital sign does not have; the value itself is refused in words."""
        unit = self.vital.unit(self.unit)
        return unit.label if unit else ""

    @property
    def is_dated(self) -> bool:
        return self.vital.code == "lmp"

    @property
    def is_coded(self) -> bool:
        return self.vital.code == "acvpu"

    @property
    def last_words(self) -> str:
        """The last number without its unit, for the pair of a blood pressure."""
        return self.last.split(" ")[0]

    @property
    def needs_confirm(self) -> bool:
        return self.problem is not None and self.problem.tier == CONFIRM

    @property
    def tier(self) -> str:
        return self.problem.tier if self.problem else ""

    @property
    def has_units(self) -> bool:
        return len(self.vital.units) > 1


@dataclass
class Pressure:
    """One line of a blood pressure: both numbers."""

    systolic: Row
    diastolic: Row
    number: int

    @property
    def is_spare(self) -> bool:
        return self.number > 1 and not (self.systolic.text or self.diastolic.text)


@dataclass
class VitalsSheet:
    """What the template shows."""

    pressures: list[Pressure]
    rows: list[Row]
    more: list[Row]
    data: Mapping
    measured_at: str = ""
    pregnancy: str = ""
    note: str = ""
    asks_pregnancy: bool = False
    not_done: Sequence[tuple[str, str]] = field(default_factory=lambda: NOT_DONE)


def sheet(
    patient, setting: Setting, summary, post: Mapping | None = None, problems: Mapping | None = None
) -> VitalsSheet:
    """The form for this patient's age, with last values; after a refusal with what was typed and why."""
    months = setting.months
    is_fertile = patient.sex_at_birth != "male" and TEEN <= months < 720
    main = [*MAIN, "head"] if months < TODDLER else list(MAIN)
    more = ["glucose", "acvpu"] + (["lmp"] if is_fertile else [])
    build = _Builder(months, summary, post or {}, problems or {})
    pressures = [
        Pressure(build.row(VITALS["systolic"], n), build.row(VITALS["diastolic"], n), n)
        for n in range(1, BP_ROWS + 1)
    ]
    given = post or {}
    return VitalsSheet(
        pressures=pressures,
        rows=[build.row(VITALS[code]) for code in main],
        more=[build.row(VITALS[code]) for code in more],
        data=script_data(setting),
        measured_at=given.get("measured_at", ""),
        pregnancy=given.get("pregnancy", ""),
        note=given.get("note", ""),
        asks_pregnancy=is_fertile,
    )


@dataclass
class _Builder:
    months: Decimal
    summary: object
    post: Mapping
    problems: Mapping

    def row(self, vital: Vital, sequence: int = 1) -> Row:
        key = f"{vital.code}-{sequence}"
        last = self.summary.last.get(vital.code) if self.summary.last and sequence == 1 else None
        get = self.post.get
        return Row(
            vital=vital,
            sequence=sequence,
            unit=get(f"u-{key}") or default_unit(vital, self.months),
            details=[self._detail(key, vital, name) for name in vital.details],
            last=last.words if last else "",
            last_on=self.summary.last.measured_at if last else None,
            spark=self.summary.sparks.get(vital.code, ())[-8:] if sequence == 1 else (),
            text=get(f"v-{key}", ""),
            code=get(f"c-{key}", ""),
            not_done=get(f"n-{key}", ""),
            is_confirmed=bool(get(f"k-{key}")),
            is_excluded=bool(get(f"x-{key}")),
            problem=self.problems.get((vital.code, sequence)),
        )

    def _detail(self, key: str, vital: Vital, name: str) -> DetailField:
        field_name = f"d-{key}-{name}"
        first = default_detail(name, self.months)
        label = FREE_DETAILS[name][0] if name in FREE_DETAILS else name.replace("_", " ")
        return DetailField(field_name, label, DETAILS.get(name, ()), self.post.get(field_name, first))


def default_detail(name: str, months: Decimal) -> str:
    if name == "route":
        return "rectal" if months < INFANT else "oral" if months >= 60 else "temporal"
    if name == "cuff":
        return "adult" if months >= ADULT else "child" if months >= 36 else "infant"
    if name == "stance":
        return "standing" if months >= 24 else "lying"
    return DETAILS[name][0][0] if name in DETAILS else ""


def entries(post: Mapping) -> list[Entry]:
    """What was typed, as entries for the service. Unknown names are not read."""
    found = []
    for code, vital in VITALS.items():
        for sequence in range(1, (BP_ROWS if code in ("systolic", "diastolic") else 1) + 1):
            entry = _entry(post, vital, sequence)
            if not entry.is_blank:
                found.append(entry)
    return found


def _entry(post: Mapping, vital: Vital, sequence: int) -> Entry:
    key = f"{vital.code}-{sequence}"
    # The second number of a blood pressure shares the details and the reason of the first.
    shared = f"systolic-{sequence}" if vital.code == "diastolic" else key
    details = {name: post.get(f"d-{shared}-{name}", "") for name in vital.details}
    text = post.get(f"v-{key}", "").strip()[:12]
    reason = "" if text else post.get(f"n-{shared}", "")
    return Entry(
        vital=vital.code,
        sequence=sequence,
        text=text,
        unit=post.get(f"u-{key}") or vital.units[0].code,
        code="" if text else post.get(f"c-{key}", ""),
        detail={k: v for k, v in details.items() if v},
        device=post.get("device", ""),
        not_done=reason,
        is_confirmed=bool(post.get(f"k-{key}")),
        is_excluded=bool(post.get(f"x-{shared}")),
        exclude_reason=post.get(f"xr-{shared}", ""),
    )


def measured_at(post: Mapping, zone_name: str) -> dt.datetime | None:
    """The clinical time typed, in the clinic's zone; None for now."""
    text = post.get("measured_at", "").strip()
    if not text:
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=zone(zone_name))
    except ValueError as error:
        raise Refused("This is not a time.", field="measured_at") from error


def script_data(setting: Setting) -> dict:
    """Limits, units and earlier values for the script that checks while one types."""
    past = {
        name: [[str(one.value), (setting.on - one.on).days] for one in values[:12]]
        for name, values in setting.past.items()
    }
    return {
        "months": str(setting.months),
        "limits": [
            [
                one.vital,
                one.tier,
                _text(one.low),
                one.low_counts,
                _text(one.high),
                one.high_counts,
                one.condition,
                low_words(one),
                high_words(one),
            ]
            for one in setting.limits
        ],
        "vitals": {code: _described(vital) for code, vital in VITALS.items()},
        "past": past,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _described(vital: Vital) -> dict:
    return {
        "label": vital.label,
        "integer": vital.is_integer,
        "canonical": vital.ucum,
        "red": list(vital.red_codes),
        "codes": dict(vital.codes),
        "units": [
            [u.code, u.label, str(u.factor), str(u.divisor), str(u.offset), u.decimals] for u in vital.units
        ],
    }
