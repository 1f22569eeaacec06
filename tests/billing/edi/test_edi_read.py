"""manage.py edi_read: what it says, and how it ends."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from django.core.management import call_command

from tests.billing.edi.files import (
    DEPENDENT,
    ELIGIBILITY_HEAD,
    FIRST_CLAIM,
    SUBSCRIBER,
    file,
    interchange,
    remittance,
    transaction,
)
from tests.billing.edi.test_claims_read import BILLING, CLAIM, SELF


@pytest.fixture
def run(tmp_path):
    """Writes the texts into files and reads them: exit code, output, errors."""

    def run(*texts: str, as_json: bool = True) -> tuple[int, str, str]:
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f"{number}.edi")
            paths[-1].write_text(text)
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("edi_read", *map(str, paths), json=as_json, stdout=out, stderr=err)
        except SystemExit as ended:
            return ended.code, out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return run


def read(run, *texts: str) -> list[dict]:
    code, out, err = run(*texts)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_card_as_json(run):
    text = file("271", *ELIGIBILITY_HEAD, *SUBSCRIBER, "EB*1**30**LAKE CHOICE", "EB*B**98***27*25*****Y")
    (one,) = read(run, text)
    assert (one["type"], one["version"], one["control"], one["warnings"]) == (
        "271",
        "005010X279A1",
        "0001",
        [],
    )
    assert one["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (one["status"], one["plan"], one["payer"], one["member_id"]) == (
        "active",
        "LAKE CHOICE",
        "LAKESIDE HEALTH",
        "LH4411",
    )
    assert one["copays"][0]["amount"] == "25.00"
    assert {
        "dates",
        "patient",
        "subscriber",
        "deductibles",
        "coinsurance",
        "out_of_pocket",
        "primary_care",
        "errors",
        "benefits",
    } <= set(one)
    assert "more_cards" not in one


def test_several_cards_lose_nobody(run):
    (one,) = read(run, file("271", *ELIGIBILITY_HEAD, *DEPENDENT[:3], "EB*6**30", *DEPENDENT[3:], "EB*1**30"))
    assert (one["status"], [card["status"] for card in one["more_cards"]]) == ("active", ["inactive"])
    assert one["warnings"] == ["The answer is about 2 patients: the others stand under more_cards."]


def test_a_remittance_as_json(run):
    (one,) = read(run, remittance())
    assert (one["payer"], one["trace"], one["payment"], one["method"], one["balanced"], one["problems"]) == (
        "LAKESIDE HEALTH", "CHECK88", "150.00", "CHK", True, [],
    )  # fmt: skip
    assert [(claim["patient_account"], claim["status"], claim["paid"]) for claim in one["claims"]] == [
        ("A100", "1", "120.00"), ("A101", "4", "0.00"), ("A90", "22", "-30.00"), ("A90", "1", "50.00"),
    ]  # fmt: skip
    first = one["claims"][0]
    assert (first["charge"], first["patient_responsibility"], first["adjustments"]) == ("180.00", "20.00", [])
    assert first["lines"][0]["adjustments"][0] == {
        "group": "CO",
        "reason": "45",
        "amount": "20.00",
        "quantity": None,
    }
    assert one["provider_adjustments"][0]["amount"] == "-10.00"
    assert one["totals"] == {"charge": "220.00", "paid": "140.00", "adjusted": "-10.00"}


def test_claims_and_receipts_as_json(run):
    claims, receipt, status = read(
        run,
        file("837", *BILLING, *SELF, *CLAIM),
        file("999", "AK1*HC*5", "AK2*837*0001", "IK5*A", "AK9*A*1*1*1"),
        file("277CA", "HL*1**20*1", "HL*2*1*21*1", "TRN*2*F", "STC*A1:19", "HL*3*2*PT", "TRN*2*A100", "STC*A3:21*20260301*U*180"),
    )  # fmt: skip
    (claim,) = claims["claims"]
    assert (claim["account"], claim["charge"], claim["place_of_service"], claim["diagnoses"]) == (
        "A100", "180.00", "11", ["S6090XA", "M25532"],
    )  # fmt: skip
    assert [(line["code"], line["charge"], line["pointers"]) for line in claim["lines"]] == [
        ("G0463", "100.00", [1, 2]), ("J1100", "80.00", [2]),
    ]  # fmt: skip
    assert (receipt["status"], receipt["sets"][0]["status"]) == ("accepted", "accepted")
    assert [(one["account"], one["status"], one["category"]) for one in status["claims"]] == [
        ("A100", "rejected", "A3")
    ]
    assert [(one["scope"], one["status"]) for one in status["levels"]] == [("receiver", "accepted")]


def test_several_sets_give_an_object_each_and_their_envelopes_warnings(run):
    text = interchange("999", transaction("999", "AK1*HC*5"), transaction("999", "AK1*HC*6", control="0002"))
    one, two = read(run, text.replace("GE*2*5", "GE*7*5"))
    assert (one["group"]["control"], two["group"]["control"]) == ("5", "6")
    assert "Segment 9: GE counts 7 transaction sets, there are 2." in two["warnings"]


def test_a_refused_set_is_said_and_the_rest_read(run):
    code, out, err = run(
        file("999", "AK1*HC*5").replace("005010", "004010") + file("999", "AK1*HC*6"), "no x12"
    )
    refused, good, other = json.loads(out)
    assert code == 1
    assert refused["refused"] == "Version 004010X231A1 is not read; ask the sender for 005010."
    assert good["group"]["control"] == "6"
    assert "does not begin with an interchange header" in other["refused"]
    assert err.count("refused:") == 2


def test_a_missing_file_ends_with_1():
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("edi_read", "there/is/none.835", json=True, stdout=out, stderr=err)
    assert ended.value.code == 1
    assert json.loads(out.getvalue())[0]["refused"] == "The file cannot be read: No such file or directory."


def test_lines_for_people_name_nobody(run):
    code, out, _ = run(
        remittance(),
        remittance().replace("CAS*CO*197*40", "CAS*CO*197*41"),
        file("271", *ELIGIBILITY_HEAD, "AAA*N**51*C"),
        as_json=False,
    )
    assert code == 0
    first, second, _, third = [
        line.split(": ", 1)[1] if ".edi" in line else line for line in out.splitlines()
    ]
    assert first == "835 005010X221A1, control 0001: 150.00 by CHK, trace CHECK88, 4 claims, balances."
    assert second.endswith("4 claims, DOES NOT BALANCE.")
    assert third == "271 005010X279A1, control 0001: could not be verified (51 at the provider), 0 benefits."
    assert "ABERG" not in out


def test_the_json_is_written_while_it_is_read(run):
    """Three thousand claims: valid JSON, each of them there."""
    many = [part.replace("A100", f"A{number}") for number in range(3000) for part in FIRST_CLAIM[:1]]
    (one,) = read(run, file("835", "BPR*I*0*C*CHK", "TRN*1*X*1", *many))
    assert len(one["claims"]) == 3000
    assert (one["claims"][-1]["patient_account"], one["balanced"]) == ("A2999", False)
