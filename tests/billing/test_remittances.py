"""Payments of payers: balanced or not at all, once, and the same books wherever the adjustments stand."""

from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.models import (
    Claim,
    Denial,
    JournalEntry,
    PayerFile,
    Posting,
    Remittance,
    RemittanceClaim,
    RemittanceFile,
)
from billing.queries import balance
from billing.queries.patient_ledger import owed_by
from billing.queries.verify import verify_ledger
from billing.rules.remittances import Share, claim_lines, split_claim
from clinic.core.errors import Conflict, Refused
from clinic.core.time import now
from clinic.staff.roles import Role
from tests.factories.billing import SYSTEM, paid
from tests.factories.remittances import PAID_ON, Says, make_claim, remittance_text
from tests.factories.scheduling import EARLY
from tests.factories.staff import actor_for, make_member, signed_in
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def take(*claims: Says, **fields):
    """A file of these claims, taken in."""
    return services.take_remittances(by=SYSTEM, name="era.txt", data=remittance_text(*claims, **fields))


def books() -> dict:
    """Account -> sum, and what stands with payers."""
    found: dict = {}
    for side in Posting.objects.all():
        key = side.account if side.payer_id is None else "payer"
        found[key] = found.get(key, 0) + side.amount
    return found


cents = st.integers(0, 50_000).map(lambda n: Decimal(n) / 100)


@given(cents, cents, cents, cents, cents, st.booleans(), st.booleans())
def test_whatever_a_payer_decides_the_entry_balances(paid_, off, share, denied, earlier, is_denied, is_moved):
    charge = paid_ + off + share + denied + earlier
    shares = [
        Share("CO", "45", off),
        Share("PR", "1", share),
        Share("CO", "197", denied),
        Share("OA", "23", earlier),
    ]
    split = split_claim(charge, paid_, shares, is_denied=is_denied)
    assert split.is_whole
    standing = charge - earlier if is_moved else Decimal(0)
    lines = claim_lines(split, standing, "payer")
    assert sum(line.amount for line in lines) == 0
    patient = sum(line.amount for line in lines if line.account == "receivable" and line.payer is None)
    payer = sum(line.amount for line in lines if line.payer == "payer")
    owed_before = Decimal(0) if is_moved else charge - earlier
    assert owed_before + patient == share
    assert standing + payer == split.denied


def test_paid_written_off_and_the_patients_share():
    claim = make_claim()
    taken = take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    assert (taken.new, taken.remittances[0].state) == (1, "posted")
    assert (balance(claim.patient_id), owed_by(claim.patient_id, claim.payer)) == (25, 0)
    assert books() == {"revenue": -120, "receivable": 25, "bank": 80, "adjustment": 15}
    claim.refresh_from_db()
    assert (claim.state, claim.paid, claim.adjusted, claim.patient_owes, claim.payer_control) == (
        "paid", 80, 15, 25, "PC1",
    )  # fmt: skip
    assert claim.adjudication["decided_on"] == PAID_ON.isoformat()
    assert [event.after for event in claim.events.all()] == ["paid"]
    assert verify_ledger().wrong == []


def test_a_charge_that_was_moved_to_the_payer_ends_the_same():
    claim = make_claim()
    services.transfer_balance(
        by=SYSTEM, patient=claim.patient, encounter=claim.encounter, amount=Decimal(120), to_payer=claim.payer,
        reason="Sent",
    )  # fmt: skip
    assert (balance(claim.patient_id), owed_by(claim.patient_id, claim.payer)) == (0, 120)
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    assert (balance(claim.patient_id), owed_by(claim.patient_id, claim.payer)) == (25, 0)
    assert verify_ledger().wrong == []


