"""The chain names a changed, deleted, reordered or inserted row; the application cannot make one."""

import json
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import IntegrityError, ProgrammingError

from clinic.audit.models import AuditEvent, AuditLink
from clinic.audit.sealing import seal
from clinic.audit.services import record
from clinic.audit.verifying import verify
from clinic.core.actor import Actor

BY = Actor.outside("front desk")


@pytest.fixture(autouse=True)
def head_file(settings, tmp_path):
    settings.AUDIT_HEAD_FILE = str(tmp_path / "head.log")
    return tmp_path / "head.log"


def fill(count=5):
    for number in range(count):
        record(BY, "thing.changed", number=number, note="O'Brien & co: 5 < 6")
    return list(AuditEvent.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.django_db
def test_sealing_twice_chains_once():
    fill(7)
    assert seal() == 7
    assert seal() == 0
    report = verify()
    assert (report.checked, report.problems, report.waiting) == (7, [], 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor = 'x'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
        "UPDATE audit_auditlink SET seq = seq + 10",
        "DELETE FROM audit_auditlink",
    ],
)
def test_the_application_cannot_rewrite_the_trail(statement):
    fill(1)
    seal()
    with pytest.raises((ProgrammingError, IntegrityError)), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        ("UPDATE audit_auditevent SET actor = 'someone else' WHERE id = {third}", "Event {third} (link 3"),
        ("DELETE FROM audit_auditevent WHERE id = {third}", "Event {third} (link 3) is missing."),
        (
            "UPDATE audit_auditlink SET event_id = CASE seq WHEN 2 THEN -1 ELSE event_id END; "
            "UPDATE audit_auditlink SET event_id = {second} WHERE seq = 3; "
            "UPDATE audit_auditlink SET event_id = {third} WHERE seq = 2",
            "Event {third} (link 2",
        ),
        (
            "INSERT INTO audit_auditevent (at, kind, action, actor, workstation, object_type, object_id, detail, request_id) "
            "VALUES (now() - interval '2 hours', 'change', 'x', 'y', '', '', '', '{{}}', '')",
            "stands outside the chain",
        ),
    ],
)
def test_tampering_by_the_owner_is_named(owner_connection: psycopg.Connection, tamper, named):
    ids = fill(5)
    seal()
    words = {"second": ids[1], "third": ids[2]}
    for table in ("audit_auditevent", "audit_auditlink"):
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_connection.execute(tamper.format(**words).encode())
    problems = verify().problems
    assert any(named.format(**words) in problem for problem in problems), problems


@pytest.mark.django_db(transaction=True)
def test_a_tail_cut_off_is_noticed_by_the_head_outside(owner_connection, head_file):
    fill(5)
    seal()
    assert json.loads(head_file.read_text().splitlines()[-1])["seq"] == 5
    for table in ("audit_auditevent", "audit_auditlink"):
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_connection.execute("DELETE FROM audit_auditlink WHERE seq > 3")
    owner_connection.execute(
        b"DELETE FROM audit_auditevent WHERE id NOT IN (SELECT event_id FROM audit_auditlink)"
    )
    assert verify().problems == ["The head written outside the database is link 5; the chain ends at 3."]


@pytest.mark.django_db(transaction=True)
def test_command_says_what_it_checked_and_exits_1_on_a_break(owner_connection):
    fill(3)
    seal()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().startswith("3 events checked, 0 waiting to be sealed, head 3:")
    owner_connection.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE audit_auditevent SET action = 'other'")
    with pytest.raises(SystemExit) as caught:
        call_command("verify_audit", stdout=StringIO())
    assert caught.value.code == 1


@pytest.mark.django_db
def test_detail_hashes_the_same_after_a_round_trip():
    record(BY, "price.changed", before=1.5, after={"b": {3, 1}, "a": None}, ok=True)
    seal()
    assert verify().problems == []
    assert AuditEvent.objects.get().detail == {"before": "1.5", "after": {"b": [1, 3], "a": None}, "ok": True}


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    import threading

    fill(40)
    barrier = threading.Barrier(4)

    def run():
        barrier.wait()
        try:
            seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()
    assert AuditLink.objects.count() == 40
    assert verify().problems == []
