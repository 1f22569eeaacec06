"""Encounter, Condition, AllergyIntolerance, MedicationRequest and Immunization."""

from __future__ import annotations

from records.fhir.facts import (
    AllergyFacts,
    ConditionFacts,
    EncounterFacts,
    ImmunizationFacts,
    MedicationFacts,
    Skipped,
)
from records.fhir.people import reference_pair
from records.fhir.values import (
    Json,
    as_list,
    concept_code,
    concept_system,
    concept_text,
    instant,
    number,
    plain_date,
    reference_key,
)

_ENTERED_IN_ERROR = "entered-in-error"
_ENCOUNTER_KINDS = {"EMER": "emergency", "IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient",
                    "VR": "telehealth", "HH": "home"}  # fmt: skip
_INACTIVE = {"inactive", "resolved", "remission"}
_RUNNING_ORDERS = {"active", "on-hold"}
_PERIODS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}


def encounter(resource: Json, *, key: str, clean_names: bool) -> EncounterFacts | Skipped:
    """A visit somewhere. Planned and cancelled ones are not history, and are left out."""
    status = str(resource.get("status", ""))
    if status in (_ENTERED_IN_ERROR, "cancelled", "planned"):
        return Skipped(f"the encounter is {status}")
    period = resource.get("period") or {}
    started_at = instant(period.get("start"))
    if started_at is None:
        return Skipped("the encounter has no start")
    ended_at = instant(period.get("end"))
    reasons = as_list(resource.get("reasonCode")) or as_list(resource.get("type"))
    participants = as_list(resource.get("participant"))
    who = reference_pair(participants[0].get("individual") if participants else None, clean_names=clean_names)
    places = as_list(resource.get("location"))
    where = reference_pair(resource.get("serviceProvider"))
    place = reference_pair(places[0].get("location"))[1] if places else ""
    return EncounterFacts(
        key=key,
        started_at=started_at,
        ended_at=ended_at if ended_at and ended_at >= started_at else None,
        is_finished=status in ("finished", "completed", "onleave", "unknown", ""),
        kind=_ENCOUNTER_KINDS.get(str((resource.get("class") or {}).get("code", "")), "office"),
        reason=concept_text(reasons[0]) if reasons else "",
        practitioner_key=who[0],
        practitioner_name=who[1],
        organization_key=where[0],
        place=where[1] or place,
    )


def condition(resource: Json, *, key: str, clean_names: bool) -> ConditionFacts | Skipped:
    """A problem, in the words and code of its source (usually SNOMED CT)."""
    verification = concept_code(resource.get("verificationStatus"))
    if verification in (_ENTERED_IN_ERROR, "refuted"):
        return Skipped(f"the condition is {verification}")
    code = resource.get("code")
    words = concept_text(code)
    if not words:
        return Skipped("the condition has no words")
    resolved_on = plain_date(resource.get("abatementDateTime"))
    return ConditionFacts(
        key=key,
        words=words,
        code=concept_code(code),
        code_system=concept_system(code),
        is_active=concept_code(resource.get("clinicalStatus")) not in _INACTIVE and resolved_on is None,
        onset_on=plain_date(resource.get("onsetDateTime") or resource.get("recordedDate")),
        resolved_on=resolved_on,
    )


def allergy(resource: Json, *, key: str, clean_names: bool) -> AllergyFacts | Skipped:
    """An allergy or intolerance with its reactions. Severity is the worst that any reaction states."""
    verification = concept_code(resource.get("verificationStatus"))
    if verification in (_ENTERED_IN_ERROR, "refuted"):
        return Skipped(f"the allergy is {verification}")
    substance = concept_text(resource.get("code"))
    if not substance:
        return Skipped("the allergy has no substance")
    reactions = as_list(resource.get("reaction"))
    signs = [concept_text(sign) for item in reactions for sign in as_list(item.get("manifestation"))]
    stated = {str(item.get("severity", "")) for item in reactions}
    severity = next((level for level in ("severe", "moderate", "mild") if level in stated), "")
    if not severity and resource.get("criticality") == "high":
        severity = "severe"
    return AllergyFacts(
        key=key,
        substance=substance,
        code=concept_code(resource.get("code")),
        kind="intolerance" if resource.get("type") == "intolerance" else "allergy",
        is_active=concept_code(resource.get("clinicalStatus")) not in _INACTIVE,
        severity=severity,
        reaction=", ".join(dict.fromkeys(sign for sign in signs if sign)),
        recorded_on=plain_date(resource.get("recordedDate") or resource.get("onsetDateTime")),
    )


