"""One FHIR resource in, facts or a reason out. Pure: no database, no clock, no files."""

from __future__ import annotations

from collections.abc import Callable

from records.fhir import clinical, insurance, observations, people
from records.fhir.facts import Facts, Skipped
from records.fhir.values import BadValue, Json, reference_key

Reader = Callable[..., Facts | Skipped]

READERS: dict[str, Reader] = {
    "Patient": people.patient,
    "Practitioner": people.practitioner,
    "Organization": people.organization,
    "Encounter": clinical.encounter,
    "Condition": clinical.condition,
    "AllergyIntolerance": clinical.allergy,
    "MedicationRequest": clinical.medication,
    "Immunization": clinical.immunization,
    "Observation": observations.observation,
    "Coverage": insurance.coverage,
    "Claim": insurance.claim,
}
SHARED_TYPES = frozenset({"Practitioner", "Organization"})
# Read for what they contain; nothing of their own is kept.
CARRIER_TYPES = frozenset({"ExplanationOfBenefit"})


def is_wanted(resource_type: str) -> bool:
    """Whether anything can be taken from resources of this type."""
    return resource_type in READERS or resource_type in CARRIER_TYPES


def parse(resource: Json, *, key: str, clean_names: bool = False) -> Facts | Skipped:
    """The facts of one resource, or the reason why it is not taken. `key` is the key it is known by.

    Never raises on odd content: whatever cannot be read becomes a reason.
    """
    resource_type = str(resource.get("resourceType", ""))
    reader = READERS.get(resource_type)
    if reader is None:
        return Skipped(f"{resource_type or 'a resource without a type'} is not imported")
    try:
        return reader(resource, key=key, clean_names=clean_names)
    except BadValue as problem:
        return Skipped(f"it holds {problem}")
    except (AttributeError, TypeError, KeyError, IndexError, ValueError):
        return Skipped("its content is not what FHIR R4 says")


def owner_key(resource: Json) -> str:
    """The key of the patient that a resource is about; "" when it names none."""
    for field in ("subject", "patient", "beneficiary"):
        key = reference_key(resource.get(field))
        if key:
            return key
    return ""
