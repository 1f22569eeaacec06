"""Money that is not paid: write-offs within limits, refunds by two people, who owes what, credits applied to visits."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.models import JournalEntry, MoneyPolicy, MoneyRequest, PatientBalance, Posting
from billing.queries import balance, collected
from billing.queries.drawers import booked
from billing.queries.patient_ledger import owed_by, patient_ledger, visit_balances
from billing.queries.verify import verify_ledger
from billing.rules.ledger import apply_oldest_first
from clinic.core.errors import Conflict, Refused
from clinic.staff.roles import Role
from records.models import Payer
from tests.factories.billing import (
    SYSTEM,
    make_code,
    make_coverage,
    make_drawer,
    make_encounter,
    make_fee,
    paid,
)
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import actor_for, make_member, signed_in
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


@pytest.fixture
def biller():
    return actor_for(make_member(Role.BILLER))


@pytest.fixture
def boss():
    return actor_for(make_member(Role.MANAGER))


def charged(patient, price="120.00", **fields):
    """A visit with one approved charge."""
    encounter = make_encounter(patient, **fields)
    fee = make_fee(price=price)
    diagnosis = services.add_diagnosis(by=SYSTEM, encounter=encounter, code=make_code())
    charge = services.propose_charge(by=SYSTEM, encounter=encounter, code=fee.code, diagnoses=[diagnosis])
    services.approve_charges(by=SYSTEM, charges=[charge])
    return encounter


def a_payer(name="Lakeshore Health"):
    return Payer.objects.get_or_create(name=name)[0]


amounts = st.integers(-20_000, 20_000).map(lambda n: Decimal(n) / 100)


@given(st.lists(amounts, max_size=8), amounts)
def test_credits_are_moved_and_never_made(visits, unapplied):
    before = {None: unapplied} | dict(enumerate(visits))
    after = dict(before)
    for source, target, amount in apply_oldest_first(before):
        assert amount > 0
        after[source] += amount
        after[target] -= amount
    assert sum(after.values()) == sum(before.values())
    for visit, amount in before.items():
        # Nothing beyond zero, and nothing further from zero than it was.
        assert min(amount, 0) <= after[visit] <= max(amount, 0)
    open_visits = [a for v, a in after.items() if v is not None and a > 0]
    assert not open_visits or all(a >= 0 for a in after.values())


def test_the_oldest_visit_is_paid_first():
    owed = {None: Decimal(-50), 1: Decimal(30), 2: Decimal(-10), 3: Decimal(60)}
    assert apply_oldest_first(owed) == [(None, 1, 30), (None, 3, 20), (2, 3, 10)]


def test_a_write_off_within_the_limit_is_posted_and_above_it_asked_for(biller, boss):
    patient = make_patient()
    visit = charged(patient, "400.00")
    entry = services.write_off(
        by=biller, patient=patient, amount=Decimal(100), reason="courtesy", note="Long wait", encounter=visit
    )
    assert (entry.kind, entry.memo) == ("adjustment", "Courtesy: Long wait")
    request = services.write_off(by=biller, patient=patient, amount=Decimal("100.01"), reason="hardship")
    assert (request.state, balance(patient.pk)) == ("asked", 300)
    with pytest.raises(Refused, match="second person"):
        services.decide_request(by=biller, request=request, is_approved=True)
    with pytest.raises(Refused, match="Say why not"):
        services.decide_request(by=boss, request=request, is_approved=False)
    services.decide_request(by=boss, request=request, is_approved=True)
    request.refresh_from_db()
    assert (request.state, request.decided_by_id, balance(patient.pk)) == (
        "approved",
        boss.member_id,
        Decimal("199.99"),
    )
    with pytest.raises(Conflict, match="decided this meanwhile"):
        services.decide_request(by=boss, request=request, is_approved=True)
    assert verify_ledger().wrong == []


def test_more_than_is_owed_is_not_written_off(biller):
    patient = make_patient()
    visit, other = charged(patient, "50.00"), charged(patient, "60.00")
    for fields, words in (
        ({"amount": Decimal("110.01")}, r"owes \$110.00"),
        ({"amount": Decimal("50.01"), "encounter": visit}, r"owes \$50.00"),
        ({"amount": Decimal(1), "payer": a_payer()}, r"Lakeshore Health owes \$0.00"),
        ({"amount": Decimal(1), "reason": "overpaid"}, "Choose why"),
        ({"amount": Decimal(1), "note": "4111 1111 1111 1111"}, "card number"),
    ):
        with pytest.raises(Refused, match=words):
            services.write_off(by=biller, patient=patient, **{"reason": "courtesy"} | fields)
    assert balance(patient.pk) == 110
    assert owed_by(patient.pk, encounter=other) == 60


def test_the_rules_in_force_decide_and_an_approver_has_a_limit_too(biller, boss):
    patient = make_patient()
    charged(patient, "400.00")
    services.set_money_policy(
        by=boss, effective_from=TUESDAY, biller_limit=Decimal(10), approver_limit=Decimal(200)
    )
    request = services.write_off(by=biller, patient=patient, amount=Decimal(300), reason="bad_debt")
    with pytest.raises(Refused, match=r"up to \$200.00"):
        services.decide_request(by=boss, request=request, is_approved=True)
    with pytest.raises(Refused, match="decides at least as much"):
        services.set_money_policy(
            by=boss, effective_from=TUESDAY, biller_limit=Decimal(10), approver_limit=Decimal(5)
        )
    with pytest.raises(Refused, match="from today"):
        services.set_money_policy(by=boss, effective_from=TUESDAY - dt.timedelta(days=1))
    assert MoneyPolicy.objects.count() == 1


def test_who_owes_a_visit_is_moved_and_the_whole_stays(biller):
    patient, first, second = make_patient(), a_payer(), a_payer("Harbor Plan")
    visit = charged(patient)

    def move(amount, owed_by_payer, to_payer, **fields):
        return services.transfer_balance(
            by=biller, patient=patient, encounter=visit, amount=Decimal(amount), owed_by_payer=owed_by_payer,
            to_payer=to_payer, reason="Plan", **fields,
        )  # fmt: skip

    move("120", None, first)
    assert (balance(patient.pk), owed_by(patient.pk, first)) == (0, 120)
    move("70", first, second)
    back = move("20", first, None)
    assert (balance(patient.pk), owed_by(patient.pk, first), owed_by(patient.pk, second)) == (20, 30, 70)
    assert PatientBalance.objects.values_list("owed", "insured").get() == (20, 100)
    for amount, source, target, words in (
        ("30.01", first, None, r"owes \$30.00 of this visit"),
        ("1", first, first, "somebody else"),
        ("21", None, first, r"The patient owes \$20.00"),
    ):
        with pytest.raises(Refused, match=words):
            move(amount, source, target)
    services.reverse_adjustment(by=biller, entry=back, reason="Wrong plan")
    assert (balance(patient.pk), owed_by(patient.pk, first)) == (0, 50)
    [line] = visit_balances(patient.pk)
    assert (line.charged, line.patient, sorted(line.payer_words)) == (
        120,
        0,
        [("Harbor Plan", 70), ("Lakeshore Health", 50)],
    )
    lines = patient_ledger(patient.pk)
    assert [(row.amount, row.insured) for row in lines] == [(-20, 20), (20, -20), (-120, 120), (120, 0)]
    assert (lines[0].after, lines[0].insured_after) == (0, 120)
    assert verify_ledger().wrong == []


def test_a_transfer_with_a_key_is_made_once(biller):
    from clinic.core.errors import ClinicError

    patient, payer = make_patient(), a_payer()
    visit = charged(patient)
    fields = {
        "encounter": visit,
        "amount": Decimal(10),
        "to_payer": payer,
        "reason": "Sent",
        "key": "claim:1:sent",
    }
    services.transfer_balance(by=biller, patient=patient, **fields)
    with pytest.raises(ClinicError):
        services.transfer_balance(by=biller, patient=patient, **fields)
    assert owed_by(patient.pk, payer) == 10


def test_credit_goes_to_the_oldest_visit_and_the_balance_stays(biller):
    patient = make_patient()
    old = charged(patient, "30.00", day=TUESDAY - dt.timedelta(days=30))
    new = charged(patient, "60.00")
    paid(patient, "50.00", purpose="balance")
    assert services.apply_credit(by=biller, patient=patient) == 50
    assert (owed_by(patient.pk, encounter=old), owed_by(patient.pk, encounter=new)) == (0, 40)
    assert balance(patient.pk) == 40
    assert services.apply_credit(by=biller, patient=patient) == 0
    assert [line.entry.kind for line in patient_ledger(patient.pk)] == ["payment", "charge", "charge"]
    assert verify_ledger().wrong == []


def test_a_refund_is_asked_decided_and_paid_out_of_the_credit(biller, boss):
    patient = make_patient()
    paid(patient, "80.00")
    ask = {"by": biller, "patient": patient, "reason": "overpaid", "method": "check"}
    request = services.ask_refund(**ask, amount=Decimal(60))
    with pytest.raises(Refused, match=r"\$20.00 of credit"):
        services.ask_refund(**ask, amount=Decimal(21))
    with pytest.raises(Refused, match="number of the check"):
        services.decide_request(by=boss, request=request, is_approved=True)
    with pytest.raises(Refused, match="card number"):
        services.decide_request(by=boss, request=request, is_approved=True, reference="4111 1111 1111 1111")
    services.decide_request(by=boss, request=request, is_approved=True, reference="2201")
    assert balance(patient.pk) == -20
    entry = MoneyRequest.objects.get().entry
    assert {(side.account, side.amount) for side in entry.postings.all()} == {
        ("bank", -60),
        ("receivable", 60),
    }
    assert collected(TUESDAY).total == 80
    assert verify_ledger().wrong == []


def test_a_cash_refund_comes_out_of_the_drawer(biller, boss):
    patient, drawer = make_patient(), make_drawer()
    paid(patient, "80.00", drawer=drawer)
    ask = {"by": biller, "patient": patient, "reason": "twice", "method": "cash", "amount": Decimal(30)}
    with pytest.raises(Refused, match="out of a drawer"):
        services.ask_refund(**ask)
    request = services.ask_refund(**ask, drawer=drawer)
    services.decide_request(by=boss, request=request, is_approved=True)
    assert booked(drawer.pk, TUESDAY, TUESDAY)["cash"] == 50
    assert collected(TUESDAY).by_method == {"Cash": 50}


def test_a_refused_refund_frees_the_credit_and_a_payers_money_has_a_date(biller, boss):
    patient, payer = make_patient(), a_payer()
    visit = charged(patient, "50.00")
    services.transfer_balance(
        by=SYSTEM, patient=patient, encounter=visit, amount=Decimal(50), to_payer=payer, reason="Sent"
    )
    services.write_off(by=SYSTEM, patient=patient, amount=Decimal(50), reason="our_error", payer=payer)
    services.reverse_adjustment(
        by=SYSTEM, entry=JournalEntry.objects.get(kind="transfer"), reason="Wrong plan"
    )
    assert owed_by(patient.pk, payer) == -50
    ask = {"by": biller, "patient": patient, "payer": payer, "reason": "payer_asked", "method": "check"}
    request = services.ask_refund(**ask, amount=Decimal(50))
    assert request.due_on == TUESDAY + dt.timedelta(days=60)
    services.decide_request(by=boss, request=request, is_approved=False, note="Already taken back")
    assert services.ask_refund(**ask, amount=Decimal(50)).state == "asked"


def test_small_balances_are_those_of_the_rule(biller):
    with time_machine.travel(EARLY - dt.timedelta(days=90), tick=False):
        small, large, waits = make_patient(), make_patient(), make_patient()
        for patient, price in ((small, "5.00"), (large, "5.01"), (waits, "4.00")):
            charged(patient, price, day=TUESDAY - dt.timedelta(days=90))
        insured = make_patient()
        visit = charged(insured, "9.00", day=TUESDAY - dt.timedelta(days=90))
        services.transfer_balance(
            by=SYSTEM, patient=insured, encounter=visit, amount=Decimal(5), to_payer=a_payer(), reason="Sent"
        )
    paid(waits, "1.00")
    assert services.write_off_small(by=biller) == (1, Decimal("5.00"))
    assert [balance(p.pk) for p in (small, large, waits, insured)] == [0, Decimal("5.01"), 3, 4]
    assert services.write_off_small(by=biller) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_write_off_at_once_do_not_take_more_than_is_owed():
    patient = make_patient()
    charged(patient, "50.00")
    answers = [
        result
        for result, _ in together(
            6,
            lambda _: services.write_off(by=SYSTEM, patient=patient, amount=Decimal(30), reason="courtesy"),
        )
    ]
    assert sum(isinstance(answer, JournalEntry) for answer in answers) == 1
    assert balance(patient.pk) == 20


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_one_refund_pay_it_once():
    people = [actor_for(make_member(Role.MANAGER)) for _ in range(5)]
    patient = make_patient()
    paid(patient, "80.00")
    request = services.ask_refund(
        by=SYSTEM, patient=patient, amount=Decimal(40), reason="twice", method="check"
    )
    answers = [
        result
        for result, _ in together(
            5,
            lambda n: services.decide_request(
                by=people[n], request=request, is_approved=True, reference=str(n)
            ),
        )
    ]
    assert sum(isinstance(answer, MoneyRequest) for answer in answers) == 1
    assert balance(patient.pk) == -40
    assert Posting.objects.filter(account="bank").count() == 1


# The proof notices what must not be. The rows are written past the services, as a fault would write them.


def test_the_proof_notices_a_visit_whose_charge_nobody_approved():
    patient = make_patient()
    visit = charged(patient)
    visit.charges.update(amount=Decimal("121.00"), unit_price=Decimal("121.00"))
    wrong = verify_ledger().wrong
    assert f"visit {visit.pk}: the ledger holds other charges than were approved" in wrong


# Pages.


def url(name, *args):
    return reverse(f"billing:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def test_from_the_ledger_to_an_approval_over_http():
    patient = make_patient()
    visit = charged(patient, "400.00")
    make_coverage(patient)
    desk, boss = (signed_in(make_member(role)) for role in (Role.BILLER, Role.MANAGER))
    payer = a_payer()
    response = desk.post(
        url("balance-transfer", patient),
        {"encounter": str(visit.pk), "to": str(payer.pk), "amount": "150", "reason": "Sent to the plan"},
    )
    assert response.url == url("ledger", patient)
    desk.post(
        url("balance-adjust", patient),
        {"direction": "less", "amount": "200", "category": "hardship", "reason": "Lost the job"},
    )
    assert balance(patient.pk) == 250
    shown = desk.get(url("ledger", patient)).content.decode()
    assert "$150.00" in shown
    assert "insurance owes" in shown
    request = MoneyRequest.objects.get()
    assert desk.get(url("request-decide", request)).status_code == 403
    assert "Lost the job" in boss.get(url("approvals")).content.decode()
    assert boss.post(url("request-decide", request), {"decision": "approve"}).status_code == 302
    assert balance(patient.pk) == 50
    unknown = {"encounter": str(visit.pk), "to": str(make_patient().pk), "amount": "1", "reason": "x"}
    assert desk.post(url("balance-transfer", patient), unknown).status_code == 422


def test_rules_are_set_by_who_may():
    desk, boss = (signed_in(make_member(role)) for role in (Role.BILLER, Role.MANAGER))
    values = {
        "effective_from": "2026-03-10",
        "biller_limit": "50",
        "approver_limit": "",
        "small_balance": "9.99",
        "small_balance_days": "60",
        "statement_minimum": "10",
        "statement_days": "30",
        "collection_after": "4",
    }
    assert desk.post(url("money-policy"), values).status_code == 403
    assert boss.post(url("money-policy"), values).status_code == 302
    row = MoneyPolicy.objects.get()
    assert (row.biller_limit, row.approver_limit, row.small_balance) == (50, None, Decimal("9.99"))
    assert "$9.99" in boss.get(url("approvals")).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_which_money_page(role):
    client, patient = signed_in(make_member(role)), make_patient()
    charged(patient, "5.00")
    approves, bills = {Role.MANAGER}, {Role.BILLER}
    for name, args, roles in (
        ("approvals", (), approves | bills),
        ("money-policy", (), approves),
        ("balance-transfer", (patient,), bills),
        ("refund-ask", (patient,), bills),
    ):
        assert (name, client.get(url(name, *args)).status_code) == (name, 200 if role in roles else 403)
    assert client.post(url("small-write-off")).status_code == (302 if role in bills else 403)
    assert balance(patient.pk) == 5


def test_approvals_make_as_many_queries_with_3_rows_as_with_1(biller):
    client = signed_in(make_member(Role.BILLER))

    def grow():
        patient = make_patient()
        paid(patient, "80.00")
        request = services.ask_refund(
            by=biller, patient=patient, amount=Decimal(1), reason="twice", method="check"
        )
        services.ask_refund(by=biller, patient=patient, amount=Decimal(1), reason="twice", method="check")
        boss = actor_for(make_member(Role.MANAGER))
        services.decide_request(by=boss, request=request, is_approved=True, reference="1")

    def made():
        client.get(url("approvals"))
        with CaptureQueriesContext(connection) as found:
            assert client.get(url("approvals")).status_code == 200
        return len(found)

    grow()
    before = made()
    grow()
    grow()
    assert made() == before
