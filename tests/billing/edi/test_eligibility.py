"""The coverage card out of a 271."""

from __future__ import annotations

import pytest

from billing.edi.errors import EdiError
from billing.edi.readers.coverage_card import coverage_card
from billing.edi.readers.eligibility import read_eligibility
from tests.billing.edi.files import DEPENDENT, ELIGIBILITY_HEAD, SUBSCRIBER, file, only


def cards(*segments: str) -> list[dict]:
    return [coverage_card(answer) for answer in read_eligibility(only(file("271", *segments)))]


def card(*segments: str) -> dict:
    (found,) = cards(*ELIGIBILITY_HEAD, *segments)
    return found


def test_the_card_of_a_covered_subscriber():
    found = card(
        *SUBSCRIBER, "EB*1*FAM*30*PR*LAKE CHOICE", "EB*B*IND*98^UC*PR**27*25*****Y", "EB*C*IND*30***23*1500*****Y",
        "EB*C*IND*30***29*312.5*****Y", "EB*C*FAM*30***23*3000", "EB*A*IND*30*****.2****N",
        "EB*A*IND*33*****20****W", "EB*G*IND*30***29*4100", "EB*1*IND*98^UC*********Y",
        "EB*L", "LS*2120", "NM1*P3*1*SORBO*HALVARD****XX*1999999992", "PER*IC**TE*2185550100", "LE*2120",
        "EB*R**30*MB", "REF*18*M55", "DTP*290*D8*20250101", "LS*2120", "NM1*PRP*2*NORTH MEDICARE*****PI*NM1", "LE*2120",
    )  # fmt: skip
    assert found["status"] == "active"
    assert (found["plan"], found["insurance_type"], found["group"]) == ("LAKE CHOICE", "PR", "G900")
    assert (found["payer"], found["payer_id"], found["member_id"], found["trace"]) == (
        "LAKESIDE HEALTH", "LH001", "LH4411", "T77",
    )  # fmt: skip
    assert found["dates"] == {"begin": "2026-01-01", "end": "2026-12-31"}
    assert found["patient"] == found["subscriber"]
    assert {name: found["patient"][name] for name in ("name", "birth_date", "sex", "relationship")} == {
        "name": "INGRID ABERG", "birth_date": "1970-04-02", "sex": "F", "relationship": "self",
    }  # fmt: skip
    (copay,) = found["copays"]
    assert (copay["amount"], copay["service_types"], copay["network"], copay["period"]) == (
        "25.00", ["98", "UC"], "in", "visit",
    )  # fmt: skip
    assert [(one["amount"], one["scope"], one["period"], one["network"]) for one in found["deductibles"]] == [
        ("1500.00", "individual", "calendar_year", "in"), ("312.50", "individual", "remaining", "in"),
        ("3000.00", "family", "calendar_year", None),
    ]  # fmt: skip
    assert [(one["percent"], one["network"]) for one in found["coinsurance"]] == [
        ("20", "out"),
        ("20", "either"),
    ]
    assert [(one["amount"], one["period"]) for one in found["out_of_pocket"]] == [("4100.00", "remaining")]
    assert found["primary_care"] == {
        "role": "P3", "name": "HALVARD SORBO", "id_qualifier": "XX", "id": "1999999992",
        "contacts": [{"kind": "TE", "value": "2185550100"}],
    }  # fmt: skip
    assert found["authorization"] == []
    (other,) = found["other_coverage"]
    assert (other["payer"], other["insurance_type"]) == ("NORTH MEDICARE", "MB")
    assert other["references"] == [{"qualifier": "18", "value": "M55"}]
    assert other["dates"] == [{"qualifier": "290", "first": "2025-01-01", "last": None}]
    assert len(found["benefits"]) == 11
    assert found["errors"] == []


def test_no_benefit_line_is_lost():
    belonging = ("EB*F*IND*AD", "HSD*VS*20", "III*ZZ*11", "MSG*ASK FIRST", "DTP*292*RD8*20260101-20261231")
    found = card(*SUBSCRIBER, "EB*1**30", *belonging)
    assert found["benefits"][1]["segments"] == list(belonging)
    assert found["benefits"][1]["messages"] == ["ASK FIRST"]
    assert found["benefits"][1]["dates"] == [
        {"qualifier": "292", "first": "2026-01-01", "last": "2026-12-31"}
    ]


