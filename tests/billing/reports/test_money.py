"""What is owed, collected and counted: a small clinic reckoned by hand."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from billing import services
from billing.reports import ageing, days_in_ar, drawers, net_collection
from clinic.reports.scope import Scope
from clinic.staff.roles import Role
from tests.billing.test_money import a_payer, charged
from tests.factories.billing import SYSTEM, make_drawer, paid
from tests.factories.remittances import Says, make_claim, remittance_text
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import actor_for, make_member

pytestmark = pytest.mark.django_db
DAY = Scope(TUESDAY, TUESDAY)


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def later(days):
    return time_machine.travel(EARLY + dt.timedelta(days=days), tick=False)


def test_ageing_by_patients_and_payers():
    for days, price in ((0, "10.00"), (31, "20.00"), (100, "40.00"), (121, "80.00")):
        charged(make_patient(), price, day=TUESDAY - dt.timedelta(days=days))
    patient = make_patient()
    encounter = charged(patient, "100.00", day=TUESDAY - dt.timedelta(days=70))
    services.transfer_balance(
        by=SYSTEM, patient=patient, encounter=encounter, amount=Decimal(70), to_payer=a_payer(), reason="Sent"
    )
    paid(make_patient(), "5.00")
    found = ageing.build(DAY)
    by_age, by_who, by_payer = (section.table for section in found.sections)
    assert [line.cells for line in by_age.lines] == [
        ("0-30 days", 1, 10, 0, 10), ("31-60 days", 1, 20, 0, 20), ("61-90 days", 2, 30, 70, 100),
        ("91-120 days", 1, 40, 0, 40), ("over 120 days", 1, 80, 0, 80),
    ]  # fmt: skip
    assert by_who.total.cells == ("All", 6, 10, 20, 100, 40, 80, 250, 120 / 250)
    assert [line.cells for line in by_payer.lines] == [("Lakeshore Health", 1, 0, 0, 70, 0, 0, 70, 0.0)]
    assert (found.population, [one.count for one in found.excluded]) == (7, [1])
    assert ageing.read(DAY).value == 120 / 250
    rows = ageing.REPORT.detail.read(DAY, ("age:61-90", "side:owed", "party:payers"))[0:9]
    assert [row.cells[3:] for row in rows] == [("Lakeshore Health", "61-90 days", 70)]


def test_a_past_day_says_what_was_owed_then():
    patient = make_patient()
    charged(patient, "100.00")
    with later(10):
        paid(patient, "30.00")
        charged(make_patient(), "50.00", day=TUESDAY + dt.timedelta(days=10))
        assert ageing.build(DAY).tiles[1].value == 100
        # At no visit, the payment is a credit beside what is owed.
        assert ageing.build(Scope(TUESDAY, TUESDAY + dt.timedelta(days=10))).tiles[1].value == 150


def test_days_in_accounts_receivable():
    patient = make_patient()
    charged(patient, "300.00")
    with later(9):
        paid(patient, "60.00")
        charged(make_patient(), "100.00", day=TUESDAY + dt.timedelta(days=9))
        scope = Scope(TUESDAY, TUESDAY + dt.timedelta(days=27))
        found = days_in_ar.build(scope)
        # 300 - 60 + 100 = 340 owed; 400 charged on the ten days until today.
        assert [tile.value for tile in found.tiles] == [8.5, 340, 400]
        assert [line.cells[1:] for line in found.sections[1].table.lines] == [(300, 300), (340, 100)]
        assert [line.cells for line in found.sections[0].table.lines] == [
            ("Owed by patients", 400),
            ("Credits", -60),
        ]
        assert days_in_ar.read(scope).value == 8.5
        assert days_in_ar.read(DAY).value == 1.0
    assert (
        days_in_ar.read(Scope(TUESDAY - dt.timedelta(days=9), TUESDAY - dt.timedelta(days=1))).value is None
    )


def test_net_collection_by_month_of_service():
    claim = make_claim(price="120.00")
    services.take_remittances(
        by=SYSTEM, name="era.txt",
        data=remittance_text(Says(claim.account, "120.00", "70.00", {"CO-45": "20.00", "PR-3": "30.00"})),
    )  # fmt: skip
    services.write_off(
        by=actor_for(make_member(Role.MANAGER)), patient=claim.patient, amount=Decimal(10), reason="courtesy",
        encounter=claim.encounter,
    )  # fmt: skip
    patient = make_patient()
    charged(patient, "50.00", day=dt.date(2026, 2, 3))
    paid(patient, "50.00")
    services.apply_credit(by=SYSTEM, patient=patient)
    charged(make_patient(), "80.00", day=dt.date(2025, 12, 1))
    scope = Scope(dt.date(2026, 1, 1), TUESDAY)
    found = net_collection.build(scope)
    # March: 120 charged, 20 off, 70 paid, 10 written off, 20 open. February: 50 charged and paid.
    assert [line.cells for line in found.sections[0].table.lines] == [
        ("Feb 2026", 1, 50, 0, 50, 1.0, 0, 0, 0), ("Mar 2026", 1, 120, 20, 70, 0.7, 10, 20, 1),
    ]  # fmt: skip
    assert found.tiles[0].value == net_collection.read(scope).value == 0.8
    assert [row.cells[2:] for row in net_collection.REPORT.detail.read(scope, ("open:true",))[0:9]] == [
        (120, 20, 70, 10, 20)
    ]


def test_drawers_against_the_books():
    ana = actor_for(make_member(Role.FRONT_DESK, first_name="Ana", last_name="Cole"))
    boss = actor_for(make_member(Role.MANAGER, first_name="Bea", last_name="Lund"))
    short, even, still = (make_drawer(name=name) for name in ("Desk A", "Desk B", "Desk C"))
    opened = {
        drawer: services.open_drawer(by=SYSTEM, drawer=drawer, opening_float=Decimal(100))
        for drawer in (short, even, still)
    }
    patient = make_patient()
    paid(patient, "20.00", drawer=short, by=boss)
    back = paid(patient, "15.00", drawer=even, by=boss)
    services.reverse_payment(by=boss, payment=back, reason="Wrong patient")
    services.adjust_balance(by=boss, patient=patient, amount=Decimal(7), reason="Goodwill")
    services.close_drawer(by=ana, session=opened[short], pieces={"2000": 5})
    services.close_drawer(by=ana, session=opened[even], pieces={"2000": 5})
    with later(1):
        found = drawers.build(DAY)
        by_day, by_drawer, by_who, acts, late = (section.table for section in found.sections)
        assert by_day.total.cells == ("All", 2, 1, 220, 200, 0, -20, -20)
        assert [line.cells for line in by_drawer.lines] == [
            ("Desk A", 1, 1, 120, 100, 0, -20, -20), ("Desk B", 1, 0, 100, 100, 0, 0, 0),
        ]  # fmt: skip
        assert [line.cells[:3] for line in by_who.lines] == [("Ana Cole", 2, 1)]
        assert [line.cells for line in acts.lines] == [("Bea Lund", 0, 0, 1, 15, 1, 7)]
        assert [line.cells for line in late.lines] == [("Tue, Mar 10",)]
        assert (found.population, [one.count for one in found.excluded]) == (3, [1])
        assert drawers.read(DAY).value == 0.5
        assert [row.cells[5] for row in drawers.REPORT.detail.read(DAY, ("off:true",))[0:9]] == [-20]
