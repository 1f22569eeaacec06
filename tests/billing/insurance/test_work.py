"""Checks by hand, the work list, authorizations that visits use up, estimates that are owed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from billing import services
from billing.models import (
    BillingProvider,
    Charge,
    CoverageIssue,
    EligibilityCheck,
    Estimate,
    VerificationPolicy,
)
from billing.queries.authorizations import use_of, uses, visit_warnings
from billing.queries.cost_sheet import cost_sheet
from billing.queries.eligibility import policy_on, with_checks
from billing.queries.estimates import is_federal_holiday, overruns, owed_estimates
from billing.queries.insurance_work import work_list
from billing.services.checks import told_card
from clinic.audit.models import AuditEvent
from clinic.core.errors import Conflict, Refused, Stale
from scheduling.models import Appointment
from scheduling.services.booking import cancel_appointment
from tests.factories import billing as money
from tests.factories import insurance as make
from tests.factories.scheduling import TUESDAY, Clinic, make_patient, visit_type
from tests.factories.staff import actor_for, make_member
from tests.support.statements import counted

WEEK = dt.timedelta(days=7)


@pytest.fixture
def clerk(clinic_open):
    return actor_for(make_member("front_desk"))


def told(clerk, coverage, **fields):
    values = {"service_on": TUESDAY, "source": "portal", "status": "active"}
    return services.record_check(by=clerk, coverage=coverage, **values | fields)


def test_a_call_is_kept_with_whom_and_stamps_the_coverage(clerk):
    coverage = make.make_insured()
    card = told_card(plan="Choice", copay_office=Decimal("30.00"), coinsurance=20)
    check = told(clerk, coverage, source="phone", representative="Ana", reference="C-77", card=card)
    coverage.refresh_from_db()
    assert (coverage.verified_by_id, coverage.verified_at) == (clerk.member_id, check.checked_at)
    (shown,) = with_checks([coverage])
    assert (str(shown.said_copay), shown.copay_differs) == ("30.00", True)
    assert shown.card.coinsurance[0].percent == "20%"
    assert AuditEvent.objects.get(action="eligibility.checked").detail["source"] == "phone"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"source": "phone"}, "representative"),
        ({"source": "electronic"}, "source"),
        ({"status": "x"}, "source"),
    ],
)
def test_a_check_by_hand_that_says_too_little_is_refused_and_nothing_is_kept(clerk, fields, field):
    with pytest.raises(Refused) as refusal:
        told(clerk, make.make_insured(), **fields)
    assert refusal.value.field == field
    assert EligibilityCheck.objects.count() == 0


def test_seeing_the_card_proves_no_coverage(clerk):
    coverage = make.make_insured()
    told(clerk, coverage, source="card")
    coverage.refresh_from_db()
    assert coverage.verified_at is None


def test_the_database_refuses_to_change_a_check(clerk):
    check = told(clerk, make.make_insured())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_eligibilitycheck SET status = 'inactive'")
    check.refresh_from_db()
    assert check.status == "active"


def test_an_issue_is_taken_noted_and_resolved(clerk):
    issue = make.make_issue(make.make_check(make.make_insured(), "inactive"))
    other = make_member("biller")
    services.take_issue(by=clerk, issue_id=issue.pk)
    with pytest.raises(Refused, match="is working on this"):
        services.take_issue(by=actor_for(other), issue_id=issue.pk)
    services.work_issue(by=clerk, issue_id=issue.pk, owner=other, note="New card asked for", version=2)
    with pytest.raises(Stale):
        services.work_issue(by=clerk, issue_id=issue.pk, owner=None, note="", version=2)
    with pytest.raises(Refused, match="how it was resolved"):
        services.resolve_issue(by=clerk, issue_id=issue.pk, resolution=" ")
    services.resolve_issue(by=clerk, issue_id=issue.pk, resolution="Patient pays")
    with pytest.raises(Refused, match="already"):
        services.resolve_issue(by=clerk, issue_id=issue.pk, resolution="Again")
    row = CoverageIssue.objects.get()
    assert (row.owner, row.note, row.resolution) == (other, "New card asked for", "Patient pays")
    assert work_list().total == 0


def test_the_next_visit_comes_first_then_what_is_graver(clinic_open):
    clinic = Clinic()
    later, sooner = make.make_insured(), make.make_insured()
    clinic.book("9:00", patient=later.patient, day=TUESDAY + WEEK)
    clinic.book("9:00", patient=sooner.patient)
    for coverage, kind in (
        (later, "inactive"),
        (sooner, "no_answer"),
        (sooner, "inactive"),
        (make.make_insured(), "inactive"),
    ):
        make.make_issue(make.make_check(coverage, "inactive"), kind)
    found = work_list()
    assert [(row.when, row.issue.kind) for row in found.rows] == [
        ("Today", "inactive"),
        ("Today", "no_answer"),
        ("In 7 days", "inactive"),
        ("No visit booked", "inactive"),
    ]
    assert [count for _, _, count in found.piles] == [3, 0, 0, 0, 0, 1]
    assert (len(work_list(kind="no_answer").rows), work_list(shown=1).more) == (1, 3)


@pytest.mark.parametrize("count", [1, 3])
def test_the_work_list_takes_as_many_statements_for_one_row_as_for_three(clinic_open, count):
    for _ in range(count):
        make.make_issue(make.make_check(make.make_insured(), "inactive"))
    work_list()
    with counted() as log:
        assert len(work_list().rows) == count
    assert len(log) == 2


def authorize(clerk, coverage, **fields):
    values = {
        "kind": "authorization",
        "number": "A-1",
        "what_for": "Follow-ups",
        "units": 2,
        "starts_on": TUESDAY,
        "ends_on": TUESDAY + 3 * WEEK,
        "visit_type": visit_type(),
    }
    return services.add_authorization(by=clerk, coverage=coverage, **values | fields)


def test_visits_use_an_authorization_up_and_a_cancelled_one_gives_it_back(clerk):
    clinic, coverage = Clinic(), make.make_insured()
    row = authorize(clerk, coverage)
    visits = [clinic.book("9:00", patient=coverage.patient, day=TUESDAY + n * WEEK) for n in range(3)]
    use = use_of(row)
    assert (use.used, use.booked, use.left, use.is_over) == (0, 3, 0, True)
    assert visit_warnings(visits[1]) == [
        "Prior authorization A-1: this is the last of 2 visits. Ask for more now."
    ]
    assert visit_warnings(visits[2]) == ["Prior authorization A-1 allows 2 visits; this is number 3."]
    cancel_appointment(by=clerk, appointment=visits[0], reason="patient_better")
    assert (use_of(row).left, use_of(row).is_over) == (0, False)
    Appointment.objects.filter(pk=visits[1].pk).update(state="completed")
    assert (use_of(row).used, use_of(row).booked) == (1, 1)


def test_a_visit_after_the_end_is_warned_of(clerk):
    clinic, coverage = Clinic(), make.make_insured()
    authorize(clerk, coverage, units=9)
    late = clinic.book("9:00", patient=coverage.patient, day=TUESDAY + 4 * WEEK)
    last = clinic.book("9:00", patient=coverage.patient, day=TUESDAY + 3 * WEEK)
    assert visit_warnings(late) == [
        "Prior authorization A-1 ended Tue, Mar 31, 2026: it does not hold for this visit."
    ]
    assert visit_warnings(last) == ["Prior authorization A-1 ends Tue, Mar 31, 2026."]
    with counted() as log:
        visit_warnings(last)
    assert len(log) == 2


def test_an_authorization_takes_its_line_off_the_list_and_can_end_early(clerk):
    coverage = make.make_insured()
    issue = make.make_issue(make.make_check(coverage), "authorization")
    row = authorize(clerk, coverage)
    issue.refresh_from_db()
    assert issue.resolution == "Prior authorization A-1 is on file."
    with pytest.raises(Conflict, match="on file for this coverage"):
        authorize(clerk, coverage)
    with pytest.raises(Refused, match="Who referred"):
        authorize(clerk, coverage, kind="referral", number="R-1")
    services.end_authorization(by=clerk, authorization=row, reason="Plan changed")
    with pytest.raises(Refused, match="already"):
        services.end_authorization(by=clerk, authorization=row, reason="Plan changed")
    assert uses(coverage.patient_id) == []


def test_who_pays_alone_is_owed_an_estimate_until_it_is_handed_over(clerk):
    BillingProvider.objects.update_or_create(defaults={"name": "Maple Street", "tax_id": "361234567"})
    fee = money.make_fee("G0463", price="150.00")
    visit, _ = money.make_visit(make_patient(), day=TUESDAY + WEEK, code=fee.code, ended=False)
    insured = make.make_insured()
    Clinic().book("9:00", patient=insured.patient, day=TUESDAY + WEEK)
    (owed,) = owed_estimates()
    assert (owed.visit, owed.due_on, owed.is_late, owed.draft) == (
        visit,
        TUESDAY + dt.timedelta(days=1),
        False,
        None,
    )
    with pytest.raises(Refused, match="at least one service"):
        services.make_estimate(by=clerk, visit=visit, lines=[], trigger="scheduled")
    first = services.make_estimate(
        by=clerk, visit=visit, lines=[(fee, 2)], trigger="scheduled", diagnoses=["z00.00"]
    )
    assert (first.number, str(first.total), first.diagnoses) == (1, "300.00", ["Z00.00"])
    assert first.provider["tax_id"] == "361234567"
    assert owed_estimates()[0].draft == first
    services.hand_over_estimate(by=clerk, estimate=first, how="paper")
    assert owed_estimates() == []
    with pytest.raises(Refused, match="already"):
        services.hand_over_estimate(by=clerk, estimate=first, how="mail")
    assert services.make_estimate(by=clerk, visit=visit, lines=[(fee, 1)], trigger="requested").number == 2
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_estimate SET total = 1")


def test_an_estimate_that_nobody_handed_over_is_late(clerk, clinic_open):
    visit, _ = money.make_visit(make_patient(), day=TUESDAY + WEEK, ended=False)
    clinic_open.shift(dt.timedelta(days=2))
    assert [row.is_late for row in owed_estimates()] == [True]


def test_a_bill_that_runs_400_over_is_shown(clerk):
    fee = money.make_fee("G0463", price="150.00")
    visit, encounter = money.make_visit(code=fee.code)
    row = services.make_estimate(by=clerk, visit=visit, lines=[(fee, 1)], trigger="requested")
    services.hand_over_estimate(by=clerk, estimate=row, how="paper")
    dear = money.make_fee(price="549.99")
    services.propose_charge(by=clerk, encounter=encounter, code=dear.code)
    assert overruns() == []
    services.propose_charge(by=clerk, encounter=encounter, code=money.make_fee(price="0.01").code)
    (over,) = overruns()
    assert (str(over.charged), str(over.over)) == ("550.00", "400.00")
    Charge.objects.update(state="void", voided_at=row.made_at)
    assert overruns() == []


def test_thanksgiving_is_a_holiday_and_the_day_after_is_none(clinic_open):
    assert is_federal_holiday(dt.date(2026, 11, 26)) is True
    assert is_federal_holiday(dt.date(2026, 11, 25)) is False


def test_a_policy_counts_from_its_day_and_the_past_stays(clerk):
    values = {
        "days_ahead": 5,
        "stale_days": 60,
        "monthly_kinds": ["medicare"],
        "is_yearly": False,
        "most_tries": 2,
    }
    services.set_verification_policy(by=clerk, effective_from=TUESDAY + WEEK, **values)
    assert policy_on(TUESDAY).days_ahead == 3
    assert policy_on(TUESDAY + WEEK).monthly_kinds == ("medicare",)
    with pytest.raises(Refused, match="past days"):
        services.set_verification_policy(by=clerk, effective_from=TUESDAY - WEEK, **values)
    assert VerificationPolicy.objects.count() == 2


def test_the_cost_sheet_says_what_the_patient_pays_and_why(clerk):
    fee = money.make_fee("G0463", price="120.00")
    coverage = make.make_insured()
    visit, _ = money.make_visit(coverage.patient, code=fee.code, ended=False)
    assert cost_sheet(visit).share is None
    told(clerk, coverage, card=told_card(copay_office=Decimal("25.00"), out_of_pocket_left=Decimal("900.00")))
    sheet = cost_sheet(visit)
    assert (str(sheet.price), str(sheet.share.total)) == ("120.00", "25.00")
    assert sheet.sentences == (
        "You pay a copay of $25.00 when you come in.",
        "The most that you can still have to pay this year is $900.00.",
    )
    own, _ = money.make_visit(make_patient(), code=fee.code, clinic=None, clock="11:00", ended=False)
    assert str(cost_sheet(own).share.total) == "120.00"


def test_estimate_versions_are_counted_once_each(clerk):
    fee = money.make_fee(price="10.00")
    visit, _ = money.make_visit(make_patient(), ended=False)
    for _ in range(2):
        services.make_estimate(by=clerk, visit=visit, lines=[(fee, 1)], trigger="requested")
    assert list(Estimate.objects.values_list("number", flat=True)) == [2, 1]
