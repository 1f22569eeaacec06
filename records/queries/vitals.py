"""Vital signs read back: earlier values, the last sets, a trend."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, QuerySet

from clinic.core.profile import clinic_zone
from clinic.core.time import zone
from records.models import RedFlag, VitalReading, VitalSet
from records.rules.vitals import derived
from records.rules.vitals.catalog import DETAILS, FREE_DETAILS, NOT_DONE, VITALS, Vital, default_unit, shown

_PAST_SQL = """
SELECT r.vital, r.value, s.measured_at
FROM records_vitalset s JOIN records_vitalreading r ON r.set_id = s.id
WHERE s.patient_id = %s AND s.measured_at < %s AND s.retracted_at IS NULL
  AND r.value IS NOT NULL AND r.sequence = 1 AND r.vital = ANY(%s)
ORDER BY s.measured_at DESC LIMIT 60
"""
COMPARED = ("weight", "height", "head")


def past_values(patient_id: UUID, before: dt.datetime) -> dict[str, list[derived.Past]]:
    """Earlier weights, heights and head circumferences, newest first. One query."""
    tz = zone(clinic_zone())
    found: dict[str, list[derived.Past]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAST_SQL, [patient_id, before, list(COMPARED)])
        for vital, value, at in cursor.fetchall():
            found.setdefault(vital, []).append(derived.Past(value, at.astimezone(tz).date()))
    return found


@dataclass(frozen=True)
class ReadingLine:
    """One reading ready to show."""

    vital: str
    sequence: int
    value: Decimal | None
    words: str
    entered: str
    detail: str
    tier: str
    not_done: str
    is_excluded: bool
    label: str = ""


@dataclass(frozen=True)
class SetLine:
    """One set ready to show, with what follows from its numbers."""

    id: UUID
    encounter_id: UUID | None
    measured_at: dt.datetime
    recorded_by: str
    is_late: bool
    is_retracted: bool
    retract_reason: str
    note: str
    readings: Sequence[ReadingLine]
    pressure: str = ""
    pressure_class: str = ""
    bmi: Decimal | None = None
    flags: Sequence[RedFlag] = field(default_factory=tuple)

    @property
    def lines(self) -> list[ReadingLine]:
        """What stands beside the blood pressure line: its own numbers only when there are several, or none."""
        if not self.pressure or any(one.sequence > 1 for one in self.readings):
            return list(self.readings)
        return [one for one in self.readings if one.vital not in ("systolic", "diastolic")]

    @property
    def pressure_tier(self) -> str:
        tiers = {one.tier for one in self.readings if one.vital in ("systolic", "diastolic")}
        return "red" if "red" in tiers else "confirm" if "confirm" in tiers else "ok"

    @property
    def pressure_detail(self) -> str:
        first = self.get("systolic")
        return first.detail if first else ""

    def get(self, vital: str) -> ReadingLine | None:
        return next((one for one in self.readings if one.vital == vital), None)


def set_rows(patient_id: UUID) -> QuerySet[VitalSet]:
    """Sets with readings, flags and who recorded them, newest first. Three queries whatever the number."""
    readings = Prefetch("readings", VitalReading.objects.order_by("vital", "sequence"))
    flags = Prefetch("red_flags", RedFlag.objects.select_related("acknowledged_by"))
    rows = VitalSet.objects.filter(patient_id=patient_id).select_related("recorded_by")
    return rows.prefetch_related(readings, flags).order_by("-measured_at", "-id")


def recent_sets(
    patient_id: UUID, limit: int = 10, *, encounter_id: UUID | None = None, with_retracted: bool = True
) -> list[VitalSet]:
    """The last sets, of one visit when it is named."""
    rows = set_rows(patient_id)
    if encounter_id:
        rows = rows.filter(encounter_id=encounter_id)
    if not with_retracted:
        rows = rows.filter(retracted_at__isnull=True)
    return list(rows[:limit])


@dataclass(frozen=True, slots=True)
class RawReading:
    """A reading's columns, without the cost of a model instance."""

    vital: str
    sequence: int
    entered_value: str
    entered_unit: str
    value: Decimal | None
    code_value: str
    detail: Mapping[str, str]
    tier: str
    not_done_reason: str
    is_excluded: bool


@dataclass(frozen=True)
class RawSet:
    """A set's columns and its readings by vital sign."""

    id: UUID
    encounter_id: UUID | None
    measured_at: dt.datetime
    is_late: bool
    note: str
    recorded_by: str
    readings: Mapping[str, Sequence[RawReading | VitalReading]]


def set_line(row: VitalSet, months: Decimal, height: Decimal | None = None) -> SetLine:
    """A set as lines in the order of the catalog. `height` (cm) stands in where none was measured."""
    by_vital: dict[str, list[VitalReading]] = {}
    for reading in row.readings.all():
        by_vital.setdefault(reading.vital, []).append(reading)
    who = getattr(row.recorded_by, "short_name", "") if row.recorded_by_id else "Imported"
    raw = RawSet(row.pk, row.encounter_id, row.measured_at, row.is_late, row.note, who, by_vital)
    return replace(
        raw_set_line(raw, months, height),
        flags=tuple(row.red_flags.all()),
        is_retracted=row.retracted_at is not None,
        retract_reason=row.retract_reason or "",
    )


