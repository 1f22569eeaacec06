"""What is written is read back equal, and what can't be sent is refused by name."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.edi.characters import ALLOWED, DELIMITERS, plain
from billing.edi.claims import Address, Contact, Drug
from billing.edi.envelopes import Reading
from billing.edi.payer.requests import questions
from billing.edi.writers import claims as claim_writer
from billing.edi.writers.claims import claim_lines, refusal_of
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, write_interchange
from billing.edi.writers.inquiries import write_eligibility, write_status
from billing.edi.writers.segments import Unwritable, amount, number, segment
from tests.factories.edi import (
    AT,
    BILLING,
    DAY,
    NUMBERS,
    PARTNERS,
    RUTH,
    STREET,
    SUBMISSION,
    SUPERVISING,
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


@pytest.mark.parametrize("make", [claim, child_claim, full_claim, secondary_claim])
def test_a_claim_is_read_back_equal(make):
    assert read_back(written(make())) == [make()]


def test_claims_of_one_biller_share_its_loop_and_all_are_read_back():
    claims = [claim(), child_claim(), full_claim(), secondary_claim(), claim(account="A1009")]
    text = written(*claims)
    assert read_back(text) == claims
    assert [refusal_of(one) for one in claims] == [""] * 5
    # The third has its own address to be paid at, so three runs of billers.
    assert text.count("NM1*85*") == 3


def test_the_head_of_a_claim_stands_as_payers_ask():
    lines = written(full_claim()).splitlines()
    assert "CLM*A1003*165.5***11:B:7*Y*C*Y*Y**AA:OA::IL~" in lines
    assert "REF*F8*PC55501~" in lines
    assert "HI*ABK:E119*ABF:I10*ABF:J069*ABF:Z23~" in lines
    assert "SV1*HC:G0463:GT:Q6*140*UN*1*12**1:2:3**Y~" in lines
    assert lines.index("LIN**N4*00000123401~") + 1 == lines.index("CTP****2.5*ML~")


def test_a_secondary_claim_carries_what_the_first_payer_did():
    lines = written(secondary_claim()).splitlines()
    assert "SBR*S*18*******CI~" in lines
    assert "AMT*D*92.4~" in lines
    assert "SVD*PHP01*72*HC:G0463**1~" in lines
    assert "CAS*PR*1*15**3*25*1~" in lines
    assert "DTP*573*D8*20260318~" in lines


@given(
    charges=st.lists(st.decimals("0", "9999.99", places=2), min_size=1, max_size=12),
    units=st.decimals("0.1", "99", places=1),
    frequency=st.sampled_from("178"),
    names=st.tuples(*[st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ' -", min_size=1, max_size=12).filter(lambda t: t.strip(" ?"))] * 2),
    codes=st.lists(st.sampled_from(["E119", "I10", "J069", "Z23", "M545"]), min_size=1, max_size=5, unique=True),
)  # fmt: skip
def test_any_claim_that_adds_up_is_read_back_equal(charges, units, frequency, names, codes):
    last, first = (" ".join(name.split()) for name in names)
    person = replace(RUTH, last_name=last, first_name=first)
    made = claim(
        charge=sum(charges, Decimal(0)), frequency=frequency, payer_control="" if frequency == "1" else "P-1",
        diagnoses=tuple(codes), subscriber=subscriber(person=person),
        lines=tuple(
            line(charge=charge, units=units, control=f"L{place}", pointers=tuple(range(1, min(4, len(codes)) + 1)))
            for place, charge in enumerate(charges)
        ),
    )  # fmt: skip
    assert read_back(written(made)) == [made]


REFUSED = {
    "does not add up": (lambda: claim(charge=money("165")), "The claim says 165, its lines add up to 165.50."),
    "no diagnosis": (lambda: claim(diagnoses=()), "A claim has 1 to 12 diagnoses, not 0."),
    "13 diagnoses": (lambda: claim(diagnoses=("I10",) * 13), "A claim has 1 to 12 diagnoses, not 13."),
    "old diagnoses": (lambda: claim(diagnosis_system="ICD-9-CM"), "Diagnoses are sent as ICD-10-CM only."),
    "no line": (lambda: claim(lines=(), charge=money("0")), "A claim has 1 to 50 lines, not 0."),
    "51 lines": (lambda: claim(lines=(line(charge=money("1")),) * 51, charge=money("51")), "A claim has 1 to 50 lines, not 51."),
    "void without number": (lambda: claim(frequency="8"), "To replace or void a claim, the payer's number of that claim is needed."),
    "frequency": (lambda: claim(frequency="9"), "'9' is not 1 (new), 7 (replaces) or 8 (voids)."),
    "negative": (lambda: claim(charge=money("-1"), lines=(line(charge=money("-1")),)), "A charge can't be negative."),
    "part of a cent": (lambda: claim(charge=money("1.005"), lines=(line(charge=money("1.005")),)), "1.005 is no amount in dollars and cents."),
    "five pointers": (lambda: claim(charge=money("140"), lines=(line(pointers=(1, 2, 3, 4, 5)),)), "Line 1 points at 5 diagnoses; 1 to 4 are right."),
    "five modifiers": (lambda: claim(charge=money("140"), lines=(line(modifiers=("GT",) * 5),)), "A line has up to 4 modifiers, not 5."),
    "no units": (lambda: claim(charge=money("140"), lines=(line(units=money("0")),)), "Line 1 has 0 units."),
    "short NDC": (lambda: claim(charge=money("140"), lines=(line(drug=Drug(ndc="123", quantity=money("1"))),)), "The NDC 123 does not have eleven digits."),
    "ends too early": (lambda: claim(charge=money("140"), lines=(line(service_to=DAY - dt.timedelta(days=1)),)), "A period ends (2026-03-05) before it begins (2026-03-06)."),
    "no member": (lambda: claim(subscriber=subscriber("")), "The member number is missing."),
    "no birth date": (lambda: claim(subscriber=subscriber(person=replace(RUTH, birth_date=None))), "The birth date of the subscriber is missing."),
    "no address": (lambda: claim(subscriber=subscriber(person=replace(RUTH, address=Address()))), "The patient's address is missing."),
    "no street": (lambda: claim(subscriber=subscriber(person=replace(RUTH, address=replace(STREET, line1="")))), "The street in the address of the subscriber is missing."),
    "state in full": (lambda: claim(subscriber=subscriber(person=replace(RUTH, address=replace(STREET, state="Iowa")))), "The state in the address of the subscriber is longer than 2 characters."),
    "short ZIP": (lambda: claim(billing=replace(BILLING, address=replace(STREET, postal_code="6270"))), "The ZIP code in the address of the billing provider has neither five nor nine digits."),
    "unwritable name": (lambda: claim(subscriber=subscriber(person=replace(RUTH, last_name="李"))), "The last name is missing."),
    "no tax number": (lambda: claim(billing=replace(BILLING, tax_id="")), "The billing provider's tax number is missing."),
    "no account": (lambda: claim(account=" "), "The account number is missing."),
    "sign in account": (lambda: claim(account="A*1"), "The account number holds a sign that can't be sent."),
    "long account": (lambda: claim(account="A" * 39), "The account number is longer than 38 characters."),
    "accident": (lambda: claim(related_causes=("AA",), accident_on=DAY), "The state where the car accident happened is missing."),
    "undated accident": (lambda: claim(related_causes=("OA",)), "The date of the accident is missing."),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_sent_is_refused_with_the_reason(make, words):
    made = make()
    with pytest.raises(Unwritable) as refused:
        written(made)
    assert words in str(refused.value)
    assert str(refused.value) == f"Claim {made.account}: {refusal_of(made)}"


def test_the_refusal_names_the_claim():
    with pytest.raises(Unwritable, match="^Claim A1002: "):
        written(claim(), child_claim(charge=money("1")))


def test_claims_stream_and_start_a_new_set_after_as_many_as_one_may_hold(monkeypatch):
    monkeypatch.setattr(claim_writer, "CLAIMS_PER_SET", 3)
    claims = [claim(account=f"A{number}") for number in range(7)]
    text = written(*claims)
    assert [one.account for one in read_back(text)] == [f"A{number}" for number in range(7)]
    assert [one.control for one in Reading(text).sets()] == ["0001", "0002", "0003"]
    assert [text.splitlines()[-2], text.count("BHT*0019*00*B000017-2*")] == ["GE*3*17~", 1]
    endless = (claim(account=f"A{number}") for number in iter(int, 1))
    assert len(list(islice(claim_lines(endless, SUBMISSION, PARTNERS, NUMBERS, AT), 100))) == 100


def test_an_eligibility_question_is_read_back_equal():
    asked = [
        eligibility_inquiry(),
        eligibility_inquiry(
            dependent=TOM, dependent_relationship="19", group_number="G1", service_types=("30", "98"),
            subscriber=replace(RUTH, address=Address()),
        ),
        eligibility_inquiry(provider=SUPERVISING),
    ]  # fmt: skip
    envelope, found = questions(write_eligibility(asked, PARTNERS, NUMBERS, AT), "270")
    assert found == asked
    assert envelope.partners == Partners(
        sender="CLEARHOUSE",
        receiver="CLINIC01",
        group_sender="CLEARHOUSE",
        group_receiver="CLINIC01",
        is_test=True,
    )
    assert envelope.numbers == NUMBERS
    assert envelope.at == AT.replace(second=0)


@pytest.mark.parametrize(
    ("sex", "in_question", "in_claim"), [("F", "*F", "*F"), ("", "", "*U"), ("X", "", "*U")]
)
def test_an_unknown_sex_is_left_out_of_questions_and_said_in_claims(sex, in_question, in_claim):
    person = replace(RUTH, sex=sex)
    asked = write_eligibility([eligibility_inquiry(subscriber=person)], PARTNERS, NUMBERS, AT)
    assert f"DMG*D8*19610402{in_question}~" in asked.splitlines()
    assert f"DMG*D8*19610402{in_claim}~" in written(claim(subscriber=subscriber(person=person))).splitlines()


def test_a_status_question_is_read_back_equal():
    plain_provider = replace(BILLING, tax_id="", taxonomy="", address=Address(), contact=Contact())
    nowhere = replace(RUTH, address=Address())
    asked = [
        status_inquiry(provider=plain_provider, subscriber=nowhere),
        status_inquiry(
            provider=plain_provider, subscriber=replace(nowhere, birth_date=None, sex=""), payer_control="PC1",
            dependent=replace(TOM, address=Address()), service_to=DAY + dt.timedelta(days=2),
        ),
    ]  # fmt: skip
    _, found = questions(write_status(asked, PARTNERS, NUMBERS, AT), "276")
    assert [
        replace(one, service_to=None) if one.service_to == one.service_from else one for one in found
    ] == asked


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"trace": ""}, "The trace number is missing."),
        ({"trace_origin": "123"}, "The asker's number has to have ten characters."),
        ({"member_id": ""}, "The member number is missing."),
        ({"subscriber": replace(RUTH, birth_date=None)}, "The birth date of the patient is missing."),
    ],
)
def test_a_question_that_cannot_be_answered_is_not_sent(changes, words):
    with pytest.raises(Unwritable, match=words):
        write_eligibility([eligibility_inquiry(**changes)], PARTNERS, NUMBERS, AT)


class TestEnvelope:
    def test_the_header_has_its_fixed_widths(self):
        header = written(claim()).splitlines()[0]
        assert header == (
            "ISA*00*          *00*          *ZZ*CLINIC01       *ZZ*CLEARHOUSE     *260309*1405*^*00501*000000017*0*T*:~"
        )
        assert len(header) == 106

    def test_counts_and_numbers_fit_and_count_on_from_the_first(self):
        sets = [TransactionSet(kind="999", version="V", segments=["AK1*HC*1", "AK9*A*1*1*1"])] * 2
        numbers = ControlNumbers(interchange=5, group=6, first_set=41)
        lines = write_interchange(PARTNERS, numbers, AT, sets).splitlines()
        assert lines[2:] == [
            "ST*999*0041*V~", "AK1*HC*1~", "AK9*A*1*1*1~", "SE*4*0041~",
            "ST*999*0042*V~", "AK1*HC*1~", "AK9*A*1*1*1~", "SE*4*0042~",
            "GE*2*6~", "IEA*1*000000005~",
        ]  # fmt: skip

    @pytest.mark.parametrize("number_", [0, -1, 1_000_000_000])
    def test_a_number_that_does_not_fit_is_refused(self, number_):
        with pytest.raises(Unwritable, match="can't be a control number"):
            ControlNumbers(interchange=number_, group=1)

    @pytest.mark.parametrize("name", ["", "SIXTEEN-LETTERS-", "A*B", "CAFÉ"])
    def test_a_name_that_does_not_fit_is_refused(self, name):
        with pytest.raises(Unwritable, match="can't name a sender or receiver"):
            write_interchange(Partners(sender=name, receiver="R"), NUMBERS, AT,
                              [TransactionSet(kind="999", version="V", segments=[])])  # fmt: skip

    def test_no_set_and_mixed_sets_are_errors_of_the_program(self):
        with pytest.raises(ValueError, match="at least one"):
            write_interchange(PARTNERS, NUMBERS, AT, [])
        mixed = [TransactionSet(kind=kind, version="V", segments=[]) for kind in ("999", "835")]
        with pytest.raises(ValueError, match="one kind"):
            write_interchange(PARTNERS, NUMBERS, AT, mixed)


class TestCharacters:
    @pytest.mark.parametrize(
        ("text", "out"),
        [
            ("Peña–Łoś", "Pena-Los"), ("Søren Æbeløe", "Soren AEbeloe"), ("Straße", "Strasse"), ("O’Brien", "O'Brien"),
            ("Đặng Thị", "Dang Thi"), ("a*b:c^d~e", "a b c d-e"), ("  two \t lines\r\nhere ", "two lines here"),
            ("ﬁne", "fine"), ("Ⅻ", "XII"), ("½ oz", "1/2 oz"), ("李", "?"), ("zero\u200bwidth", "zerowidth"), ("", ""),
        ],
    )  # fmt: skip
    def test_letters_get_their_plain_form(self, text, out):
        assert plain(text) == out

    @given(st.text())
    def test_nothing_else_ever_leaves(self, text):
        out = plain(text)
        assert set(out) <= ALLOWED
        assert not set(out) & set(DELIMITERS)
        assert plain(out) == out

    @given(last=st.text(max_size=80), street=st.text(max_size=80))
    def test_any_name_gives_a_readable_file_or_a_refusal(self, last, street):
        person = replace(RUTH, last_name=last, address=replace(STREET, line1=street))
        try:
            text = written(claim(subscriber=subscriber(person=person)))
        except Unwritable as refused:
            assert "is missing" in str(refused)
            return
        assert text.isascii()
        assert len(read_back(text)) == 1


@given(st.decimals("-99999999.99", "99999999.99", places=2))
def test_amounts_stand_without_exponent_or_trailing_zeros(value):
    text = amount(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))
    assert text != "-0"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "0.001", "123456789.01"])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(Unwritable):
        amount(Decimal(value))


def test_numbers_and_segments_in_their_shortest_form():
    assert [number(Decimal(text)) for text in ("1E+3", "0.500", "0", "-0.0", "7")] == [
        "1000",
        "0.5",
        "0",
        "0",
        "7",
    ]
    assert segment("AB", "", "x", "", "") == "AB**x"
    assert segment("AB") == "AB"