def test_adjustments_at_the_claim_or_at_its_lines_give_the_same_books():
    first = make_claim()
    take(Says(first.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    whole = books()
    second = make_claim()
    take(
        Says(
            second.account, "120.00", "80.00",
            lines=(("70.00", "50.00", {"CO-45": "10.00", "PR-3": "10.00"}),
                   ("50.00", "30.00", {"CO-45": "5.00", "PR-3": "15.00"})),
        ),
        trace="T2",
    )  # fmt: skip
    assert books() == {account: amount * 2 for account, amount in whole.items()}
    assert balance(first.patient_id) == balance(second.patient_id) == 25


def test_a_copay_paid_at_the_desk_becomes_a_credit_against_the_share():
    claim = make_claim()
    paid(claim.patient, "25.00")
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    assert balance(claim.patient_id) == 0


def test_the_same_file_and_the_same_payment_in_another_file_post_nothing_again():
    claim = make_claim()
    says = Says(claim.account, "120.00", "120.00")
    take(says)
    before = books()
    assert take(says).new == 0
    other = take(says, control=2)
    assert (other.new, other.remittances[0].state) == (1, "review")
    assert "posted on 03/10/2026 from another file" in other.remittances[0].problems[0]
    assert books() == before
    assert (RemittanceFile.objects.count(), JournalEntry.objects.filter(kind="remittance").count()) == (2, 1)


@pytest.mark.parametrize(
    ("claims", "fields"),
    [
        ([Says("x", "120.00", "80.00", {"CO-45": "39.99"})], {}),
        ([Says("x", "120.00", "80.00", {"CO-45": "40.00"})], {"payment": "80.01"}),
        (
            [Says("x", "120.00", "80.00", {"CO-45": "40.00"})],
            {"provider": {"WO": "10.00"}, "payment": "80.00"},
        ),
        ([Says("x", "120.00", "abc", {"CO-45": "40.00"})], {"payment": "80.00"}),
    ],
)
def test_what_does_not_balance_posts_nothing_and_waits(claims, fields):
    claim = make_claim()
    good = make_claim()
    claims[0].account = claim.account
    if claims[0].paid == "abc":
        text = remittance_text(Says(claim.account, "120.00", "80.00", {"CO-45": "40.00"}))
        data = text.replace(b"*120.00*80.00*", b"*120.00*8x.00*")
        row = services.take_remittances(by=SYSTEM, name="x", data=data).remittances[0]
    else:
        row = take(*claims, **fields).remittances[0]
    assert row.state == "review"
    assert row.problems
    assert [one.outcome for one in row.claims.all()] == ["held"]
    assert not JournalEntry.objects.filter(kind="remittance").exists()
    assert (balance(claim.patient_id), balance(good.patient_id)) == (120, 120)


def test_a_provider_adjustment_is_between_the_bank_and_the_adjustments():
    claim = make_claim()
    row = take(Says(claim.account, "120.00", "120.00"), provider={"L6": "-1.50", "WO": "20.00"}).remittances[
        0
    ]
    assert (row.payment, row.provider_adjusted, row.state) == (Decimal("101.50"), Decimal("18.50"), "posted")
    assert books() == {
        "revenue": -120,
        "receivable": 0,
        "bank": Decimal("101.50"),
        "adjustment": Decimal("18.50"),
    }
    assert verify_ledger().wrong == []


def test_an_unknown_claim_is_held_and_can_be_posted_to_the_right_one():
    claim, other = make_claim(), make_claim()
    row = take(
        Says(claim.account, "120.00", "120.00"), Says("99999999", "120.00", "90.00", {"PR-2": "30.00"})
    ).remittances[0]
    assert row.state == "posted"
    held = row.claims.get(outcome="held")
    assert held.why == "No claim has this account number."
    assert balance(claim.patient_id) == 0
    for account, words in (("1", "No claim"), (claim.account, "posted already")):
        with pytest.raises(Refused, match=words):
            services.post_held(by=SYSTEM, decision=held, account=account)
    services.post_held(by=SYSTEM, decision=held, account=other.account)
    assert balance(other.patient_id) == 30
    with pytest.raises(Conflict, match="dealt with"):
        services.post_held(by=SYSTEM, decision=held, account=other.account)
    assert verify_ledger().wrong == []


def test_a_held_decision_is_set_aside_with_a_reason():
    make_claim()
    row = take(Says("99999999", "120.00", "90.00", {"PR-2": "30.00"})).remittances[0]
    held = row.claims.get()
    with pytest.raises(Refused, match="Say why"):
        services.set_aside(by=SYSTEM, decision=held, reason=" ")
    services.set_aside(by=SYSTEM, decision=held, reason="Patient of another clinic")
    held.refresh_from_db()
    assert (held.outcome, held.why) == ("set_aside", "Patient of another clinic")
    assert not JournalEntry.objects.filter(kind="remittance").exists()


def test_another_amount_than_the_claims_and_a_second_decision_are_held():
    claim = make_claim()
    row = take(Says(claim.account, "121.00", "121.00")).remittances[0]
    assert row.claims.get().why == "They decided on $121.00, the claim was $120.00."
    take(Says(claim.account, "120.00", "120.00"), trace="T2")
    row = take(Says(claim.account, "120.00", "120.00"), trace="T3").remittances[0]
    assert "posted already" in row.claims.get().why
    assert books()["bank"] == 120


def test_a_decision_on_a_claim_that_was_rejected_waits_for_a_look():
    claim = make_claim()
    Claim.objects.filter(pk=claim.pk).update(state="rejected")
    row = take(Says(claim.account, "120.00", "120.00")).remittances[0]
    assert row.claims.get().why == "This claim is rejected; it cannot become paid. Look at the claim first."
    assert balance(claim.patient_id) == 120


def test_a_denial_stays_with_the_payer_and_is_queued():
    claim = make_claim()
    take(Says(claim.account, "120.00", "0", {"CO-197": "120.00"}, status="4"))
    assert (balance(claim.patient_id), owed_by(claim.patient_id, claim.payer)) == (0, 120)
    claim.refresh_from_db()
    assert claim.state == "denied"
    denial = Denial.objects.get()
    assert (denial.amount, denial.reasons, denial.category, (denial.deadline - PAID_ON).days) == (
        120, ["CO-197"], "authorization", 90,
    )  # fmt: skip
    assert verify_ledger().wrong == []


def test_a_denied_line_of_a_paid_claim_is_queued_too():
    claim = make_claim()
    take(
        Says(
            claim.account, "120.00", "60.00",
            lines=(("70.00", "60.00", {"CO-45": "10.00"}), ("50.00", "0", {"CO-16": "50.00"})),
        )
    )  # fmt: skip
    claim.refresh_from_db()
    assert (claim.state, Denial.objects.get().amount, owed_by(claim.patient_id, claim.payer)) == (
        "paid",
        50,
        50,
    )


def test_a_reversal_takes_the_first_decision_back_and_the_next_one_is_posted():
    claim = make_claim()
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    back = Says(claim.account, "-120.00", "-80.00", {"CO-45": "-15.00", "PR-3": "-25.00"}, status="22")
    again = Says(claim.account, "120.00", "90.00", {"CO-45": "15.00", "PR-3": "15.00"})
    row = take(back, again, trace="T2").remittances[0]
    assert [one.outcome for one in row.claims.all()] == ["posted", "posted"]
    assert row.payment == 10
    assert books() == {"revenue": -120, "receivable": 15, "bank": 90, "adjustment": 15}
    claim.refresh_from_db()
    assert (claim.state, claim.paid, balance(claim.patient_id)) == ("paid", 90, 15)
    first = RemittanceClaim.objects.get(remittance__trace="T1")
    assert first.reversed_by.entry.reverses == first.entry
    assert verify_ledger().wrong == []


def test_a_reversal_of_what_is_not_on_file_is_held():
    claim = make_claim()
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "40.00"}))
    back = Says(claim.account, "-120.00", "-70.00", {"CO-45": "-50.00"}, status="22")
    row = take(back, Says(make_claim().account, "120.00", "120.00"), trace="T2").remittances[0]
    assert "nothing was taken back" in row.claims.get(outcome="held").why
    assert books()["bank"] == 200


