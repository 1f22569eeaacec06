"""Memory stays flat: ten times the folder does not take ten times the memory, nor even half its size."""

import json
import tracemalloc

import pytest

from clinic.core.actor import Actor
from records.fhir.runner import import_files
from records.fhir.sources import find_files
from tests.records.fhir import made

pytestmark = pytest.mark.django_db


def _folder(folder, patients: int):
    """Many patients with a padded chart each, in files sorted by type: no patient stands together."""
    folder.mkdir()
    padding = {"text": {"div": "x" * 12000}}
    with (
        (folder / "Patient.000.ndjson").open("w") as people,
        (folder / "Encounter.000.ndjson").open("w") as visits,
    ):
        for number in range(patients):
            key = f"{folder.name}{number:05d}"
            people.write(json.dumps({**made.patient(key), **padding}) + "\n")
            for visit in range(6):
                row = {
                    **made.encounter(f"{key}-{visit}"),
                    "subject": {"reference": f"Patient/{key}"},
                    **padding,
                }
                visits.write(json.dumps(row) + "\n")
    return folder


def _peak(folder) -> int:
    tracemalloc.start()
    try:
        report = import_files(find_files([folder]), by=Actor.system("records.import_fhir"))
        assert report.errors == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_stays_flat(tmp_path, clinic, monkeypatch):
    from records.fhir import staging

    monkeypatch.setattr(staging, "BATCH_BYTES", 200_000)
    _peak(_folder(tmp_path / "warm-up", 2))
    small = _peak(_folder(tmp_path / "small", 10))
    large = _peak(_folder(tmp_path / "large", 100))
    size = sum(file.stat().st_size for file in (tmp_path / "large").iterdir())
    assert size > 8_000_000
    # The statements that the driver remembers (a hundred or so) are all that grows.
    assert large < small * 2.5
    assert large < size / 2
