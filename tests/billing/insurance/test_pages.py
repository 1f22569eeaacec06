"""The pages of insurance: what they show, what they do, what they cost in statements."""

import datetime as dt

import pytest
from django.urls import reverse

from billing.models import Authorization, CoverageIssue, EligibilityCheck, EligibilityRequest, Estimate
from records.models import Coverage
from tests.factories import billing as money
from tests.factories import insurance as make
from tests.factories.scheduling import TUESDAY, Clinic, make_patient
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

FULL = {
    "copays": [{"amount": "30.00", "service_types": ["98"], "network": "in", "messages": []}],
    "deductibles": [
        {"amount": "1500.00", "scope": "individual", "period": "calendar_year", "network": "in"},
        {"amount": "375.00", "scope": "individual", "period": "remaining", "network": "in"},
    ],
    "benefits": [{"code": "B", "service_types": ["98"], "period": "27", "amount": "30.00", "network": "Y"}],
}


@pytest.fixture
def desk(clinic_open):
    return signed_in(make_member("front_desk"))


@pytest.fixture
def biller(clinic_open):
    return signed_in(make_member("biller"))


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def page(client, name, *args, **more) -> str:
    return text(client.get(reverse(f"insurance:{name}", args=args), **more))


def test_the_card_shows_what_the_patient_pays_and_takes_the_payers_copay_over(desk):
    coverage = make.make_insured()
    check = make.make_check(coverage, card=FULL)
    shown = page(desk, "patient-panel", coverage.patient_id)
    assert "$375.00 to go" in shown
    assert "($1,125.00 met)" in shown
    assert "Use $30.00" in shown
    desk.post(reverse("insurance:copay-use", args=[coverage.pk]))
    coverage.refresh_from_db()
    assert str(coverage.copay_office) == "30.00"
    benefits = page(desk, "check", check.pk)
    assert "Copay" in benefits
    assert "Office visit" in benefits


def test_asking_now_leaves_a_question_and_the_page_looks_for_the_answer(desk):
    coverage = make.make_insured()
    to = reverse("insurance:coverage", args=[coverage.pk])
    assert desk.post(reverse("insurance:check-now", args=[coverage.pk])).url == to
    assert EligibilityRequest.objects.get().service_on == TUESDAY
    assert f'data-poll="{to}"' in page(desk, "coverage", coverage.pk)
    polled = text(desk.get(to, headers={"X-Clinic-Poll": "1"}))
    assert polled.startswith('<div class="insurance"')


def test_a_check_is_recorded_by_hand(desk):
    coverage = make.make_insured()
    url = reverse("insurance:check-record", args=[coverage.pk])
    assert "Spoke to" in text(desk.get(url))
    data = {"source": "phone", "status": "active", "service_on": "2026-03-10", "copay_office": "20"}
    answer = desk.post(url, data)
    assert (answer.status_code, "Whom did you speak to?" in answer.content.decode()) == (422, True)
    assert desk.post(url, data | {"reference": "C-9"}).status_code == 302
    assert EligibilityCheck.objects.get().card["copays"][0]["amount"] == "20"


def test_the_list_is_worked_off(desk):
    issue = make.make_issue(make.make_check(make.make_insured(), "inactive"))
    assert "Not active" in page(desk, "work")
    desk.post(reverse("insurance:issue-take", args=[issue.pk]))
    mine = text(desk.get(reverse("insurance:work"), {"mine": "1"}))
    assert issue.patient.list_name in mine
    form = page(desk, "issue-work", issue.pk)
    assert "Who sees to it" in form
    desk.post(reverse("insurance:issue-resolve", args=[issue.pk]), {"resolution": "New card copied"})
    assert CoverageIssue.objects.get().resolution == "New card copied"
    assert "Nothing to look at" in page(desk, "work")
    assert "Nothing to look at" in page(desk, "home-panel")


