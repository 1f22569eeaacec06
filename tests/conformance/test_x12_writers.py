"""What we write passes two checkers that others wrote: pyx12 (837P, 835, 999, 277CA) and, for 270, 271, 276 and 277,
linuxforhealth-x12 in its own environment (`make test` builds it; in CI it has to be there)."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from billing.edi.checks.maps import check_by_maps
from billing.edi.claims import Address
from billing.edi.payer import CLAIM_CASES, ELIGIBILITY_CASES, answer_claims, answer_eligibility, answer_status
from billing.edi.writers.inquiries import write_eligibility, write_status
from tests.factories.edi import (
    AT,
    NUMBERS,
    PARTNERS,
    RENDERING,
    RUTH,
    TOM,
    child_claim,
    claim,
    eligibility_inquiry,
    full_claim,
    line,
    money,
    read_back,
    secondary_claim,
    status_inquiry,
    subscriber,
    written,
)
from tests.factories.edi_random import any_claim
from tests.support import x12_checker

MEMBERS = ["PHP000100", "PHP000101", "PHP000102"]  # one of each kind of plan
CASES = [claim(account=f"A{digits}", subscriber=subscriber(f"PHP0001{digits}")) for digits in CLAIM_CASES]
CLAIMS = {
    "one of each kind": [claim(), child_claim(), full_claim(), secondary_claim()],
    "each case of the payer": CASES,
    "a person who bills": [claim(billing=replace(claim().billing, last_name="OKAFOR", first_name="ADA", is_person=True))],
    "letters from elsewhere": [claim(subscriber=subscriber(person=replace(RUTH, last_name="Peña–Łoś", first_name="Zoë")))],
    "twelve diagnoses, fifty lines": [claim(
        diagnoses=tuple(f"A0{n}" for n in range(10)) + ("E119", "I10"), charge=money("500"),
        lines=tuple(line(charge=money("10"), control=f"L{n}", pointers=(1, 12)) for n in range(50)),
    )],
    "the first payer's decision of the whole claim": [secondary_claim(lines=claim().lines)],
    "void": [claim(frequency="8", payer_control="PC1")],
    "work accident": [claim(related_causes=("EM",), accident_on=AT.date())],
    "fractions": [claim(charge=money("0.10"), lines=(line(charge=money("0.10"), units=money("0.5")),))],
}  # fmt: skip


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_claims_pass_pyx12(claims):
    assert check_by_maps(written(*claims)) == []


def test_claims_with_every_part_there_or_not_pass_pyx12_and_are_read_back():
    claims = [any_claim(number) for number in range(80)]
    text = written(*claims)
    assert check_by_maps(text) == []
    assert read_back(text) == claims
    assert [check_by_maps(answer) for answer in answer_claims(text)] == [[], [], []]


def test_answers_to_claims_pass_pyx12():
    texts = [
        *answer_claims(written(*CASES, child_claim(), secondary_claim())),
        *answer_claims(written(*CASES[:1])),
    ]
    again = claim(frequency="7", payer_control=re.search(r"REF\*1K\*([^~]+)", texts[4])[1], account="A70")
    texts += [
        *answer_claims(written(again)),
        *answer_claims(written(claim(subscriber=subscriber("PHP009987")))),
    ]
    assert [re.search(r"ST\*(\d+)", text)[1] for text in texts] == ["999", "277", "835"] * 3 + ["999"]
    assert [check_by_maps(text) for text in texts] == [[]] * 10


def test_pyx12_would_notice():
    broken = written(claim()).replace("*SPRINGFIELD*IL*62704~", "*SPRINGFIELD*QQ*62704~")
    assert [one.where for one in check_by_maps(broken)] == ["Segment 19 (N4)"]


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> dict[str, tuple[int, str]]:
    """Every question and answer, looked at in one run of the checker."""
    if not x12_checker.is_built():
        words = "The checker of X12 files is not built: python -m tests.support.x12_checker"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    folder = tmp_path_factory.mktemp("x12")
    files: list[Path] = []
    for name, text in _questions_and_answers().items():
        files.append(folder / name)
        files[-1].write_text(text, encoding="ascii")
    return x12_checker.check(files)


def _questions_and_answers() -> dict[str, str]:
    child = {"dependent": TOM, "dependent_relationship": "19"}
    questions = [
        eligibility_inquiry(), eligibility_inquiry(**child), eligibility_inquiry(**child, subscriber=replace(RUTH, address=Address())),
        eligibility_inquiry(service_types=("30", "98", "UC"), group_number="G7"),
        eligibility_inquiry(provider=replace(RENDERING, taxonomy="")),
        eligibility_inquiry(subscriber=replace(RUTH, last_name="Núñez O’Hara", first_name="José")),
    ]  # fmt: skip
    statuses = [
        status_inquiry(), status_inquiry(payer_control="PC1"), status_inquiry(dependent=TOM),
        status_inquiry(service_to=AT.date()), status_inquiry(provider=RENDERING),
    ]  # fmt: skip
    found = {
        "270": write_eligibility(questions, PARTNERS, NUMBERS, AT),
        "276": write_status(statuses, PARTNERS, NUMBERS, AT),
        "broken.270": write_eligibility(questions[:1], PARTNERS, NUMBERS, AT).replace("HL*2*1*21*1", "HL*2*7*21*1"),
        "277": answer_status(write_status(
            [status_inquiry(member_id=f"PHP0001{digits}") for digits in ("00", "70", "77", "83")] + statuses,
            PARTNERS, NUMBERS, AT,
        )),
    }  # fmt: skip
    asked = {f"{member}.271": eligibility_inquiry(member_id=member) for member in MEMBERS}
    asked |= {f"child.{member}.271": eligibility_inquiry(member_id=member, **child) for member in MEMBERS}
    asked |= {
        f"case{digits}.271": eligibility_inquiry(member_id=f"PHP0001{digits}")
        for digits in ELIGIBILITY_CASES
        if digits != "92"
    }
    for name, inquiry in asked.items():
        found[name] = answer_eligibility(write_eligibility([inquiry], PARTNERS, NUMBERS, AT))
    return found


@pytest.mark.parametrize(("name", "count"), [("270", 6), ("276", 5), ("277", 9)])
def test_questions_and_statuses_pass_the_other_checker(checked, name, count):
    assert checked[name] == (count, "")


def test_the_other_checker_would_notice(checked):
    assert "Invalid receiver parent id 7" in checked["broken.270"][1]


# It takes the reasons of a provider's refusal for those of a member's, and wants a provider even where the payer can't answer.
REASONS_IT_DOES_NOT_KNOW = ("case88.271", "case91.271", "case93.271", "case94.271")


def test_coverage_passes_the_other_checker(checked):
    answers = {name: said for name, said in checked.items() if name.endswith(".271")}
    assert len(answers) == 2 * len(MEMBERS) + len(ELIGIBILITY_CASES) - 1
    assert {name: words for name, (count, words) in answers.items() if count != 1} == {
        name: answers[name][1] for name in REASONS_IT_DOES_NOT_KNOW
    }
