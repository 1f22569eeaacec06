"""Answers of payers, written and read back: receipts, coverage and remittances."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.edi.answers import (
    BankAccount,
    Benefit,
    BenefitEntity,
    ClaimReceipt,
    ClaimReceipts,
    EligibilityAnswer,
    GroupAcknowledgment,
    ProviderAdjustment,
    Refusal,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
    SegmentError,
    SetAcknowledgment,
)
from billing.edi.claims import Adjustment, Contact
from billing.edi.envelopes import Reading
from billing.edi.readers.acknowledgments import read_acknowledgment
from billing.edi.readers.claim_status import read_statuses
from billing.edi.readers.eligibility import read_eligibility
from billing.edi.readers.remittance import Remittance as ReadRemittance
from billing.edi.writers.acknowledgments import write_acknowledgment, write_claim_receipts
from billing.edi.writers.answers import write_eligibility_answers
from billing.edi.writers.remittances import write_remittances
from billing.edi.writers.segments import Unwritable
from tests.factories.edi import (
    AT,
    BILLING,
    DAY,
    NUMBERS,
    PARTNERS,
    PAYER,
    RENDERING,
    RUTH,
    SECOND_PAYER,
    STREET,
    SUPERVISING,
    TOM,
    eligibility_inquiry,
    money,
)


def read(text: str, reader) -> list:
    found = []
    for one in Reading(text).sets():
        made = reader(one)
        found += made if isinstance(made, list) else [made]
        assert one.warnings == []
    return found


class TestReceipts:
    @pytest.mark.parametrize(
        ("verdicts", "whole"),
        [("A", "accepted"), ("AE", "accepted_with_errors"), ("AR", "partly_accepted"), ("RR", "rejected")],
    )
    def test_a_group_is_taken_whole_in_part_or_not(self, verdicts, whole):
        error = SegmentError(tag="NM1", place=8, code="8", loop="2010")
        sets = tuple(
            SetAcknowledgment(kind="837", control=f"{place:04d}", version="005010X222A1", verdict=verdict,
                               errors=(error,) if verdict != "A" else ())
            for place, verdict in enumerate(verdicts, 1)
        )  # fmt: skip
        group = GroupAcknowledgment(functional_id="HC", control="17", version="005010X222A1", sets=sets)
        (found,) = read(write_acknowledgment([group], PARTNERS, NUMBERS, AT), read_acknowledgment)
        assert (found.status, found.group_kind, found.group_control) == (whole, "HC", "17")
        taken = sum(verdict != "R" for verdict in verdicts)
        assert (found.sets_sent, found.sets_received, found.sets_accepted) == (
            len(verdicts),
            len(verdicts),
            taken,
        )
        assert [(one.control, len(one.errors), one.codes) for one in found.sets] == [
            (one.control, len(one.errors), ["5"] if one.errors else []) for one in sets
        ]

    def test_claims_are_counted_and_summed_by_biller_and_in_whole(self):
        def receipt(account, category, charge, billing=BILLING, **more):
            return ClaimReceipt(
                account=account, patient=RUTH, member_id="M1", billing=billing, charge=money(charge), category=category,
                status="20", service_from=DAY, service_to=DAY, **more,
            )  # fmt: skip

        other = replace(BILLING, npi="1902800014")
        file = ClaimReceipts(
            payer=PAYER, submitter_name="LAKESIDE", submitter_id="CLINIC01", file_reference="B17", received_on=DAY, trace="T1",
            receipts=(
                receipt("A1", "A2", "10.50", payer_control="PC1"), receipt("A2", "A7", "5", message="see the number"),
                receipt("A3", "A3", "7", billing=other),
            ),
        )  # fmt: skip
        found = read(
            write_claim_receipts([file], PARTNERS, NUMBERS, AT), lambda one: list(read_statuses(one))
        )
        sums = [(one.scope, one.quantities, one.amounts) for one in found if one.scope != "claim"]
        assert sums == [
            ("receiver", {"90": "1", "AA": "2"}, {"YU": money("10.50"), "YY": money("12")}),
            ("provider", {"QA": "1", "QC": "1"}, {"YU": money("10.50"), "YY": money("5")}),
            ("provider", {"QC": "1"}, {"YY": money("7")}),
        ]
        claims = [one for one in found if one.scope == "claim"]
        assert [(one.account, one.verdict, one.payer_control) for one in claims] == [
            ("A1", "accepted", "PC1"), ("A2", "rejected", ""), ("A3", "rejected", ""),
        ]  # fmt: skip
        assert claims[1].statuses[0].message == "SEE THE NUMBER"
        assert found[0].trace == "B17"


class TestCoverage:
    def answered(self, **changes):
        (found,) = read(
            write_eligibility_answers([EligibilityAnswer(**changes)], PARTNERS, NUMBERS, AT), read_eligibility
        )
        return found

    def test_every_part_of_a_benefit_is_read_back(self):
        given_ = Benefit(
            kind="B", level="IND", service_types=("98", "UC"), insurance_type="HM", plan="LAKE CHOICE", period="27",
            amount=money("25.50"), authorization="N", network="Y", messages=("ASK FIRST", "THEN COME"),
            dates=(("292", DAY, DAY + dt.timedelta(days=30)),),
            entity=BenefitEntity(role="P3", name="MBEKI", first_name="THANDI", is_person=True, id_qualifier="XX", identifier="1902800022"),
        )  # fmt: skip
        share = Benefit(kind="A", percent=Decimal("0.2"), network="N")
        found = self.answered(
            inquiry=eligibility_inquiry(dependent=TOM, dependent_relationship="19"), benefits=(given_, share),
            group_number="G7", plan_dates=(("346", DAY, None),),
        )  # fmt: skip
        one, other = found.dependent.benefits
        assert (one.code, one.coverage_level, one.service_types) == ("B", "IND", ("98", "UC"))
        assert (one.insurance_type, one.plan, one.period, one.amount) == (
            "HM",
            "LAKE CHOICE",
            "27",
            money("25.50"),
        )
        assert (one.authorization, one.network, one.messages) == ("N", "Y", ["ASK FIRST", "THEN COME"])
        assert [(each.qualifier, each.first, each.last) for each in one.dates] == [
            ("292", DAY, DAY + dt.timedelta(days=30))
        ]
        assert (one.entities[0].named.name, one.entities[0].named.npi) == ("THANDI MBEKI", "1902800022")
        assert (other.code, other.percent, other.network) == ("A", 20, "N")
        assert found.dependent.relationship == "19"
        assert [(each.qualifier, each.first) for each in found.dependent.dates] == [("346", DAY)]
        assert [(each.qualifier, each.value) for each in found.subscriber.references] == [("6P", "G7")]

    @pytest.mark.parametrize("level", ["payer", "provider", "subscriber", "dependent"])
    def test_a_refusal_stands_at_its_level_and_nothing_below(self, level):
        found = self.answered(
            inquiry=eligibility_inquiry(dependent=TOM),
            refusals=(Refusal(level=level, code="42", follow_up="R"),),
        )
        assert [(one.level, one.code, one.follow_up) for one in found.rejects] == [(level, "42", "R")]
        assert (found.dependent is None) == (level != "dependent")


CLAIM = RemittanceClaim(
    account="A1", status="1", charge=money("100"), paid=money("70"), patient_responsibility=money("10"), payer_control="P1",
    patient=TOM, member_id="M1", filing_code="12", place_of_service="11", frequency="1", subscriber=RUTH,
    corrected_patient=replace(TOM, last_name="HALE", middle_name="Q"), rendering=SUPERVISING, crossover=SECOND_PAYER,
    remark_codes=("MA07", "N1"), service_from=DAY, service_to=DAY + dt.timedelta(days=1), received_on=AT.date(),
    lines=(
        RemittanceLine(
            code="G0463", charge=money("60"), paid=money("40"), service_from=DAY, modifiers=("GT", "Q6"), control="L1",
            allowed=money("50"), remark_codes=("N290", "M15"),
            adjustments=(Adjustment(group="CO", reason="45", amount=money("10")),
                         Adjustment(group="PR", reason="3", amount=money("10"), quantity=money("1"))),
        ),
        RemittanceLine(
            code="J1100", charge=money("40"), paid=money("30"), units=money("2.5"), service_from=DAY,
            service_to=DAY + dt.timedelta(days=1), adjustments=(Adjustment(group="CO", reason="45", amount=money("10")),),
        ),
    ),
)  # fmt: skip
WHOLE = Remittance(
    payer=replace(PAYER, address=STREET), payer_tax_id="990000001", payer_contact=Contact(name="HELP", email="help@payer.example"),
    payee=BILLING, payee_address=STREET, payment=money("75"), method="ACH", trace="T1", paid_on=AT.date(), claims=(CLAIM,),
    payer_bank=BankAccount(routing="999999992", account="1"), payee_bank=BankAccount(routing="999988880", account="2"),
    provider_adjustments=(
        ProviderAdjustment(provider=BILLING.npi, reason="L6", reference="P0", amount=money("-5"), fiscal_year_ends=dt.date(2026, 12, 31)),
    ),
)  # fmt: skip


def remittance(whole: Remittance) -> tuple[ReadRemittance, list]:
    for one in Reading(write_remittances([whole], PARTNERS, NUMBERS, AT)).sets():
        found = ReadRemittance(one)
        claims = list(found.claims())
        assert one.warnings == []
    return found, claims


class TestRemittances:
    def test_everything_is_read_back(self):
        found, (claim,) = remittance(WHOLE)
        assert (found.payer, found.payer_id, found.payee, found.payee_id) == (
            PAYER.name,
            PAYER.payer_id,
            BILLING.last_name,
            BILLING.npi,
        )
        assert (found.payment, found.method, found.trace, found.trace_origin, found.paid_on) == (
            75,
            "ACH",
            "T1",
            "1990000001",
            AT.date(),
        )
        assert [(one.reason, one.reference, one.amount) for one in found.provider_adjustments] == [
            ("L6", "P0", -5)
        ]
        assert found.is_balanced
        assert found.problems == []
        for name in (
            "status",
            "charge",
            "paid",
            "patient_responsibility",
            "payer_control",
            "filing_code",
            "place_of_service",
            "frequency",
        ):
            assert getattr(claim, name) == getattr(CLAIM, name), name
        assert (claim.patient_account, claim.remarks) == ("A1", ["MA07", "N1"])
        assert (claim.patient.name, claim.insured.name, claim.corrected.name) == (
            "TOM ABERNATHY",
            "RUTH J ABERNATHY",
            "TOM Q HALE",
        )
        assert (claim.rendering.npi, claim.next_payer.id) == (RENDERING.npi, "RVM02")
        assert (claim.statement_from, claim.statement_to) == (CLAIM.service_from, CLAIM.service_to)
        for line, given_ in zip(claim.lines, CLAIM.lines, strict=True):
            for name in (
                "code",
                "modifiers",
                "charge",
                "paid",
                "units",
                "control",
                "allowed",
                "service_from",
            ):
                assert getattr(line, name) == getattr(given_, name), name
            assert (line.adjustments, line.remarks) == (list(given_.adjustments), list(given_.remark_codes))
            assert line.service_to == (given_.service_to or given_.service_from)

    @given(
        amounts=st.lists(
            st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.decimals("-99", "99", places=2)),
            max_size=20,
        )
    )
    def test_any_number_of_adjustments_is_read_back_and_balances(self, amounts):
        given_ = [
            Adjustment(group=group, reason=str(place), amount=amount)
            for place, (group, amount) in enumerate(amounts, 1)
        ]
        paid = money("5000") - sum((one.amount for one in given_), Decimal(0))
        share = sum((one.amount for one in given_ if one.group == "PR"), Decimal(0))
        whole = replace(
            WHOLE, payment=paid, provider_adjustments=(),
            claims=(replace(CLAIM, charge=money("5000"), paid=paid, patient_responsibility=share, lines=(), adjustments=tuple(given_)),),
        )  # fmt: skip
        found, (claim,) = remittance(whole)
        assert sorted(claim.adjustments, key=lambda one: int(one.reason)) == given_
        assert found.is_balanced

    def test_a_reversal_says_nothing_of_the_patients_share(self):
        back = replace(
            CLAIM,
            status="22",
            charge=money("-1"),
            paid=money("-1"),
            patient_responsibility=money("-1"),
            lines=(),
        )
        text = write_remittances([replace(WHOLE, claims=(back,))], PARTNERS, NUMBERS, AT)
        assert "CLP*A1*22*-1*-1**12*P1*11*1~" in text.splitlines()

    @pytest.mark.parametrize(("method", "handling"), [("CHK", "I"), ("NON", "H")])
    def test_checks_and_nothing_at_all_name_no_accounts(self, method, handling):
        text = write_remittances([replace(WHOLE, method=method)], PARTNERS, NUMBERS, AT)
        assert f"BPR*{handling}*75*C*{method}************20260309~" in text.splitlines()

    @pytest.mark.parametrize("changes", [{"method": "BOP"}, {"payee_bank": None}])
    def test_a_transfer_needs_two_accounts(self, changes):
        with pytest.raises(Unwritable, match="between two accounts"):
            write_remittances([replace(WHOLE, **changes)], PARTNERS, NUMBERS, AT)
