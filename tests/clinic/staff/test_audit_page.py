"""The audit page: filtered, sorted, exported without a formula, and itself on record."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.staff.audit_views import cell
from tests.factories.staff import make_member, signed_in

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


@pytest.fixture
def officer(db):
    with time_machine.travel(NOW, tick=False):
        yield signed_in(make_member("privacy", first_name="Pri", last_name="Vacy"))


def event(**fields):
    values = {
        "at": NOW - timedelta(hours=1),
        "kind": "change",
        "action": "appointment.booked",
        "actor": "Mo Lane",
    }
    return AuditEvent.objects.create(**values | fields)


def listed(client, **query):
    response = client.get(reverse("audit:list"), query)
    assert response.status_code == 200
    return [row.event for row in response.context["rows"]]


def test_filters_by_days_member_kind_and_action(officer):
    member = make_member("front_desk")
    old = event(at=NOW - timedelta(days=8))
    one = event(member_id=member.pk, actor=member.name)
    look = event(kind="look", action="chart.viewed")
    found = listed(officer)
    assert one in found
    assert look in found
    assert old not in found
    assert old in listed(officer, start="2026-03-01", end="2026-03-10")
    assert listed(officer, member=str(member.pk)) == [one]
    assert look in listed(officer, kind="look")
    assert one not in listed(officer, kind="look")
    assert listed(officer, action="appointment") == [one]


def test_a_wrong_filter_is_said_and_shows_the_default_week(officer):
    row = event()
    response = officer.get(reverse("audit:list"), {"start": "2026-03-10", "end": "2026-03-01"})
    assert b"The last day is before the first" in response.content
    assert row in [r.event for r in response.context["rows"]]


@pytest.mark.parametrize("key", ["at", "who", "where", "kind", "action", "patient", "object", "ip"])
def test_sorts_by_every_column_both_ways(officer, key):
    event(
        actor="A",
        workstation="1",
        kind="change",
        action="a.a",
        object_type="a",
        ip="10.0.0.1",
        at=NOW - timedelta(hours=3),
    )
    event(
        actor="B",
        workstation="2",
        kind="look",
        action="b.b",
        object_type="b",
        ip="10.0.0.2",
        at=NOW - timedelta(hours=2),
    )
    attribute = {
        "who": "actor",
        "where": "workstation",
        "object": "object_type",
        "patient": "patient_id",
    }.get(key, key)

    def values(sort):
        return [str(getattr(e, attribute)) for e in listed(officer, sort=sort) if e.actor in "AB"]

    assert values(key) == sorted(values(key))
    assert values(f"-{key}") == sorted(values(key), reverse=True)


@pytest.mark.parametrize("sort", ["id;--", "(select 1)", "detail", "--at", "member__password", ""])
def test_any_other_sort_is_the_default_order(officer, sort):
    event(at=NOW - timedelta(hours=2))
    event(at=NOW - timedelta(hours=3))
    times = [e.at for e in listed(officer, sort=sort)]
    assert times == sorted(times, reverse=True)


def test_reading_the_trail_leaves_a_row(officer):
    listed(officer, action="chart")
    seen = AuditEvent.objects.filter(action="audit.viewed").latest("id")
    assert seen.detail == {"filters": {"start": "2026-03-04", "end": "2026-03-10", "action": "chart"}}


def test_export_is_recorded_first_and_needs_its_own_permission(officer, admin):
    event(actor='=HYPERLINK("x")', workstation="+1", action="a.b")
    assert officer.get(reverse("audit:export")).status_code == 405
    response = officer.post(reverse("audit:export") + "?action=a.b")
    assert response["Content-Disposition"] == 'attachment; filename="audit-20260304-20260310.csv"'
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row[1] for row in rows[1:]] == ['\'=HYPERLINK("x")']
    assert rows[1][3] == "'+1"
    assert AuditEvent.objects.filter(action="audit.exported").count() == 1
    with time_machine.travel(NOW, tick=False):
        client = signed_in(admin)
        assert client.get(reverse("audit:list")).status_code == 200
        assert client.post(reverse("audit:export")).status_code == 403
    assert AuditEvent.objects.filter(action="audit.exported").count() == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "  @x"])
def test_no_cell_is_run_as_a_formula(text):
    assert cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are():
    assert [cell(v) for v in ("a=b", "", None, 5, "10.0.0.1")] == ["a=b", "", "", 5, "10.0.0.1"]


def test_denied_attempts_are_on_the_trail(browser):
    assert browser.get(reverse("audit:list")).status_code == 403
    denied = AuditEvent.objects.get(action="access.denied")
    assert denied.detail == {"view": "audit:list", "method": "GET", "needs": ["audit_view"]}
    assert denied.actor == "Dana Reyes, CMA"
