"""The simulated payer: each made-up member number gives what its table says, and money always adds up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.edi.claims import Address
from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.payer import (
    CLAIM_CASES,
    ELIGIBILITY_CASES,
    Silent,
    answer_claims,
    answer_eligibility,
    answer_status,
)
from billing.edi.payer.cases import ending
from billing.edi.payer.plans import plan_of
from billing.edi.payer.pricing import Decision
from billing.edi.readers.acknowledgments import read_acknowledgment
from billing.edi.readers.claim_status import read_statuses
from billing.edi.readers.coverage_card import coverage_card
from billing.edi.readers.eligibility import read_eligibility
from billing.edi.readers.remittance import Remittance
from billing.edi.writers.inquiries import write_eligibility, write_status
from tests.factories.edi import (
    AT,
    NUMBERS,
    PARTNERS,
    PAYER,
    TOM,
    child_claim,
    claim,
    eligibility_inquiry,
    line,
    money,
    secondary_claim,
    status_inquiry,
    subscriber,
    written,
)

COPAY_MEMBER, SAVER_MEMBER = "PHP000100", "PHP000102"


def asked(**changes) -> str:
    return write_eligibility([eligibility_inquiry(**changes)], PARTNERS, NUMBERS, AT)


def read(text: str, reader) -> list:
    """What a reader makes of the sets of a file, of which nothing may be odd."""
    found = []
    for one in Reading(text).sets():
        made = reader(one)
        found += made if isinstance(made, list) else [made]
        assert one.warnings == []
    return found


def card(**changes) -> dict:
    (answer,) = read(answer_eligibility(asked(**changes)), read_eligibility)
    return coverage_card(answer)


def remittances(texts: list[str]) -> list[tuple[Remittance, list]]:
    found = []
    for one in Reading(texts[2]).sets():
        remittance = Remittance(one)
        found.append((remittance, list(remittance.claims())))
    return found


def paid(**changes):
    """The remittance of one claim and what it says of the claim."""
    ((remittance, claims),) = remittances(answer_claims(written(claim(**changes))))
    return remittance, claims


def verdicts(text: str) -> list:
    return [
        (
            found.account,
            found.verdict,
            found.statuses[0].category,
            found.statuses[0].code,
            found.payer_control,
        )
        for one in Reading(text).sets()
        for found in read_statuses(one)
        if found.scope == "claim"
    ]


def test_the_members_of_these_tests_have_the_plans_that_they_assume():
    assert plan_of(COPAY_MEMBER).has_copay
    assert not plan_of(SAVER_MEMBER).has_copay


class TestEligibility:
    def test_an_active_plan_says_what_a_visit_costs(self):
        found, plan = card(), plan_of(COPAY_MEMBER)
        assert found["status"] == "active"
        assert found["plan"] == plan.name
        assert found["dates"] == {"begin": "2026-01-01", "end": None}
        assert found["patient"]["name"] == "RUTH J ABERNATHY"
        assert found["member_id"] == COPAY_MEMBER
        assert found["trace"] == "V-2026-0001"
        office = [one["amount"] for one in found["copays"] if one["service_types"] == ["98"]]
        assert [Decimal(one) for one in office] == [plan.copay, plan.specialist_copay]
        own = {
            one["period"]: Decimal(one["amount"])
            for one in found["deductibles"]
            if one["scope"] == "individual"
        }
        assert sorted(own.values()) == sorted([plan.deductible, plan.deductible_left])
        assert found["errors"] == []

    def test_a_dependent_is_the_patient_of_the_answer(self):
        found = card(dependent=TOM, dependent_relationship="19")
        assert found["patient"]["name"] == "TOM ABERNATHY"
        assert found["patient"]["birth_date"] == "2015-09-30"
        assert found["subscriber"]["name"] == "RUTH J ABERNATHY"
        assert found["status"] == "active"

    def test_the_same_question_has_the_same_answer(self):
        assert answer_eligibility(asked()) == answer_eligibility(asked())

    @pytest.mark.parametrize(
        ("digits", "level", "code", "follow_up"),
        [
            ("88", "subscriber", "75", "C"), ("89", "provider", "51", "C"), ("91", "subscriber", "75", "C"),
            ("93", "payer", "42", "R"), ("94", "subscriber", "71", "C"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_answered_is_not_verified(self, digits, level, code, follow_up):
        found = card(member_id=f"PHP0001{digits}")
        assert found["status"] == "not_verified"
        assert found["errors"] == [{"level": level, "code": code, "follow_up": follow_up}]
        assert found["benefits"] == []

    def test_a_dependent_who_is_not_found_is_told_at_their_own_level(self):
        found = card(member_id="PHP000188", dependent=TOM, dependent_relationship="19")
        assert found["errors"] == [{"level": "dependent", "code": "67", "follow_up": "C"}]

    def test_cover_that_has_ended_is_inactive_with_its_last_day(self):
        found = card(member_id="PHP000190")
        assert found["status"] == "inactive"
        assert found["dates"] == {"begin": "2026-01-01", "end": "2026-02-28"}

    def test_no_answer_is_an_error_of_the_line(self):
        with pytest.raises(Silent):
            answer_eligibility(asked(member_id="PHP000192"))

    def test_another_payer_comes_first(self):
        found = card(member_id="PHP000195")
        assert [one["payer"] for one in found["other_coverage"]] == ["RIVER MUTUAL"]

    def test_a_new_plan_begins_with_the_month(self):
        found = card(member_id="PHP000196")
        assert found["plan"] == "VALUE EPO 2000"
        assert found["dates"]["begin"] == "2026-03-01"

    @pytest.mark.parametrize(("digits", "authorization", "network"), [("97", "Y", "Y"), ("98", "N", "N")])
    def test_authorization_and_network_stand_beside_the_office_visit(self, digits, authorization, network):
        found = card(
            member_id=next(m for m in (f"PHP{n}{digits}" for n in range(40)) if plan_of(m).has_copay)
        )
        office = [one for one in found["benefits"] if one["code"] == "B" and one["service_types"] == ["98"]]
        assert {(one["authorization"], one["network"]) for one in office} == {(authorization, network)}

    def test_nothing_of_a_high_deductible_is_met(self):
        found = card(member_id="PHP000199")
        own = [one["amount"] for one in found["deductibles"] if one["scope"] == "individual"]
        assert [Decimal(one) for one in own] == [Decimal(3200), Decimal(3200)]

    @pytest.mark.parametrize(
        ("payer", "plan"), [("Medicare Part B", "PART B"), ("ILLINOIS MEDICAID", "STATE MEDICAID")]
    )
    def test_public_payers_have_their_own_plan(self, payer, plan):
        found = card(payer=replace(PAYER, name=payer))
        assert (found["status"], found["plan"]) == ("active", plan)

    def test_family_members_share_their_plan(self):
        assert plan_of("BX12345678-01") == plan_of("BX12345678-02")
        assert [ending(text) for text in ("BX12345678-02", "1EG4-TE5-MK72", "7", "")] == ["78", "72", "7", ""]

    def test_every_case_of_the_table_is_one_that_the_tests_know(self):
        assert sorted(ELIGIBILITY_CASES) == [str(number) for number in range(88, 100)]
        assert sorted(CLAIM_CASES) == [str(number) for number in range(70, 86)]

    def test_a_file_of_another_kind_is_refused(self):
        with pytest.raises(EdiError, match="A 270 is asked for here, this is a 837P"):
            answer_eligibility(written(claim()))


class TestClaims:
    def test_a_paid_claim_is_acknowledged_taken_and_paid(self):
        texts = answer_claims(written(claim()))
        (receipt,) = read(texts[0], read_acknowledgment)
        assert (receipt.status, receipt.group_control, receipt.sets_accepted) == ("accepted", "17", 1)
        ((account, verdict, category, _, number),) = verdicts(texts[1])
        assert (account, verdict, category) == ("A1001", "accepted", "A2")
        ((remittance, (found,)),) = remittances(texts)
        assert remittance.is_balanced
        assert remittance.problems == []
        assert (found.patient_account, found.status, found.payer_control) == ("A1001", "1", number)
        # 80 % of 165.50 is allowed; the copay comes off the first line.
        copay = plan_of(COPAY_MEMBER).copay
        assert (found.charge, found.paid) == (money("165.50"), money("132.40") - copay)
        assert found.patient_responsibility == copay
        assert [(each.control, each.allowed) for each in found.lines] == [
            ("L1", money("112")),
            ("L2", money("20.40")),
        ]
        assert (remittance.payment, remittance.method) == (found.paid, "ACH")

    def test_a_deductible_comes_before_coinsurance(self):
        member = next(
            m
            for m in (f"SV{n}01" for n in range(90))
            if plan_of(m).deductible_left > 0 and not plan_of(m).has_copay
        )
        _, (found,) = paid(subscriber=subscriber(member))
        assert {(one.group, one.reason) for one in found.all_adjustments()} == {("CO", "45"), ("PR", "1")}
        member = next(
            m
            for m in (f"SV{n}01" for n in range(90))
            if not plan_of(m).deductible_left and not plan_of(m).has_copay
        )
        _, (found,) = paid(subscriber=subscriber(member))
        assert {(one.group, one.reason) for one in found.all_adjustments()} == {("CO", "45"), ("PR", "2")}
        assert found.patient_responsibility == money("26.48")

    @pytest.mark.parametrize(
        ("digits", "reason", "remarks"),
        [("70", "16", ["N290"]), ("71", "197", []), ("72", "29", []), ("73", "97", []), ("85", "18", [])],
    )
    def test_denials(self, digits, reason, remarks):
        remittance, (found,) = paid(subscriber=subscriber(f"PHP0001{digits}"))
        assert (found.status, found.paid, found.patient_responsibility) == ("4", 0, 0)
        assert {(one.group, one.reason) for one in found.all_adjustments()} == {("CO", reason)}
        assert [one.remarks for one in found.lines] == [remarks, remarks]
        assert (remittance.payment, remittance.method, remittance.is_balanced) == (0, "NON", True)

    def test_the_last_line_may_be_the_patients(self):
        _, (found,) = paid(subscriber=subscriber("PHP000174"))
        assert [(one.group, one.reason, one.amount) for one in found.lines[-1].adjustments] == [
            ("PR", "204", money("25.50"))
        ]

    def test_all_of_it_may_be_deductible(self):
        _, (found,) = paid(subscriber=subscriber("PHP000175"))
        assert (found.status, found.paid, found.patient_responsibility) == ("1", 0, money("132.40"))

    @pytest.mark.parametrize(("digits", "category", "code"), [("76", "A7", "562"), ("77", "A3", "164")])
    def test_rejected_on_arrival_and_never_decided(self, digits, category, code):
        texts = answer_claims(written(claim(subscriber=subscriber(f"PHP0001{digits}"))))
        assert verdicts(texts[1]) == [("A1001", "rejected", category, code, "")]
        assert len(texts) == 2

    def test_paid_taken_back_and_paid_with_less(self):
        remittance, found = paid(subscriber=subscriber("PHP000178"))
        assert [one.status for one in found] == ["1", "22", "1"]
        assert found[1].paid == -found[0].paid
        assert [(one.charge, one.paid) for one in found[1].lines] == [
            (-one.charge, -one.paid) for one in found[0].lines
        ]
        assert 0 < found[2].paid < found[0].paid
        assert remittance.is_balanced
        assert remittance.payment == found[2].paid

    def test_a_corrected_name(self):
        _, (found,) = paid(subscriber=subscriber("PHP000179"))
        assert found.corrected.name == "RUTH ABERNATHY-HALE"

    def test_an_earlier_overpayment_makes_the_payment_smaller(self):
        member = next(m for m in (f"PHP{n}80" for n in range(50)) if plan_of(m).has_copay)
        remittance, (found,) = paid(subscriber=subscriber(member))
        (taken,) = remittance.provider_adjustments
        assert (taken.reason, taken.amount) == ("WO", money("12.34"))
        assert remittance.payment == found.paid - money("12.34")
        assert remittance.is_balanced

    def test_a_payment_that_does_not_add_up_is_noticed(self):
        remittance, (found,) = paid(subscriber=subscriber("PHP000181"))
        assert remittance.payment == found.paid + 1
        assert not remittance.is_balanced

    def test_sent_on_to_the_next_payer(self):
        _, (found,) = paid(subscriber=subscriber("PHP000182"))
        assert (found.status, found.next_payer.name) == ("19", "RIVER MUTUAL")

    def test_taken_in_and_never_decided(self):
        texts = answer_claims(written(claim(subscriber=subscriber("PHP000183"))))
        assert [one[1] for one in verdicts(texts[1])] == ["accepted"]
        assert len(texts) == 2

    def test_adjustments_of_the_claim_as_a_whole_give_the_same_sums(self):
        member = next(m for m in (f"PHP{n}84" for n in range(50)) if plan_of(m) == plan_of(COPAY_MEMBER))
        _, (whole,) = paid(subscriber=subscriber(member))
        _, (lines,) = paid()
        assert whole.lines == []
        assert (whole.paid, whole.patient_responsibility) == (lines.paid, lines.patient_responsibility)
        assert whole.is_balanced

    def test_a_file_that_the_payer_cannot_read_is_refused_whole(self):
        texts = answer_claims(written(claim(), claim(account="A2", subscriber=subscriber("PHP009987"))))
        (receipt,) = read(texts[0], read_acknowledgment)
        assert (receipt.status, receipt.sets_accepted) == ("rejected", 0)
        assert [(each.segment, each.place, each.elements[0].place) for each in receipt.sets[0].errors] == [
            ("NM1", 8, 9)
        ]
        assert len(texts) == 1

    def test_a_void_takes_back_exactly_what_was_paid(self):
        _, (first,) = paid()
        remittance, (found,) = paid(account="A1001-V", frequency="8", payer_control=first.payer_control)
        assert found.patient_account == "A1001"  # the account that was paid, whatever the void calls itself
        assert (found.status, found.charge, found.paid) == ("22", -first.charge, -first.paid)
        assert found.is_balanced
        # Nothing is paid in this file, so what is taken back waits for the next one.
        assert (remittance.payment, remittance.method) == (0, "NON")
        assert [(one.reason, one.amount) for one in remittance.provider_adjustments] == [("FB", -first.paid)]
        assert remittance.is_balanced

    def test_a_replacement_of_a_denied_claim_is_paid(self):
        _, (first,) = paid(subscriber=subscriber("PHP000170"))
        remittance, found = paid(
            account="A1001-R", subscriber=subscriber("PHP000170"), frequency="7", payer_control=first.payer_control,
            charge=money("150"), lines=(line(charge=money("150")),),
        )  # fmt: skip
        assert [(one.patient_account, one.status, one.charge) for one in found] == [
            ("A1001", "22", money("-165.50")), ("A1001-R", "1", money("150")),
        ]  # fmt: skip
        assert [(one.group, one.reason, one.amount) for one in found[0].adjustments] == [
            ("CO", "16", money("-165.50"))
        ]
        assert remittance.is_balanced
        assert found[1].paid >= 0

    def test_what_the_payer_never_had_cannot_be_replaced(self):
        texts = answer_claims(written(claim(frequency="7", payer_control="26001-1-1-1-AAAA")))
        assert verdicts(texts[1]) == [("A1001", "rejected", "A3", "35", "")]

    def test_the_second_payer_pays_what_the_first_left_to_the_patient(self):
        ((remittance, (found,)),) = remittances(answer_claims(written(secondary_claim())))
        assert (found.status, found.paid, found.patient_responsibility) == ("2", money("40"), 0)
        assert {(one.group, one.reason) for one in found.all_adjustments()} == {("OA", "23")}
        assert remittance.is_balanced

    def test_the_second_payer_wants_the_first_ones_decision(self):
        ((_, (found,)),) = remittances(answer_claims(written(secondary_claim(other_insurance=()))))
        assert found.status == "4"
        assert {(one.group, one.reason) for one in found.all_adjustments()} == {("CO", "22")}

    def test_the_second_payer_reads_the_first_ones_decision_of_the_whole_claim(self):
        whole = secondary_claim(lines=claim().lines)
        ((_, (found,)),) = remittances(answer_claims(written(whole)))
        assert (found.paid, found.lines) == (money("40"), [])
        assert found.is_balanced

    def test_each_payer_pays_for_itself_and_a_child_is_named_beside_the_subscriber(self):
        found = remittances(answer_claims(written(child_claim(), secondary_claim())))
        assert [(one.payer, len(claims)) for one, claims in found] == [
            ("PRAIRIE HEALTH PLAN", 1),
            ("RIVER MUTUAL", 1),
        ]
        assert found[0][1][0].patient.first_name == "TOM"
        assert found[0][1][0].insured.first_name == "RUTH"
        assert len({one.trace for one, _ in found}) == 2

    @settings(max_examples=60)
    @given(
        members=st.lists(
            st.integers(0, 9999).filter(lambda n: n % 100 != 81 and n != 9987), min_size=1, max_size=5
        ),
        charges=st.lists(st.decimals("0.01", "3000", places=2), min_size=1, max_size=4),
    )
    def test_whatever_is_claimed_every_payment_balances(self, members, charges):
        lines = tuple(line(charge=charge, control=f"L{place}") for place, charge in enumerate(charges))
        claims = [
            claim(
                account=f"A{place}", lines=lines, charge=sum(charges), subscriber=subscriber(f"M{member:04d}")
            )
            for place, member in enumerate(members)
        ]
        texts = answer_claims(written(*claims))
        if len(texts) < 3:
            return
        for remittance, found in remittances(texts):
            assert remittance.is_balanced
            assert remittance.problems == []
            assert remittance.payment >= 0
            assert all(0 <= one.paid <= one.charge for one in found if one.status != "22")


class TestNumbers:
    @given(
        amounts=st.tuples(*[st.decimals("0", "99999", places=2)] * 3),
        account=st.text("A0-", min_size=1, max_size=20),
    )
    def test_a_claim_number_remembers_the_decision(self, amounts, account):
        what = Decision(*amounts)
        number = what.number("26068", account)
        assert Decision.from_number(number) == (what, account)
        assert Decision.from_number(number + "X") is None
        assert len(number) <= 50

    @pytest.mark.parametrize("text", ["", "PC1", "26068-CRQ-0-0-T-A1", "a-b-c-d-e-f", "26068-CRQ-0-0-MRN6"])
    def test_another_number_is_not_its_own(self, text):
        assert Decision.from_number(text) is None

    def test_claims_have_numbers_of_their_own(self):
        numbers = {paid(account=f"A{number}")[1][0].payer_control for number in range(40)}
        assert len(numbers) == 40


class TestStatus:
    def status(self, **changes) -> tuple:
        nowhere = replace(TOM, address=Address())
        inquiry = status_inquiry(**{"subscriber": nowhere, **changes})
        text = answer_status(write_status([inquiry], PARTNERS, NUMBERS, AT))
        (found,) = read(text, lambda one: [each for each in read_statuses(one) if each.scope == "claim"])
        said = found.statuses[0]
        return found.account, found.trace, said.category, said.code, said.paid

    def test_a_paid_claim_is_known_by_its_number(self):
        _, (found,) = paid()
        assert self.status(payer_control=found.payer_control) == (
            "A1001",
            "S-2026-0001",
            "F1",
            "65",
            found.paid,
        )

    @pytest.mark.parametrize(
        ("digits", "category", "code"),
        [("70", "F2", "585"), ("77", "D0", "35"), ("83", "P1", "20"), ("00", "P1", "20")],
    )
    def test_cases(self, digits, category, code):
        assert self.status(member_id=f"PHP0001{digits}") == ("A1001", "S-2026-0001", category, code, 0)

    def test_no_answer(self):
        with pytest.raises(Silent):
            answer_status(write_status([status_inquiry(member_id="PHP000192")], PARTNERS, NUMBERS, AT))


def test_answers_go_back_with_the_number_and_time_of_the_question():
    for text in (answer_eligibility(asked()), *answer_claims(written(claim()))):
        (one,) = Reading(text).sets()
        assert (one.interchange.sender, one.interchange.receiver) == (PARTNERS.receiver, PARTNERS.sender)
        assert (one.interchange.control, one.interchange.is_test) == ("000000017", True)
        assert one.interchange.sent_on == AT.date()
