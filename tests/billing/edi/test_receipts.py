"""Receipts and statuses: 999, TA1, 277CA, 277, and the questions 270 and 276."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.readers.acknowledgments import read_acknowledgment, read_interchange_receipt
from billing.edi.readers.claim_status import read_statuses
from billing.edi.readers.questions import read_questions
from tests.billing.edi.files import file, only

ARRIVAL_HEAD = (
    "BHT*0085*08*1*20260301*0930*TH", "HL*1**20*1", "NM1*PR*2*LAKESIDE HEALTH*****PI*LH001", "TRN*1*R1",
    "HL*2*1*21*1", "NM1*41*2*MAPLE STREET CLINIC*****46*MSC",
)  # fmt: skip


def test_a_999_says_of_each_set_what_became_of_it():
    found = read_acknowledgment(
        only(file(
            "999", "AK1*HC*5*005010X222A1", "AK2*837*0001*005010X222A1", "IK5*A", "AK2*837*0002*005010X222A1", "IK3*NM1*17*2310*8",
            "CTX*CLM01:A100", "IK4*9:2*67*7*1234", "IK5*R*5*4", "AK9*P*2*2*1",
        ))
    )  # fmt: skip
    assert (found.group_kind, found.group_control, found.status) == ("HC", "5", "partly_accepted")
    assert (found.sets_sent, found.sets_received, found.sets_accepted) == (2, 2, 1)
    assert [(one.control, one.status, one.codes) for one in found.sets] == [
        ("0001", "accepted", []),
        ("0002", "rejected", ["5", "4"]),
    ]
    (error,) = found.sets[1].errors
    assert (error.segment, error.place, error.loop, error.code) == ("NM1", 17, "2310", "8")
    (element,) = error.elements
    assert (element.place, element.component, element.code, element.value) == (9, 2, "7", "1234")


def test_a_999_that_does_not_say_is_not_taken_as_accepted():
    source = only(file("999", "AK1*HC*5", "IK5*A", "AK2*837*0001", "IK5*Q"))
    found = read_acknowledgment(source)
    assert (found.status, found.sets[0].status, found.sets_sent) == ("unknown", "unknown", -1)
    assert source.warnings == [
        "Segment 5: it does not say which transaction set is meant.",
        "The receipt does not say of everything whether it was accepted.",
    ]


@pytest.mark.parametrize(
    ("code", "status"), [("A", "accepted"), ("E", "accepted_with_errors"), ("R", "rejected"), ("", "unknown")]
)
def test_a_ta1_says_what_became_of_the_interchange(code, status):
    text = file("999", "AK1*HC*5").replace("GS*", f"TA1*000000099*260301*0900*{code}*006~\nGS*", 1)
    receipt = read_interchange_receipt(next(iter(Reading(text).sets())))
    assert (receipt.control, receipt.status, receipt.code) == ("000000099", status, "006")


def test_a_277ca_says_of_each_claim_whether_it_was_taken():
    source = only(file(
        "277CA", *ARRIVAL_HEAD, "TRN*2*FILE7", "STC*A1:19:PR*20260301*WQ*300", "QTY*90*1", "AMT*YU*300", "HL*3*2*19*1",
        "NM1*85*2*MAPLE STREET CLINIC*****XX*1234567893", "HL*4*3*PT", "NM1*QC*1*ABERG*INGRID****MI*LH4411", "TRN*2*A100",
        "STC*A2:20:PR*20260301*WQ*180", "REF*1K*LH-1", "DTP*472*D8*20260203", "HL*5*3*PT", "NM1*QC*1*ROWE*DESMOND****MI*LH4412",
        "TRN*2*A101", "STC*A7:562:82*20260301*U*120******A3:21*A8:507*SEE LINE 1", "DTP*472*RD8*20260203-20260204",
        "SVC*HC:G0463*120", "STC*A7:454*20260301*U", "REF*FJ*L1",
    ))  # fmt: skip
    whole, first, second = read_statuses(source)
    assert (whole.scope, whole.trace, whole.verdict) == ("receiver", "FILE7", "accepted")
    assert (whole.quantities, whole.amounts) == ({"90": "1"}, {"YU": Decimal("300.00")})
    assert (first.scope, first.account, first.payer_control, first.verdict) == (
        "claim",
        "A100",
        "LH-1",
        "accepted",
    )
    assert (first.service_from, first.service_to) == (dt.date(2026, 2, 3), dt.date(2026, 2, 3))
    assert (first.statuses[0].category, first.statuses[0].code, first.statuses[0].charge) == (
        "A2",
        "20",
        Decimal(180),
    )
    assert (second.account, second.patient.name, second.verdict) == ("A101", "DESMOND ROWE", "rejected")
    assert [(one.category, one.code, one.entity, one.message) for one in second.statuses] == [
        ("A7", "562", "82", "SEE LINE 1"), ("A3", "21", "", "SEE LINE 1"), ("A8", "507", "", "SEE LINE 1"),
    ]  # fmt: skip
    (line,) = second.lines
    assert (line.code, line.control, [one.code for one in line.statuses]) == ("G0463", "L1", ["454"])
    assert source.warnings == []


def test_a_277ca_about_a_whole_file_has_no_claims():
    (found,) = read_statuses(only(file("277CA", *ARRIVAL_HEAD, "TRN*2*FILE7", "STC*A8:24:41*20260301*U*300")))
    assert (found.scope, found.verdict) == ("receiver", "rejected")


@pytest.mark.parametrize(
    ("category", "verdict"),
    [
        ("P1", "pending"), ("F0", "finalized"), ("F1", "paid"), ("F2", "denied"), ("F4", "not_paid"), ("R3", "information_requested"),
        ("A4", "not_found"), ("D0", "not_found"), ("E1", "error"), ("A3", "rejected"), ("Z9", "unknown"), ("", "unknown"),
    ],
)  # fmt: skip
def test_a_277_answers_about_claims(category, verdict):
    found = list(read_statuses(only(file(
        "277", "HL*1**20*1", "NM1*PR*2*LAKESIDE HEALTH*****PI*LH001", "HL*2*1*21*1", "NM1*41*2*MAPLE*****46*MSC", "HL*3*2*19*1",
        "NM1*1P*2*MAPLE*****XX*1234567893", "HL*4*3*22*0", "NM1*IL*1*ABERG*INGRID****MI*LH4411", "TRN*2*T1",
        f"STC*{category}:3*20260301**180*120*20260227**20260227*CHECK88", "REF*1K*LH-1", "REF*EJ*A100", "TRN*2*T2", "STC*P1:20*20260301",
        "REF*EJ*A102",
    ))))  # fmt: skip
    assert [(one.trace, one.account) for one in found] == [("T1", "A100"), ("T2", "A102")]
    status = found[0].statuses[0]
    assert (found[0].verdict, status.paid, status.paid_on, status.payment_trace) == (
        verdict, Decimal(120), dt.date(2026, 2, 27), "CHECK88",
    )  # fmt: skip
    assert found[0].patient.name == "INGRID ABERG"


def test_what_has_to_be_acted_on_counts():
    (found,) = read_statuses(
        only(file("277CA", *ARRIVAL_HEAD, "HL*3*2*PT", "TRN*2*A1", "STC*A1:19", "STC*A2:20", "STC*A3:21"))
    )
    assert found.verdict == "rejected"


def test_questions_are_read_back():
    (one,) = read_questions(only(file(
        "270", "HL*1**20*1", "NM1*PR*2*LAKESIDE HEALTH*****PI*LH001", "HL*2*1*21*1", "NM1*1P*2*MAPLE*****XX*1234567893", "HL*3*2*22*1",
        "NM1*IL*1*ABERG*INGRID****MI*LH4411", "HL*4*3*23*0", "TRN*1*T1*9123456789", "NM1*03*1*ABERG*NILS", "DMG*D8*20150711*M",
        "DTP*291*D8*20260301", "EQ*30^98",
    )))  # fmt: skip
    assert (one.patient.name, one.subscriber.id, one.payer.id, one.provider.npi, one.trace) == (
        "NILS ABERG", "LH4411", "LH001", "1234567893", "T1",
    )  # fmt: skip
    assert (one.service_types, one.asked_from, one.birth_date) == (
        ["30", "98"],
        dt.date(2026, 3, 1),
        dt.date(2015, 7, 11),
    )


def test_questions_about_two_claims_of_one_patient():
    first, second = read_questions(only(file(
        "276", "HL*1**20*1", "NM1*PR*2*LAKESIDE*****PI*LH001", "HL*2*1*21*1", "HL*3*2*19*1", "NM1*1P*2*MAPLE*****XX*1234567893",
        "HL*4*3*22*0", "NM1*IL*1*ABERG*INGRID****MI*LH4411", "TRN*1*T1", "REF*1K*LH-1", "REF*EJ*A100", "AMT*T3*180",
        "DTP*472*RD8*20260203-20260204", "TRN*1*T2", "REF*EJ*A102",
    )))  # fmt: skip
    assert (first.account, first.payer_control, first.charge, first.asked_to) == (
        "A100",
        "LH-1",
        Decimal(180),
        dt.date(2026, 2, 4),
    )
    assert (second.account, second.trace, second.charge) == ("A102", "T2", None)


@pytest.mark.parametrize(
    "reader",
    [
        read_acknowledgment,
        read_interchange_receipt,
        lambda one: list(read_statuses(one)),
        lambda one: list(read_questions(one)),
    ],
)
def test_another_kind_is_refused(reader):
    with pytest.raises(EdiError, match="but a 835|it is a 835"):
        reader(only(file("835", "BPR*H*0*C*NON")))