def raw_set_line(raw: RawSet, months: Decimal, height: Decimal | None = None) -> SetLine:
    """The same out of plain columns."""
    summary = pressure_summary(raw.readings)
    return SetLine(
        id=raw.id,
        encounter_id=raw.encounter_id,
        measured_at=raw.measured_at,
        recorded_by=raw.recorded_by,
        is_late=raw.is_late,
        is_retracted=False,
        retract_reason="",
        note=raw.note,
        readings=[reading_line(one) for code in VITALS for one in raw.readings.get(code, ())],
        pressure=f"{derived.average_words(summary.systolic)}/{derived.average_words(summary.diastolic)}"
        if summary
        else "",
        pressure_class=derived.pressure_words(summary.systolic, summary.diastolic, months) if summary else "",
        bmi=_bmi(raw.readings, height),
    )


def pressure_summary(
    by_vital: Mapping[str, Sequence[VitalReading | RawReading]],
) -> derived.PressureSummary | None:
    """The average of a set's last two blood pressures."""
    diastolic = {one.sequence: one for one in by_vital.get("diastolic", ()) if one.value is not None}
    pairs = [
        derived.Pressure(one.value, diastolic[one.sequence].value, one.is_excluded)
        for one in sorted(by_vital.get("systolic", ()), key=lambda one: one.sequence)
        if one.value is not None and one.sequence in diastolic
    ]
    return derived.summarize(pairs)


def _bmi(by_vital: Mapping, height: Decimal | None) -> Decimal | None:
    weight = next((one.value for one in by_vital.get("weight", ()) if one.value), None)
    height = next((one.value for one in by_vital.get("height", ()) if one.value), height)
    return derived.bmi(weight, height) if weight and height else None


def reading_line(one: VitalReading | RawReading) -> ReadingLine:
    vital = VITALS.get(one.vital) or Vital(one.vital, one.vital, "", ())
    if one.not_done_reason:
        words = f"not done: {dict(NOT_DONE).get(one.not_done_reason, one.not_done_reason).lower()}"
    elif one.code_value:
        words = dict(vital.codes).get(one.code_value, one.code_value)
    else:
        unit = vital.unit(one.entered_unit)
        words = shown(vital, one.value, unit if unit else vital.canonical) if vital.units else str(one.value)
    return ReadingLine(
        vital=one.vital,
        sequence=one.sequence,
        value=one.value,
        words=words,
        entered=f"{one.entered_value} {unit_label(vital, one.entered_unit)}".strip(),
        detail=detail_words(one.detail),
        tier=one.tier,
        not_done=one.not_done_reason,
        is_excluded=one.is_excluded,
        label=vital.label,
    )


def unit_label(vital: Vital, code: str) -> str:
    unit = vital.unit(code)
    return unit.label if unit else code


def detail_words(detail: Mapping[str, str]) -> str:
    """L arm · sitting · adult"""
    order = [name for name in DETAILS if name in detail] + [name for name in detail if name not in DETAILS]
    words = [dict(DETAILS.get(name, ())).get(detail[name], _free(name, detail[name])) for name in order]
    return " · ".join(word for word in words if word)


def _free(name: str, value: str) -> str:
    """A tick by its label, anything else as typed."""
    return FREE_DETAILS[name][0] if value == "1" and name in FREE_DETAILS else value


@dataclass(frozen=True)
class Trend:
    """A vital over time, oldest first, in `unit`."""

    vital: str
    label: str
    unit: str
    points: Sequence[tuple[dt.datetime, Decimal]]


_TREND_SQL = """
SELECT r.vital, s.measured_at, avg(r.value)
FROM records_vitalset s JOIN records_vitalreading r ON r.set_id = s.id
WHERE s.patient_id = %s AND r.vital = ANY(%s) AND s.retracted_at IS NULL AND r.value IS NOT NULL
  AND NOT r.is_excluded
GROUP BY r.vital, s.id ORDER BY s.measured_at DESC LIMIT 600
"""


def trends(
    patient_id: UUID, vitals: Sequence[str], months: Decimal | None = None, limit: int = 40
) -> dict[str, Trend]:
    """The newest values of several vital signs, oldest first; wrong ones left out. One query.

    In the units shown at an age in months, or in canonical units without one.
    """
    found: dict[str, list] = {code: [] for code in vitals}
    with connection.cursor() as cursor:
        cursor.execute(_TREND_SQL, [patient_id, list(vitals)])
        for code, at, value in cursor.fetchall():
            if len(found[code]) < limit:
                found[code].append((at, value))
    units = {
        code: VITALS[code].unit(default_unit(VITALS[code], months))
        if months is not None
        else VITALS[code].canonical
        for code in vitals
    }
    return {
        code: Trend(
            code,
            VITALS[code].label,
            units[code].label,
            [(at, units[code].from_canonical(value)) for at, value in reversed(points)],
        )
        for code, points in found.items()
    }


def trend(patient_id: UUID, vital: str, limit: int = 40) -> Trend:
    """The values of one vital sign over time."""
    return trends(patient_id, [vital], limit=limit)[vital]


def red_flags_of(set_pk: UUID | str) -> int:
    """How many red flags one set raised."""
    return RedFlag.objects.filter(set_id=set_pk).count()
