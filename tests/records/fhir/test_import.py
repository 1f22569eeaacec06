"""The whole import, on small files made for it: into the chart, twice, half broken, and dry."""

import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from clinic.audit.models import AuditEvent
from clinic.core.actor import Actor
from records.fhir.runner import import_files
from records.fhir.sources import find_files
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
from tests.records.fhir import made

CHART_TABLES = (
    Patient, Encounter, VitalSet, VitalReading, Result, Allergy, Problem, Medication, Immunization, Coverage,
    ImportedClaim, OutsideParty, AuditEvent,
)  # fmt: skip
pytestmark = pytest.mark.django_db
BY = Actor.system("records.import_fhir")


def run(*paths, by=BY, **options):
    return import_files(find_files(list(paths)), by=by, clean_names=True, **options)


def rows():
    return {model.__name__: model.objects.count() for model in CHART_TABLES}


@pytest.fixture(params=["folder", "bundle"])
def files(request, tmp_path, clinic):
    if request.param == "folder":
        return made.as_folder(tmp_path / "bulk", made.chart())
    return made.as_bundle(tmp_path / "bundle.json", made.chart())


def test_a_chart_comes_in_whole(files):
    report = run(files)
    patient = Patient.objects.get()
    assert report.as_json()["patients"] == {"created": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert report.errors == []
    assert (patient.first_name, patient.last_name, patient.language) == ("Rosa", "Quimby", "es")
    assert sorted(patient.contacts.values_list("kind", "value")) == [
        ("email", "rosa.quimby@example.org"),
        ("mobile", "+12175550140"),
    ]
    visit = Encounter.objects.get()
    assert (visit.kind, visit.source, visit.status, visit.location_label) == (
        "outside",
        "fhir",
        "closed",
        "Tolland Clinic",
    )
    values = dict(VitalReading.objects.values_list("vital", "value"))
    assert values == {
        "weight": Decimal("70.040"),
        "height": Decimal(175),
        "systolic": Decimal(121),
        "diastolic": Decimal(78),
    }
    assert VitalSet.objects.get().encounter == visit
    assert [(r.name, r.value_text, r.unit) for r in Result.objects.all()] == [
        ("LOINC 2093-3", "181.25", "mg/dL")
    ]
    assert [(a.substance, a.category, a.severity, a.reaction) for a in Allergy.objects.all()] == [
        ("Peanut", "food", "severe", "Hives")
    ]
    assert [(p.text, p.status) for p in Problem.objects.all()] == [("Hypertension", "active")]
    assert [(m.name, m.status, m.frequency) for m in Medication.objects.all()] == [
        ("lisinopril 10 MG Oral Tablet", "taking", "once a day")
    ]
    assert [(c.payer.name, c.rank) for c in Coverage.objects.all()] == [("Private insurance", 1)]
    claim = ImportedClaim.objects.get()
    assert (claim.total, claim.encounter, claim.payer_name) == (Decimal("255.50"), visit, "Private insurance")


def test_a_missing_encounter_is_no_reason_to_skip(files):
    run(files)
    dose = Immunization.objects.get()
    assert (dose.cvx, dose.source, dose.encounter) == ("140", "historical", None)


def test_every_resource_is_taken_or_skipped_with_a_reason(files):
    report = run(files)
    counted = {name: of["taken"] + of["skipped"] for name, of in report.as_json()["resources"].items()}
    given: dict[str, int] = {}
    for resource in made.chart():
        given[resource["resourceType"]] = given.get(resource["resourceType"], 0) + 1
        for inner in resource.get("contained", []):
            given[inner["resourceType"]] = given.get(inner["resourceType"], 0) + 1
    assert counted == given
    assert dict(report.skipped.keys()) == {
        "CarePlan": "this kind of resource is not imported",
        "ExplanationOfBenefit": "only the coverage inside it is imported",
    }


def test_the_second_run_changes_nothing(files):
    first = run(files)
    before = rows()
    second = run(files)
    assert second.as_json()["patients"] == {"created": 0, "updated": 0, "unchanged": 1, "failed": 0}
    assert second.as_json()["resources"] == first.as_json()["resources"]
    assert rows() == before
    assert FhirStage.objects.count() == 0


def test_a_dry_run_counts_the_same_and_leaves_nothing(files):
    before = rows()
    report = run(files, dry_run=True)
    assert report.as_json()["patients"]["created"] == 1
    assert rows() == before
    assert FhirStage.objects.count() == 0


def test_part_of_a_known_chart_changes_nothing(tmp_path, clinic):
    run(made.as_folder(tmp_path / "whole", made.chart()))
    before = rows()
    part = run(made.as_folder(tmp_path / "part", [made.patient(), made.encounter()]))
    assert part.as_json()["patients"]["unchanged"] == 1
    assert rows() == before


def test_new_resources_of_a_known_patient_are_added(tmp_path, clinic):
    run(made.as_folder(tmp_path / "one", [made.patient(), made.encounter()]))
    report = run(made.as_folder(tmp_path / "two", made.chart()))
    assert report.as_json()["patients"] == {"created": 0, "updated": 1, "unchanged": 0, "failed": 0}
    assert Patient.objects.count() == Encounter.objects.count() == VitalSet.objects.count() == 1


def test_resources_without_their_patient_find_the_one_on_file(tmp_path, clinic):
    run(made.as_folder(tmp_path / "one", [made.patient()]))
    report = run(made.as_folder(tmp_path / "two", [made.encounter()]))
    assert report.as_json()["patients"]["updated"] == 1
    assert Encounter.objects.get().patient == Patient.objects.get()


def test_resources_of_nobody_are_counted(tmp_path, clinic):
    lonely = {**made.encounter("e9"), "subject": {"reference": "Patient/unknown"}}
    unowned = {**made.encounter("e8"), "subject": {}}
    report = run(made.as_folder(tmp_path / "one", [lonely, unowned]))
    assert report.skipped == {
        ("Encounter", "its patient is not in the files"): 1,
        ("Encounter", "it names no patient"): 1,
    }
    assert Encounter.objects.count() == 0


def test_a_corrected_value_is_refused_without_a_name_and_leaves_the_chart(tmp_path, clinic):
    run(made.as_folder(tmp_path / "one", made.chart()))
    before = rows()
    changed = [made.quantity("29463-7", 75.5, "kg") if r["id"] == "obs-29463-7" else r for r in made.chart()]
    report = run(made.as_folder(tmp_path / "two", changed))
    assert report.as_json()["patients"]["failed"] == 1
    assert report.errors == [{"patient": made.PATIENT, "reason": report.errors[0]["reason"]}]
    assert "already in the chart" in report.errors[0]["reason"]
    assert rows() == before


def test_a_corrected_value_replaces_the_old_one_under_a_name(tmp_path, ma):
    run(made.as_folder(tmp_path / "one", made.chart()))
    changed = [made.quantity("29463-7", 75.5, "kg") if r["id"] == "obs-29463-7" else r for r in made.chart()]
    folder = made.as_folder(tmp_path / "two", changed)
    report = run(folder, by=ma)
    assert report.as_json()["patients"]["updated"] == 1
    old, new = VitalSet.objects.order_by("created_at")
    assert (old.retract_reason, new.retracted_at) == ("Replaced by a later import", None)
    assert new.readings.get(vital="weight").value == Decimal("75.5")
    assert run(folder, by=ma).as_json()["patients"]["unchanged"] == 1


def test_one_bad_patient_does_not_stop_the_others_and_comes_in_not_at_all(tmp_path, clinic):
    bad = [
        made.patient("bad", birthDate=None),
        {**made.encounter("e-bad"), "subject": {"reference": "Patient/bad"}},
    ]
    report = run(made.as_folder(tmp_path / "bulk", [*bad, *made.chart()]))
    assert report.as_json()["patients"] == {"created": 1, "updated": 0, "unchanged": 0, "failed": 1}
    assert report.errors == [{"patient": "bad", "reason": "the patient has no birth date"}]
    assert Encounter.objects.count() == 1


def test_a_failure_half_way_leaves_nothing_of_the_patient(files, monkeypatch):
    from records.fhir import chart

    def fail(self):
        from clinic.core.errors import Refused

        raise Refused("This chart is refused.")

    monkeypatch.setattr(chart.ChartWriter, "_claims", fail)
    before = {name: count for name, count in rows().items() if name != "OutsideParty"}
    report = run(files)
    assert report.errors == [{"patient": made.PATIENT, "reason": "This chart is refused."}]
    assert {name: count for name, count in rows().items() if name != "OutsideParty"} == before


def test_broken_lines_are_named_and_the_rest_is_taken(tmp_path, clinic):
    folder = made.as_folder(tmp_path / "bulk", made.chart())
    with (folder / "Patient.000.ndjson").open("a", encoding="utf-8") as file:
        file.write("{not json}\n[1, 2]\n\n")
    report = run(folder)
    assert report.errors == [
        {"file": "Patient.000.ndjson, line 2", "reason": "not JSON"},
        {"file": "Patient.000.ndjson, line 3", "reason": "not a FHIR resource"},
    ]
    assert Patient.objects.count() == 1


def test_a_large_bundle_is_read_as_a_stream_with_the_same_result(tmp_path, clinic, monkeypatch):
    from records.fhir import sources

    file = made.as_bundle(tmp_path / "bundle.json", made.chart())
    whole = [row for _, row in sources.read_file(file)]
    monkeypatch.setattr(sources, "STREAM_ABOVE", 10)
    assert [row for _, row in sources.read_file(file)] == whole


def test_the_import_is_in_the_audit_trail(files):
    run(files)
    event = AuditEvent.objects.get(action="patient.imported")
    assert event.patient_id == Patient.objects.get().pk
    assert event.detail["resources"]["Observation"] == 5
    assert "Quimby" not in json.dumps(event.detail)


def test_command_prints_exactly_the_counts(files):
    out = io.StringIO()
    call_command("import_fhir", str(files), "--json", "--clean-names", stdout=out)
    counts = json.loads(out.getvalue())
    assert set(counts) == {"patients", "resources", "errors"}
    assert counts["patients"] == {"created": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert counts["resources"]["MedicationRequest"] == {"taken": 2, "skipped": 0}
    assert counts["errors"] == []


def test_command_says_why_things_were_left_out(files):
    out = io.StringIO()
    call_command("import_fhir", str(files), "--dry-run", stdout=out)
    assert "Dry run: nothing was changed." in out.getvalue()
    assert "1 because only the coverage inside it is imported" in out.getvalue()
    assert Patient.objects.count() == 0


def test_command_refuses_a_path_that_is_not_there(tmp_path, clinic):
    with pytest.raises(CommandError, match="There is no"):
        call_command("import_fhir", str(tmp_path / "nowhere"))


def test_command_ends_with_one_when_something_failed(tmp_path, clinic):
    folder = made.as_folder(tmp_path / "bulk", [made.patient("bad", name=[])])
    with pytest.raises(SystemExit) as ended:
        call_command("import_fhir", str(folder), "--json", stdout=io.StringIO())
    assert ended.value.code == 1


def test_names_keep_their_digits_unless_asked(tmp_path, clinic):
    import_files(find_files([made.as_folder(tmp_path / "bulk", [made.patient()])]), by=BY)
    assert Patient.objects.get().last_name == "Quimby12"


def test_death_before_birth_in_the_file_does_not_stop_the_patient(tmp_path, clinic):
    run(made.as_folder(tmp_path / "bulk", [made.patient(deceasedDateTime="1980-01-01")]))
    assert Patient.objects.get().deceased_on == dt.date(1984, 2, 29)
