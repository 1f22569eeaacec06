"""Figures behind a token, and what readiness says of the audit trail."""

from datetime import timedelta

import pytest
from django.db import connection

from clinic.audit.models import AuditEvent
from clinic.audit.queries import seal_lag_problem, unsealed
from clinic.audit.sealing import seal
from clinic.core import metrics
from clinic.core.models import Heartbeat
from clinic.core.time import now
from clinic.messaging.rules.states import State
from tests.factories.messaging import make_message

TOKEN = "a token of two dozen characters"
pytestmark = pytest.mark.django_db


def figures(client) -> dict[str, float]:
    """Every sample of the page: name with labels -> value."""
    answer = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_without_a_token_in_the_environment_there_is_no_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"bearer{TOKEN}", "Bearer é"]
)
def test_without_the_token_in_the_request_nothing_is_told(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", **({} if given is None else {"HTTP_AUTHORIZATION": given}))
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"clinic_" not in answer.content


def test_what_the_database_knows(client, settings):
    settings.METRICS_TOKEN = TOKEN
    Heartbeat.objects.create(name="beat", at=now() - timedelta(seconds=40))
    make_message(state=State.DUE)
    make_message(state=State.UNCERTAIN)
    seal()
    event = AuditEvent.objects.create(action="x.done", actor="test", at=now() - timedelta(seconds=90))
    found = figures(client)
    assert found['clinic_outbox_messages{state="due"}'] == 1
    assert found['clinic_outbox_messages{state="uncertain"}'] == 1
    assert found['clinic_outbox_messages{state="failed"}'] == 0
    assert found["clinic_outbox_oldest_due_seconds"] < 60
    assert 40 <= found["clinic_beat_heartbeat_age_seconds"] < 100
    assert found["clinic_audit_unsealed_events"] == 1
    assert 90 <= found["clinic_audit_oldest_unsealed_seconds"] < 150
    assert found["clinic_files_free_bytes"] > 0
    assert found["clinic_task_queue_length"] >= 0
    assert event.pk


def test_a_source_that_fails_hides_no_other(client, settings):
    settings.METRICS_TOKEN = TOKEN
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = figures(client)
    assert found['clinic_figures_up{source="queue"}'] == 0
    assert found['clinic_figures_up{source="outbox"}'] == 1
    assert "clinic_task_queue_length" not in found


def test_nothing_is_counted_without_a_token(settings, rf):
    settings.METRICS_TOKEN = ""
    before = metrics._counters.cache_info().currsize
    metrics.observe(rf.get("/"), 200, 0.1, 0.0)
    assert metrics._counters.cache_info().currsize == before


def test_an_audit_row_that_waits_over_a_minute_is_red_also_below_the_last_sealed_one():
    first = AuditEvent.objects.create(action="x.first", actor="test", at=now() - timedelta(seconds=90))
    AuditEvent.objects.create(action="x.second", actor="test", at=now() - timedelta(seconds=80))
    assert seal_lag_problem() == "audit rows wait for over a minute to be sealed"
    seal()
    assert (unsealed(), seal_lag_problem()) == ((0, None), "")
    # Committed after a later id was sealed: its number is taken before the others', its row is seen after.
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(event_id) FROM audit_auditlink")
        assert cursor.fetchone()[0] > first.pk
    late = AuditEvent.objects.create(
        pk=first.pk - 1, action="x.late", actor="test", at=now() - timedelta(seconds=70)
    )
    assert unsealed() == (1, late.at)
    assert seal_lag_problem() != ""


def test_an_audit_row_of_a_moment_ago_is_no_fault():
    AuditEvent.objects.create(action="x.now", actor="test", at=now() - timedelta(seconds=30))
    assert seal_lag_problem() == ""
