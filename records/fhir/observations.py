"""Observation: vital signs become readings, everything else is kept as a result.

LOINC codes as in the FHIR vital-signs profile. Blood pressure is one Observation with components; its
panel code is 85354-9 today and 55284-4 in older exports.
"""

from __future__ import annotations

from decimal import Decimal

from records.fhir.facts import Reading, ResultFacts, Skipped, VitalsFacts
from records.fhir.values import Json, as_list, concept_code, concept_text, instant, number, reference_key

# Our own names for the vital signs are those of records.rules.vitals.catalog, and BMI, which is computed.
VITAL_CODES = {
    "8480-6": "systolic",
    "8462-4": "diastolic",
    "8867-4": "pulse",
    "9279-1": "resp",
    "8310-5": "temp",
    "8331-1": "temp",
    "2708-6": "spo2",
    "59408-5": "spo2",
    "29463-7": "weight",
    "3141-9": "weight",
    "8302-2": "height",
    "8306-3": "height",
    "39156-5": "bmi",
    "9843-4": "head",
    "8287-5": "head",
    "72514-3": "pain",
}
BLOOD_PRESSURE_PANELS = frozenset({"85354-9", "55284-4"})
# The spellings of each unit, by its UCUM code. A vital in any other unit is kept as a result.
_PER_MINUTE = dict.fromkeys(
    ("/min", "{beats}/min", "beats/minute", "{breaths}/min", "breaths/minute", "bpm"), "/min"
)
_PRESSURE = dict.fromkeys(("mm[Hg]", "mmHg", "mm Hg"), "mm[Hg]")
_LENGTH = {"cm": "cm", "m": "m", "[in_i]": "[in_i]", "in": "[in_i]"}
UNITS = {
    "systolic": _PRESSURE,
    "diastolic": _PRESSURE,
    "pulse": _PER_MINUTE,
    "resp": _PER_MINUTE,
    "temp": {"Cel": "Cel", "degC": "Cel", "C": "Cel", "[degF]": "[degF]", "degF": "[degF]", "F": "[degF]"},
    "spo2": {"%": "%"},
    "weight": {
        "kg": "kg",
        "g": "g",
        "[lb_av]": "[lb_av]",
        "lb": "[lb_av]",
        "lbs": "[lb_av]",
        "[oz_av]": "[oz_av]",
    },
    "height": _LENGTH,
    "head": _LENGTH,
    "bmi": {"kg/m2": "kg/m2"},
    "pain": dict.fromkeys(("{score}", "{SCORE}", "score", "1", ""), "{score}"),
}
_NOT_TAKEN = {"entered-in-error", "cancelled", "registered"}


def observation(resource: Json, *, key: str, clean_names: bool) -> VitalsFacts | ResultFacts | Skipped:
    """A measurement. Refused when withdrawn, undated or without a value."""
    status = str(resource.get("status", ""))
    if status in _NOT_TAKEN:
        return Skipped(f"the observation is {status}")
    observed_at = instant(
        resource.get("effectiveDateTime")
        or (resource.get("effectivePeriod") or {}).get("start")
        or resource.get("effectiveInstant")
        or resource.get("issued")
    )
    if observed_at is None:
        return Skipped("the observation has no date")
    encounter_key = reference_key(resource.get("encounter"))
    readings = _readings(resource)
    if readings:
        return VitalsFacts(key=key, encounter_key=encounter_key, measured_at=observed_at, readings=readings)
    text, amount, unit = _value(resource)
    if not text:
        return Skipped("the observation has no value")
    categories = as_list(resource.get("category"))
    flags = as_list(resource.get("interpretation"))
    return ResultFacts(
        key=key,
        encounter_key=encounter_key,
        observed_at=observed_at,
        code=concept_code(resource.get("code")),
        name=concept_text(resource.get("code")) or "Observation",
        category=concept_code(categories[0]) if categories else "",
        value_text=text,
        value_number=amount,
        unit=unit,
        reference_range=_range(resource),
        flag=concept_code(flags[0]) if flags else "",
        status=status or "final",
    )


def _readings(resource: Json) -> tuple[Reading, ...]:
    """All parts as vital readings, or nothing at all when one of them is not a vital in a known unit."""
    code = concept_code(resource.get("code"), system="loinc")
    if code in BLOOD_PRESSURE_PANELS:
        parts = as_list(resource.get("component"))
    elif code in VITAL_CODES:
        parts = [resource]
    else:
        return ()
    found = [_reading(part) for part in parts]
    readings = tuple(reading for reading in found if reading)
    if len(readings) != len(found):
        return ()
    if code in BLOOD_PRESSURE_PANELS and {r.vital for r in readings} != {"systolic", "diastolic"}:
        return ()
    return readings


def _reading(part: Json) -> Reading | None:
    vital = VITAL_CODES.get(concept_code(part.get("code"), system="loinc"))
    quantity = part.get("valueQuantity") or {}
    amount = number(quantity.get("value"))
    if vital is None or amount is None:
        return None
    unit = UNITS[vital].get(str(quantity.get("code") or quantity.get("unit") or ""))
    if unit is None:
        unit = UNITS[vital].get(str(quantity.get("unit", "")))
    return Reading(vital=vital, value=amount, unit=unit) if unit else None


def _value(part: Json) -> tuple[str, Decimal | None, str]:
    """(words, number if it is one, unit) of any kind of value."""
    if "valueQuantity" in part:
        quantity = part["valueQuantity"] or {}
        amount = number(quantity.get("value"))
        if amount is None:
            return "", None, ""
        shown = f"{quantity.get('comparator', '')}{tidy_number(amount)}"
        return shown, amount, str(quantity.get("unit") or quantity.get("code") or "")
    if "valueCodeableConcept" in part:
        concept = part["valueCodeableConcept"]
        return concept_text(concept) or concept_code(concept), None, ""
    for name in ("valueString", "valueDateTime", "valueTime", "valueInteger"):
        if part.get(name) not in (None, ""):
            return str(part[name]).strip(), number(part[name]) if name == "valueInteger" else None, ""
    if "valueBoolean" in part:
        return "yes" if part["valueBoolean"] else "no", None, ""
    words = []
    for component in as_list(part.get("component")):
        text, _, unit = _value(component)
        if text:
            words.append(f"{concept_text(component.get('code'))}: {text} {unit}".strip())
    return "; ".join(words), None, ""


def tidy_number(amount: Decimal) -> str:
    """At most four decimals, without trailing zeros: generated data carries fifteen."""
    rounded = round(amount, 4).normalize()
    return f"{rounded:f}"


def _range(resource: Json) -> str:
    ranges = as_list(resource.get("referenceRange"))
    if not ranges:
        return ""
    if ranges[0].get("text"):
        return str(ranges[0]["text"]).strip()
    low = number((ranges[0].get("low") or {}).get("value"))
    high = number((ranges[0].get("high") or {}).get("value"))
    if low is not None and high is not None:
        return f"{tidy_number(low)}-{tidy_number(high)}"
    if low is not None:
        return f">={tidy_number(low)}"
    return f"<={tidy_number(high)}" if high is not None else ""
