"""What is owed by age: every dollar in one bucket, patients and payers apart, and the kept sums are the ledger's."""

import datetime as dt
from decimal import Decimal

import psycopg
import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.models import OpenBalance
from billing.queries.ageing import aged_rows, ageing
from billing.queries.verify import verify_ledger
from billing.rules.ageing import BUCKETS, bucket_days
from clinic.staff.roles import Role
from tests.billing.test_money import a_payer, charged
from tests.factories.billing import SYSTEM, paid
from tests.factories.scheduling import EARLY, TUESDAY, make_patient
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _early():
    with time_machine.travel(EARLY, tick=False):
        yield


def buckets_of(days: int) -> list[str]:
    """The buckets into which something so many days old falls."""
    day = TUESDAY - dt.timedelta(days=days)
    spans = {name: bucket_days(name, TUESDAY) for name, _ in BUCKETS}
    return [name for name, (first, last) in spans.items() if first <= day <= last]


@given(st.integers(-400, 4000))
def test_every_age_falls_into_exactly_one_bucket(days):
    assert len(buckets_of(days)) == 1


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "0-30"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "over 120"),
    ],
)
def test_the_edges(days, bucket):
    assert buckets_of(days) == [bucket]


def test_what_is_owed_by_patients_and_payers_and_what_stands_the_other_way(django_assert_num_queries):
    payer = a_payer()
    for days, price in ((0, "10.00"), (31, "20.00"), (100, "40.00"), (121, "80.00")):
        charged(make_patient(), price, day=TUESDAY - dt.timedelta(days=days))
    patient = make_patient()
    visit = charged(patient, "100.00", day=TUESDAY - dt.timedelta(days=70))
    services.transfer_balance(
        by=SYSTEM, patient=patient, encounter=visit, amount=Decimal(70), to_payer=payer, reason="Sent"
    )
    paid(make_patient(), "5.00")
    with django_assert_num_queries(2):
        page = ageing(TUESDAY)
    assert [amount for _, amount in page.patients.cells] == [10, 20, 30, 40, 80]
    assert (page.patients.credit, page.patients.old_percent) == (5, 66)
    assert [(row.name, row.buckets["61-90"], row.owed) for row in page.payers] == [
        ("Lakeshore Health", 70, 70)
    ]
    assert (page.total.owed, page.total.credit) == (250, 5)
    assert [row.open for row in aged_rows(TUESDAY, payer=payer.pk, bucket="61-90")] == [70]
    assert [row.open for row in aged_rows(TUESDAY, bucket="over 120")] == [80]
    assert verify_ledger().wrong == []


def test_the_page_and_its_cells():
    charged(make_patient(), "40.00", day=TUESDAY - dt.timedelta(days=100))
    client, address = signed_in(make_member(Role.BILLER)), reverse("billing:ageing")
    assert "$40.00" in client.get(address).content.decode()
    assert "91-120 days" in client.get(address, {"bucket": "91-120"}).content.decode()
    for wrong in ({"bucket": "yesterday"}, {"bucket": "0-30", "payer": "x"}):
        assert client.get(address, wrong).status_code == 404
    assert signed_in(make_member(Role.FRONT_DESK)).get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_openbalance SET open = 0",
        "DELETE FROM billing_openbalance",
        "TRUNCATE billing_openbalance",
    ],
)
def test_only_the_ledger_writes_what_is_open(raw_connections, statement):
    charged(make_patient(), "40.00")
    [connection] = raw_connections(1)
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement)
    assert caught.value.sqlstate in {"42501", "23001"}
    connection.rollback()
    assert OpenBalance.objects.get().open == 40