def test_a_reversal_closes_the_denial_of_what_it_takes_back():
    claim = make_claim()
    take(Says(claim.account, "120.00", "0", {"CO-16": "120.00"}, status="4"))
    back = Says(claim.account, "-120.00", "0", {"CO-16": "-120.00"}, status="22")
    take(back, Says(claim.account, "120.00", "120.00"), trace="T2")
    assert (Denial.objects.get().state, owed_by(claim.patient_id, claim.payer)) == ("done", 0)
    assert books()["bank"] == 120


def test_a_secondary_payer_pays_what_the_first_left():
    claim = make_claim()
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-2": "25.00"}))
    second = make_claim(claim.patient, payer="Harbor Plan")
    Claim.objects.filter(pk=second.pk).update(encounter=claim.encounter, rank=2)
    services.transfer_balance(
        by=SYSTEM, patient=claim.patient, encounter=claim.encounter, amount=Decimal(25),
        to_payer=second.payer, reason="Second plan",
    )  # fmt: skip
    says = Says(second.account, "120.00", "20.00", {"OA-23": "95.00", "PR-2": "5.00"}, status="2")
    take(says, trace="T2", payer="P2")
    assert owed_by(claim.patient_id, encounter=claim.encounter) == 5
    assert owed_by(claim.patient_id, second.payer) == 0


