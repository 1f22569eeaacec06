"""Coverage: what it needs, and what it refuses."""

import datetime as dt
from decimal import Decimal as D

import pytest

from clinic.core.errors import Refused, Stale
from records import services
from records.models import Coverage
from tests.factories import records as make


def add(by, patient, payer, **fields):
    return services.add_coverage(by=by, patient=patient, payer=payer, **{"member_id": "W1"} | fields)


def test_coverage_is_added_and_found(ma, patient):
    row = add(ma, patient, make.make_payer(), copay_office=D("25"), starts_on=dt.date(2026, 1, 1))
    assert (row.copay_office, row.rank) == (D("25"), 1)
    patient.refresh_from_db()
    assert patient.search.endswith(" w1")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"member_id": " "}, "member_id"),
        ({"relationship": "child"}, "subscriber_name"),
        ({"starts_on": dt.date(2026, 2, 1), "ends_on": dt.date(2026, 1, 1)}, "ends_on"),
        ({"rank": 7}, "rank"),
    ],
)
def test_coverage_that_is_refused(ma, patient, fields, field):
    with pytest.raises(Refused) as caught:
        add(ma, patient, make.make_payer(), **fields)
    assert caught.value.field == field
    assert not Coverage.objects.exists()


def test_two_primary_coverages_cannot_overlap(ma, patient):
    payer = make.make_payer()
    add(ma, patient, payer, ends_on=dt.date(2025, 12, 31))
    add(ma, patient, payer, starts_on=dt.date(2026, 1, 1))
    add(ma, patient, payer, rank=2)
    with pytest.raises(Refused, match="primary coverage"):
        add(ma, patient, payer, starts_on=dt.date(2025, 6, 1))
    assert Coverage.objects.count() == 3


def test_a_stale_coverage_edit_is_refused(ma, patient):
    row = add(ma, patient, make.make_payer())
    services.update_coverage(by=ma, coverage_id=row.pk, version=1, plan_name="Gold")
    with pytest.raises(Stale):
        services.update_coverage(by=ma, coverage_id=row.pk, version=1, plan_name="Silver")
    row.refresh_from_db()
    assert (row.plan_name, row.version) == ("Gold", 2)


def test_verifying_stamps_who_and_when(ma, patient):
    row = add(ma, patient, make.make_payer())
    services.verify_coverage(by=ma, coverage_id=row.pk, note="Active")
    row.refresh_from_db()
    assert row.verified_by_id == ma.member_id
    assert row.verified_at is not None


def test_self_pay_needs_no_member_id(ma, patient):
    assert add(ma, patient, make.make_payer(kind="self"), member_id="").member_id == ""
