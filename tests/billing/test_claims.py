"""Claims: built from what was approved, checked, corrected, sent once, answered, replaced, passed on."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, transaction

from billing import services
from billing.models import Charge, Claim, ClaimBatch, ClaimEvent, ClaimRule, PayerTerms
from billing.queries.claim_documents import claims_for_sending, document
from billing.queries.claims import claim_or_404, claim_page, unclaimed_rows, worklist
from billing.rules.claim_answers import told
from billing.services.procedure_codes import load_procedure_codes
from clinic.audit.models import AuditEvent
from clinic.core.errors import ClinicError, Conflict, Refused, Stale
from records.models import Coverage
from tests.factories.billing import SYSTEM, make_encounter
from tests.factories.claims import (
    CODE,
    approved_visit,
    decide,
    insured,
    make_claim,
    make_payer,
)
from tests.factories.scheduling import EARLY, TUESDAY
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _later():
    with time_machine.travel(EARLY + dt.timedelta(days=2), tick=False):
        yield


def kinds(claim: Claim) -> list[str]:
    return list(ClaimEvent.objects.filter(claim=claim).order_by("at", "id").values_list("kind", flat=True))


def test_a_claim_is_a_copy_of_the_approved_charges():
    encounter = approved_visit(codes=(CODE, "Q0091"))
    claim = services.build_claim(by=SYSTEM, encounter=encounter)
    assert (claim.state, claim.rank, claim.frequency, claim.total, claim.errors) == ("draft", 1, "1", 240, 0)
    assert [(row.number, row.code, row.pointers, row.place_of_service) for row in claim.lines.all()] == [
        (1, CODE, [1], "11"), (2, "Q0091", [1], "11"),
    ]  # fmt: skip
    assert claim.file_by == TUESDAY + dt.timedelta(days=180)
    assert claim.rendering_id == encounter.provider_id
    assert len(claim.account) == 8
    assert kinds(claim) == ["built"]
    assert AuditEvent.objects.filter(action="claim.built", patient_id=claim.patient_id).count() == 1


def test_build_refuses_what_cannot_be_claimed():
    coverage = insured()
    with pytest.raises(Refused, match="no approved charge"):
        services.build_claim(by=SYSTEM, encounter=make_encounter(coverage.patient))
    encounter = approved_visit(coverage)
    services.propose_charge(by=SYSTEM, encounter=encounter, code=CODE)
    with pytest.raises(Refused, match="still to be approved"):
        services.build_claim(by=SYSTEM, encounter=encounter)
    Charge.objects.filter(state="proposed").delete()
    with pytest.raises(Refused, match="another patient"):
        services.build_claim(by=SYSTEM, encounter=encounter, coverage=insured())
    Coverage.objects.filter(pk=coverage.pk).update(ends_on=TUESDAY - dt.timedelta(days=1))
    with pytest.raises(Refused, match="No coverage on file holds on 03/10/2026"):
        services.build_claim(by=SYSTEM, encounter=encounter)
    Coverage.objects.filter(pk=coverage.pk).update(ends_on=None, payer=make_payer("Nobody", kind="self"))
    with pytest.raises(Refused, match="pays without insurance"):
        services.build_claim(by=SYSTEM, encounter=encounter)
    assert not Claim.objects.exists()


def test_a_visit_has_one_claim_to_a_payer_and_another_after_it_was_closed():
    claim = make_claim()
    with pytest.raises(Conflict, match="a claim to this payer already"):
        services.build_claim(by=SYSTEM, encounter=claim.encounter)
    services.close_claim(by=SYSTEM, claim=claim, reason="Wrong coverage")
    assert services.build_claim(by=SYSTEM, encounter=claim.encounter).account != claim.account


def test_a_problem_stops_a_claim_until_it_is_corrected():
    coverage = insured(member_id="")
    claim = make_claim(coverage)
    assert [(one["rule"], one["field"]) for one in claim.problems] == [("subscriber", "coverage.member_id")]
    assert claim.errors == 1
    with pytest.raises(Refused, match="Not ready: The member ID is missing"):
        services.mark_ready(by=SYSTEM, claim=claim)
    Coverage.objects.filter(pk=coverage.pk).update(member_id="LKH123")
    assert services.mark_ready(by=SYSTEM, claim=claim).state == "ready"


def test_a_rule_that_only_warns_stops_nothing_and_rules_are_data():
    ClaimRule.objects.filter(code="subscriber").update(severity="warning")
    claim = make_claim(insured(member_id=""))
    assert (claim.errors, claim.warnings) == (0, 1)
    assert services.mark_ready(by=SYSTEM, claim=claim).state == "ready"
    services.save_claim_rule(
        by=SYSTEM, code="own", name="Ours", kind="units_at_most", severity="error", words="One a day.",
        parameters={"codes": {CODE: 0}},
    )  # fmt: skip
    second = make_claim()
    assert [one["rule"] for one in second.problems] == ["own"]
    with pytest.raises(Refused, match="does not take pay"):
        services.save_claim_rule(by=SYSTEM, code="x", name="X", kind="units_at_most", severity="error", words="X.",
                                 parameters={"pay": 1})  # fmt: skip


def test_details_of_an_approved_charge_reach_its_draft_and_leave_the_price():
    claim = make_claim()
    line = claim.lines.get()
    services.detail_charge_of(
        by=SYSTEM, charge=line.charge, claim=claim, modifiers=["25", "xs"], place_of_service="12",
        ndc="12345678901", ndc_quantity=Decimal("0.5"), ndc_unit="ML",
    )  # fmt: skip
    line = claim.lines.get()
    assert (line.modifiers, line.place_of_service, line.ndc, line.amount) == (
        ["25", "XS"],
        "12",
        "12345678901",
        120,
    )
    assert kinds(claim) == ["built", "refreshed"]


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"modifiers": ["LT", "LT"]}, "different modifiers"),
        ({"modifiers": ["ABC"]}, "two letters"),
        ({"place_of_service": "99"}, "place of service"),
        ({"ndc": "123"}, "eleven digits"),
        ({"ndc": "12345678901"}, "how much"),
        ({"ndc": "12345678901", "ndc_quantity": Decimal(1)}, "unit"),
        ({"ndc_unit": "ML"}, "NDC too"),
    ],
)
def test_detail_charge_refuses(details, words):
    charge = Charge.objects.get(encounter=approved_visit())
    with pytest.raises(Refused, match=words):
        services.detail_charge(by=SYSTEM, charge=charge, **details)


def test_only_a_draft_is_changed_and_not_over_somebody_elses_change():
    claim = make_claim()
    services.change_claim(by=SYSTEM, claim=claim, version=claim.version, authorization="A-1")
    with pytest.raises(Stale):
        services.change_claim(by=SYSTEM, claim=claim, version=claim.version, authorization="A-2")
    ready = services.mark_ready(by=SYSTEM, claim=claim)
    with pytest.raises(Refused, match="Only a draft"):
        services.change_claim(by=SYSTEM, claim=ready, authorization="A-2")
    assert Claim.objects.get().authorization == "A-1"


def test_a_held_claim_does_not_go_until_it_is_released():
    claim = make_claim(state="ready")
    held = services.hold_claim(by=SYSTEM, claim=claim, reason="Waits for the operative note")
    assert (held.state, held.hold_reason) == ("draft", "Waits for the operative note")
    with pytest.raises(Refused, match="on hold"):
        services.mark_ready(by=SYSTEM, claim=claim)
    services.release_claim(by=SYSTEM, claim=claim)
    assert services.mark_ready(by=SYSTEM, claim=claim).state == "ready"
    assert kinds(claim)[-3:] == ["held", "released", "ready"]


def test_sending_makes_one_file_and_takes_back_what_no_longer_passes():
    good, bad = make_claim(state="ready"), make_claim(state="ready")
    Coverage.objects.filter(pk=bad.coverage_id).update(member_id="")
    result = services.send_claims(by=SYSTEM, claims=[good, bad])
    assert result.taken_back == (bad.account,)
    batch = ClaimBatch.objects.get()
    assert (batch.count, batch.total, batch.state) == (1, 120, "waiting")
    assert f"CLM*{good.account}*120" in batch.text
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.batch_id, bad.state) == ("sent", batch.pk, "draft")
    with pytest.raises(Refused, match="no longer ready"):
        services.send_claims(by=SYSTEM, claims=[good])
    assert ClaimBatch.objects.count() == 1


def test_a_payer_on_paper_gets_no_file():
    claim = make_claim(state="ready")
    PayerTerms.objects.create(payer=claim.payer, is_electronic=False)
    with pytest.raises(Refused, match="on paper"):
        services.send_claims(by=SYSTEM, claims=[claim])
    assert services.mark_printed(by=SYSTEM, claim=claim).state == "sent"


def test_an_answer_moves_the_claim_and_names_the_field():
    claim = make_claim(state="sent")
    rejected = told("A7", "562", "82")
    services.answer_claim(by=SYSTEM, account=claim.account, answers=[rejected], payer_control="P-1")
    claim.refresh_from_db()
    assert (claim.state, claim.payer_control) == ("rejected", "P-1")
    assert claim.answers == [
        {"field": "rendering.npi", "words": rejected.words, "code": "A7/562/82", "verdict": "rejected"}
    ]
    assert services.answer_claim(by=SYSTEM, account="12345674", answers=[rejected]) is None


def test_a_late_word_takes_no_decided_claim_back():
    claim = make_claim(state="paid")
    services.answer_claim(by=SYSTEM, account=claim.account, answers=[told("A2", "20")])
    services.answer_claim(by=SYSTEM, account=claim.account, answers=[told("A7", "21")])
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert kinds(claim)[-2:] == ["answered", "answered"]


def test_a_refused_file_rejects_its_claims_and_they_go_again():
    claim = make_claim(state="ready")
    batch = services.send_claims(by=SYSTEM, claims=[claim]).batch
    services.answer_batch(
        by=SYSTEM, control_number=batch.control_number, is_accepted=False, words="Segment 12."
    )
    claim.refresh_from_db()
    assert (claim.state, claim.answers[0]["words"]) == ("rejected", "Segment 12.")
    services.back_to_draft(by=SYSTEM, claim=claim)
    services.mark_ready(by=SYSTEM, claim=claim)
    again = services.send_claims(by=SYSTEM, claims=[claim]).batch
    assert again.control_number != batch.control_number
    assert services.answer_batch(by=SYSTEM, control_number=999_999, is_accepted=True) is None


def test_a_denied_claim_is_replaced_and_closed_when_its_replacement_leaves():
    claim = make_claim(state="denied")
    new = services.replace_claim(by=SYSTEM, claim=claim)
    assert (new.state, new.frequency, new.replaces_id, new.total) == ("draft", "7", claim.pk, 120)
    assert new.errors == 0
    with pytest.raises(ClinicError, match="replaced already"):
        services.replace_claim(by=SYSTEM, claim=claim, frequency="8")
    services.mark_ready(by=SYSTEM, claim=new)
    batch = services.send_claims(by=SYSTEM, claims=[new]).batch
    assert "11:B:7" in batch.text
    assert "REF*F8*ICN-1~" in batch.text
    claim.refresh_from_db()
    assert claim.state == "closed"
    with pytest.raises(Conflict):
        services.build_claim(by=SYSTEM, encounter=claim.encounter)


def test_a_claim_that_the_payer_does_not_have_is_not_replaced():
    with pytest.raises(Refused, match="does not have this claim"):
        services.replace_claim(by=SYSTEM, claim=make_claim(state="rejected"))


def test_a_replacement_without_the_payers_number_waits_for_it():
    claim = make_claim(state="accepted")
    new = services.replace_claim(by=SYSTEM, claim=claim)
    assert [one["field"] for one in new.problems] == ["claim.payer_control"]
    new = services.change_claim(by=SYSTEM, claim=new, earlier_control="P-77")
    assert new.problems == []
    assert Claim.objects.get(pk=claim.pk).payer_control == "P-77"


def test_the_second_payer_sees_what_the_first_decided():
    first = insured()
    second = insured(
        rank=2, payer=make_payer("Homestead", payer_id="HMS31"), patient=first.patient, member_id="HS1"
    )
    claim = make_claim(first, state="sent")
    with pytest.raises(Refused, match="not decided yet"):
        services.build_next_claim(by=SYSTEM, claim=claim)
    decide(claim)
    new = services.build_next_claim(by=SYSTEM, claim=claim)
    assert (new.rank, new.coverage_id, new.follows_id, new.errors) == (2, second.pk, claim.pk, 0)
    (whole,) = claims_for_sending([new.pk])
    sent = document(whole)
    (other,) = sent.other_insurance
    assert (sent.subscriber.order, other.subscriber.order, other.paid) == ("S", "P", 80)
    assert [(one.group, one.reason, one.amount) for one in sent.lines[0].adjudications[0].adjustments] == [
        ("CO", "45", 20), ("PR", "2", 20),
    ]  # fmt: skip
    services.mark_ready(by=SYSTEM, claim=new)
    assert "SVD*LKH01*80*HC:G0463**1~" in services.send_claims(by=SYSTEM, claims=[new]).batch.text


def test_a_dependent_stands_in_the_claim_beside_the_subscriber():
    coverage = insured(
        relationship="child", subscriber_name="Bo Reed", subscriber_birth_date=dt.date(1980, 5, 5)
    )
    claim = make_claim(coverage)
    (whole,) = claims_for_sending([claim.pk])
    sent = document(whole)
    assert (sent.relationship, sent.subscriber.person.last_name, sent.patient.last_name) == (
        "19", "Reed", coverage.patient.last_name,
    )  # fmt: skip


def test_decisions_add_up_and_a_reversal_takes_them_back():
    claim = make_claim(state="sent")
    decide(claim)
    assert (decide(claim, paid="-80.00", owes="-20.00").paid, claim.total) == (0, 120)
    with pytest.raises(Refused, match="never sent"):
        decide(make_claim())
    with pytest.raises(Refused, match="no amount"):
        services.record_decision(by=SYSTEM, claim=claim, is_denied=False, paid=Decimal(1), adjusted=Decimal(0),
                                 patient_owes=Decimal(0), adjudication={"paid": "much"})  # fmt: skip


def test_contracts_say_what_a_claim_may_bring():
    payer = make_payer()
    contract = services.add_contract(by=SYSTEM, payer=payer, name="2026", effective_from=dt.date(2026, 1, 1),
                                     percent_of_fee=Decimal(50))  # fmt: skip
    services.set_rate(by=SYSTEM, contract=contract, code=CODE, allowed=Decimal("81.50"))
    claim = make_claim(codes=(CODE, "Q0091"))
    assert [line.expected for line in claim.lines.all()] == [Decimal("81.50"), 60]
    assert claim.expected == Decimal("141.50")
    with pytest.raises(Refused, match="Start the new one later"):
        services.add_contract(by=SYSTEM, payer=payer, name="x", effective_from=dt.date(2026, 1, 1))


def test_codes_come_and_go_between_releases():
    def load(release, *codes):
        lines = ["code\tkind\tdescription", "LT\tmodifier\tLeft side"]
        return load_procedure_codes(
            by=SYSTEM, release=release, text=[*lines, *(f"{code}\tcode\tWords" for code in codes)]
        )

    assert load("2025-10", CODE, "G0328").added == 2
    after = load("2026-04", CODE, "Q0091")
    assert (after.added, after.kept, after.ended) == (1, 1, 1)
    early = make_claim(codes=(CODE, "G0328"))
    assert "code-valid" not in [one["rule"] for one in early.problems]
    late = make_claim(codes=(CODE, "Q0091"))
    assert [(one["rule"], one["line"]) for one in late.problems if one["severity"] == "error"] == [
        ("code-valid", 2)
    ]
    with pytest.raises(Refused, match="newer"):
        load("2025-10", CODE)
    with pytest.raises(Refused, match="Line 3"):
        load("2026-07", "G04")


def test_the_worklist_puts_the_most_money_first_and_counts_each_state():
    small, large = make_claim(insured(member_id="")), make_claim(insured(member_id=""), codes=(CODE, "Q0091"))
    make_claim(state="ready")
    services.replace_claim(by=SYSTEM, claim=make_claim(state="denied"))
    work = worklist("fix")
    assert [row.pk for row in work.rows] == [large.pk, small.pk]
    assert {key: count for key, _, count, _ in work.tabs if count} == {
        "fix": 2,
        "ready": 1,
        "draft": 3,
        "denied": 1,
    }
    assert work.money == 360
    approved_visit()
    assert [(row.money, row.lag) for row in unclaimed_rows()] == [(120, 2)]


def test_problems_stand_beside_their_fields():
    claim = make_claim(insured(member_id=""))
    services.detail_charge_of(by=SYSTEM, charge=claim.lines.get().charge, claim=claim, place_of_service="10")
    page = claim_page(claim_or_404(claim.pk))
    assert [(fact.label, len(fact.problems)) for fact in page.facts if fact.problems] == [("Member ID", 1)]
    assert [one["rule"] for one in page.lines[0].problems] == ["place-fits"]
    assert [one["rule"] for one in page.stops] == ["subscriber", "place-fits"]


def test_the_trail_is_only_added_to():
    claim = make_claim()
    event = claim.events.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ClaimEvent.objects.filter(pk=event.pk).update(words="Nothing happened")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


@pytest.mark.django_db(transaction=True)
def test_two_people_build_one_claim():
    encounter = approved_visit()
    results = together(2, lambda _: services.build_claim(by=SYSTEM, encounter=encounter))
    assert sorted(type(one).__name__ for one, _ in results) == ["Claim", "Conflict"]
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_send_a_claim_once():
    claims = [make_claim(state="ready") for _ in range(2)]
    results = together(2, lambda _: services.send_claims(by=SYSTEM, claims=claims))
    assert sorted(type(one).__name__ for one, _ in results) == ["Batched", "Refused"]
    assert (ClaimBatch.objects.count(), ClaimEvent.objects.filter(kind="sent").count()) == (1, 2)