def medication(resource: Json, *, key: str, clean_names: bool) -> MedicationFacts | Skipped:
    """An order for a medicine. Orders that never took effect (cancelled, draft) are left out."""
    status = str(resource.get("status", ""))
    if status in (_ENTERED_IN_ERROR, "cancelled", "draft"):
        return Skipped(f"the medication request is {status}")
    concept = resource.get("medicationCodeableConcept") or _contained_medication(resource)
    name = concept_text(concept)
    if not name:
        return Skipped("the medication request names no medicine")
    dosages = as_list(resource.get("dosageInstruction"))
    dosage = dosages[0] if dosages else {}
    return MedicationFacts(
        key=key,
        name=name,
        code=concept_code(concept),
        dose=_dose(dosage),
        route=concept_text(dosage.get("route")),
        frequency=_frequency(dosage),
        is_active=status in _RUNNING_ORDERS,
        started_on=plain_date(resource.get("authoredOn")),
    )


def immunization(resource: Json, *, key: str, clean_names: bool) -> ImmunizationFacts | Skipped:
    """A dose given elsewhere, by its CVX code. A dose that was not done is not history."""
    status = str(resource.get("status", "completed"))
    if status != "completed":
        return Skipped(f"the immunization is {status}")
    vaccine = resource.get("vaccineCode")
    cvx = concept_code(vaccine, system="cvx") or concept_code(vaccine, system="2.16.840.1.113883.12.292")
    given_at = instant(resource.get("occurrenceDateTime"))
    if not cvx:
        return Skipped("the immunization has no CVX code")
    if given_at is None:
        return Skipped("the immunization has no date")
    return ImmunizationFacts(
        key=key,
        encounter_key=reference_key(resource.get("encounter")),
        cvx=cvx.zfill(2),
        name=concept_text(vaccine),
        given_at=given_at,
        lot_number=str(resource.get("lotNumber", "")).strip(),
        expires_on=plain_date(resource.get("expirationDate")),
        mvx="",
        route=concept_text(resource.get("route")),
        site=concept_text(resource.get("site")),
    )


def _contained_medication(resource: Json) -> Json | None:
    wanted = str((resource.get("medicationReference") or {}).get("reference", "")).removeprefix("#")
    for item in as_list(resource.get("contained")):
        if item.get("resourceType") == "Medication" and item.get("id") == wanted:
            return item.get("code")
    return None


def _dose(dosage: Json) -> str:
    for item in as_list(dosage.get("doseAndRate")):
        quantity = item.get("doseQuantity") or {}
        amount = number(quantity.get("value"))
        if amount is not None:
            return f"{amount.normalize():f} {quantity.get('unit', '')}".strip()
    return ""


def _frequency(dosage: Json) -> str:
    if dosage.get("text"):
        return str(dosage["text"]).strip()
    needed = "as needed" if dosage.get("asNeededBoolean") is True else ""
    repeat = (dosage.get("timing") or {}).get("repeat") or {}
    times, every = number(repeat.get("frequency")), number(repeat.get("period"))
    unit = _PERIODS.get(str(repeat.get("periodUnit")), "")
    if not (times and every and unit):
        return needed
    often = {1: "once", 2: "twice"}.get(int(times), f"{times.normalize():f} times")
    span = f"a {unit}" if every == 1 else f"every {every.normalize():f} {unit}s"
    return " ".join(part for part in (often, span, needed) if part).replace("a hour", "an hour")
