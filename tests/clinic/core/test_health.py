"""/healthz asks nobody; /readyz turns red, by name, for each thing the clinic's promises rest on."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.migrations.recorder import MigrationRecorder

from clinic.audit.models import AuditEvent
from clinic.audit.sealing import seal
from clinic.core import health
from clinic.core.models import Heartbeat
from clinic.core.time import now

pytestmark = pytest.mark.django_db
LEAST = {"database", "migrations", "redis", "beat", "disk", "audit"}


@pytest.fixture
def well():
    """Beat has just been heard of and every audit row is sealed."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": now()})
    seal()


def red(client) -> set[str]:
    """Names of the checks that are not well; the status agrees with them."""
    answer = client.get("/readyz")
    found = answer.json()
    assert set(found["checks"]) >= LEAST
    bad = {name for name, words in found["checks"].items() if words != "ok"}
    assert (answer.status_code, found["ready"]) == ((503, False) if bad else (200, True))
    return bad


def test_alive_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"ok": True}


def test_all_well(client, well):
    assert red(client) & LEAST == set()


def test_beat_that_went_silent(client, well):
    Heartbeat.objects.update(at=now() - timedelta(minutes=3, seconds=1))
    assert red(client) & LEAST == {"beat"}
    Heartbeat.objects.all().delete()
    assert red(client) & LEAST == {"beat"}


def test_audit_rows_that_nobody_seals(client, well):
    AuditEvent.objects.create(action="x.done", actor="test", at=now() - timedelta(seconds=61))
    assert red(client) & LEAST == {"audit"}


def test_redis_away_without_its_address_or_password(client, well, settings):
    settings.REDIS_URL = "redis://:secret-word@127.0.0.1:1/0"
    assert red(client) & LEAST == {"redis"}
    text = client.get("/readyz").content.decode()
    assert "secret-word" not in text
    assert "127.0.0.1" not in text


def test_little_room_for_files(client, well, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: SimpleNamespace(free=499 * 2**20))
    assert red(client) & LEAST == {"disk"}


def test_migrations_that_are_not_applied(client, well, monkeypatch):
    applied = MigrationRecorder.applied_migrations

    def all_but_one(self):
        found = applied(self)
        found.pop(max(key for key in found if key[0] == "core"))
        return found

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", all_but_one)
    assert "migrations" in red(client)