def test_a_dependents_card_is_the_dependents():
    found = card(*DEPENDENT, "EB*1**30**FAMILY PLAN", "EB*B**98***27*15")
    assert found["status"] == "active"
    assert (found["patient"]["name"], found["patient"]["relationship"], found["patient"]["birth_date"]) == (
        "NILS ABERG", "child", "2015-07-11",
    )  # fmt: skip
    assert (found["subscriber"]["name"], found["member_id"], found["trace"]) == (
        "INGRID ABERG",
        "LH4411",
        "T78",
    )
    assert [one["amount"] for one in found["copays"]] == ["15.00"]


def test_answers_about_both_give_the_dependents_first():
    found = cards(*ELIGIBILITY_HEAD, *DEPENDENT[:3], "EB*6**30", *DEPENDENT[3:], "EB*1**30")
    assert [(one["patient"]["name"], one["status"]) for one in found] == [
        ("NILS ABERG", "active"), ("INGRID ABERG", "inactive"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("benefits", "status"),
    [
        (["EB*6**30"], "inactive"),
        (["EB*6**30", "EB*1**88"], "inactive"),
        (["EB*1**30", "EB*6**88", "EB*I**35"], "active"),
        (["EB*5**30"], "active"),
        (["EB*1**98"], "active"),
        (["EB*6**98"], "inactive"),
        (["EB*U**30"], "not_verified"),
        (["EB*I**30"], "not_verified"),
        ([], "not_verified"),
    ],
)
def test_what_the_payer_says_of_the_whole_plan_decides(benefits, status):
    assert card(*SUBSCRIBER, *benefits)["status"] == status


@pytest.mark.parametrize(
    ("segments", "level"),
    [
        ([*ELIGIBILITY_HEAD[:3], "AAA*Y**42*R"], "payer"),
        ([*ELIGIBILITY_HEAD, "AAA*Y**42*R"], "provider"),
        ([*ELIGIBILITY_HEAD, *SUBSCRIBER, "AAA*N**42*R"], "subscriber"),
        ([*ELIGIBILITY_HEAD, *SUBSCRIBER, "EB*6**30", "AAA*N**42*R"], "subscriber"),
        ([*ELIGIBILITY_HEAD, *DEPENDENT, "AAA*N**42*R"], "dependent"),
        ([*ELIGIBILITY_HEAD, "AAA*Y**42*R", *SUBSCRIBER, "EB*6**30"], "provider"),
    ],
)
def test_a_refusal_on_any_level_is_never_taken_as_inactive(segments, level):
    (found,) = cards(*segments)
    assert found["status"] == "not_verified"
    assert found["errors"] == [{"level": level, "code": "42", "follow_up": "R"}]


def test_a_subscribers_refusal_holds_for_the_dependent_too():
    found = cards(*ELIGIBILITY_HEAD, *DEPENDENT[:3], "AAA*N**75*C", *DEPENDENT[3:], "EB*1**30")
    assert [one["status"] for one in found] == ["not_verified", "not_verified"]


def test_authorization_and_unreadable_amounts():
    source = only(
        file(
            "271",
            *ELIGIBILITY_HEAD,
            *SUBSCRIBER,
            "EB*1**98^UC********Y",
            "EB*B**98***27*1O",
            "EB*A**98*****140",
        )
    )
    (answer,) = read_eligibility(source)
    found = coverage_card(answer)
    assert found["authorization"] == ["98", "UC"]
    assert (found["copays"], found["coinsurance"]) == ([], [])
    assert source.warnings == [
        "Segment 17: a benefit's amount cannot be read.", "Segment 18: a benefit's share cannot be read.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("benefit", "subject"),
    [
        ("EB*1**98********Y", ["98"]),
        ("EB*1**********Y", ["30"]),
        ("EB*1**********Y**HC:J1100", ["J1100"]),
        ("EB*1**98********N", []),
    ],
)
def test_what_needs_an_authorization(benefit, subject):
    assert card(*SUBSCRIBER, benefit)["authorization"] == subject


def test_another_kind_is_refused():
    with pytest.raises(EdiError, match=r"no answer about eligibility \(271\) but a 999"):
        read_eligibility(only(file("999", "AK1*HC*5")))