def test_an_answer_as_it_came_is_for_billers(desk, biller):
    check = make.make_check(make.make_insured(), raw_answer="ISA*raw~", answer_sha256="a" * 64)
    assert "as it came" not in page(desk, "check", check.pk)
    assert desk.get(reverse("insurance:check-raw", args=[check.pk])).status_code == 403
    assert "ISA*raw~" in page(biller, "check-raw", check.pk)


def test_an_authorization_is_added_shown_and_ended(desk):
    coverage = make.make_insured()
    url = reverse("insurance:authorization-add", args=[coverage.patient_id])
    text(desk.get(url))
    data = {
        "kind": "authorization",
        "coverage": str(coverage.pk),
        "number": "A-1",
        "what_for": "Therapy",
        "units": "6",
        "starts_on": "2026-03-01",
        "ends_on": "2026-06-30",
    }
    assert desk.post(url, data).status_code == 302
    row = Authorization.objects.get()
    visit = Clinic().book("9:00", patient=coverage.patient)
    assert "5 left" in page(desk, "authorization", row.pk)
    assert "Insurance for this visit" in page(desk, "visit-panel", visit.pk)
    assert (
        desk.post(reverse("insurance:authorization-end", args=[row.pk]), {"reason": "Done"}).status_code
        == 302
    )
    assert "Ended" in page(desk, "authorization", row.pk)


def test_an_estimate_is_made_printed_and_handed_over(desk):
    fee = money.make_fee("G0463", price="150.00")
    visit, _ = money.make_visit(
        make_patient(), day=TUESDAY + dt.timedelta(days=7), code=fee.code, ended=False
    )
    assert "Make it" in page(desk, "estimates")
    url = reverse("insurance:estimate-make", args=[visit.pk])
    assert f'value="{fee.pk}" selected' in text(desk.get(url))
    to = desk.post(url, {"trigger": "scheduled", "service_1": str(fee.pk), "units_1": "2"}).url
    assert "$300.00" in text(desk.get(to))
    desk.post(reverse("insurance:estimate-hand-over", args=[Estimate.objects.get().pk]), {"how": "paper"})
    assert "Handed over" in text(desk.get(to))
    assert "None is owed" in page(desk, "estimates")


def test_the_rules_are_decided_by_who_may(desk, biller):
    url = reverse("insurance:rules")
    assert desk.get(url).status_code == 403
    assert "As delivered" in text(biller.get(url))
    data = {"effective_from": "2026-03-10", "days_ahead": "5", "stale_days": "60", "most_tries": "3"}
    assert biller.post(url, data).status_code == 302
    assert "60" in text(biller.get(url))


def test_without_a_connection_the_list_says_how_to_go_on(desk, settings):
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "none"}
    assert "No connection to payers" in page(desk, "work")
    coverage = make.make_insured()
    assert "Ask now" not in page(desk, "patient-panel", coverage.patient_id)


def test_the_visit_sheet_prints(desk):
    coverage = make.make_insured()
    fee = money.make_fee("G0463", price="120.00")
    make.make_check(coverage, card=FULL)
    visit, _ = money.make_visit(coverage.patient, code=fee.code, ended=False)
    shown = page(desk, "sheet", visit.pk)
    assert "Your copay" in shown
    assert "$30.00" in shown


@pytest.mark.parametrize("name", ["patient-panel", "work", "home-panel"])
def test_a_page_asks_the_database_the_same_for_one_row_and_for_three(desk, name):
    coverage = make.make_insured()
    make.make_issue(make.make_check(coverage, "inactive"))
    url = reverse(f"insurance:{name}", args=[coverage.patient_id] if name == "patient-panel" else [])
    text(desk.get(url))
    with counted() as one:
        text(desk.get(url))
    for rank in (2, 3):
        other = make.make_insured(patient=coverage.patient if name == "patient-panel" else None, rank=rank)
        make.make_issue(make.make_check(other, "inactive"))
    with counted() as three:
        text(desk.get(url))
    assert Coverage.objects.count() == 3
    assert len(three) == len(one)
