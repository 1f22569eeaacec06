"""Every X12 file of the samples folder, read or refused, with what it says.

The files stay outside the repository: CLINIC_SAMPLES names their folder (default ../shared/samples). Where it is absent these tests
report themselves skipped; in CI they must run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from billing.edi.as_json import describe
from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CLINIC_SAMPLES") or ROOT.parent / "shared" / "samples") / "x12"
NO_VERSION = "Segment 1: the interchange says version 00401, not 00501."

# file: which of its sets are refused, and why
REFUSED = {
    "271/271_4010_cms_hets_oopfactory.txt": "Version 004010X092A1 is not read; ask the sender for 005010.",
    "271/271_4010_imsweb.txt": (
        "The group says version 004010X092A1, its transaction set 005010X279A1: which of them holds cannot be known."
    ),
}
# file: (number of questions, traces, who is asked about, days, charges)
QUESTIONS = {
    "270/270_dependent_stupidedi.edi": ([("93175-012547", "MARY SMITH", "2006-05-01", None)], ["30"]),
    "270/270_subscriber_lfh.270": ([("93175-012547", "ROBERT SMITH", "2006-05-01", None)], ["30"]),
    "276/276_claim_level_lfh.276": ([
        ("ABCXYZ1", "FRED SMITH", "2005-08-31", "8513.88"), ("ABCXYZ2", "MARY JONES", "2005-07-31", "7599.00"),
        ("ABCXYZ3", "JOSEPH MANN", "2005-05-01", None),
    ], []),
    "276/276_provider_level_lfh.276": ([
        ("ABCXYZ1", "FRED SMITH", "2005-08-31", "8513.88"), ("ABCXYZ3", "JOSEPH MANN", "2005-05-01", None),
    ], []),
}  # fmt: skip
# file: (payment, method, trace, payer, balanced, claims as (account, status, charge, paid, patient's share), provider adjustments)
REMITTANCES = {
    "835/835_dollars_data_separate_stupidedi.edi": ("945.00", "ACH", "71700666555", "RUSHMORE LIFE", True, [
        ("5554555444", "1", "800.00", "450.00", "300.00"), ("8765432112", "1", "1200.00", "495.00", "600.00"),
    ], []),
    "835/835_era_sample_stupidedi.edi": ("132.00", "CHK", "12345", "DELTA DENTAL OF ABC", True, [
        ("7722337", "1", "226.00", "132.00", "0.00"),
    ], []),
    "835/835_example1_oopfactory.txt": ("5.75", "NON", "A04B001017.07504", "ASHTABULA COUNTY ADAMH BD", False, [
        ("444444", "1", "56.70", "56.52", "0.00"), ("999999", "4", "25.95", "0.00", "25.95"), ("888888", "4", "162.13", "0.00", "162.13"),
        ("111111", "2", "56.52", "18.88", "0.00"), ("121212", "4", "56.52", "0.00", "0.00"), ("333333", "1", "74.61", "59.69", "14.92"),
        ("777777", "25", "136.90", "0.00", "0.00"), ("123456", "22", "-42.58", "-42.58", "0.00"),
        ("090909", "22", "-86.76", "-86.76", "0.00"), ("090909", "22", None, None, "0.00"),
    ], [("CV", "9876514", "-1.27")]),
    "835/835_managed_care_lfh.835": ("945.00", "ACH", "7170066655", "RUSHMORE LIFE", True, [
        ("5554555444", "1", "800.00", "450.00", "300.00"), ("8765432112", "1", "1200.00", "495.00", "600.00"),
    ], []),
    "835/835_medicare_part_a_lfh.835": ("150000.00", "ACH", "12345", "INSURANCE COMPANY OF TIMBUCKTU", True, [
        ("666123", "1", "211366.97", "138018.40", "0.00"), ("777777", "1", "15000.00", "11980.33", "0.00"),
    ], [("CV", "CP", "-1.27")]),
    "835/835_mult_loops_pyx12.txt": ("0.00", "NON", "000000000", "PAYER", True, [("2005555A", "4", "915.39", "0.00", "0.00")], []),
    "835/835_multiple_claims_single_check_stupidedi.edi": ("810.80", "CHK", "12345", "DENTAL OF ABC", True, [
        ("7722337", "1", charge, paid, share) for charge, paid, share in (
            ("226.00", "132.00", "0.00"), ("119.00", "74.00", "0.00"), ("226.00", "108.00", "24.00"), ("1145.00", "14.00", "902.00"),
            ("348.00", "16.80", "44.20"), ("226.00", "132.00", "0.00"), ("179.00", "108.00", "0.00"), ("129.00", "82.00", "0.00"),
            ("221.00", "144.00", "0.00"),
        )
    ], []),
    "835/835_secondary_payments_stupidedi.edi": ("1222.00", "CHK", "0012524965", "YOUR TAX DOLLARS AT WORK", True, [
        ("L0004828311", "2", "10323.64", "912.00", "0.00"), ("0001000053", "2", "751.50", "310.00", "220.00"),
    ], []),
    "835/835_united_healthcare_legacy_keiron.txt": (
        "349.99", "ACH", "1234567890", "UNITED HEALTHCARE INSURANCE COMPANY", True, [
            ("001-18573-358", "1", "341.28", "88.92", "105.26"), ("001-18604-358", "1", "816.24", "261.07", "115.13"),
        ], []),
}  # fmt: skip
# file: each claim as (account, charge, place, diagnoses, lines' charges, patient, relationship)
ODD = [("A37YH556", "500.00", "11", ["5559"], ["12.25"]), ("A37YH667", "500.00", "11", ["5559"], ["12.25"])]
CLAIMS = {
    "837p/837p_COB-claim-from-billing-provider-to-payer-a_stupidedi.edi": [
        ("26407789", "79.04", "11", ["4779", "2724", "2780", "53081"], ["43.00", "15.00", "21.04"]),
    ],
    "837p/837p_chiropractic_stupidedi.edi": [("125WILL", "145.50", "11", ["7215"], ["145.50"])],
    "837p/837p_commercial-health-insurance_stupidedi.edi": [
        ("26463774", "100.00", "11", ["0340", "V7389"], ["40.00", "15.00", "35.00", "10.00"]),
    ],
    "837p/837p_drug-administered-in-the-physician-office_stupidedi.edi": [("CLMNO12345", "103.37", "11", ["03591"], ["50.00", "53.37"])],
    "837p/837p_encounter_stupidedi.edi": [("26462967", "100.00", "11", ["0340", "V7389"], ["40.00", "15.00", "35.00", "10.00"])],
    "837p/837p_example2_lfh.837": [("26462967", "100.00", "11", ["0340", "V7389"], ["40.00", "15.00", "35.00", "10.00"])],
    "837p/837p_medicare-secondary-payer-COB_stupidedi.edi": [("101KEN6055", "120.00", "11", ["71516", "71906"], ["120.00"])],
    "837p/837p_ppo-repriced-claim_stupidedi.edi": [("ABC123-RI", "28.75", "11", ["496", "25000"], ["25.00", "3.75"])],
    "837p/837p_wheelchair_stupidedi.edi": [("SMI123", "75.00", "12", ["436", "3449"], ["75.00"])],
    "837p/x12_bad_segment_identifier_imsweb.txt": ODD,
    "837p/x12_missing_required_loop_in_one_repeat_imsweb.txt": [ODD[1], ODD[0]],
    "837p/x12_multiple_gs_imsweb.txt": ODD * 3,
    "837p/x12_no_errors_imsweb.txt": [ODD[0], ODD[0]],
    "837p/x12_segment_errors_imsweb.txt": [("A37YH556", "500.00", "11", [], ["12.25"])],
}  # fmt: skip
# file: each claim as (account, payer's number, status, category, code, charge), and what is said of those above
STATUSES = {
    "277/277_claim_level_lfh.277": ([
        ("SM123456", "05347006051", "pending", "P3", "317", "8513.88"), ("J0234567", "0529675341", "finalized", "F0", "3", "7599.00"),
        ("MA345678", "051681010827", "denied", "F2", "88", "150.00"),
    ], []),
    "277/277_info_receiver_lfh.277": ([], [("receiver", "error")]),
    "277ca/277ca_accepted_imsweb.txt": (
        [("5781", "1107000000014420", "accepted", "A2", "20", "125.00")], [("receiver", "accepted")],
    ),
    "277ca/277ca_latitude_oopfactory.txt": (
        [("MVC132-0145454", "545454", "accepted", "A2", "20", "442.00")], [("receiver", "accepted"), ("provider", "accepted")],
    ),
}  # fmt: skip
RECEIPTS = {
    "999/999_four_groups_pyx12.txt": [("834", "0001", "accepted", [])] * 4,
    "999/999_rejected_imsweb.txt": [("837", "0028", "rejected", ["5"])],
}
CARDS = {"271/271_dependent_stupidedi.edi", "271/271_error_lfh.271", "271/271_subscriber_lfh.271"}
# Files with nothing odd are not named here.
WARNINGS = {
    "271/271_error_lfh.271": ["Segment 10: SE has control number 4323, ST 4321."],
    "277ca/277ca_latitude_oopfactory.txt": [
        "Segment 1: the interchange says version 343434, not 00501.", "Segment 13: there is no such date.",
        "Segment 31: IEA has control number 000000002, ISA 43434343.", "Segment 26: there is no such date.",
    ],
    "835/835_example1_oopfactory.txt": [
        NO_VERSION, "The group says version 5010 without the guide's number.",
        "Segment 29: adjustment group CR is of an older version.",
        "Segment 23: the patient's share is 25.95, its adjustments add up to 0.00.",
        "Segment 32: the patient's share is 162.13, its adjustments add up to 0.00.",
        "Segment 82: adjustment group CR is of an older version.", "Segment 92: adjustment group CR is of an older version.",
    ],
    "835/835_managed_care_lfh.835": ["Segment 4: the payment's date does not exist."],
}  # fmt: skip
COUNTS = {  # what SE says, and how many segments there are
    "837p/x12_bad_segment_identifier_imsweb.txt": 34, "837p/x12_missing_required_loop_in_one_repeat_imsweb.txt": 40,
    "837p/x12_no_errors_imsweb.txt": 41, "837p/x12_segment_errors_imsweb.txt": 23,
}  # fmt: skip


@pytest.fixture(autouse=True)
def samples():
    if SAMPLES.is_dir():
        return
    words = f"The samples folder is not there: {SAMPLES}. Set CLINIC_SAMPLES."
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def said(name: str) -> list[dict]:
    """What edi_read says of each set of a file."""
    return [
        {key: list(value) if isinstance(value, Iterator) else value for key, value in describe(source)}
        for source in Reading(SAMPLES / name).sets()
    ]


def test_every_file_is_looked_at():
    there = {str(path.relative_to(SAMPLES)) for path in SAMPLES.glob("*/*")}
    assert there == {*REFUSED, *QUESTIONS, *REMITTANCES, *CLAIMS, *STATUSES, *RECEIPTS, *CARDS}


def test_no_segment_and_no_byte_is_lost():
    for path in sorted(SAMPLES.glob("*/*")):
        reading = Reading(path)
        read = [segment.elements for source in reading.sets(is_strict=False) for segment in source.segments]
        raw = path.read_bytes()
        assert (reading.source.sha256, reading.source.raw()) == (hashlib.sha256(raw).hexdigest(), raw)
        text = raw.decode("utf-8-sig")
        element, end = text[3], text[105]
        pieces = [piece.strip().split(element) for piece in text.split(end) if piece.strip()]
        assert read == [piece for piece in pieces if piece[0] not in ("ISA", "GS", "GE", "IEA")], path.name


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_versions_are_refused(name):
    with pytest.raises(EdiError) as refused:
        said(name)
    assert str(refused.value) == REFUSED[name]


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions(name):
    asked, kinds = QUESTIONS[name]
    (one,) = said(name)
    assert [
        (q["trace"], q["patient"]["name"], q["asked_from"], q["charge"]) for q in one["questions"]
    ] == asked
    assert all(q["service_types"] == kinds for q in one["questions"])


@pytest.mark.parametrize("name", REMITTANCES)
def test_remittances(name):
    (one,) = said(name)
    assert (
        one["payment"], one["method"], one["trace"], one["payer"], one["balanced"],
        [(c["patient_account"], c["status"], c["charge"], c["paid"], c["patient_responsibility"]) for c in one["claims"]],
        [(p["reason"], p["reference"], p["amount"]) for p in one["provider_adjustments"]],
    ) == REMITTANCES[name]  # fmt: skip
    assert bool(one["problems"]) is not one["balanced"]


def test_what_keeps_the_old_remittance_from_balancing():
    (one,) = said("835/835_example1_oopfactory.txt")
    assert one["problems"] == [
        "Segment 98: the claim's charge is missing or is no amount.", "Segment 98: the claim's payment is missing or is no amount.",
        "5.75 paid for claims less -1.27 provider adjustments is not 5.75 paid.",
    ]  # fmt: skip
    assert (
        one["claims"][2]["patient"]["name"] == "BOB SQUAREPANTS"
    )  # a blank stands where the middle name should
    assert one["claims"][4]["lines"][0]["adjustments"][1:] == [
        {"group": "OA", "reason": "23", "amount": "57.60", "quantity": "0"}, {"group": "OA", "reason": "23", "amount": "-1.08", "quantity": "0"},
    ]  # fmt: skip


def test_details_of_remittances():
    (one,) = said("835/835_united_healthcare_legacy_keiron.txt")
    claim = one["claims"][0]
    assert [(line["code"], line["charge"], line["paid"], line["units"], line["control"]) for line in claim["lines"]] == [
        ("B4152", "156.42", "88.92", "234", "800941258001"), ("B4152", "184.86", "0.00", "277", "800941258002"),
    ]  # fmt: skip
    assert claim["corrected"] == {"name": "C", "id_qualifier": None, "id": None}
    assert (one["date"], one["payer_id"]) == ("2021-02-04", "87726")
    (late,) = said("835/835_managed_care_lfh.835")
    assert late["date"] is None
    (levels,) = said("835/835_dollars_data_separate_stupidedi.edi")
    second = levels["claims"][1]
    assert [(one["group"], one["amount"]) for one in second["adjustments"]] == [("CO", "55.00")]
    assert [(one["group"], one["amount"]) for one in second["lines"][0]["adjustments"]] == [
        ("PR", "600.00"),
        ("CO", "50.00"),
    ]


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name):
    claims = [claim for one in said(name) for claim in one["claims"]]
    assert [
        (c["account"], c["charge"], c["place_of_service"], c["diagnoses"], [line["charge"] for line in c["lines"]]) for c in claims
    ] == CLAIMS[name]  # fmt: skip


def test_details_of_claims():
    (drug,) = said("837p/837p_drug-administered-in-the-physician-office_stupidedi.edi")[0]["claims"]
    assert (drug["lines"][1]["code"], drug["lines"][1]["ndc"]) == ("J1550", "00026063512")
    (supply,) = said("837p/837p_ppo-repriced-claim_stupidedi.edi")[0]["claims"]
    assert [(one["code"], one["modifiers"], one["pointers"]) for one in supply["lines"]] == [
        ("E0570", ["RR"], [1, 2]),
        ("A7003", ["NU"], [1]),
    ]
    (child,) = said("837p/837p_commercial-health-insurance_stupidedi.edi")[0]["claims"]
    assert (child["patient"]["name"], child["relationship"], child["subscriber"]["name"], child["member_id"]) == (
        "TED SMITH", "19", "JANE SMITH", "JS00111223333",
    )  # fmt: skip
    (second,) = said("837p/837p_medicare-secondary-payer-COB_stupidedi.edi")[0]["claims"]
    assert second["payer_order"] == "S"
    assert [(one["payer"], one["order"], one["paid"]) for one in second["other_insurance"]] == [
        ("COMMERCE", "P", "80.00")
    ]


@pytest.mark.parametrize("name", COUNTS)
def test_wrong_counts_are_told_and_read_on(name):
    (one,) = said(name)
    assert any(
        words.endswith(f"SE counts 25 segments, there are {COUNTS[name]}.") for words in one["warnings"]
    )


def test_what_the_defect_samples_are_warned_of():
    (bad,) = said("837p/x12_bad_segment_identifier_imsweb.txt")
    assert [words for words in bad["warnings"] if "identifier" in words] == [
        f"Segment {number}: the segment's identifier is none." for number in (6, 11, 20)
    ]
    (missing,) = said("837p/x12_missing_required_loop_in_one_repeat_imsweb.txt")
    assert "Segment 18: the subscriber is not named." in missing["warnings"]
    groups = said("837p/x12_multiple_gs_imsweb.txt")
    assert "Segment 110: IEA counts 1 groups, there are 3." in groups[2]["warnings"]


@pytest.mark.parametrize("name", STATUSES)
def test_statuses_of_claims(name):
    claims, levels = STATUSES[name]
    (one,) = said(name)
    assert [
        (c["account"], c["payer_control"], c["status"], c["category"], c["code"], c["charge"]) for c in one["claims"]
    ] == claims  # fmt: skip
    assert [(level["scope"], level["status"]) for level in one["levels"]] == levels


@pytest.mark.parametrize("name", RECEIPTS)
def test_receipts(name):
    assert [
        (s["type"], s["control"], s["status"], s["codes"]) for one in said(name) for s in one["sets"]
    ] == RECEIPTS[name]


def test_a_rejected_receipt_names_the_segment():
    (one,) = said("999/999_rejected_imsweb.txt")
    assert one["status"] == "rejected"
    assert one["sets"][0]["errors"] == [
        {"segment": "NM", "place": 17, "loop": None, "code": "1", "elements": []}
    ]


def test_the_dependents_card():
    (one,) = said("271/271_dependent_stupidedi.edi")
    assert (one["status"], one["plan"], one["payer"], one["dates"]["begin"]) == (
        "active",
        "GOLD 123 PLAN",
        "ABC COMPANY",
        "2006-01-01",
    )
    assert (one["patient"]["name"], one["patient"]["birth_date"], one["patient"]["relationship"]) == (
        "MARY SMITH",
        "1998-10-14",
        "child",
    )
    assert (one["subscriber"]["name"], one["member_id"]) == ("JOHN SMITH", "123456789")
    assert (one["version"], len(one["benefits"])) == ("005010X279", 5)


@pytest.mark.parametrize("name", ["271/271_dependent_stupidedi.edi", "271/271_subscriber_lfh.271"])
def test_copays_in_and_out_of_network(name):
    (one,) = said(name)
    assert [(copay["amount"], copay["network"], copay["period"]) for copay in one["copays"]] == [
        ("10.00", "in", "visit"), ("30.00", "out", "visit"),
    ]  # fmt: skip
    assert one["copays"][0]["service_types"] == ["1", "33", "35", "47", "86", "88", "98", "AL", "MH", "UC"]
    assert (one["primary_care"]["name"], one["primary_care"]["id"]) == ("MARCUS JONES", "0202034")


def test_a_payer_that_could_not_answer():
    (one,) = said("271/271_error_lfh.271")
    assert (one["status"], one["errors"]) == (
        "not_verified",
        [{"level": "provider", "code": "50", "follow_up": "N"}],
    )


def test_warnings_where_something_is_odd_and_nowhere_else():
    for name in sorted({*QUESTIONS, *REMITTANCES, *STATUSES, *RECEIPTS, *CARDS, *CLAIMS}):
        if name.startswith("837p/x12_"):
            continue
        found = [words for one in said(name) for words in one["warnings"]]
        assert found == WARNINGS.get(name, []), name
