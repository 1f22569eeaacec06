"""FHIR resources made up for the tests. Every person in them is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATIENT = "11111111-2222-4333-8444-555555555555"
VISIT = "22222222-2222-4333-8444-555555555555"
LOINC = "http://loinc.org"


def patient(key: str = PATIENT, **changes: Any) -> dict:
    return {
        "resourceType": "Patient",
        "id": key,
        "name": [{"use": "official", "family": "Quimby12", "given": ["Rosa345", "Lee6"]}],
        "gender": "female",
        "birthDate": "1984-02-29",
        "telecom": [
            {"system": "phone", "value": "217-555-0140", "use": "mobile"},
            {"system": "email", "value": "Rosa.Quimby@example.org"},
        ],
        "address": [
            {"line": ["5 Test Lane"], "city": "Alder Grove", "state": "Illinois", "postalCode": "62991"}
        ],
        "communication": [{"language": {"coding": [{"code": "es-US"}], "text": "Spanish"}}],
        **changes,
    }


def encounter(key: str = VISIT, **changes: Any) -> dict:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [{"text": "Check-up"}],
        "subject": {"reference": f"Patient/{PATIENT}"},
        "period": {"start": "2020-03-04T09:00:00-06:00", "end": "2020-03-04T09:30:00-06:00"},
        "serviceProvider": {"reference": "Organization/o1", "display": "TOLLAND CLINIC"},
        **changes,
    }


def quantity(code: str, value: float, unit: str, **changes: Any) -> dict:
    return {
        "resourceType": "Observation",
        "id": f"obs-{code}",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": code}], "text": f"LOINC {code}"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "encounter": {"reference": f"Encounter/{VISIT}"},
        "effectiveDateTime": "2020-03-04T09:05:00-06:00",
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
        **changes,
    }


def pressure(panel: str, systolic: float, diastolic: float, **changes: Any) -> dict:
    made = quantity(panel, 0, "", **changes)
    del made["valueQuantity"]
    made["component"] = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"},
        }
        for code, value in (("8462-4", diastolic), ("8480-6", systolic))
    ]
    return made


def about(resource_type: str, key: str, **fields: Any) -> dict:
    """A resource of another type about the patient."""
    field = (
        "patient"
        if resource_type in ("AllergyIntolerance", "Immunization", "Claim", "ExplanationOfBenefit")
        else "subject"
    )
    return {"resourceType": resource_type, "id": key, field: {"reference": f"Patient/{PATIENT}"}, **fields}


def chart() -> list[dict]:
    """A small whole chart."""
    return [
        patient(),
        encounter(),
        quantity("29463-7", 70.04, "kg"),
        quantity("8302-2", 175.0, "cm"),
        quantity("39156-5", 22.9, "kg/m2"),
        pressure("85354-9", 121.4, 78.2),
        quantity("2093-3", 181.25, "mg/dL", category=[{"coding": [{"code": "laboratory"}]}]),
        about("Condition", "c1", code={"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}], "text": "Hypertension (disorder)"},
              clinicalStatus={"coding": [{"code": "active"}]}, onsetDateTime="2019-01-02"),
        about("Condition", "c2", code={"coding": [{"code": "38341003"}], "text": "Hypertension (disorder)"},
              clinicalStatus={"coding": [{"code": "resolved"}]}, onsetDateTime="2017-01-02"),
        about("AllergyIntolerance", "a1", code={"text": "Peanut (substance)"}, type="allergy",
              reaction=[{"manifestation": [{"text": "Hives"}], "severity": "severe"}]),
        about("MedicationRequest", "m1", status="stopped", authoredOn="2018-05-01",
              medicationCodeableConcept={"coding": [{"code": "314076"}], "text": "lisinopril 10 MG Oral Tablet"}),
        about("MedicationRequest", "m2", status="active", authoredOn="2019-05-01",
              medicationCodeableConcept={"coding": [{"code": "314076"}], "text": "lisinopril 10 MG Oral Tablet"},
              dosageInstruction=[{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]),
        about("Immunization", "i1", status="completed", occurrenceDateTime="2019-10-10",
              vaccineCode={"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "140"}], "text": "Influenza"},
              encounter={"reference": "Encounter/nobody-has-this"}),
        about("Claim", "k1", status="active", total={"value": 255.5, "currency": "USD"}, billablePeriod={"start": "2020-03-04"},
              insurance=[{"coverage": {"display": "private"}}], item=[{"encounter": [{"reference": f"Encounter/{VISIT}"}]}]),
        about("ExplanationOfBenefit", "e1", billablePeriod={"start": "2020-03-04"},
              contained=[{"resourceType": "Coverage", "id": "coverage", "status": "active", "payor": [{"display": "private"}],
                          "beneficiary": {"reference": f"Patient/{PATIENT}"}}]),
        about("CarePlan", "p1", status="active"),
        {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Vance9", "given": ["Ida7"]}],
         "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999990033"}]},
        {"resourceType": "Organization", "id": "o1", "name": "TOLLAND CLINIC"},
    ]  # fmt: skip


def as_folder(folder: Path, resources: list[dict]) -> Path:
    """An NDJSON folder with one file a type."""
    folder.mkdir(parents=True, exist_ok=True)
    by_type: dict[str, list[dict]] = {}
    for resource in resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    for resource_type, rows in by_type.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{resource_type}.000.ndjson").write_text(text, encoding="utf-8")
    return folder


def as_bundle(file: Path, resources: list[dict]) -> Path:
    """A transaction bundle whose references are urn:uuid."""
    text = json.dumps(
        {"resourceType": "Bundle", "type": "transaction",
         "entry": [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in resources]}
    )  # fmt: skip
    for resource_type in ("Patient", "Encounter"):
        text = text.replace(f'"{resource_type}/', '"urn:uuid:')
    file.write_text(text, encoding="utf-8")
    return file
