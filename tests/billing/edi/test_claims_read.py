"""Claims out of an 837P, as the values that billing knows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from billing.edi.claims import Address, Adjustment, Drug, Person
from billing.edi.errors import EdiError
from billing.edi.readers.claims import read_claims
from tests.billing.edi.files import file, only

BILLING = (
    "BHT*0019*00*F1*20260301*0930*CH", "NM1*41*2*MAPLE STREET CLINIC*****46*MSC", "PER*IC*OFFICE*TE*2185550100",
    "NM1*40*2*CLEARING*****46*CLR", "HL*1**20*1", "PRV*BI*PXC*207Q00000X", "NM1*85*2*MAPLE STREET CLINIC*****XX*1234567893",
    "N3*1 MAPLE ST", "N4*DULUTH*MN*558020001", "REF*EI*410000001", "PER*IC*BILLING*TE*2185550101*EX*7*EM*BILLING@EXAMPLE.COM",
    "NM1*87*2", "N3*PO BOX 9", "N4*DULUTH*MN*558030001",
)  # fmt: skip
SELF = (
    "HL*2*1*22*0", "SBR*P*18*G900******CI", "NM1*IL*1*ABERG*INGRID*M**JR*MI*LH4411", "N3*12 LAKE RD", "N4*DULUTH*MN*55804",
    "DMG*D8*19700402*F", "NM1*PR*2*LAKESIDE HEALTH*****PI*LH001",
)  # fmt: skip
CLAIM = (
    "CLM*A100*180***11:B:1*Y*A*Y*Y**AA:::MN", "DTP*431*D8*20260131", "DTP*439*D8*20260130", "AMT*F5*20", "REF*9F*R1", "REF*G1*AUTH1",
    "REF*X4*24D0000001", "NTE*ADD*FELL ON ICE", "HI*ABK:S6090XA*ABF:M25532",
    "NM1*DN*1*SORBO*HALVARD****XX*1999999992", "NM1*82*1*LIND*EVA****XX*1888888883", "PRV*PE*PXC*207Q00000X",
    "NM1*77*2*MAPLE ANNEX*****XX*1777777774", "N3*2 MAPLE ST", "N4*DULUTH*MN*558020002", "NM1*DQ*1*GRAY*OTIS****XX*1666666665",
    "LX*1", "SV1*HC:G0463:25*100*UN*1***1:2**Y", "DTP*472*D8*20260203", "REF*6R*L1",
    "LX*2", "SV1*HC:J1100:JZ*80*UN*2*12**2", "DTP*472*RD8*20260203-20260204", "REF*6R*L2", "NTE*ADD*LEFT ARM", "LIN**N4*00000123456",
    "CTP****1.5*ML", "REF*XZ*RX1", "NM1*82*1*GRAY*OTIS****XX*1666666665",
)  # fmt: skip


def claims(*segments: str):
    return list(read_claims(only(file("837", *segments))))


def test_a_claim_of_a_subscriber():
    (read,) = claims(*BILLING, *SELF, *CLAIM)
    one = read.claim
    assert read.problems == []
    assert (one.account, one.charge, one.place_of_service, one.frequency) == ("A100", Decimal(180), "11", "1")
    assert (one.diagnoses, one.diagnosis_system) == (("S6090XA", "M25532"), "ICD-10-CM")
    assert (one.related_causes, one.accident_state, one.accident_on, one.onset_on) == (
        ("AA",), "MN", dt.date(2026, 1, 30), dt.date(2026, 1, 31),
    )  # fmt: skip
    assert (one.patient_paid, one.referral_number, one.prior_authorization, one.clia, one.note) == (
        Decimal(20), "R1", "AUTH1", "24D0000001", "FELL ON ICE",
    )  # fmt: skip
    assert (one.billing.last_name, one.billing.npi, one.billing.tax_id, one.billing.taxonomy, one.billing.is_person) == (
        "MAPLE STREET CLINIC", "1234567893", "410000001", "207Q00000X", False,
    )  # fmt: skip
    assert (one.billing.contact.phone, one.billing.contact.extension) == ("2185550101", "7")
    assert one.pay_to == Address(line1="PO BOX 9", city="DULUTH", state="MN", postal_code="558030001")
    assert one.patient == Person(
        last_name="ABERG", first_name="INGRID", middle_name="M", suffix="JR", birth_date=dt.date(1970, 4, 2), sex="F",
        address=Address(line1="12 LAKE RD", city="DULUTH", state="MN", postal_code="55804"),
    )  # fmt: skip
    assert (one.subscriber.member_id, one.subscriber.group_number, one.subscriber.order, one.relationship) == (
        "LH4411", "G900", "P", "18",
    )  # fmt: skip
    assert (one.payer.name, one.payer.payer_id) == ("LAKESIDE HEALTH", "LH001")
    assert (one.rendering.last_name, one.rendering.taxonomy, one.referring.npi, one.supervising.first_name) == (
        "LIND", "207Q00000X", "1999999992", "OTIS",
    )  # fmt: skip
    assert (one.facility.last_name, one.facility.address.line1) == ("MAPLE ANNEX", "2 MAPLE ST")


def test_the_lines_of_a_claim():
    first, second = claims(*BILLING, *SELF, *CLAIM)[0].claim.lines
    assert (first.code, first.modifiers, first.charge, first.units, first.pointers, first.is_emergency, first.control) == (
        "G0463", ("25",), Decimal(100), 1, (1, 2), True, "L1",
    )  # fmt: skip
    assert (first.service_from, first.service_to, first.rendering, first.drug) == (
        dt.date(2026, 2, 3),
        None,
        None,
        None,
    )
    assert (second.modifiers, second.units, second.place_of_service, second.note) == (
        ("JZ",),
        2,
        "12",
        "LEFT ARM",
    )
    assert (second.service_from, second.service_to) == (dt.date(2026, 2, 3), dt.date(2026, 2, 4))
    assert second.drug == Drug(ndc="00000123456", quantity=Decimal("1.5"), unit="ML", prescription="RX1")
    assert second.rendering.last_name == "GRAY"


def test_a_dependent_and_what_the_first_payer_did():
    (read,) = claims(
        *BILLING, "HL*2*1*22*1", "SBR*S********CI", *SELF[2:], "HL*3*2*23*0", "PAT*19", "NM1*QC*1*ABERG*NILS", "N3*12 LAKE RD",
        "N4*DULUTH*MN*55804", "DMG*D8*20150711*M", "CLM*A102*100***11:B:7*Y*A*Y*I", "REF*F8*LH-77", "HI*ABK:J069",
        "SBR*P*19*G1******CI", "CAS*PR*1*10", "AMT*D*70", "AMT*A8*5", "AMT*EAF*30", "OI***Y***I", "MOA***MA01",
        "NM1*IL*1*ABERG*TORE****MI*NM22", "NM1*PR*2*NORTH MUTUAL*****PI*NM001", "DTP*573*D8*20260215", "REF*F8*NM-5",
        "LX*1", "SV1*HC:G0463*100*UN*1***1", "DTP*472*D8*20260203", "SVD*NM001*70*HC:G0463**1", "CAS*CO*45*20", "CAS*PR*1*10",
        "DTP*573*D8*20260215", "AMT*EAF*10",
    )  # fmt: skip
    one = read.claim
    assert (one.frequency, one.payer_control, one.may_release, one.subscriber.order) == (
        "7",
        "LH-77",
        False,
        "S",
    )
    assert (one.patient.first_name, one.relationship, one.subscriber.person.first_name) == (
        "NILS",
        "19",
        "INGRID",
    )
    (other,) = one.other_insurance
    assert (other.payer.payer_id, other.subscriber.member_id, other.subscriber.person.first_name, other.relationship) == (
        "NM001", "NM22", "TORE", "19",
    )  # fmt: skip
    assert (other.paid, other.non_covered, other.remaining_patient_liability) == (70, 5, 30)
    assert other.adjustments == (Adjustment(group="PR", reason="1", amount=Decimal("10.00")),)
    assert (other.adjudicated_on, other.payer_control, other.remark_codes) == (
        dt.date(2026, 2, 15),
        "NM-5",
        ("MA01",),
    )
    assert (other.is_benefit_assigned, other.may_release) == (True, False)
    (did,) = one.lines[0].adjudications
    assert (did.payer_id, did.paid, did.code, did.remaining_patient_liability) == ("NM001", 70, "G0463", 10)
    assert [(each.group, each.amount) for each in did.adjustments] == [("CO", 20), ("PR", 10)]


def test_each_claim_has_the_people_above_it():
    other = (
        "HL*3*1*22*0",
        "SBR*P*18*******MB",
        "NM1*IL*1*ROWE*DESMOND****MI*LH4412",
        "NM1*PR*2*NORTH MEDICARE*****PI*NM001",
    )
    found = claims(*BILLING, *SELF, *CLAIM, *("CLM*A101*80***11:B:1*Y*A*Y*Y", *CLAIM[-9:]), *other, *CLAIM)
    assert [(one.claim.account, one.claim.patient.last_name, one.claim.payer.payer_id) for one in found] == [
        ("A100", "ABERG", "LH001"), ("A101", "ABERG", "LH001"), ("A100", "ROWE", "NM001"),
    ]  # fmt: skip
    assert [segment.id for segment in found[1].segments][:2] == ["CLM", "LX"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("CLM*A100*180*", "CLM*A100*1,80*", "Segment 25: an amount is missing or is none."),
        ("CLM*A100*", "CLM**", "Segment 25: the claim has no account number."),
        ("G0463:25*100*", "G0463:25*1OO*", "Segment 42: an amount is missing or is none."),
        ("*UN*1***1:2", "*UN*one***1:2", "Segment 42: the units are no number."),
        ("***1:2**Y", "***A:2**Y", "Segment 42: a pointer to a diagnosis is no number."),
        ("DTP*472*D8*20260203", "DTP*472*D8*20260230", "Segment 43: there is no such date."),
        ("DTP*472*D8*20260203~\n", "", "Segment 42: the line has no date of service."),
        ("ABK:S6090XA", "ABK*S6090XA", "Segment 33: a diagnosis does not say its kind and its code."),
        ("NTE*ADD*FELL", "NTe*ADD*FELL", "Segment 32: the segment's identifier is none."),
    ],
)
def test_what_cannot_be_relied_on_is_said(old, new, problem):
    text = file("837", *BILLING, *SELF, *CLAIM)
    assert old in text
    source = only(text.replace(old, new, 1))
    (read,) = read_claims(source)
    assert read.problems == [problem]
    assert problem in source.warnings


def test_which_amounts_are_unknown_is_said():
    (read,) = claims(
        *BILLING,
        *SELF,
        "CLM*A100*x***11:B:1*Y*A*Y*Y",
        *CLAIM[1:-8],
        "LX*2",
        "SV1*HC:J1100*?*UN*2***2",
        "DTP*472*D8*20260203",
    )
    assert (read.is_charge_known, read.unknown_lines) == (False, {2})


def test_sums_that_differ_and_missing_people_are_warnings():
    source = only(file("837", *BILLING, SELF[0], SELF[1], *CLAIM).replace("CLM*A100*180*", "CLM*A100*200*"))
    (read,) = read_claims(source)
    assert read.claim.subscriber.person.last_name == ""
    assert source.warnings == [
        "Segment 18: the subscriber is not named.", "Segment 18: the payer is not named.",
        "Segment 20: the claim's charge is 200.00, its lines' 180.00.",
    ]  # fmt: skip


def test_another_kind_is_refused():
    with pytest.raises(EdiError, match=r"no professional claims \(837P\) but a 999"):
        list(read_claims(only(file("999", "AK1*HC*5"))))
