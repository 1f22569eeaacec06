"""The limits on waiting for the database, against a server that stops answering."""

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, connections

from clinic.core import patience
from clinic.core.database.base import NoAnswer, PatientConnection
from clinic.core.patience import Gate
from tests.support import database


@pytest.fixture
def line(db):
    """A connection of its own to the test's database."""
    with PatientConnection.connect(database.app_url(), autocommit=True) as opened:
        yield opened


@pytest.fixture
def exchange(line):
    found, token = patience.begin()
    yield found
    patience.end(token)
    patience.gate.open()


def test_outside_a_request_the_limit_is_that_of_the_settings(settings):
    settings.DATABASE_SILENCE_SECONDS = 30
    assert patience.limit() == 30
    settings.DATABASE_SILENCE_SECONDS = None
    assert patience.limit() is None
    with patience.at_most(2):
        assert patience.limit() == 2
    assert patience.limit() is None


def test_a_request_has_one_account_for_all_its_waiting(exchange, line):
    assert patience.limit() == patience.REQUEST_SECONDS
    line.execute("SELECT pg_sleep(0.05)")
    line.execute("SELECT pg_sleep(0.05)")
    assert exchange.waited >= 0.1
    assert patience.limit() == pytest.approx(patience.REQUEST_SECONDS - exchange.waited)


def test_a_statement_past_the_limit_closes_the_connection_and_the_next_one_fails_at_once(exchange, line):
    exchange.left = 0.2
    with pytest.raises(psycopg.OperationalError, match="did not answer in time"):
        line.execute("SELECT pg_sleep(5)")
    assert line.closed
    assert exchange.left <= 0
    assert not patience.gate.is_closed  # one slow statement is no reason to turn others away
    with pytest.raises(NoAnswer):
        connection.get_new_connection(connection.get_connection_params())


def test_django_sees_an_operational_error(exchange):
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
    exchange.left = -1
    with pytest.raises(OperationalError), other.cursor() as cursor:
        cursor.execute("SELECT 1")
    other.close()


def test_one_thread_at_a_time_tries_a_silent_database():
    gate = Gate()
    assert all(gate.may_pass(trial=3) for _ in range(5))
    gate.close()
    assert gate.is_closed
    assert not gate.may_pass(trial=3)
    gate._closed_until = 0.001  # the pause is over
    passed = []
    threads = [threading.Thread(target=lambda: passed.append(gate.may_pass(trial=3))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False] * 19 + [True]
    gate.open()
    assert gate.may_pass(trial=3)
    assert not gate.is_closed


@pytest.fixture
def kept_line(db):
    """A connection of Django's own kind that an earlier request has used."""
    other = connections.create_connection("default")
    other.ensure_connection()
    other.health_check_done, other.health_check_enabled = False, True
    yield other
    other.close()


def test_the_first_read_of_a_request_finds_a_dead_line_and_takes_a_new_one(exchange, kept_line, line):
    dead = kept_line.connection.info.backend_pid
    line.execute("SELECT pg_terminate_backend(%s, 3000)", [dead])
    ((now,),) = [kept_line.first_row("SELECT pg_backend_pid()", [])]
    assert now != dead
    assert kept_line.health_check_done


def test_the_first_read_gives_a_silent_line_no_longer_than_the_look_at_it(exchange, kept_line, monkeypatch):
    monkeypatch.setattr(patience, "CHECK_SECONDS", 0.2)
    first = kept_line.connection.info.backend_pid
    slow = "SELECT pg_backend_pid(), pg_sleep(CASE pg_backend_pid() WHEN %s THEN 20 ELSE 0 END)"
    found = kept_line.first_row(slow, [first])
    assert found[0] != first
    assert exchange.left > 0


def test_what_is_wrong_with_the_statement_itself_is_not_tried_again(exchange, kept_line):
    first = kept_line.connection
    with pytest.raises(ProgrammingError):
        kept_line.first_row("SELECT nothing FROM nowhere", [])
    assert kept_line.connection is first


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-08 07:00:00.5+00",
        "2026-03-08 07:00:00+00",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ],
)
def test_instants_come_as_djangos_own_loader_reads_them(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        (found,) = cursor.fetchone()
    assert found == datetime.fromisoformat(text)
    assert found.tzinfo is UTC


def test_an_instant_that_python_has_no_place_for_is_refused_as_before(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'infinity'::timestamptz")
        with pytest.raises(DataError):
            cursor.fetchone()
