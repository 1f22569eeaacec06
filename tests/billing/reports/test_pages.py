"""The billing reports as pages: who sees them, how many statements, and every link opens its rows."""

import html
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.models import Charge, ClaimEvent
from clinic.core.time import now
from clinic.reports.model import Kind
from clinic.reports.page import _drawn_words
from clinic.staff.roles import Role
from scheduling.models import Appointment
from tests.billing.reports.test_visits import visit
from tests.factories.billing import SYSTEM, make_drawer, paid
from tests.factories.insurance import make_check
from tests.factories.remittances import Says, make_claim, remittance_text
from tests.factories.scheduling import EARLY, Clinic
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db
MONEY = (
    "copays", "charge-lag", "clean-claims", "denials", "days-in-ar", "ageing", "net-collection", "day-close",
)  # fmt: skip
CODES = ("verification", *MONEY)
MOST_STATEMENTS = 11


@pytest.fixture
def clinic():
    with time_machine.travel(EARLY.replace(hour=23), tick=False):
        yield Clinic()


def grown(clinic, number):
    """A patient with a checked coverage, a claim that was refused, a payment, and a drawer that was counted."""
    claim = make_claim(price="100.00", payer=f"Payer {number}")
    ClaimEvent.objects.create(claim=claim, kind="sent", after="sent", at=now(), by_label="x")
    claim.patient.coverages.update(copay_office=25)
    make_check(claim.coverage, checked_at=now().replace(hour=12))
    row = visit(clinic, claim.patient, encounter=claim.encounter)
    session = services.open_drawer(by=SYSTEM, drawer=make_drawer(), opening_float=Decimal(100))
    paid(claim.patient, "10.00", appointment=row, drawer=session.drawer)
    services.close_drawer(by=actor_for(clinic.provider), session=session, pieces={"2000": 5})
    services.take_remittances(
        by=SYSTEM, name="era.txt",
        data=remittance_text(
            Says(claim.account, "100.00", "60.00", {"CO-45": "10.00", "CO-197": "30.00"}, control=f"C{number}"),
            trace=f"T{number}",
        ),
    )  # fmt: skip


def test_every_page_is_shown_and_takes_few_statements_however_much_there_is(clinic):
    manager = signed_in(make_member(Role.MANAGER))
    urls = [reverse("reports:report", args=[code]) for code in CODES]
    assert [manager.get(url).status_code for url in urls] == [200] * 9
    counts = []
    for numbers in (range(2), range(2, 5)):
        for number in numbers:
            grown(clinic, number)
        for url in urls:
            manager.get(url)
            with CaptureQueriesContext(connection) as log:
                page = manager.get(url)
            assert "What was left out" in page.content.decode()
            counts.append(len(log))
    assert counts[:9] == counts[9:]
    assert max(counts) <= MOST_STATEMENTS, counts
    for code in CODES:
        assert manager.get(reverse("reports:report", args=[code]), {"shared": "on"}).status_code == 200


def test_every_link_opens_its_rows(clinic):
    grown(clinic, 1)
    Charge.objects.update(approved_at=now())
    Appointment.objects.update(state="completed")
    manager = signed_in(make_member(Role.MANAGER))
    for code in CODES:
        page = manager.get(reverse("reports:report", args=[code])).content.decode()
        links = {html.unescape(link) for link in re.findall(r'href="(/reports/[^"]+/rows/[^"]+)"', page)}
        assert links, code
        for link in sorted(links):
            answer = manager.get(link)
            assert answer.status_code == 200, link
            assert "No rows here" not in answer.content.decode(), link


def test_dollars_are_shown_as_dollars_and_exported_as_numbers(clinic):
    grown(clinic, 1)
    manager = signed_in(make_member(Role.MANAGER))
    page = manager.get(reverse("reports:report", args=["denials"])).content.decode()
    assert "$30.00" in page
    answer = manager.post(reverse("reports:export", args=["denials"]))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert "By payer" in lines
    assert "Payer,Decided,Denied,Denial rate (%),Refused ($)" in lines
    assert "Payer 1,1,1,100.0,30.00" in lines


def test_who_sees_no_money_elsewhere_sees_none_here(clinic):
    privacy = signed_in(make_member(Role.PRIVACY))
    found = {code: privacy.get(reverse("reports:report", args=[code])).status_code for code in CODES}
    assert found == {"verification": 200, **dict.fromkeys(MONEY, 404)}
    assert (
        signed_in(make_member(Role.FRONT_DESK)).get(reverse("reports:report", args=["copays"])).status_code
        == 403
    )
    assert (
        signed_in(make_member(Role.BILLER)).get(reverse("reports:report", args=["copays"])).status_code == 200
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(50_000.0, "$50K"), (44_019.18, "$44,019"), (0.0, "$0"), (-430.0, "-$430"), (500.0, "$500")],
)
def test_dollars_on_an_axis_are_short(value, words):
    assert _drawn_words(value, Kind.MONEY) == words
