"""Money at the desk: receipts without a gap, nothing twice, nothing rewritten."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest
import time_machine
from django.urls import reverse

from billing import services
from billing.models import JournalEntry, Payment, Posting
from billing.queries import balance, balances, collected, copay_due, drawer_totals
from billing.queries.verify import verify_ledger
from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.core.submissions import once
from tests.factories.billing import SYSTEM, make_coverage, make_drawer, make_visit, paid
from tests.factories.scheduling import EARLY, make_patient
from tests.factories.staff import actor_for, make_member, signed_in
from tests.inventory.test_races import together

pytestmark = pytest.mark.django_db


def nothing_posted():
    return not (Payment.objects.exists() or JournalEntry.objects.exists() or Posting.objects.exists())


def test_take_payment_posts_cash_against_what_is_owed():
    patient = make_patient()
    payment = paid(patient, "25.00", method="check", reference=" 1042 ")
    assert {(row.account, row.amount) for row in payment.entry.postings.all()} == {
        ("cash", Decimal("25.00")),
        ("receivable", Decimal("-25.00")),
    }
    assert (payment.receipt_number, payment.reference) == (1, "1042")
    assert balance(patient.pk) == Decimal("-25.00")
    assert AuditEvent.objects.filter(action="payment.taken", patient_id=patient.pk).count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "0"}, "more than zero"),
        ({"amount": "-5"}, "more than zero"),
        ({"amount": "NaN"}, "more than zero"),
        ({"amount": "1.005"}, "dollars and cents"),
        ({"amount": "50000.01"}, "Check the amount"),
        ({"method": "check"}, "check number"),
        ({"method": "barter"}, "how it was paid"),
        ({"method": "card", "reference": "4111 1111 1111 1111"}, "card number"),
    ],
)
def test_take_payment_refuses(fields, words):
    with pytest.raises(Refused, match=words):
        paid(make_patient(), **{"amount": "5.00"} | fields)
    assert nothing_posted()


def test_a_refusal_of_a_card_number_repeats_it_nowhere():
    with pytest.raises(Refused) as caught:
        paid(make_patient(), method="card", reference="4111111111111111")
    assert "4111" not in str(caught.value)
    assert not AuditEvent.objects.filter(detail__icontains="4111").exists()


@time_machine.travel(EARLY, tick=False)
def test_take_payment_refuses_the_visit_of_another_patient():
    appointment, _ = make_visit()
    with pytest.raises(Refused, match="another patient"):
        paid(make_patient(), appointment=appointment)
    assert nothing_posted()


def test_a_drawer_no_longer_in_use_takes_nothing():
    with pytest.raises(Refused, match="no longer in use"):
        paid(make_patient(), drawer=make_drawer(is_active=False))
    assert nothing_posted()


@time_machine.travel(EARLY, tick=False)
def test_copay_due_is_what_the_first_coverage_says_less_what_was_paid():
    appointment, _ = make_visit()
    assert copay_due(appointment) is None
    make_coverage(appointment.patient, "10.00", rank=2)
    make_coverage(appointment.patient, "40.00", rank=1)
    make_coverage(appointment.patient, "99.00", rank=1, ends_on=dt.date(2026, 1, 1))
    assert copay_due(appointment) == 40
    payment = paid(appointment.patient, "30.00", appointment=appointment)
    assert copay_due(appointment) == 10
    paid(appointment.patient, "50.00", appointment=appointment, purpose="balance")
    assert copay_due(appointment) == 10
    paid(appointment.patient, "20.00", appointment=appointment)
    assert copay_due(appointment) == 0
    services.reverse_payment(by=SYSTEM, payment=payment, reason="Wrong card")
    assert copay_due(appointment) == 20


def test_a_payment_is_reversed_once_and_stays_on_file():
    patient = make_patient()
    payment = paid(patient, "25.00")
    entry = services.reverse_payment(by=SYSTEM, payment=payment, reason="Wrong patient")
    assert entry.reverses == payment.entry
    assert balance(patient.pk) == 0
    assert Payment.objects.get(pk=payment.pk).is_reversed
    for reason, words in (("Again", "already"), (" ", "Say why"), ("4111111111111111", "card number")):
        with pytest.raises(Refused, match=words):
            services.reverse_payment(by=SYSTEM, payment=payment, reason=reason)
    assert JournalEntry.objects.count() == 2
    assert verify_ledger().wrong == []


def test_a_failed_payment_leaves_no_gap_in_the_receipts():
    assert paid(make_patient()).receipt_number == 1
    with pytest.raises(RuntimeError):
        once(by=SYSTEM, verb="x", form_key="k", do=_pay_and_fail)
    assert paid(make_patient()).receipt_number == 2


def _pay_and_fail():
    paid(make_patient())
    raise RuntimeError


def test_the_business_day_is_the_clinics_own():
    with time_machine.travel(
        dt.datetime(2026, 3, 11, 4, 30, tzinfo=dt.UTC), tick=False
    ):  # 11:30 pm on the 10th
        payment = paid(make_patient())
    assert payment.business_day == payment.entry.business_day == dt.date(2026, 3, 10)


def test_drawer_totals_by_drawer_method_and_user():
    day = dt.date(2026, 3, 10)
    front, back = make_drawer(name="Back"), make_drawer(name="Front")
    ana, ben = (
        actor_for(make_member("front_desk", first_name=name, last_name="Cole")) for name in ("Ana", "Ben")
    )
    with time_machine.travel(EARLY, tick=False):
        paid(make_patient(), "20.00", drawer=front, by=ana)
        wrong = paid(make_patient(), "30.00", drawer=front, by=ana)
        paid(make_patient(), "40.00", drawer=front, by=ben, method="card")
        paid(make_patient(), "50.00", drawer=back, by=ana)
        services.reverse_payment(by=ben, payment=wrong, reason="Typed wrong")
    rows = [
        (row.drawer, row.method, row.user, row.count, row.amount, row.reversed, row.net)
        for row in drawer_totals(day)
    ]
    assert rows == [
        ("Back", "Card", ben.label, 1, 40, 0, 40),
        ("Back", "Cash", ana.label, 2, 50, -30, 20),
        ("Front", "Cash", ana.label, 1, 50, 0, 50),
    ]
    assert [row.net for row in drawer_totals(day, ben.member_id)] == [40]
    assert drawer_totals(dt.date(2026, 3, 9)) == []


def test_a_reversal_counts_on_the_day_it_is_made_not_before():
    with time_machine.travel(EARLY, tick=False):
        payment = paid(make_patient(), "30.00")
    with time_machine.travel(EARLY + dt.timedelta(days=1), tick=False):
        services.reverse_payment(by=SYSTEM, payment=payment, reason="Bounced")
    assert [row.net for row in drawer_totals(dt.date(2026, 3, 10))] == [30]
    assert [row.net for row in drawer_totals(dt.date(2026, 3, 11))] == [-30]


def test_collected_is_set_against_the_median_of_the_same_weekday():
    for weeks, amount in ((1, "100.00"), (2, "300.00"), (3, "200.00"), (0, "240.00")):
        with time_machine.travel(EARLY - dt.timedelta(weeks=weeks), tick=False):
            paid(make_patient(), amount)
    with time_machine.travel(EARLY - dt.timedelta(days=1), tick=False):
        paid(make_patient(), "9999.00")
    found = collected(dt.date(2026, 3, 10))
    assert (found.total, found.by_method, found.usual, found.words) == (
        240,
        {"Cash": 240},
        200,
        "20 % above usual",
    )


def test_adjustments_take_off_and_put_on_and_can_be_taken_back():
    patient = make_patient()
    services.adjust_balance(
        by=SYSTEM, patient=patient, amount=Decimal("100"), reason="Carried over", is_increase=True
    )
    off = services.adjust_balance(by=SYSTEM, patient=patient, amount=Decimal("15"), reason="Discount")
    assert balance(patient.pk) == 85
    services.reverse_adjustment(by=SYSTEM, entry=off, reason="Not agreed")
    assert balance(patient.pk) == 100
    with pytest.raises(Refused, match="Say why"):
        services.adjust_balance(by=SYSTEM, patient=patient, amount=Decimal("1"), reason="")
    with pytest.raises(Refused, match="Only an adjustment"):
        services.reverse_adjustment(by=SYSTEM, entry=paid(patient, "5").entry, reason="No")
    assert verify_ledger().wrong == []


def test_balances_of_many_in_one_query(django_assert_num_queries):
    first, second, third = make_patient(), make_patient(), make_patient()
    paid(first, "10")
    paid(second, "5")
    with django_assert_num_queries(1):
        assert balances([first.pk, second.pk, third.pk]) == {first.pk: -10, second.pk: -5, third.pk: 0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [2, 20])
def test_one_form_sent_many_times_at_once_takes_one_payment(count):
    patient, drawer = make_patient(), make_drawer()

    def do():
        return str(
            services.take_payment(
                by=SYSTEM, patient=patient, amount=Decimal("25"), method="cash", drawer=drawer
            ).pk
        )

    answers = [
        result
        for result, _ in together(
            count, lambda _: once(by=SYSTEM, verb="payment.take", form_key="one", do=do)
        )
    ]
    assert len({key for key, _ in answers}) == 1
    assert sorted(repeated for _, repeated in answers) == [False] + [True] * (count - 1)
    assert Payment.objects.count() == 1
    assert balance(patient.pk) == -25


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [2, 20])
def test_one_form_posted_many_times_at_once_is_one_payment_over_http(count):
    patient, drawer, member = make_patient(), make_drawer(), make_member("front_desk")
    browsers = [signed_in(member) for _ in range(count)]
    form = {
        "form_key": "the-one-form",
        "amount": "25",
        "method": "cash",
        "purpose": "copay",
        "drawer": drawer.pk,
    }
    url = reverse("billing:payment-take", args=[patient.pk])
    answers = [answer for answer, _ in together(count, lambda number: browsers[number].post(url, form))]
    payment = Payment.objects.get()
    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {
        (302, reverse("billing:receipt", args=[payment.pk]))
    }
    assert balance(patient.pk) == -25


@pytest.mark.django_db(transaction=True)
def test_receipts_have_no_gap_and_no_double_when_twenty_pay_at_once():
    drawer = make_drawer()
    patients = [make_patient() for _ in range(20)]
    answers = [
        result
        for result, _ in together(
            20,
            lambda n: services.take_payment(
                by=SYSTEM, patient=patients[n], amount=Decimal(n + 1), method="cash", drawer=drawer
            ),
        )
    ]
    assert sorted(payment.receipt_number for payment in answers) == list(range(1, 21))
    assert verify_ledger().wrong == []


@pytest.mark.django_db(transaction=True)
def test_one_reversal_of_many_at_once():
    patient = make_patient()
    payment = paid(patient, "25")
    answers = [
        result
        for result, _ in together(
            8, lambda _: services.reverse_payment(by=SYSTEM, payment=payment, reason="Twice")
        )
    ]
    assert sum(isinstance(answer, JournalEntry) for answer in answers) == 1
    assert balance(patient.pk) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        f"{verb} {table}{rest}"
        for table in ("billing_journalentry", "billing_posting", "billing_payment")
        for verb, rest in (
            ("UPDATE", " SET created_at = now()"),
            ("DELETE FROM", ""),
            ("TRUNCATE", " CASCADE"),
        )
    ],
)
def test_the_application_cannot_rewrite_the_books(raw_connections, statement):
    patient = make_patient()
    paid(patient, "25")
    [connection] = raw_connections(1)
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement)
    assert caught.value.sqlstate in {"42501", "23001"}
    connection.rollback()
    assert balance(patient.pk) == -25


@pytest.mark.django_db(transaction=True)
def test_even_the_owner_is_stopped_by_the_triggers(owner_connection):
    paid(make_patient(), "25")
    for table in ("billing_journalentry", "billing_posting", "billing_payment"):
        for statement in (
            f"UPDATE {table} SET created_at = now()",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner_connection.execute(statement)


ENTRY = (
    "INSERT INTO billing_journalentry (id, created_at, updated_at, kind, business_day, memo, key, at, by_label, "
    "written_in) VALUES (%s, now(), now(), 'adjustment', now(), '', %s, now(), 'raw', 0)"
)
SIDE = (
    "INSERT INTO billing_posting (id, created_at, updated_at, entry_id, account, amount, patient_id) "
    "VALUES (gen_random_uuid(), now(), now(), %s, %s, %s, %s)"
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sides", [[], [("receivable", "5")], [("receivable", "5"), ("adjustment", "-4")]])
def test_the_database_refuses_an_entry_that_does_not_balance(raw_connections, sides):
    patient = make_patient()
    [connection] = raw_connections(1)
    connection.execute(ENTRY, ["00000000-0000-0000-0000-000000000001", "raw:1"])
    for account, amount in sides:
        connection.execute(SIDE, ["00000000-0000-0000-0000-000000000001", account, amount, patient.pk])
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connection.commit()
    assert caught.value.diag.constraint_name == "billing_journalentry_balances"
    assert nothing_posted()


@pytest.mark.django_db(transaction=True)
def test_nothing_joins_an_entry_that_is_closed(raw_connections):
    patient = make_patient()
    payment = paid(patient, "25")
    [connection] = raw_connections(1)
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connection.execute(SIDE, [payment.entry_id, "receivable", "5", patient.pk])
    assert caught.value.diag.constraint_name == "billing_posting_entry_closed"
    connection.rollback()
    assert balance(patient.pk) == -25
