"""The biller's piles about payers, and the groups of tabs that lead to them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from billing import services
from billing.models import Denial
from billing.queries.queue import KINDS, billing_queue
from billing.tabs import GROUPS, tab_groups
from clinic.core.time import format_day
from clinic.staff.roles import Role
from tests.factories import claims as claiming
from tests.factories import insurance as insuring
from tests.factories import remittances as paying
from tests.factories.billing import SYSTEM, make_fee, make_visit
from tests.factories.remittances import Says, remittance_text
from tests.factories.scheduling import EARLY
from tests.factories.staff import actor_for, make_member, signed_in
from tests.support.statements import counted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def take(*says: Says, **fields):
    return services.take_remittances(by=SYSTEM, name="era.txt", data=remittance_text(*says, **fields))


def rows(kind: str) -> list[tuple]:
    return [(row.what, row.money, row.act) for row in billing_queue(kind).rows]


def test_visits_to_claim_are_one_line_for_one_button():
    claiming.approved_visit()
    claiming.approved_visit(codes=(claiming.CODE, "LOC-7"), price="80.00")
    work = billing_queue("unclaimed")
    (row,) = work.rows
    assert (row.what, row.many, row.money) == ("2 visits have no claim yet", 2, 320)
    assert (work.count, work.more, row.url, row.patient) == (2, 0, reverse("billing:claims-unclaimed"), None)


def test_ready_claims_are_one_line_and_one_on_hold_does_not_count():
    claiming.make_claim(state="ready")
    held = claiming.make_claim(state="ready")
    services.hold_claim(by=SYSTEM, claim=held, reason="Waits for the authorization")
    assert rows("ready") == [("1 claim is ready to send", Decimal("120.00"), "Send")]
    assert billing_queue("ready").rows[0].url == reverse("billing:claims") + "?state=ready"


def test_a_denied_claim_stands_once_as_its_denial_until_that_is_worked_off():
    claim = paying.make_claim()
    take(Says(claim.account, "120.00", "0", {"CO-197": "120.00"}, status="4"))
    (row,) = billing_queue("denial").rows
    denial = Denial.objects.get()
    assert (row.what, row.money, row.days) == (
        f"Lakeshore Health refused to pay on claim {claim.account}",
        120,
        0,
    )
    assert row.why == f"Authorization. The last day for an appeal is {format_day(denial.deadline)}."
    assert (row.url, row.read_url) == (
        reverse("billing:denial", args=[denial.pk]),
        reverse("billing:claim", args=[claim.pk]),
    )
    assert rows("claim") == []
    Denial.objects.update(state="done", action="appeal", root_cause="payer", closed_at=EARLY)
    assert rows("denial") == []
    assert [what for what, _, _ in rows("claim")] == [f"Claim {claim.account} is denied"]


def test_payments_to_review_are_those_that_do_not_balance_and_those_with_held_decisions():
    claim = paying.make_claim()
    take(Says(claim.account, "120.00", "120.00"))
    assert rows("remittance") == []
    take(Says("99999999", "120.00", "90.00", {"PR-2": "30.00"}), trace="T2")
    assert [(money, act) for _, money, act in rows("remittance")] == [(90, "Review")]
    assert rows("remittance")[0][0].startswith("1 decision is not posted in a payment of ")
    other = paying.make_claim()
    take(Says(other.account, "120.00", "50.00"), trace="T3")
    work = billing_queue("remittance")
    assert [row.money for row in work.rows] == [90, 50]
    assert work.rows[1].why == "It does not add up. See what the payer sent."
    assert (work.rows[0].read_url, work.patient_ids) == ("", [])


def test_a_coverage_in_doubt_counts_with_the_price_of_the_next_visit():
    make_fee("LOC-101", "120.00")
    visit, _ = make_visit(code="LOC-101", ended=False)
    coverage = insuring.make_insured(patient=visit.patient)
    insuring.make_issue(insuring.make_check(coverage, "inactive"))
    no_visit = insuring.make_insured()
    insuring.make_issue(insuring.make_check(no_visit, "inactive"))
    (row,) = billing_queue("insurance").rows
    assert (row.what, row.money, row.patient) == ("Coverage before a visit: not active", 120, visit.patient)
    assert row.url == reverse("insurance:coverage", args=[coverage.pk])
    with time_machine.travel(EARLY - dt.timedelta(days=8), tick=False):
        assert billing_queue("insurance").rows == []


def test_the_page_shows_each_pile_with_its_money_and_asks_the_same_for_more():
    biller = signed_in(make_member(Role.BILLER))
    claiming.make_claim(state="ready")
    claiming.make_claim(state="rejected")
    url = reverse("billing:queue")
    biller.get(url)
    with counted() as few:
        page = biller.get(url).content.decode()
    for words in ("Claims to send", "Claims to correct"):
        assert words in page
    assert "Denials</span>" not in page  # an empty pile takes no place
    claiming.make_claim(state="rejected")
    claiming.approved_visit()
    biller.get(url)  # what is kept of the settings is read again after a change
    with counted() as more:
        biller.get(url)
    assert len(more) == len(few)
    assert "Nothing of this kind" in biller.get(url, {"kind": "remittance"}).content.decode()


def test_who_may_not_work_denials_gets_links_that_open():
    manager = signed_in(make_member(Role.MANAGER))
    claim = paying.make_claim()
    take(Says(claim.account, "120.00", "0", {"CO-197": "120.00"}, status="4"))
    page = manager.get(reverse("billing:queue")).content.decode()
    assert reverse("billing:claim", args=[claim.pk]) in page
    assert reverse("billing:denial", args=[Denial.objects.get().pk]) not in page


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.BILLER, Role.MANAGER])
def test_every_tab_that_is_shown_opens_and_marks_its_place(role):
    member = make_member(role)
    client = signed_in(member)
    for group in tab_groups(actor_for(member), "queue"):
        for tab in group.tabs:
            response = client.get(reverse(tab.url_name))
            page = response.content.decode()
            assert (tab.key, response.status_code) == (tab.key, 200)
            assert f'href="{reverse(tab.url_name)}" aria-current="page">{tab.label}</a>' in page, tab.key
            assert f'aria-current="true">{group.label}</a>' in page, tab.key


def test_the_groups_of_a_role_hold_only_what_it_may_open():
    desk = tab_groups(actor_for(make_member(Role.FRONT_DESK)), "day")
    assert [(group.label, [tab.key for tab in group.tabs], group.is_current) for group in desk] == [
        ("Insurance", ["insurance", "estimates"], False),
        ("Money", ["day", "board"], True),
    ]
    biller = actor_for(make_member(Role.BILLER))
    assert [group.label for group in tab_groups(biller, "")] == [group.label for group in GROUPS]
    assert len(KINDS) == len(billing_queue().piles)
