"""The generated patients of the samples folder, imported twice, with the counts checked against the files.

The files stay outside the repository: CLINIC_SAMPLES names their folder (default ../shared/samples). Where
it is absent these tests report themselves skipped; in CI they must run.
"""

import io
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command

from records.models import (
    Allergy,
    Coverage,
    Encounter,
    FhirStage,
    Immunization,
    ImportedClaim,
    Medication,
    OutsideParty,
    Patient,
    Problem,
    Result,
    VitalReading,
    VitalSet,
)

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CLINIC_SAMPLES") or ROOT.parent / "shared" / "samples") / "fhir"
SOURCES = [SAMPLES / name for name in ("bundles", "bulk-10-patients", "bulk-100-patients")]
TAKEN_TYPES = {
    "Patient", "Practitioner", "Organization", "Encounter", "Condition", "AllergyIntolerance", "MedicationRequest",
    "Immunization", "Observation", "Coverage", "Claim",
}  # fmt: skip
TABLES = (
    Patient, OutsideParty, Encounter, Problem, Allergy, Medication, Immunization, VitalSet, VitalReading, Result,
    Coverage, ImportedClaim,
)  # fmt: skip


@pytest.fixture(autouse=True)
def samples():
    if SAMPLES.is_dir():
        return
    words = f"The samples folder is not there: {SAMPLES}. Set CLINIC_SAMPLES."
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def resources():
    """Every resource of the files, read without any of the importer's code."""
    for file in sorted((SAMPLES / "bundles").glob("*.json")):
        for entry in json.loads(file.read_text())["entry"]:
            yield entry["resource"]
    for folder in SOURCES[1:]:
        for file in sorted(folder.glob("*.ndjson")):
            for line in file.read_text().splitlines():
                yield json.loads(line)


def counted() -> tuple[Counter, Counter]:
    """How often each type occurs, contained coverages included, and how many of each are different ones."""
    total, different = Counter(), {}
    for resource in resources():
        kind = resource["resourceType"]
        total[kind] += 1
        different.setdefault(kind, set()).add(resource["id"])
        total["Coverage"] += sum(
            inner["resourceType"] == "Coverage" for inner in resource.get("contained", [])
        )
    unique = Counter({kind: len(keys) for kind, keys in different.items()})
    unique["Coverage"] = total["Coverage"]
    return total, unique


def run() -> dict:
    out = io.StringIO()
    call_command("import_fhir", *map(str, SOURCES), "--json", "--clean-names", stdout=out)
    return json.loads(out.getvalue())


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


@pytest.mark.slow
@pytest.mark.django_db
def test_the_samples_twice_with_counts_against_the_files(clinic_profile):
    total, unique = counted()
    assert unique["Patient"] == 126
    first = run()
    assert first["errors"] == []
    assert first["patients"] == {"created": unique["Patient"], "updated": 0, "unchanged": 0, "failed": 0}
    assert {name: of["taken"] + of["skipped"] for name, of in first["resources"].items()} == dict(total)
    assert {name: of["taken"] for name, of in first["resources"].items() if of["taken"]} == {
        name: count for name, count in unique.items() if name in TAKEN_TYPES
    }
    held = rows()
    assert held["Patient"] == unique["Patient"]
    assert held["Encounter"] == unique["Encounter"]
    assert held["Immunization"] == unique["Immunization"]
    assert held["ImportedClaim"] == unique["Claim"]
    assert held["OutsideParty"] == unique["Practitioner"] + unique["Organization"]
    assert FhirStage.objects.count() == 0

    second = run()
    assert second["patients"] == {"created": 0, "updated": 0, "unchanged": unique["Patient"], "failed": 0}
    assert second["resources"] == first["resources"]
    assert rows() == held


@pytest.mark.django_db
def test_blood_pressures_of_a_bundle_stand_in_the_chart(clinic_profile):
    file = next((SAMPLES / "bundles").glob("Kermit_*.json"))
    panels = []
    for entry in json.loads(file.read_text())["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Observation" and resource["code"]["coding"][0]["code"] == "55284-4":
            parts = {
                c["code"]["coding"][0]["code"]: c["valueQuantity"]["value"] for c in resource["component"]
            }
            panels.append((round(parts["8480-6"]), round(parts["8462-4"])))
    call_command("import_fhir", str(file), "--json", stdout=io.StringIO())
    held = {}
    for reading in VitalReading.objects.filter(vital__in=("systolic", "diastolic")):
        held.setdefault(reading.set_id, {})[reading.vital] = int(reading.value)
    assert sorted((one["systolic"], one["diastolic"]) for one in held.values()) == sorted(panels)
    assert panels
    assert not Patient.objects.get().last_name[-1].isdigit()


@pytest.fixture
def clinic_profile(db):
    """A clinic, for its zone."""
    from clinic.core import kept
    from clinic.core.models import ClinicProfile

    ClinicProfile.objects.create(name="Samples Clinic", phone="+13125550100", address_line1="1 Maple St",
                                 city="Alder Grove", state="IL", postal_code="62991", zone="America/Chicago")  # fmt: skip
    kept.forget()
    yield
    kept.forget()
