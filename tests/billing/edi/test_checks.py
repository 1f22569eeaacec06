"""Each of our own rules once broken, and a claim that breaks none."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.edi.answers import ProviderAdjustment, Remittance, RemittanceClaim, RemittanceLine
from billing.edi.checks import CodeLists, check_file
from billing.edi.checks.claims import check_claim
from billing.edi.checks.lists import hcpcs_holds, modifier_holds
from billing.edi.checks.shapes import (
    PLACES_OF_SERVICE,
    npi_holds,
    reason_holds,
    remark_holds,
    tax_id_holds,
    taxonomy_holds,
    zip_holds,
)
from billing.edi.claims import Adjustment, Dependent, Drug
from billing.edi.errors import EdiError
from billing.edi.writers.inquiries import write_eligibility
from billing.edi.writers.remittances import write_remittances
from tests.billing.edi.mutations import mutated
from tests.factories.edi import (
    AT,
    BILLING,
    DAY,
    NUMBERS,
    PARTNERS,
    PAYER,
    REFERRING,
    RENDERING,
    RUTH,
    STREET,
    SUBMISSION,
    TOM,
    child_claim,
    claim,
    eligibility_inquiry,
    full_claim,
    line,
    money,
    secondary_claim,
    subscriber,
    written,
)

LISTS = CodeLists(
    diagnosis=lambda code, on: code in {"E119", "I10", "J069", "Z23"} and on >= dt.date(2025, 10, 1),
    service=lambda code, on: True if code == "CLINC" else None,
)
WRONG_NPI = "1234567890"
TODAY = AT.date()


def broken(made, *, severity="error", lists=LISTS, written_on=TODAY) -> list[tuple[str, str]]:
    """Rule and field of everything found."""
    return [
        (one.rule, one.field)
        for one in check_claim(made, lists, written_on=written_on)
        if one.severity == severity
    ]


def one_line(**changes):
    made = line(**changes)
    return claim(charge=made.charge, lines=(made,))


def person(**changes):
    return subscriber(person=replace(RUTH, **changes))


@pytest.mark.parametrize("make", [claim, child_claim, full_claim, secondary_claim])
def test_a_claim_in_order_breaks_no_rule(make):
    assert check_claim(make(), LISTS, written_on=TODAY) == []


ERRORS = {
    "total": (claim(charge=money("165.51")), ("total", "charge")),
    "no line": (claim(lines=(), charge=money("0")), ("lines", "lines")),
    "negative": (one_line(charge=money("-5")), ("amount", "charge")),
    "billing NPI": (claim(billing=replace(BILLING, npi=WRONG_NPI)), ("npi", "billing_provider_npi")),
    "no billing NPI": (claim(billing=replace(BILLING, npi="", other_id="X", other_id_qualifier="G2")), ("npi", "billing_provider_npi")),
    "rendering NPI": (claim(rendering=replace(RENDERING, npi=WRONG_NPI)), ("npi", "rendering_provider_npi")),
    "referring NPI": (claim(referring=replace(REFERRING, npi=WRONG_NPI)), ("npi", "referring_provider_npi")),
    "supervising NPI": (claim(supervising=replace(RENDERING, npi="")), ("npi", "supervising_provider_npi")),
    "facility NPI": (claim(facility=replace(BILLING, npi=WRONG_NPI)), ("npi", "place_of_service_npi")),
    "line's NPI": (one_line(rendering=replace(RENDERING, npi=WRONG_NPI)), ("npi", "rendering_provider_npi")),
    "taxonomy": (claim(rendering=replace(RENDERING, taxonomy="207Q")), ("taxonomy", "taxonomy")),
    "tax number": (claim(billing=replace(BILLING, tax_id="12345")), ("tax-id", "tax_id")),
    "billing ZIP of five": (claim(billing=replace(BILLING, address=replace(STREET, postal_code="62701"))), ("zip", "billing_zip")),
    "PO box": (claim(billing=replace(BILLING, address=replace(STREET, line1="P.O. Box 7"))), ("address", "billing_address")),
    "patient's ZIP": (claim(subscriber=person(address=replace(STREET, postal_code="6270"))), ("zip", "patient_zip")),
    "member": (claim(subscriber=subscriber("")), ("member", "member_id")),
    "relationship": (claim(dependent=Dependent(person=TOM, relationship="18")), ("relationship", "relationship")),
    "born later": (claim(subscriber=person(birth_date=DAY + dt.timedelta(days=1))), ("birth-date", "birth_date")),
    "born too early": (claim(subscriber=person(birth_date=dt.date(1861, 1, 1))), ("birth-date", "birth_date")),
    "not born": (claim(subscriber=person(birth_date=None)), ("birth-date", "birth_date")),
    "unknown diagnosis": (claim(diagnoses=("E119", "E999")), ("diagnosis", "diagnoses")),
    "diagnosis of later": (
        claim(diagnoses=("I10",), charge=money("140"), lines=(line(service_from=dt.date(2025, 9, 30)),)), ("diagnosis", "diagnoses"),
    ),
    "diagnosis twice": (claim(diagnoses=("I10", "I10")), ("diagnosis", "diagnoses")),
    "no form of a diagnosis": (claim(diagnoses=("I10", "12345")), ("diagnosis", "diagnoses")),
    "old diagnoses": (claim(diagnosis_system="ICD-9-CM"), ("diagnosis", "diagnoses")),
    "pointer": (one_line(pointers=(3,)), ("pointer", "pointers")),
    "no pointer": (one_line(pointers=()), ("pointer", "pointers")),
    "unknown service": (one_line(code="C0001", service_from=dt.date(2025, 12, 1)), ("service-code", "code")),
    "no form of a service": (one_line(code="G04"), ("service-code", "code")),
    "modifier": (one_line(modifiers=("gt",)), ("modifier", "modifiers")),
    "modifier twice": (one_line(modifiers=("GT", "GT")), ("modifier", "modifiers")),
    "units": (one_line(units=money("0")), ("units", "units")),
    "place": (claim(place_of_service="29"), ("place-of-service", "place_of_service")),
    "line's place": (one_line(place_of_service="00"), ("place-of-service", "place_of_service")),
    "ends early": (one_line(service_to=DAY - dt.timedelta(days=1)), ("date", "service_to")),
    "in the future": (one_line(service_from=AT.date() + dt.timedelta(days=1)), ("date", "service_from")),
    "NDC": (one_line(drug=Drug(ndc="1234567890", quantity=money("1"))), ("ndc", "ndc")),
    "drug unit": (one_line(drug=Drug(ndc="12345678901", quantity=money("1"), unit="TAB")), ("ndc", "ndc")),
    "frequency": (claim(frequency="6"), ("frequency", "frequency")),
    "replaces nothing": (claim(frequency="7"), ("frequency", "payer_control")),
    "accident": (claim(related_causes=("OA",)), ("accident", "accident_on")),
    "no account": (claim(account=""), ("account", "account")),
    "two first payers": (secondary_claim(subscriber=subscriber("RVM200", order="P")), ("payer-order", "payer_order")),
}  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), ERRORS.values(), ids=ERRORS)
def test_a_broken_rule_is_an_error_with_the_field_to_fix(made, expected):
    found = broken(made)
    assert found
    assert set(found) == {expected}


def test_without_a_diagnosis_there_is_nothing_to_point_at():
    assert broken(claim(diagnoses=(), charge=money("140"), lines=(line(),))) == [
        ("diagnosis", "diagnoses"), ("pointer", "pointers"),
    ]  # fmt: skip


def changed_other(**changes):
    made = secondary_claim()
    return replace(made, other_insurance=(replace(made.other_insurance[0], **changes),))


def changed_line(**changes):
    made = secondary_claim()
    first = made.lines[0]
    return replace(
        made,
        lines=(replace(first, adjudications=(replace(first.adjudications[0], **changes),)), made.lines[1]),
    )


@pytest.mark.parametrize(
    ("made", "rules"),
    [
        (changed_other(paid=money("90")), {"other-payer-balance"}),
        (changed_line(paid=money("71")), {"other-payer-balance"}),
        (
            changed_line(adjustments=(Adjustment(group="CO", reason="ZZZ", amount=money("68")),)),
            {"adjustment-reason"},
        ),
        (
            changed_line(adjustments=(Adjustment(group="XX", reason="45", amount=money("68")),)),
            {"adjustment-group"},
        ),
    ],
)
def test_what_another_payer_decided_has_to_add_up(made, rules):
    assert {rule for rule, _ in broken(made)} == rules


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (claim(account="A" * 21), "account"),
        (one_line(charge=money("0")), "amount"),
        (claim(patient_paid=money("200")), "amount"),
        (one_line(code="C0001"), "service-code"),  # may have come with a release after the list
        (one_line(modifiers=("ZQ",)), "modifier"),
        (changed_other(remark_codes=("QQ1",)), "remark"),
        (claim(facility=replace(BILLING, address=replace(STREET, postal_code="62701"))), "zip"),
    ],
)
def test_what_a_person_should_look_at_is_a_warning(made, rule):
    assert broken(made) == []
    assert {found for found, _ in broken(made, severity="warning")} == {rule}


def test_the_clinics_own_codes_and_numeric_ones_are_let_pass():
    assert broken(one_line(code="CLINC", modifiers=("25",))) == []
    assert broken(one_line(code="CLINC"), severity="warning") == []
    # Without the clinic's lists diagnoses are checked for their form alone.
    assert broken(claim(diagnoses=("E999",), charge=money("140"), lines=(line(),)), lists=CodeLists()) == []


class TestShapes:
    @given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 8), st.integers(1, 9))
    def test_a_wrong_digit_is_noticed_in_every_npi(self, tail, place, step):
        body = f"1{tail[:8]}"
        npi = next(f"{body}{digit}" for digit in range(10) if npi_holds(f"{body}{digit}"))
        wrong = f"{npi[:place]}{(int(npi[place]) + step) % 10}{npi[place + 1 :]}"
        assert not npi_holds(wrong)

    def test_npis(self):
        # The worked example of the public rule for the check digit.
        assert npi_holds("1234567893")
        for text in ("", "123456789", "12345678931", "3234567893", "123456789X", "１234567893"):
            assert not npi_holds(text)

    def test_postal_codes(self):
        assert [zip_holds(text) for text in ("62704", "627040001", "6270", "00000", "6270A", "62704-0001")] == [
            True, True, False, False, False, False,
        ]  # fmt: skip
        assert [zip_holds(text, is_whole=True) for text in ("62704", "627040001")] == [False, True]

    def test_tax_numbers_and_taxonomy(self):
        assert [tax_id_holds(text) for text in ("123456789", "000000000", "12-3456789")] == [
            True,
            False,
            False,
        ]
        assert [taxonomy_holds(text) for text in ("207Q00000X", "207Q00000", "207q00000X")] == [
            True,
            False,
            False,
        ]

    def test_reasons_and_remarks(self):
        for text in ("1", "16", "45", "197", "A0", "A1", "B7", "P12", "W3"):
            assert reason_holds(text), text
        for text in ("", "0", "ZZZ", "045", "999", "A9", "Q1", "4X", "CO45"):
            assert not reason_holds(text), text
        assert [remark_holds(text) for text in ("M15", "MA130", "N290", "", "X1", "N", "N0")] == [
            True
        ] * 3 + [False] * 4

    def test_places_of_service_are_the_public_list(self):
        assert len(PLACES_OF_SERVICE) == 52
        assert {"02", "10", "11", "12", "20", "22", "81", "99"} <= PLACES_OF_SERVICE
        assert not {"00", "29", "82"} & PLACES_OF_SERVICE

    def test_service_codes_of_the_list(self):
        quarter = dt.date(2025, 11, 1)
        assert [hcpcs_holds(code, quarter) for code in ("G0463", "J1100", "C0001")] == [True, True, False]
        assert [hcpcs_holds("C0001", day) for day in (dt.date(2026, 1, 1), dt.date(2025, 9, 30))] == [
            None,
            None,
        ]
        assert [hcpcs_holds(code, quarter) for code in ("12345", "D0000", "CLINC")] == [None, False, None]
        assert [modifier_holds(text) for text in ("GT", "25", "ZQ", "x1", "ABC", "")] == [
            True,
            None,
            None,
            False,
            False,
            False,
        ]


def rules(text: str, severity: str = "error") -> list[tuple[str, str]]:
    return [(one.rule, one.where) for one in check_file(text, LISTS).every() if one.severity == severity]


class TestFiles:
    def test_a_file_in_order(self):
        report = check_file(written(claim(), child_claim(), full_claim(), secondary_claim()), LISTS)
        assert list(report.every()) == []
        assert [(one.kind, one.version, one.control) for one in report.sets] == [
            ("837P", "005010X222A1", "0001")
        ]
        assert len(report.sha256) == 64

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("CLM*A1001*165.5*", "CLM*A1001*165.6*", ("total", "Claim A1001")),
            ("XX*1245319599", "XX*1245319598", ("npi", "Claim A1001")),
            ("ABK:E119", "ABK:E118", ("diagnosis", "Claim A1001")),
            ("CLM*A1001*165.5*", "CLM*A1001*X*", ("unreadable", "Claim A1001")),
        ],
    )
    def test_what_was_changed_in_a_file_is_found(self, old, new, expected):
        text = written(claim())
        assert rules(text.replace(old, new, 1)) == [expected]

    def test_an_account_that_stands_twice(self):
        assert rules(written(claim(), claim())) == [("account", "Claim A1001")]

    @pytest.mark.parametrize(
        ("old", "new"), [("SE*32*", "SE*31*"), ("SE*32*0001", "SE*32*0002"), ("GE*1*17", "GE*2*17"), ("IEA*1*", "IEA*2*"),
                         ("IEA*1*000000017~", "")],
    )  # fmt: skip
    def test_counts_and_numbers_of_the_envelope_have_to_fit(self, old, new):
        text = written(claim())
        assert old in text
        assert rules(text.replace(old, new)) == [("envelope", "Set 0001")]

    def test_no_envelope_is_refused(self):
        with pytest.raises(EdiError):
            check_file("CLM*A1*5~")

    def test_questions(self):
        asked = write_eligibility([eligibility_inquiry()], PARTNERS, NUMBERS, AT)
        assert rules(asked) == []
        assert rules(asked.replace("XX*1234567893", "XX*1234567890")) == [("npi", "Segment 8")]
        assert rules(asked.replace("D8*19610402", "D8*20610402")) == [("birth-date", "Segment 14")]
        assert rules(asked.replace("MI*PHP000100", "MI*")) == [("question", "Set 0001")]


def remittance(**changes) -> str:
    paid = RemittanceClaim(
        account="A1", status="1", charge=money("100"), paid=money("70"), patient_responsibility=money("10"),
        payer_control="P1", patient=RUTH, member_id="M1", rendering=replace(RENDERING, taxonomy=""),
        lines=(RemittanceLine(
            code="G0463", charge=money("100"), paid=money("70"), service_from=DAY, remark_codes=("N290",),
            adjustments=(Adjustment(group="CO", reason="45", amount=money("20")),
                         Adjustment(group="PR", reason="3", amount=money("10"))),
        ),),
    )  # fmt: skip
    taken = ProviderAdjustment(
        provider=BILLING.npi,
        reason="WO",
        reference="P0",
        amount=money("5"),
        fiscal_year_ends=dt.date(2026, 12, 31),
    )
    whole = Remittance(
        payer=replace(PAYER, address=replace(STREET, line2="")),
        payer_tax_id="990000001", payer_contact=SUBMISSION.submitter_contact, payee=BILLING, payment=money("65"),
        method="CHK", trace="T1", paid_on=AT.date(), claims=(paid,), provider_adjustments=(taken,), payee_address=STREET,
    )  # fmt: skip
    return write_remittances([replace(whole, **changes)], PARTNERS, NUMBERS, AT)


class TestRemittances:
    def test_one_in_order(self):
        assert rules(remittance()) == []
        assert rules(remittance(), "warning") == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("BPR*I*65*", "BPR*I*66*", [("balance", "Payment")]),
            ("CLP*A1*1*100*70*", "CLP*A1*1*100*71*", [("balance", "Claim A1"), ("balance", "Payment")]),
            ("*100*70**1~", "*100*69**1~", [("balance", "Claim A1")]),
            ("CAS*CO*45*20", "CAS*CO*ZZZ*20", [("adjustment-reason", "Claim A1, line 1")]),
            ("CAS*CO*45*20", "CAS*CO*45*20.01", [("balance", "Claim A1")]),
            ("XX*1245319599", "XX*1245319598", [("npi", "Claim A1")]),
            ("N1*PE*LAKESIDE FAMILY CLINIC*XX*1234567893", "N1*PE*LAKESIDE FAMILY CLINIC*XX*1234567890", [("npi", "Payment")]),
            ("*20260309~\nTRN", "*20260399~\nTRN", [("date", "Payment")]),
        ],
    )  # fmt: skip
    def test_what_was_changed_is_found(self, old, new, expected):
        text = remittance()
        assert old in text
        found = rules(text.replace(old, new, 1))
        assert list(dict.fromkeys(found)) == expected

    @pytest.mark.parametrize(
        ("old", "new", "rule"),
        [("LQ*HE*N290", "LQ*HE*QQ", "remark"), ("WO:P0", "QQ:P0", "provider-adjustment")],
    )
    def test_unknown_codes_are_warnings(self, old, new, rule):
        assert [one for one, _ in rules(remittance().replace(old, new), "warning")] == [rule]


def test_mutated_files_are_checked_or_refused_and_never_break_the_check():
    outcomes = Counter()
    for number in range(400):
        try:
            outcomes["found" if list(check_file(mutated(number), LISTS).every()) else "in order"] += 1
        except EdiError:
            outcomes["refused"] += 1
    assert outcomes["found"] > 100
    assert outcomes["refused"] > 30
