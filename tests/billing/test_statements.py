"""Statements say why what is left is the patient's, ask for no more and no sooner than is due; holds and collections."""

import base64
import datetime as dt
import re
import zlib
from decimal import Decimal

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.models import AppealLetter, BillingHold, CollectionCase, Denial, MoneyPolicy, Statement
from billing.printing.statements import statements_pdf
from billing.queries import statements as queries
from billing.queries.collections import collection_candidates
from billing.queries.statement_items import visit_items
from billing.rules.adjudication import read_decision
from billing.rules.appeals import ARGUMENTS
from billing.rules.remittances import CATEGORIES
from billing.rules.statements import LANGUAGES, WORDS, VisitItem, amount_due, content_of, shares_of
from clinic.core.errors import ClinicError, Refused
from clinic.staff.roles import Role
from tests.billing.test_money import charged
from tests.billing.test_remittances import take
from tests.factories.billing import SYSTEM, make_coverage, paid
from tests.factories.remittances import Says, make_claim
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db
ADDRESS = {"address_line1": "12 Elm Street", "city": "Springfield", "state": "IL", "postal_code": "62701"}


@pytest.fixture(autouse=True)
def _early(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    with time_machine.travel(EARLY, tick=False):
        yield


def later(days):
    return time_machine.travel(EARLY + dt.timedelta(days=days), tick=False)


def owing(price="120.00", **fields):
    """A patient without insurance who owes one visit."""
    patient = make_patient(**ADDRESS | fields)
    charged(patient, price)
    return patient


def made(patient):
    return services.make_statement(by=SYSTEM, patient=patient)


def mailed(patient):
    row = made(patient)
    services.mark_statements_sent(by=SYSTEM, statements=[row])
    return row


def dunned(patient=None, times=3):
    """Sent that many statements, 31 days apart; returns the patient and the day after the last one is due."""
    patient = patient or owing()
    for number in range(times):
        with later(31 * number):
            mailed(patient)
    return patient, 31 * (times - 1) + 26


def words_of(pdf: bytes) -> str:
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            text = zlib.decompress(base64.a85decode(raw.strip(), adobe=False) if b"~>" not in raw
                                   else base64.a85decode(b"<~" + raw.strip(), adobe=True))  # fmt: skip
        except (ValueError, zlib.error):
            continue
        found += re.findall(rb"\((.*?)(?<!\\)\) Tj", text)
    return b" ".join(found).decode("cp1252", "replace").replace("\\(", "(").replace("\\)", ")")


def test_every_word_is_there_in_both_languages():
    assert tuple(WORDS) == LANGUAGES
    assert set(WORDS["en"]) == set(WORDS["es"])
    assert all(WORDS["en"][key] != WORDS["es"][key] for key in WORDS["en"])
    assert set(ARGUMENTS) == set(CATEGORIES)


def test_what_a_plan_left_is_told_by_reason_wherever_it_stands():
    kept = {
        "adjustments": [{"group": "PR", "reason": "1", "amount": "20.00", "quantity": None}],
        "lines": [
            {"line": 1, "adjustments": [
                {"group": "PR", "reason": "1", "amount": "5.00", "quantity": None},
                {"group": "PR", "reason": "96", "amount": "7.00", "quantity": None},
                {"group": "CO", "reason": "45", "amount": "9.00", "quantity": None},
            ]},
        ],
    }  # fmt: skip
    assert shares_of(read_decision(kept)) == (("deductible", 25), ("not_covered", 7))
    assert shares_of(None) == ()


def test_a_visit_that_waits_is_shown_and_not_asked_for_and_a_credit_is_taken_off():
    items = [
        VisitItem(None, yours=Decimal("-15.00")),
        VisitItem(TUESDAY, "Check-up", charged=Decimal(100), insurance=Decimal(60), taken_off=Decimal(10),
                  yours=Decimal(25), why=(("copay", Decimal(25)),)),
        VisitItem(TUESDAY, "X-ray", charged=Decimal(80), yours=Decimal(80), waits=True),
    ]  # fmt: skip
    assert (amount_due(items), items[1].paid) == (10, 5)
    content = content_of(
        items, number=7, made_on=TUESDAY, due_on=TUESDAY + dt.timedelta(days=25), notice=2, language="en",
        sender=["Clinic"], to=["Ana Ortiz"], phone="(312) 555-0100", minor=True,
    )  # fmt: skip
    assert content["to"] == ["To the parent or guardian of Ana Ortiz"]
    assert content["facts"][0] == ["Statement number", "S-000007"]
    assert content["total"] == ["Amount due", "$10.00"]
    assert len(content["lede"]) == 2
    credit, seen, waiting = content["visits"]
    assert credit["yours"] == ["Your payments not yet used for a visit", "-$15.00"]
    assert seen["lines"] == [
        ["Price of the visit", "$100.00"],
        ["Your insurance paid", "-$60.00"],
        ["Taken off, nobody owes it", "-$10.00"],
        ["You paid", "-$5.00"],
    ]
    assert seen["why"] == [
        "Why this part is yours:",
        "Copay: the fixed amount for a visit under your plan: $25.00",
    ]
    assert waiting["yours"] == ["Your part", "$0.00"]
    assert "We wait for your insurance" in waiting["why"][0]
    assert statements_pdf([content]) == statements_pdf([content])


def test_a_decided_claim_is_explained_and_an_undecided_one_waits(django_assert_num_queries):
    patient = make_patient(**ADDRESS, language="es")
    claim = make_claim(patient)
    assert not queries.due_statements()
    with pytest.raises(Refused, match="too little"):
        made(patient)
    shares = {"CO-45": "30.00", "PR-1": "20.00", "PR-2": "10.00"}
    take(Says(claim.account, "120.00", "60.00", shares))
    paid(patient, "5.00", purpose="balance")
    services.apply_credit(by=SYSTEM, patient=patient)
    with django_assert_num_queries(7):
        [item] = visit_items([patient.pk], TUESDAY)[patient.pk]
    assert (item.charged, item.insurance, item.taken_off, item.paid, item.with_insurance, item.yours) == (
        120, 60, 30, 5, 0, 25,
    )  # fmt: skip
    assert item.why == (("deductible", 20), ("coinsurance", 10))
    row = made(patient)
    assert (row.amount, row.language, row.notice, row.due_on) == (
        25,
        "es",
        1,
        TUESDAY + dt.timedelta(days=25),
    )
    assert row.content["to"] == [patient.legal_name, "12 Elm Street", "Springfield, IL 62701"]
    assert "Deducible" in row.content["visits"][0]["why"][1]


def test_a_visit_that_should_be_claimed_first_waits_until_somebody_says_what_the_payer_owes():
    patient = make_patient(**ADDRESS)
    coverage = make_coverage(patient)
    visit = charged(patient, "90.00")
    assert [item.waits for item in visit_items([patient.pk], TUESDAY)[patient.pk]] == [True]
    services.transfer_balance(
        by=SYSTEM,
        patient=patient,
        encounter=visit,
        amount=Decimal(50),
        to_payer=coverage.payer,
        reason="Portal",
    )
    [item] = visit_items([patient.pk], TUESDAY)[patient.pk]
    assert (item.waits, item.yours, item.with_insurance, item.paid) == (False, 40, 50, 0)


def test_numbers_run_on_and_nobody_gets_a_second_one_within_the_days():
    first, second = owing(), owing()
    assert (made(first).number, made(second).number) == (1, 2)
    with pytest.raises(Refused, match=f"made on {TUESDAY:%m/%d/%Y}"):
        made(first)
    with later(29):
        assert queries.due_statements() == []
    with later(30):
        assert {row.patient for row in queries.due_statements()} == {first, second}
        assert made(first).notice == 2
    with later(31):
        paid(second, "20.00", purpose="balance")
        again = made(second)
    assert (again.notice, again.amount) == (1, 100)


def test_who_is_left_out_and_why():
    held, small, planned, dead, asked = owing(), owing("4.99"), owing(), owing(), owing()
    services.place_hold(by=SYSTEM, patient=held, kind="dispute", reason="Says not done", starts_on=TUESDAY)
    services.agree_plan(
        by=SYSTEM,
        patient=planned,
        total=Decimal(120),
        amount=Decimal(20),
        first_due_on=TUESDAY,
        signed_by="J. Doe",
    )
    dead.deceased_on = TUESDAY
    dead.save()
    assert [row.patient for row in queries.due_statements()] == [asked]
    assert queries.left_out(TUESDAY) == queries.LeftOut(held=1, planned=1, small=1)
    for patient, words in (
        (held, "on hold"),
        (small, r"\$4.99 is due"),
        (planned, "by a plan"),
        (dead, "died"),
    ):
        with pytest.raises(Refused, match=words):
            made(patient)
    assert services.make_statements(by=SYSTEM, patients=[held, asked]) == [
        Statement.objects.get(patient=asked)
    ]


def test_a_hold_has_its_days_and_can_be_lifted():
    patient = owing()
    with pytest.raises(Refused, match="today or later"):
        services.place_hold(
            by=SYSTEM, patient=patient, kind="other", reason="x", starts_on=TUESDAY - dt.timedelta(days=1)
        )
    until = TUESDAY + dt.timedelta(days=9)
    hold = services.place_hold(
        by=SYSTEM, patient=patient, kind="bankruptcy", reason="Case 1", starts_on=TUESDAY, ends_on=until
    )
    with pytest.raises(Refused, match="already"):
        services.place_hold(by=SYSTEM, patient=patient, kind="other", reason="x", starts_on=TUESDAY)
    assert queries.hold_of(patient.pk, until) == hold
    assert queries.hold_of(patient.pk, until + dt.timedelta(days=1)) is None
    services.lift_hold(by=SYSTEM, hold=hold, reason="Settled")
    assert queries.hold_of(patient.pk) is None
    with pytest.raises(Refused, match="lifted already"):
        services.lift_hold(by=SYSTEM, hold=hold, reason="Settled")


def test_a_statement_is_kept_as_it_was_and_sent_once():
    row = made(owing())
    assert services.mark_statements_sent(by=SYSTEM, statements=[row]) == 1
    assert services.mark_statements_sent(by=SYSTEM, statements=[row]) == 0
    assert [one.pk for one in queries.sent()] == [row.pk]
    with (
        pytest.raises(Exception, match="append-only|permission denied") as caught,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE billing_statement SET amount = 1")
    assert isinstance(caught.value.__cause__, psycopg.Error)


def test_the_sweep_makes_statements_only_where_the_clinic_says_so():
    owing()
    assert services.make_due_statements() == 0
    MoneyPolicy.objects.create(effective_from=TUESDAY, set_at=EARLY, statements_by_themselves=True)
    assert services.make_due_statements() == 1
    assert services.make_due_statements() == 0


def test_collections_need_the_statements_a_second_person_and_no_hold():
    patient, ready = dunned()
    with later(ready - 1):
        assert collection_candidates() == []
    biller, boss = actor_for(make_member(Role.BILLER)), actor_for(make_member(Role.MANAGER))
    with later(ready):
        [found] = collection_candidates()
        assert (found.patient, found.statements, found.amount) == (patient, 3, 120)
        case = services.propose_collection(by=biller, patient=patient)
        assert collection_candidates() == []
        with pytest.raises(Refused, match="may approve money"):
            services.decide_collection(by=biller, case=case, is_approved=True)
        hold = services.place_hold(
            by=biller,
            patient=patient,
            kind="dispute",
            reason="Says paid",
            starts_on=TUESDAY + dt.timedelta(ready),
        )
        with pytest.raises(Refused, match="hold keeps"):
            services.decide_collection(by=boss, case=case, is_approved=True)
        services.lift_hold(by=biller, hold=hold, reason="Shown the bill")
        services.decide_collection(by=boss, case=case, is_approved=True)
        with pytest.raises(ClinicError, match="moved on"):
            services.decide_collection(by=boss, case=case, is_approved=True)
        day = TUESDAY + dt.timedelta(days=ready)
        services.place_collection(by=biller, case=case, agency="Lake Recovery", placed_on=day)
        assert queries.due_statements() == []
        services.return_collection(by=biller, case=case, returned_on=day, reason="Not found")
    case.refresh_from_db()
    assert (case.state, case.agency, case.return_reason) == ("returned", "Lake Recovery", "Not found")


def test_who_paid_or_was_asked_too_seldom_is_no_candidate_and_who_proposes_does_not_decide():
    patient, ready = dunned()
    few, _ = dunned(times=2)
    boss = actor_for(make_member(Role.MANAGER, Role.BILLER))
    with later(ready):
        assert [row.patient for row in collection_candidates()] == [patient]
        with pytest.raises(Refused, match="not due for collections"):
            services.propose_collection(by=boss, patient=few)
        case = services.propose_collection(by=boss, patient=patient)
        with pytest.raises(Refused, match="second person"):
            services.decide_collection(by=boss, case=case, is_approved=False, note="No")
        other = actor_for(make_member(Role.MANAGER))
        services.decide_collection(by=other, case=case, is_approved=False, note="Call first")
        paid(patient, "1.00", purpose="balance")
        assert collection_candidates() == []


def test_an_appeal_is_proposed_by_its_kind_and_kept():
    claim = make_claim(make_patient(first_name="Ana", last_name="Ruiz"))
    take(Says(claim.account, "120.00", "0.00", {"CO-197": "120.00"}, status="4"))
    denial, client = Denial.objects.get(), signed_in(make_member(Role.BILLER))
    address = reverse("billing:denial-appeal", args=[denial.pk])
    page = client.get(address).content.decode()
    assert "An authorization was in place" in page
    assert "Amount refused: $120.00" in page
    assert client.post(address, {"body": " "}).status_code == 422
    assert client.post(address, {"body": "Please pay.\n\nThank you."}).status_code == 302
    letter, denial = AppealLetter.objects.get(), Denial.objects.get()
    assert (letter.body, denial.action, denial.state) == ("Please pay.\n\nThank you.", "appeal", "open")
    pdf = client.get(reverse("billing:appeal", args=[letter.pk]))
    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")


def test_statements_over_http():
    patient, other = owing(), owing(address_line1="", city="", state="", postal_code="")
    biller, desk = (signed_in(make_member(role)) for role in (Role.BILLER, Role.FRONT_DESK))
    board = reverse("billing:statements")
    page = " ".join(biller.get(board).content.decode().split())
    assert "2 patients owe $240.00 and are due a statement" in page
    assert "no address on file" in page
    preview = biller.get(reverse("billing:statement-preview", args=[patient.pk]))
    assert "Amount due $120.00" in words_of(preview.content)
    assert not Statement.objects.exists()
    assert desk.post(reverse("billing:statements-make"), {"patient": [patient.pk]}).status_code == 403
    sent = biller.post(reverse("billing:statements-make"), {"patient": [patient.pk, "nonsense"]})
    assert (sent.status_code, sent.url) == (302, f"{board}?view=pile")
    row = Statement.objects.get()
    assert biller.get(reverse("billing:statements-pile")).content.count(b"/Type /Page\n") == 1
    assert "S-000001" in words_of(biller.get(reverse("billing:statement", args=[row.pk])).content)
    assert "S-000001" in biller.get(f"{board}?view=pile").content.decode()
    assert biller.post(reverse("billing:statements-sent"), {"statement": [row.pk]}).status_code == 302
    assert "Mailed" in biller.get(f"{board}?view=sent").content.decode()
    assert "Mailed" in biller.get(reverse("billing:ledger", args=[patient.pk])).content.decode()
    values = {"kind": "dispute", "reason": "Says paid", "starts_on": TUESDAY.isoformat()}
    assert biller.post(reverse("billing:hold", args=[other.pk]), values).status_code == 302
    assert "Says paid" in biller.get(reverse("billing:ledger", args=[other.pk])).content.decode()
    lift = reverse("billing:hold-lift", args=[BillingHold.objects.get().pk])
    assert biller.post(lift, {"reason": "Settled"}).status_code == 302
    assert biller.post(reverse("billing:statement-make", args=[other.pk])).status_code == 302
    handed = Statement.objects.get(patient=other)
    assert biller.post(reverse("billing:statement-handed-over", args=[handed.pk])).status_code == 302
    assert handed.sending.way == "hand"


def test_collections_over_http():
    patient, ready = dunned()
    with later(ready):
        biller, boss = (signed_in(make_member(role)) for role in (Role.BILLER, Role.MANAGER))
        board = reverse("billing:collections")
        assert "Could be proposed" in biller.get(board).content.decode()
        assert biller.post(reverse("billing:collection-propose", args=[patient.pk])).status_code == 302
        case = CollectionCase.objects.get()

        def url(act):
            return reverse(f"billing:collection-{act}", args=[case.pk])

        assert biller.post(url("decide"), {"decision": "approve"}).status_code == 403
        assert boss.post(url("decide"), {"decision": "approve"}).status_code == 302
        day = (TUESDAY + dt.timedelta(days=ready)).isoformat()
        assert biller.post(url("place"), {"agency": "Lake Recovery", "placed_on": day}).status_code == 302
        assert "Lake Recovery" in biller.get(board).content.decode()
        assert biller.post(url("return"), {"returned_on": day, "reason": "Paid"}).status_code == 302
        assert "Returned" in boss.get(board).content.decode()


def test_lists_take_as_many_queries_for_many_patients_as_for_one():
    def counts():
        seen = []
        for do in (queries.due_statements, collection_candidates):
            with CaptureQueriesContext(connection) as caught:
                do()
            seen.append(len(caught))
        return seen

    _, ready = dunned()
    with later(ready + 31):
        one = counts()
    for _ in range(3):
        dunned()
    with later(ready + 31):
        assert len(collection_candidates()) == len(queries.due_statements()) == 4
        assert counts() == one
