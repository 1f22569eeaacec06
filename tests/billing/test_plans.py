"""Payment plans: due days, a missed payment becomes one task, a paid plan ends by itself."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.models import PaymentPlan
from billing.queries.plans import plan_lines, plan_of
from billing.rules.plans import due_days, missed_on, payments_needed
from clinic.core.errors import Refused
from clinic.inbox.models import Task
from clinic.staff.roles import Role
from tests.billing.test_money import charged
from tests.factories.billing import SYSTEM, paid
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db
days_ = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def agreed(patient=None, total="300.00", amount="100.00", first=TUESDAY):
    if patient is None:
        patient = make_patient()
        charged(patient, "300.00")
    return services.agree_plan(
        by=SYSTEM,
        patient=patient,
        total=Decimal(total),
        amount=Decimal(amount),
        first_due_on=first,
        signed_by="J. Doe",
    )


@given(days_, st.integers(0, 1500))
def test_one_payment_a_month_is_due(first, ahead):
    until = first + dt.timedelta(days=ahead)
    days = due_days(first, until)
    months = (until.year - first.year) * 12 + until.month - first.month
    assert len(days) in (months, months + 1)
    assert [(day.year * 12 + day.month) for day in days] == [
        first.year * 12 + first.month + n for n in range(len(days))
    ]
    assert all(day <= until for day in days)


def test_the_31st_is_the_last_day_of_a_shorter_month():
    assert due_days(dt.date(2026, 1, 31), dt.date(2026, 4, 30)) == [
        dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31), dt.date(2026, 4, 30),
    ]  # fmt: skip


def test_how_many_payments_there_are_and_when_one_is_missed():
    plan = (Decimal(250), Decimal(100), TUESDAY)
    assert payments_needed(*plan[:2]) == 3
    assert missed_on(*plan, Decimal(0), TUESDAY + dt.timedelta(days=5)) is None
    assert missed_on(*plan, Decimal(0), TUESDAY + dt.timedelta(days=6)) == TUESDAY
    assert missed_on(*plan, Decimal(100), TUESDAY + dt.timedelta(days=6)) is None
    assert missed_on(*plan, Decimal(250), TUESDAY + dt.timedelta(days=600)) is None


def test_a_missed_payment_is_one_task_for_the_billers():
    plan = agreed()
    assert services.follow_plans() == (0, 0)
    with time_machine.travel(EARLY + dt.timedelta(days=6), tick=False):
        assert services.follow_plans() == (1, 0)
        services.follow_plans()
    task = Task.objects.get()
    assert (task.pool, task.patient_id) == ("biller", plan.patient_id)
    assert task.detail == "$100.00 was due on 03/10/2026. $300.00 of the plan is left."


def test_a_plan_that_is_paid_ends_by_itself_and_what_was_taken_back_does_not_count():
    plan = agreed()
    wrong = paid(plan.patient, "300.00", purpose="balance")
    services.reverse_payment(by=SYSTEM, payment=wrong, reason="Bounced")
    assert services.follow_plans() == (0, 0)
    paid(plan.patient, "100.00", purpose="balance")
    line = plan_of(plan.patient_id)
    assert (line.paid, line.left, line.payments, line.next_due) == (100, 200, 3, dt.date(2026, 4, 10))
    paid(plan.patient, "200.00", purpose="balance")
    assert services.follow_plans() == (0, 1)
    plan.refresh_from_db()
    assert plan.state == "kept"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"total": "300.01"}, r"\$300.00 is owed"),
        ({"amount": "301.00"}, "at most the whole"),
        ({"amount": "8.00"}, "more than 36"),
        ({"first": TUESDAY - dt.timedelta(days=1)}, "today or later"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(fields, words):
    with pytest.raises(Refused, match=words):
        agreed(**fields)
    assert not PaymentPlan.objects.exists()


def test_a_patient_has_one_plan_and_it_can_be_ended():
    from clinic.core.errors import ClinicError

    plan = agreed()
    with pytest.raises(ClinicError, match="a plan already"):
        agreed(plan.patient)
    with pytest.raises(Refused, match="Say why"):
        services.end_plan(by=SYSTEM, plan=plan, reason=" ")
    services.end_plan(by=SYSTEM, plan=plan, reason="Moved away")
    assert agreed(plan.patient).state == "active"


def test_plans_over_http(django_assert_num_queries):
    patient = make_patient()
    charged(patient, "300.00")
    biller, desk = (signed_in(make_member(role)) for role in (Role.BILLER, Role.FRONT_DESK))
    address = reverse("billing:plan-agree", args=[patient.pk])
    values = {"total": "300", "amount": "50", "first_due_on": "2026-04-01", "signed_by": "J. Doe"}
    assert desk.post(address, values).status_code == 403
    assert biller.post(address, values).status_code == 302
    assert "in 6 payments" in biller.get(reverse("billing:ledger", args=[patient.pk])).content.decode()
    assert "$50.00" in biller.get(reverse("billing:plans")).content.decode()
    plan = PaymentPlan.objects.get()
    assert (
        biller.post(reverse("billing:plan-end", args=[plan.pk]), {"reason": "Paid elsewhere"}).status_code
        == 302
    )
    assert plan_of(patient.pk) is None
    for _ in range(3):
        agreed()
    with django_assert_num_queries(1):
        assert len(plan_lines(TUESDAY)) == 3
