"""Clean claims and denials: a claim counts once, by its first answer and its first decision."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from billing import services
from billing.models import Claim, ClaimEvent, Denial
from billing.reports import clean_claims, denials
from clinic.core.errors import NotFound
from clinic.reports.scope import Scope
from tests.factories.billing import SYSTEM
from tests.factories.remittances import Says, make_claim, remittance_text
from tests.factories.scheduling import EARLY, TUESDAY

pytestmark = pytest.mark.django_db
DAY = Scope(TUESDAY, TUESDAY)


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def sent(*states, price="100.00", payer="Lakeshore Health", **fields):
    """A claim that went through these states after it was sent, an hour apart."""
    claim = make_claim(price=price, payer=payer, **fields)
    for hour, state in enumerate(("sent", *states)):
        ClaimEvent.objects.create(
            claim=claim, kind=state, after=state, at=EARLY + dt.timedelta(hours=hour), by_label="x"
        )
    return claim


def test_clean_claims():
    sent("accepted")
    sent("accepted", "paid")
    sent("denied")
    sent("rejected", "draft", "sent", "accepted", price="80.00", payer="Second Health")
    sent("accepted", "rejected", price="70.00")
    sent()
    earlier = sent("accepted")
    sent("accepted", frequency="7", replaces=earlier)
    found = clean_claims.build(DAY)
    assert found.sections[0].table.total.cells == ("All", 6, 4, 4 / 6, 2, 150)
    assert [line.cells for line in found.sections[1].table.lines] == [
        ("Second Health", 1, 0, 0.0, 1, 80), ("Lakeshore Health", 5, 4, 0.8, 1, 70),
    ]  # fmt: skip
    assert (found.population, [one.count for one in found.excluded]) == (8, [1, 1])
    assert clean_claims.read(DAY).value == 4 / 6
    assert (
        clean_claims.build(Scope(TUESDAY + dt.timedelta(days=1), TUESDAY + dt.timedelta(days=9))).population
        == 0
    )
    rows = clean_claims.REPORT.detail.read(DAY, ("became:rejected",))[0:9]
    assert sorted(row.cells[4] for row in rows) == [70, 80]
    with pytest.raises(NotFound):
        clean_claims.REPORT.detail.read(DAY, ("state:x",))


def take(*says, trace):
    return services.take_remittances(by=SYSTEM, name="era.txt", data=remittance_text(*says, trace=trace))


@pytest.fixture
def decided():
    full, partly, refused, twice = (make_claim(price="100.00") for _ in range(4))
    other = make_claim(price="50.00", payer="Second Health")
    take(
        Says(full.account, "100.00", "80.00", {"CO-45": "20.00"}, control="A"),
        Says(partly.account, "100.00", "60.00", {"CO-197": "40.00"}, control="B"),
        Says(refused.account, "100.00", "0.00", {"CO-197": "70.00", "CO-16": "30.00"}, status="4", control="C"),
        trace="T1",
    )  # fmt: skip
    take(Says(other.account, "50.00", "0.00", {"CO-29": "50.00"}, status="4", control="D"), trace="T2")
    replacing = make_claim(price="100.00", frequency="7", replaces=full)
    take(Says(replacing.account, "100.00", "0.00", {"CO-18": "100.00"}, status="4", control="E"), trace="T3")
    denial = Denial.objects.get(claim=other)
    services.work_denial(
        by=SYSTEM, denial=denial, category=denial.category, deadline=denial.deadline, action="write_off",
        root_cause="sending", is_done=True,
    )  # fmt: skip
    assert Claim.objects.get(pk=twice.pk).state == "sent"
    return {"refused": refused, "other": other}


def test_denials_of_first_decisions(decided):
    found = denials.build(DAY)
    tables = [section.table for section in found.sections]
    assert tables[0].total.cells == ("All", 4, 3, 0.75, 190)
    assert {line.cells for line in tables[1].lines} == {
        ("CO-197: No prior authorization (197)", 2, Decimal(140)),
        ("CO-16: Something is missing or wrong on the claim: read the remark (16)", 1, Decimal(100)),
        ("CO-29: Filed too late (29)", 1, Decimal(50)),
    }
    assert [line.cells for line in tables[2].lines] == [
        ("Lakeshore Health", 3, 2, 2 / 3, 140), ("Second Health", 1, 1, 1.0, 50),
    ]  # fmt: skip
    assert {line.cells for line in tables[5].lines} == {
        ("Not said yet", 2, Decimal(140)),
        ("Sending", 1, Decimal(50)),
    }
    assert {line.cells for line in tables[6].lines} == {
        ("Still open", 2, Decimal(140)),
        ("Write off", 1, Decimal(50)),
    }
    assert (found.population, [one.count for one in found.excluded]) == (5, [1])
    assert denials.read(DAY).value == 0.75
    rows = denials.REPORT.detail.read(DAY, ("reason:CO-16",))[0:9]
    assert [(row.cells[1], row.cells[5], row.cells[6]) for row in rows] == [
        (decided["refused"].account, 100, "CO-197, CO-16")
    ]
    assert len(denials.REPORT.detail.read(DAY, ("became:denied",))[0:9]) == 3


def test_a_later_decision_changes_nothing_of_the_first(decided):
    claim = decided["refused"]
    with time_machine.travel(EARLY + dt.timedelta(days=20), tick=False):
        take(
            Says(claim.account, "-100.00", "0.00", {"CO-197": "-70.00", "CO-16": "-30.00"}, status="22", control="C"),
            Says(claim.account, "100.00", "100.00", control="C"),
            trace="T4",
        )  # fmt: skip
        later = Scope(TUESDAY + dt.timedelta(days=1), TUESDAY + dt.timedelta(days=30))
        assert denials.build(later).population == 0
        assert denials.build(DAY).sections[0].table.total.cells == ("All", 4, 3, 0.75, 190)
