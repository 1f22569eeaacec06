"""Payments out of an 835: what belongs to which claim, and whether it adds up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from billing.edi.claims import Adjustment
from billing.edi.errors import EdiError
from billing.edi.readers.remittance import Remittance
from tests.billing.edi.files import (
    FIRST_CLAIM,
    PLB,
    REMITTANCE_HEAD,
    REVERSAL,
    SECOND_CLAIM,
    file,
    only,
    remittance,
)


def read(text: str) -> tuple[Remittance, list]:
    found = Remittance(only(text))
    return found, list(found.claims())


def test_a_remittance_that_balances():
    found, claims = read(remittance())
    assert (found.payer, found.payer_id, found.payee, found.payee_id) == (
        "LAKESIDE HEALTH", "LH001", "MAPLE STREET CLINIC", "1234567893",
    )  # fmt: skip
    assert (found.trace, found.trace_origin, found.payment, found.method) == (
        "CHECK88", "1999999999", Decimal("150.00"), "CHK",
    )  # fmt: skip
    assert (found.paid_on, found.produced_on) == (dt.date(2026, 2, 27), dt.date(2026, 2, 26))
    assert (found.claim_count, found.charged, found.paid, found.adjusted) == (
        4,
        Decimal(220),
        Decimal(140),
        Decimal(-10),
    )
    assert (found.is_balanced, found.problems, found.source.warnings) == (True, [], [])
    (interest,) = found.provider_adjustments
    assert (interest.provider, interest.period_end, interest.reason, interest.reference, interest.amount) == (
        "1234567893", dt.date(2026, 12, 31), "L6", "INT", Decimal("-10.00"),
    )  # fmt: skip
    assert [claim.patient_account for claim in claims] == ["A100", "A101", "A90", "A90"]


def test_a_claim_and_its_lines():
    claim = read(remittance())[1][0]
    assert (claim.status, claim.charge, claim.paid, claim.patient_responsibility) == ("1", 180, 120, 20)
    assert (claim.payer_control, claim.place_of_service, claim.frequency) == ("LH-1", "11", "1")
    assert (claim.patient.name, claim.patient.id) == ("INGRID ABERG", "LH4411")
    first, second = claim.lines
    assert (first.code, first.modifiers, first.charge, first.paid, first.units, first.control, first.allowed) == (
        "G0463", (), 100, 60, 1, "L1", 80,
    )  # fmt: skip
    assert first.adjustments == [
        Adjustment(group="CO", reason="45", amount=Decimal("20.00")),
        Adjustment(group="PR", reason="1", amount=Decimal("15.00")),
        Adjustment(group="PR", reason="2", amount=Decimal("5.00")),
    ]
    assert first.remarks == ["N130"]
    assert (second.code, second.modifiers, second.units) == ("J1100", ("JZ",), 2)
    assert (first.service_from, first.service_to) == (dt.date(2026, 2, 3), dt.date(2026, 2, 3))
    assert (second.service_from, second.service_to) == (dt.date(2026, 2, 3), dt.date(2026, 2, 4))
    assert [segment.text for segment in claim.segments] == list(FIRST_CLAIM)


def test_denial_reversal_and_corrected_name():
    _, denied, taken_back, again = read(remittance())[1]
    assert (denied.is_denial, denied.is_reversal, denied.paid) == (True, False, 0)
    assert denied.adjustments == [Adjustment(group="CO", reason="197", amount=Decimal("40.00"))]
    assert (taken_back.is_reversal, taken_back.charge, taken_back.paid) == (True, -50, -30)
    assert (again.patient.name, again.corrected.name) == ("DESMOND ROW", "ROWE")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("SVC*HC:G0463*100*60", "SVC*HC:G0463*100*61", "Line 1: 100.00 charged less 40.00 adjusted is not 61.00 paid."),
        ("CLP*A100*1*180*120", "CLP*A100*1*181*120", "181.00 charged less 60.00 adjusted is not 120.00 paid."),
        ("CAS*CO*197*40", "CAS*CO*197*39.99", "40.00 charged less 39.99 adjusted is not 0.00 paid."),
        ("BPR*I*150", "BPR*I*150.01", "140.00 paid for claims less -10.00 provider adjustments is not 150.01 paid."),
        ("*-10~", "*10~", "140.00 paid for claims less 10.00 provider adjustments is not 150.00 paid."),
        ("BPR*I*150*C", "BPR*I*150*D", "140.00 paid for claims less -10.00 provider adjustments is not -150.00 paid."),
        ("BPR*I*150*C", "BPR*I*150*", "Segment 4: whether the payment is given or taken is not said."),
        ("BPR*I*150", "BPR*I*1.5E2", "Segment 4: the payment's amount is missing or is no amount."),
        ("CLP*A101*4*40*0", "CLP*A101*4*40*", "Segment 25: the claim's payment is missing or is no amount."),
        ("CLP*A101*4*40*0", "CLP*A101*4*NaN*0", "Segment 25: the claim's charge is missing or is no amount."),
        ("CAS*CO*197*40", "CAS*CO**40", "Segment 26: an adjustment's reason or amount is missing or is no amount."),
        ("CAS*CO*197*40", "CAS*CO*197*40.001", "Segment 26: an adjustment's reason or amount is missing or is no amount."),
        ("PLB*1234567893*20261231*L6:INT*-10", "PLB*1234567893*20261231", "Segment 34: a provider adjustment cannot be read."),
        ("CAS*CO*45*-20", "QTY*CA*1", "-50.00 charged less 0.00 adjusted is not -30.00 paid."),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_held(old, new, words):
    text = remittance()
    assert old in text
    found, _ = read(text.replace(old, new, 1))
    assert not found.is_balanced
    assert words in found.problems


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("CAS*CO*197*40", "CAS*XX*197*40", "Segment 26: an adjustment's group is unknown."),
        ("CLP*A101*4", "CLP*A101*77", "Segment 25: the claim's status is unknown."),
        ("CLP*A101*4", "CLP**4", "Segment 25: the claim has no account number."),
        ("CLP*A100*1", "CLP*A100*4", "Segment 11: the claim is denied, and yet paid."),
        ("CLP*A90*22", "CLP*A90*1", "Segment 28: a negative amount, but no payment is taken back."),
        ("CLP*A90*1", "CLP*A90*22", "Segment 31: a payment is taken back, but its amounts are not negative."),
        ("TRN*1*CHECK88", "TRN*1*", "The payment has no trace number."),
        ("SE*33", "SE*35", "The count at its end (SE) is wrong: something may be missing or stand twice."),
    ],
)
def test_what_balances_and_makes_no_sense_is_held_too(old, new, words):
    text = remittance()
    assert old in text
    found, _ = read(text.replace(old, new, 1))
    assert (found.is_balanced, found.problems) == (True, [words])


def test_a_remittance_cut_off_is_never_balanced():
    """Even where the part that is left adds up."""
    text = file("835", *REMITTANCE_HEAD, *FIRST_CLAIM, *SECOND_CLAIM).replace("BPR*I*150", "BPR*I*120")
    assert read(text)[0].is_balanced
    for end in (text.index("SE*"), text.index("CLP*A101")):
        found, _ = read(text[:end])
        assert not found.is_balanced
        assert "The remittance is not whole: its end (SE) is missing." in found.problems


def test_claim_level_and_line_level_adjustments_add_up_to_the_same():
    by_line = ("CLP*A1*1*100*70*10*12*X", "SVC*HC:G0463*100*70", "CAS*CO*45*20", "CAS*PR*2*10")
    by_claim = ("CLP*A1*1*100*70*10*12*X", "CAS*CO*45*20", "CAS*PR*2*10")
    mixed = ("CLP*A1*1*100*70*10*12*X", "CAS*PR*2*10", "SVC*HC:G0463*100*80", "CAS*CO*45*20")
    for segments in (by_line, by_claim, mixed):
        found, (claim,) = read(file("835", *REMITTANCE_HEAD, *segments).replace("BPR*I*150", "BPR*I*70"))
        assert (found.is_balanced, found.problems) == (True, [])
        assert {(one.group, one.amount) for one in claim.all_adjustments()} == {("CO", 20), ("PR", 10)}


def test_six_adjustments_in_one_segment():
    triplets = "*".join(
        f"{reason}*{amount}*" for reason, amount in ((45, 1), (96, 2), (97, 3), (18, 4), (16, 5), (50, "-5"))
    )
    found, (claim,) = read(
        file("835", *REMITTANCE_HEAD, "CLP*A1*1*10*0**12*X", f"CAS*CO*{triplets}".rstrip("*")).replace(
            "BPR*I*150", "BPR*I*0"
        )
    )
    assert found.is_balanced
    assert [one.amount for one in claim.adjustments] == [1, 2, 3, 4, 5, -5]


def test_the_payment_of_a_payer_that_takes_money_is_negative():
    found, _ = read(file("835", *REMITTANCE_HEAD, *REVERSAL).replace("BPR*I*150*C", "BPR*I*30*D"))
    assert (found.payment, found.is_balanced) == (Decimal(-30), True)


def test_odd_things_without_weight_are_warnings():
    text = (
        remittance()
        .replace("*20260227~", "*20261302~")
        .replace("*120*20*12*", "*120*19*12*")
        .replace("DTM*472*", "DTX*472*")
    )
    found, _ = read(text)
    assert (found.is_balanced, found.problems, found.paid_on) == (True, [], None)
    assert found.source.warnings == [
        "Segment 4: the payment's date does not exist.",
        "Segment 14: a segment that does not belong into a claim's payment.",
        "Segment 11: the patient's share is 19.00, its adjustments add up to 20.00.",
    ]


def test_nothing_but_provider_adjustments():
    found, claims = read(file("835", *REMITTANCE_HEAD[:-1], *PLB).replace("BPR*I*150", "BPR*I*10"))
    assert (claims, found.is_balanced, found.problems) == ([], True, [])


def test_claims_are_given_once_and_problems_said_once():
    found, claims = read(remittance().replace("BPR*I*150", "BPR*I*151"))
    assert (len(claims), list(found.claims()), len(found.problems)) == (4, [], 1)


def test_another_kind_is_refused():
    with pytest.raises(EdiError, match=r"no remittance \(835\) but a 999"):
        Remittance(only(file("999", "AK1*HC*5")))
