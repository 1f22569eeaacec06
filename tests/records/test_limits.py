"""Limits of vital signs change by versions; what was measured keeps the limits of its day."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused, Stale
from records.models import VitalLimit
from records.queries.limits import limit_lines, limits_on
from records.rules.vitals.limits import judge, select
from records.services.limits import Bounds, change_vital_limit
from tests.factories.staff import actor_for, make_member, signed_in

TODAY = dt.date(2026, 11, 24)
TOMORROW = TODAY + dt.timedelta(days=1)
YEAR_30 = Decimal(360)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-24T18:00:00Z", tick=False):
        yield


@pytest.fixture
def lead(clinic):
    return make_member("lead_ma", first_name="Renee", last_name="Castillo")


@pytest.fixture
def spo2_red(clinic):
    return VitalLimit.objects.get(vital="spo2", tier="red")


def change(by, limit, low, **fields):
    values = {
        "effective_from": TOMORROW,
        "approved_by": "Dr. Shah",
        "bounds": Bounds(Decimal(low), True, None, False),
    }
    return change_vital_limit(by=actor_for(by), limit=limit, **values | fields)


def verdict(on, value):
    return judge(select(limits_on(on), YEAR_30), "spo2", Decimal(value)).tier


def test_a_change_holds_from_its_day_on_and_not_before(lead, spo2_red):
    assert (verdict(TODAY, 90), verdict(TODAY, 89)) == ("red", "red")
    row = change(lead, spo2_red, 89, source="Mountain clinic")
    assert (verdict(TODAY, 90), verdict(TOMORROW, 90), verdict(TOMORROW, 89)) == ("red", "confirm", "red")
    spo2_red.refresh_from_db()
    assert (spo2_red.effective_to, spo2_red.low) == (TODAY, Decimal(91))
    assert (row.effective_from, row.effective_to, row.approved_by) == (TOMORROW, None, "Dr. Shah")
    event = AuditEvent.objects.get(action="vital_limit.changed")
    assert (event.detail["before"]["low"], event.detail["after"]["low"]) == ("91.000", "89")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"effective_from": TODAY - dt.timedelta(days=1)}, "before today"),
        ({"approved_by": "  "}, "Who approved"),
        ({"bounds": Bounds(None, False, None, False)}, "needs a low or a high"),
        ({"bounds": Bounds(Decimal(95), True, Decimal(90), False)}, "below the high one"),
        ({"bounds": Bounds(Decimal(40), True, None, False)}, "reject bound has to lie below"),
    ],
)
def test_what_is_refused_changes_nothing(lead, spo2_red, fields, words):
    with pytest.raises(Refused, match=words):
        change(lead, spo2_red, 89, **fields)
    spo2_red.refresh_from_db()
    assert spo2_red.effective_to is None
    assert VitalLimit.objects.filter(vital="spo2", tier="red").count() == 1
    assert AuditEvent.objects.filter(action="vital_limit.changed").count() == 0


def test_an_old_version_can_not_be_changed_again(lead, spo2_red):
    change(lead, spo2_red, 89)
    with pytest.raises(Stale):
        change(lead, spo2_red, 88, effective_from=TOMORROW + dt.timedelta(days=5))
    assert VitalLimit.objects.filter(vital="spo2", tier="red").count() == 2


def test_a_second_version_starts_after_the_first(lead, spo2_red):
    row = change(lead, spo2_red, 89)
    with pytest.raises(Refused, match="choose a later day"):
        change(lead, row, 88)
    assert VitalLimit.objects.filter(vital="spo2", tier="red").count() == 2


def test_the_lead_changes_a_limit_on_the_page_and_an_ma_only_reads(lead, spo2_red):
    url = reverse("records:vital-limit-change", args=[spo2_red.pk])
    fields = {
        "low": "89",
        "low_counts": "on",
        "high": "",
        "effective_from": str(TOMORROW),
        "approved_by": "Dr. Shah",
    }
    ma = signed_in(make_member("ma"))
    listed = ma.get(reverse("records:vital-limits")).content.decode()
    assert ("≤ 91" in listed, url in listed) == (True, False)
    assert ma.post(url, fields).status_code == 403
    client = signed_in(lead)
    assert url in client.get(reverse("records:vital-limits")).content.decode()
    assert client.post(url, fields).status_code == 302
    page = client.get(reverse("records:vital-limits")).content.decode()
    assert "≤ 91" in page
    assert "≤ 89" in page
    wrong = client.post(
        reverse("records:vital-limit-change", args=[VitalLimit.objects.get(vital="spo2", low=89).pk]), fields
    )
    assert (wrong.status_code, "choose a later day" in wrong.content.decode()) == (422, True)


def test_the_list_takes_one_statement_and_hides_what_ended(lead, spo2_red):
    row = change(lead, spo2_red, 89)
    with CaptureQueriesContext(connection) as log:
        coming = limit_lines(TOMORROW)
    assert len(log) == 1
    assert [line.id for line in coming if line.vital == "SpO₂" and line.tier == "red"] == [row.pk]
    everything = limit_lines(TOMORROW, with_past=True)
    assert {line.id for line in everything} - {line.id for line in coming} == {spo2_red.pk}
