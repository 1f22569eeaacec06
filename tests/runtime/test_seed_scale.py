"""A clinic made in number is a clinic like any other, and everything that is measured works on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psycopg
import pytest

from tests.support import database
from tests.support.cluster import ROOT

_TABLES = """
SELECT c.relname,
       has_table_privilege('clinic_app', c.oid, 'INSERT'), has_table_privilege('clinic_app', c.oid, 'UPDATE'),
       has_table_privilege('clinic_app', c.oid, 'DELETE'), has_table_privilege('clinic_app', c.oid, 'TRUNCATE'),
       (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled = 'O'),
       (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.convalidated),
       (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""

pytestmark = pytest.mark.runtime
NAME = "clinic_test_scale"
PATIENTS, VISITS, AUDIT_ROWS = 150, 450, 700


def environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database.app_url(NAME),
        "DATABASE_OWNER_URL": database.owner_url(NAME),
        "CLINIC_DATABASE_ROLE": "owner",
        "CLINIC_DEMO": "1",
        "DEFAULT_ZONE": "America/Chicago",
        **more,
    }


def run(*argv: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *argv], cwd=ROOT, env=environment(**more), text=True, capture_output=True, check=False,
        timeout=300,
    )  # fmt: skip


def seed(*options: str, **more: str) -> subprocess.CompletedProcess[str]:
    size = [
        "--patients",
        str(PATIENTS),
        "--years",
        "2",
        "--visits",
        str(VISITS),
        "--audit-rows",
        str(AUDIT_ROWS),
    ]
    return run("manage.py", "seed_scale", *size, *options, **more)


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> list:
    """Rights, triggers, constraints and indexes of the empty database, before anything is taken down."""
    head = tmp_path_factory.mktemp("scale") / "audit-head.log"
    os.environ["AUDIT_HEAD_FILE"], before = str(head), os.environ.get("AUDIT_HEAD_FILE", "")
    database.make_database(NAME)
    try:
        with psycopg.connect(database.owner_url(NAME)) as owner:
            yield owner.execute(_TABLES).fetchall()
    finally:
        os.environ["AUDIT_HEAD_FILE"] = before
        database.drop_database(NAME)


@pytest.fixture(scope="module")
def seeded(schema) -> psycopg.Connection:
    done = seed()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    with psycopg.connect(database.owner_url(NAME), autocommit=True) as owner:
        yield owner


def one(owner: psycopg.Connection, sql: str):
    return owner.execute(sql).fetchone()[0]


def test_the_number_asked_for_is_there(seeded):
    assert (
        one(seeded, "SELECT count(*) FROM records_patient") == PATIENTS + 1
    )  # and the one with the long chart
    past = "SELECT count(*) FROM scheduling_appointment WHERE local_day < (SELECT max(local_day) - 15 FROM scheduling_appointment)"
    assert one(seeded, past) == VISITS + 44
    assert one(seeded, "SELECT count(*) FROM audit_auditevent") >= AUDIT_ROWS
    assert seeded.execute("SELECT state FROM scale_seed.run").fetchall() == [("done",)]


def test_every_rule_index_and_right_stands_as_before(schema, seeded):
    assert seeded.execute(_TABLES).fetchall() == schema


def test_today_is_full_for_three_providers(seeded):
    rows = seeded.execute(
        "SELECT provider_id, count(*) FROM scheduling_appointment WHERE local_day = "
        "(SELECT local_day FROM scheduling_appointment WHERE state IN ('arrived', 'scheduled') ORDER BY starts_at LIMIT 1) "
        "GROUP BY 1"
    ).fetchall()
    assert sorted(count for _, count in rows) == [20, 20, 20]


def test_the_books_balance_and_every_shelf_is_the_sum_of_its_movements(seeded):
    off = "SELECT count(*) FROM (SELECT entry_id FROM billing_posting GROUP BY 1 HAVING sum(amount) <> 0 OR count(*) < 2) e"
    assert one(seeded, off) == 0
    assert one(seeded, "SELECT count(*) FROM billing_payment") > 50
    wrong = (
        "SELECT count(*) FROM (SELECT item_id, lot_id, place_id, sum(quantity) AS have FROM inventory_movement "
        "GROUP BY 1, 2, 3) m FULL JOIN inventory_stocklevel l ON l.item_id = m.item_id AND l.place_id = m.place_id "
        "AND l.lot_id IS NOT DISTINCT FROM m.lot_id WHERE l.on_hand IS DISTINCT FROM m.have"
    )
    assert one(seeded, wrong) == 0


def test_each_visit_stands_where_its_open_stretch_says(seeded):
    wrong = (
        "SELECT count(*) FROM scheduling_appointment a LEFT JOIN scheduling_visitinterval i ON i.appointment_id = a.id "
        "AND i.ended_at IS NULL WHERE i.state IS DISTINCT FROM a.state OR i.started_at > now()"
    )
    assert one(seeded, wrong) == 0


def test_the_finder_column_is_what_the_service_would_write(seeded):
    script = (
        "import django; django.setup()\n"
        "from records.models import ContactPoint, Coverage, Patient\n"
        "from records.services.registration import search_of\n"
        "wrong = 0\n"
        "for patient in Patient.objects.all():\n"
        "    contacts = ContactPoint.objects.filter(patient=patient).order_by('rank').values_list('value', flat=True)\n"
        "    members = Coverage.objects.filter(patient=patient).values_list('member_id', flat=True)\n"
        "    wrong += set(search_of(patient, contacts, members).split()) != set(patient.search.split())\n"
        "    wrong += not patient.search.startswith(' ')\n"
        "print(wrong)"
    )
    done = run("-c", script)
    assert done.stdout.strip() == "0", done.stderr[-2000:]


def test_the_chain_verifies(seeded):
    done = run("manage.py", "verify_audit")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_filled_database_is_left_alone(seeded):
    done = seed()
    assert done.returncode == 1
    assert "filled this database already" in done.stderr
    assert "of that size already" in seed("--keep").stdout


def test_an_interrupted_load_says_so(seeded):
    seeded.execute("UPDATE scale_seed.run SET state = 'unfinished'")
    try:
        done = seed()
    finally:
        seeded.execute("UPDATE scale_seed.run SET state = 'done'")
    assert done.returncode == 1
    assert "was interrupted here" in done.stderr


def test_the_application_may_not_seed(seeded):
    done = seed(CLINIC_DATABASE_ROLE="app")
    assert done.returncode == 1
    assert "owner of the database" in done.stderr


def test_every_measured_operation_works_once(seeded):
    done = run("-m", "tests.benchmarks", "--once", CLINIC_DATABASE_ROLE="app")
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-3000:]
    names = [json.loads(line)["name"] for line in done.stdout.splitlines() if line.startswith("{")]
    assert names == [
        "find", "find-typo", "find-dob", "find-phone", "day", "week", "poll", "poll-changed", "openings",
        "openings-none", "chart", "manager", "outbox", "audit", "follow-ups",
        "follow-ups-closed", "waitlist", "recalls", "replies", "conversation", "book", "check-in", "vitals", "vaccine", "check-out",
    ]  # fmt: skip
