"""Pages of claims over HTTP: what they show and do, and how many queries they make."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import BillingProvider, Charge, Claim, ClaimBatch, ClaimRule, PayerContract, PayerTerms
from billing.queries.claim_documents import claims_for_sending, document
from billing.rules.cms1500 import boxes
from clinic.audit.models import AuditEvent
from clinic.core import kept
from clinic.staff.roles import Role
from tests.factories.claims import CODE, approved_visit, insured, make_claim, make_payer
from tests.factories.scheduling import EARLY
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _later():
    with time_machine.travel(EARLY + dt.timedelta(days=2), tick=False):
        yield


@pytest.fixture
def biller():
    return signed_in(make_member(Role.BILLER))


def url(name, *args):
    return reverse(f"billing:{name}", args=[getattr(arg, "pk", arg) for arg in args])


def shown(client, path) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_from_visit_to_sent_file(biller):
    encounter = approved_visit()
    assert "$120.00" in shown(biller, url("claims-unclaimed"))
    page = biller.post(url("claim-build", encounter)).url
    claim = Claim.objects.get()
    assert page == url("claim", claim)
    assert "Nothing stops this claim" in shown(biller, page)
    biller.post(url("claim-ready", claim))
    assert claim.account in shown(biller, url("claims") + "?state=ready")
    biller.post(url("claims-send"), {"claim": [claim.pk]})
    batch = ClaimBatch.objects.get()
    assert f"CLM*{claim.account}" in shown(biller, url("claim-batch", batch))
    assert str(batch.control_number) in shown(biller, url("claim-batches"))
    assert AuditEvent.objects.filter(kind="look", patient_id=claim.patient_id).exists()


def test_build_all_says_what_could_not_be_built(biller):
    approved_visit()
    approved_visit()
    biller.post(url("claims-build"))
    assert Claim.objects.count() == 2
    assert "Every visit is claimed" in shown(biller, url("claims-unclaimed"))


def test_a_problem_has_a_link_to_its_field_and_readiness_is_refused(biller):
    claim = make_claim(insured(member_id=""))
    page = shown(biller, url("claim", claim))
    assert "The member ID is missing." in page
    assert reverse("records:coverage-edit", args=[claim.coverage_id]) in page
    biller.post(url("claim-ready", claim))
    claim.refresh_from_db()
    assert claim.state == "draft"


def test_a_rejection_shows_the_payers_words_and_goes_back_to_draft(biller):
    claim = make_claim(state="rejected")
    Claim.objects.filter(pk=claim.pk).update(
        answers=[
            {
                "field": "claim.authorization",
                "words": "Authorization number.",
                "code": "A7/252",
                "verdict": "rejected",
            }
        ]
    )
    page = shown(biller, url("claim", claim))
    assert "Authorization number." in page
    assert url("claim-edit", claim) in page
    biller.post(url("claim-draft", claim))
    form = {"version": Claim.objects.get().version, "rendering": claim.rendering_id, "authorization": "A-9",
            "accepts_assignment": "on"}  # fmt: skip
    assert biller.post(url("claim-edit", claim), form).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.authorization) == ("draft", "A-9")


def test_a_line_takes_modifiers_and_a_printed_ndc(biller):
    claim = make_claim()
    form = {"letters": "A", "modifiers": "25 xs", "place_of_service": "11", "ndc": "0409-1234-01",
            "ndc_quantity": "1.5", "ndc_unit": "ML"}  # fmt: skip
    path = url("claim-line", claim, claim.lines.get())
    assert biller.post(path, {**form, "ndc": "0409123401"}).status_code == 422
    assert biller.post(path, form).status_code == 302
    line = claim.lines.get()
    assert (line.modifiers, line.ndc, line.ndc_quantity) == (["25", "XS"], "00409123401", Decimal("1.5"))
    assert Charge.objects.get().modifiers == ["25", "XS"]


def test_hold_note_close_replace_and_next(biller):
    claim = make_claim()
    biller.post(url("claim-hold", claim), {"reason": "Waits"})
    assert "Waits" in shown(biller, url("claims") + "?state=held")
    biller.post(url("claim-release", claim))
    biller.post(url("claim-note", claim), {"words": "Called the payer"})
    assert "Called the payer" in shown(biller, url("claim", claim))
    biller.post(url("claim-close", claim), {"reason": "Paid by the patient"})
    denied = make_claim(state="denied")
    new = biller.post(url("claim-replace", denied)).url
    assert "Replacement of" in shown(biller, new)
    first = insured()
    insured(rank=2, payer=make_payer("Homestead", payer_id="HMS31"), patient=first.patient)
    paid = make_claim(first, state="paid")
    assert "To Homestead" in shown(biller, url("claim", paid))
    assert "Homestead" in shown(biller, biller.post(url("claim-next", paid)).url)


def test_the_form_has_its_boxes_and_a_pdf_with_the_data_alone(biller):
    coverage = insured(relationship="child", subscriber_name="Bo Reed", group_number="G-7")
    claim = make_claim(coverage, codes=[f"G{number:04d}" for number in range(1, 8)])
    page = shown(biller, url("claim-boxes", claim))
    assert "Sheet 2 of 2" in page
    (whole,) = claims_for_sending([claim.pk])
    first, last = boxes(document(whole))
    cells = {(row, column): text for row, column, text in first.cells}
    assert (cells[8, 50], cells[10, 50], cells[12, 42]) == (coverage.member_id, "REED, BO", "X")
    assert (cells[43, 25], cells[53, 25], cells[55, 23]) == ("G0001", "G0006", claim.account)
    assert cells[55, 51] == "CONTINUED"
    assert ("28", "$840.00") in [(box.number, box.text) for box in last.boxes]
    pdf = biller.get(url("claim-form", claim))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content.count(b"/Type /Page\n") == 2
    assert b"REED, BO" in pdf.content


def test_set_up_of_provider_payers_contracts_and_rules(biller):
    payer = make_payer()
    form = {"name": "Maple", "npi": "1999990009", "tax_id": "36-1234567", "tax_id_kind": "EIN", "state": "IL",
            "address_line1": "14 Maple", "city": "Springfield", "postal_code": "62701", "version": 1}  # fmt: skip
    assert "all nine digits" in biller.post(url("claim-provider"), form).content.decode()
    assert biller.post(url("claim-provider"), {**form, "postal_code": "62701-1234"}).status_code == 302
    assert BillingProvider.objects.get().tax_id == "361234567"
    terms = {"payer_number": "LKH02", "filing_code": "CI", "filing_days": "90", "is_electronic": "on",
             "needs_authorization": "g0463"}  # fmt: skip
    assert biller.post(url("payer-terms", payer), terms).status_code == 302
    payer.refresh_from_db()
    assert (payer.payer_id, PayerTerms.objects.get().needs_authorization) == ("LKH02", ["G0463"])
    biller.post(
        url("contract-add", payer), {"name": "2026", "effective_from": "2026-01-01", "percent_of_fee": "60"}
    )
    contract = PayerContract.objects.get()
    biller.post(url("contract-rate", contract), {"code": CODE, "allowed": "80"})
    assert "$80.00" in shown(biller, url("contract", contract))
    biller.post(url("contract-end", contract), {"effective_to": "2026-12-31"})
    assert "to Dec 31, 2026" in shown(biller, url("claim-payers"))
    rule = ClaimRule.objects.get(code="code-form")
    edit = {
        "name": rule.name,
        "severity": "off",
        "words": rule.words,
        "parameters": "{}",
        "version": rule.version,
    }
    assert biller.post(url("claim-rule-edit", rule), edit).status_code == 302
    rule.refresh_from_db()
    assert rule.severity == "off"
    assert rule.name in shown(biller, url("claim-rules"))


def test_who_may_look_and_who_may_act():
    claim = make_claim()
    manager = signed_in(make_member(Role.MANAGER))
    assert url("claim-ready", claim) not in shown(manager, url("claim", claim))
    assert manager.post(url("claim-ready", claim)).status_code == 403
    desk = signed_in(make_member(Role.FRONT_DESK))
    for path in (url("claims"), url("claim", claim), url("claim-form", claim), url("claim-batches")):
        assert desk.get(path).status_code == 403


def queries(client, path) -> int:
    kept.forget()
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(path)
    return len(seen)


def test_lists_make_the_same_number_of_queries_for_one_and_three(biller):
    claim = make_claim()
    approved_visit()
    paths = [url("claims") + "?state=draft", url("claims-unclaimed"), url("claim", claim)]
    one = [queries(biller, path) for path in paths]
    for _ in range(2):
        make_claim(codes=(CODE, "Q0091"))
        approved_visit()
    assert [queries(biller, path) for path in paths] == one
