"""A web process is killed inside check-in, check-out, a vaccine and a payment: all or nothing, and the form counts once.

Where it dies is no matter of luck: the test holds a lock on one of the tables that the act writes, so the request
stops at its first statement there, with everything before it done. The full form stops at every table in turn.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AuditEvent
from tests.factories.staff import signed_in
from tests.reliability.served import Caller
from tests.reliability.today import ACTS, Act
from tests.runtime.waiting import wait_for
from tests.support import database, small_clinic

pytestmark = [pytest.mark.runtime, pytest.mark.slow]
HTMX = {"HX-Request": "true"}
DONE = (200, 204, 302)  # the payment answers with its receipt
BEFORE_THE_ACT = {"staff_staffsession", "django_session", "audit_auditevent", "core_ratewindow"}


def tables_of(act: Act, clinic) -> list[str]:
    """The tables that the act writes, in the order of their first statement, found by a rehearsal that is undone."""
    client = signed_in(clinic.people[act.role])
    with CaptureQueriesContext(connection) as caught, transaction.atomic():
        answer = client.post(act.path, act.form, headers=HTMX)
        assert answer.status_code in DONE, answer.content[:2000]
        transaction.set_rollback(True)
    text = "\n".join(query["sql"] for query in caught)
    found = re.findall(r'(?:INSERT INTO|UPDATE) "?(\w+)', text)
    known = set(connection.introspection.table_names()) - BEFORE_THE_ACT
    tables = [table for table in dict.fromkeys(found) if table in known]
    assert "core_submission" in tables
    return tables


def state() -> tuple:
    """Everything on file, and how many changes the trail holds."""
    return small_clinic.everything(), AuditEvent.objects.filter(kind="change").count()


def is_quiet() -> bool:
    """True when nobody but this test is inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0] == 0


def is_stopped_at(table: str) -> bool:
    """True when somebody waits for the lock on the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return cursor.fetchone()[0] > 0


def kill_workers(web) -> None:
    """SIGKILL to what answers requests; gunicorn's master starts new ones."""
    before = web.worker_pids
    for pid in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(web.worker_pids - before) >= 2, seconds=30, what="new workers")


def _send(caller: Caller, act: Act) -> int | None:
    """Status of the answer, or None when the process died before there was one."""
    try:
        return caller.post(act.path, act.form, headers=HTMX).status_code
    except httpx.TransportError:
        return None


def killed_at(table: str, act: Act, caller: Caller, web) -> None:
    """Sends the form, kills the process as soon as it waits at `table`, and returns when the database is quiet."""
    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.owner_url(database.worker_name())) as holder:
        holder.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
        asked = pool.submit(_send, caller, act)
        wait_for(lambda: is_stopped_at(table), seconds=30, what=f"the act waits at {table}")
        kill_workers(web)
        holder.rollback()
        assert asked.result(timeout=30) is None
    wait_for(is_quiet, seconds=30, what="the database is quiet")


def try_at(tables: list[str], act: Act, servers, clinic) -> None:
    caller = Caller(servers.web).sign_in(clinic.people[act.role].username)
    before = state()
    for table in tables:
        killed_at(table, act, caller, servers.web)
        assert act.count() == act.nothing, table
        after = state()
        assert small_clinic.changed(before[0], after[0]) == [], table
        assert after[1] == before[1], table
    assert _send(caller, act) in DONE
    assert act.count() == act.once
    done = state()
    assert _send(caller, act) in DONE
    assert act.count() == act.once
    assert small_clinic.changed(done[0], state()[0]) == []


@pytest.mark.parametrize("name", ACTS)
def test_killed_before_the_end_leaves_nothing(servers, clinic_today, name):
    act = ACTS[name](clinic_today)
    tables = tables_of(act, clinic_today)
    try_at([tables[len(tables) // 2], tables[-1]], act, servers, clinic_today)


@pytest.mark.reliability
@pytest.mark.parametrize("name", ACTS)
def test_killed_at_every_table_leaves_nothing(servers, clinic_today, name):
    act = ACTS[name](clinic_today)
    tables = tables_of(act, clinic_today)
    print(f"  {name}: {len(tables)} points: {', '.join(tables)}")
    try_at(tables, act, servers, clinic_today)


@pytest.mark.parametrize("name", ACTS)
def test_killed_after_the_commit_leaves_all_and_the_form_counts_once(servers, clinic_today, name):
    act = ACTS[name](clinic_today)
    caller = Caller(servers.web).sign_in(clinic_today.people[act.role].username)
    servers.postgres.when("mute", b"INTO core_submission", b"COMMIT")
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(_send, caller, act)
            assert servers.postgres.was_triggered.wait(30)
            wait_for(lambda: act.count() == act.once, seconds=30, what="the database has committed")
            kill_workers(servers.web)
            assert asked.result(timeout=30) is None
    finally:
        servers.postgres.set("pass")
    done = state()
    assert _send(caller, act) in DONE
    assert act.count() == act.once
    assert small_clinic.changed(done[0], state()[0]) == []