def test_a_corrected_name_is_kept_to_be_looked_at():
    claim = make_claim()
    row = take(Says(claim.account, "120.00", "120.00", corrected="DOE-SMITH,JANE")).remittances[0]
    assert row.claims.get().corrected_name == "JANE DOE-SMITH"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "X12|empty|holds"),
        (b"hello", "X12|envelope|ISA"),
        (
            remittance_text(Says("1", "1", "1"))
            .replace(b"005010X221A1", b"004010X091A1")
            .replace(b"*00501*", b"*00401*"),
            "4010|version",
        ),
    ],
)
def test_what_is_no_remittance_is_refused(data, words):
    with pytest.raises(Refused):
        services.take_remittances(by=SYSTEM, name="x", data=data)
    assert not Remittance.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_claims(django_assert_max_num_queries):
    says = [Says(make_claim().account, "120.00", "120.00") for _ in range(12)]
    with django_assert_max_num_queries(45):
        take(*says)


@pytest.mark.django_db(transaction=True)
def test_one_file_taken_in_by_many_at_once_is_posted_once():
    claim = make_claim()
    data = remittance_text(Says(claim.account, "120.00", "120.00"))
    answers = [
        result
        for result, _ in together(6, lambda _: services.take_remittances(by=SYSTEM, name="x", data=data).new)
    ]
    assert sorted(answers) == [0, 0, 0, 0, 0, 1]
    assert balance(claim.patient_id) == 0


@pytest.mark.django_db(transaction=True)
def test_one_payment_in_two_files_at_once_is_posted_once():
    claim = make_claim()
    says = Says(claim.account, "120.00", "120.00")
    together(
        4,
        lambda n: services.take_remittances(by=SYSTEM, name="x", data=remittance_text(says, control=n + 1)),
    )
    assert Remittance.objects.filter(state="posted").count() == 1
    assert balance(claim.patient_id) == 0


def test_the_proof_notices_a_claim_that_holds_something_else():
    claim = make_claim()
    take(Says(claim.account, "120.00", "80.00", {"CO-45": "15.00", "PR-3": "25.00"}))
    assert (verify_ledger().decisions, verify_ledger().wrong) == (1, [])
    Claim.objects.filter(pk=claim.pk).update(paid=Decimal("81.00"))
    assert verify_ledger().wrong == [f"claim {claim.pk}: it holds other amounts than its last decision"]


