"""Our own rules over the samples of others: each file is checked or refused, and known faults are found.

The files stay outside the repository: CLINIC_SAMPLES names their folder (default ../shared/samples). Where it is absent
these tests report themselves skipped; in CI they must run.
"""

import os
from pathlib import Path

import pytest

from billing.edi.checks import check_file
from billing.edi.errors import EdiError

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CLINIC_SAMPLES") or ROOT.parent / "shared" / "samples") / "x12"
IN_ORDER = [
    "270/270_dependent_stupidedi.edi", "270/270_subscriber_lfh.270", "271/271_dependent_stupidedi.edi",
    "271/271_subscriber_lfh.271", "277/277_info_receiver_lfh.277", "835/835_era_sample_stupidedi.edi",
    "835/835_mult_loops_pyx12.txt", "835/835_multiple_claims_single_check_stupidedi.edi",
    "835/835_secondary_payments_stupidedi.edi", "835/835_united_healthcare_legacy_keiron.txt",
    "999/999_four_groups_pyx12.txt", "999/999_rejected_imsweb.txt",
]  # fmt: skip
FAULTY = {
    "271/271_error_lfh.271": {"envelope"},
    "276/276_provider_level_lfh.276": {"npi"},
    "835/835_managed_care_lfh.835": {"date", "npi"},
    "835/835_dollars_data_separate_stupidedi.edi": {"npi"},
    "837p/837p_chiropractic_stupidedi.edi": {"diagnosis", "npi", "zip"},
    "837p/837p_drug-administered-in-the-physician-office_stupidedi.edi": {"diagnosis", "zip"},
}


@pytest.fixture(autouse=True)
def samples():
    if SAMPLES.is_dir():
        return
    words = f"The samples folder is not there: {SAMPLES}. Set CLINIC_SAMPLES."
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def errors(name: str) -> set[str]:
    return {one.rule for one in check_file(SAMPLES / name).every() if one.is_error}


@pytest.mark.parametrize("name", IN_ORDER)
def test_files_in_order(name):
    assert errors(name) == set()


@pytest.mark.parametrize(("name", "rules"), FAULTY.items(), ids=FAULTY)
def test_known_faults_are_found(name, rules):
    assert errors(name) == rules


def test_every_sample_is_checked_or_refused_with_a_reason():
    refused = []
    for file in sorted(SAMPLES.rglob("*")):
        if not file.is_file() or file.name == "SOURCES.md":
            continue
        try:
            assert check_file(file).sets
        except EdiError as error:
            assert str(error).endswith(".")
            refused.append(file.name)
    assert refused == ["271_4010_cms_hets_oopfactory.txt", "271_4010_imsweb.txt"]