def test_what_a_clearinghouse_delivers_is_taken_once():
    claim = make_claim()
    delivered = {
        "good": remittance_text(Says(claim.account, "120.00", "120.00")).decode(),
        "bad": "no X12 at all",
    }
    for name, text in delivered.items():
        PayerFile.objects.create(
            name=name, kind="835", connection="test", text=text, sha256=name, received_at=now()
        )
    assert services.settle_remittances(by=SYSTEM) == 2
    assert services.settle_remittances(by=SYSTEM) == 0
    assert not PayerFile.objects.filter(handled_at=None).exists()
    assert (Remittance.objects.get().state, balance(claim.patient_id)) == ("posted", 0)


# Pages.


def url(name, *args):
    return reverse(f"billing:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def test_a_file_is_taken_in_worked_off_and_matched_over_http():
    claim = make_claim()
    biller = make_member(Role.BILLER)
    client = signed_in(biller)
    data = remittance_text(Says(claim.account, "120.00", "0", {"CO-29": "120.00"}, status="4"))
    for _ in range(2):
        response = client.post(url("remittance-add"), {"file": SimpleUploadedFile("era.txt", data)})
        assert response.status_code == 302
    row = Remittance.objects.get()
    assert "Filed too late (29)" in client.get(url("remittance", row)).content.decode()
    assert "not yet" in client.get(url("remittances")).content.decode()
    denial = Denial.objects.get()
    assert "$120.00" in client.get(url("denials")).content.decode()
    values = {"category": "timely", "deadline": "2026-06-01", "owner": str(biller.pk), "version": "1"}
    assert client.post(url("denial", denial), values | {"is_done": "on"}).status_code == 422
    done = values | {"is_done": "on", "action": "write_off", "root_cause": "sending", "note": "Sent in May"}
    assert client.post(url("denial", denial), done).status_code == 302
    denial.refresh_from_db()
    assert (denial.state, denial.owner, denial.root_cause) == ("done", biller, "sending")
    wrong = {"amount": "5.00", "deposited_on": "2026-03-10"}
    assert client.post(url("deposit-match", row), wrong).status_code == 422


def test_a_denied_claim_is_on_the_worklist_with_its_reason():
    claim = make_claim()
    take(Says(claim.account, "120.00", "0", {"CO-29": "120.00"}, status="4"))
    client = signed_in(make_member(Role.BILLER))
    assert "Filed too late (29):\n$120.00" in client.get(url("claims") + "?state=denied").content.decode()
    assert client.get(url("claim", claim)).status_code == 200


def test_a_deposit_is_matched_once_and_to_the_cent():
    claim, by = make_claim(), actor_for(make_member(Role.BILLER))
    row = take(Says(claim.account, "120.00", "120.00")).remittances[0]
    with pytest.raises(Refused, match="differ"):
        services.match_deposit(by=by, remittance=row, amount=Decimal("119.99"), deposited_on=PAID_ON)
    services.match_deposit(by=by, remittance=row, amount=Decimal("120.00"), deposited_on=PAID_ON)
    with pytest.raises(Conflict, match="already"):
        services.match_deposit(by=by, remittance=row, amount=Decimal("120.00"), deposited_on=PAID_ON)


@pytest.mark.parametrize("role", list(Role))
def test_only_billers_open_payer_payments_and_denials(role):
    client = signed_in(make_member(role))
    for name in ("remittances", "remittance-add", "denials"):
        assert (name, client.get(url(name)).status_code) == (name, 200 if role == Role.BILLER else 403)


def test_lines_are_known_by_the_number_that_the_claim_gave_them_else_by_their_place():
    claim = make_claim()
    lines = (("20.00", "20.00", {}, "2"), ("70.00", "70.00", {}, "1"), ("30.00", "30.00", {}))
    take(Says(claim.account, "120.00", "120.00", lines=lines))
    claim.refresh_from_db()
    assert [(one["line"], one["paid"]) for one in claim.adjudication["lines"]] == [
        (2, "20.00"),
        (1, "70.00"),
        (3, "30.00"),
    ]
