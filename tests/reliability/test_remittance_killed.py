"""A process that takes a remittance in is killed in the middle: nothing is posted, or all, and then the same totals.

Where it dies is no matter of luck: the test holds a lock on a table that the import writes, one after the other, so that
it stops at its first statement there with everything before it done.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from django.db.models import Sum

from billing.models import Claim, JournalEntry, PatientBalance, Posting, Remittance, RemittanceClaim
from billing.queries.verify import verify_ledger
from tests.factories.remittances import Says, make_claims, remittance_text
from tests.runtime.waiting import wait_for
from tests.support import database
from tests.support.cluster import ROOT

pytestmark = [pytest.mark.runtime, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TABLES = ("billing_posting", "billing_claimevent", "audit_auditevent")


def start(file) -> subprocess.Popen:
    """`manage.py take_remittances FILE` as the application's own role."""
    environment = {**os.environ, "DATABASE_URL": database.app_url()}
    environment.pop("DATABASE_OWNER_URL", None)
    return subprocess.Popen(
        [sys.executable, "manage.py", "take_remittances", str(file)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def waits_for(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass", [table])
        return cursor.fetchone()[0] > 0


def books() -> tuple:
    """What is on file, in sums."""
    return (
        Remittance.objects.count(),
        RemittanceClaim.objects.count(),
        JournalEntry.objects.filter(kind="remittance").count(),
        Posting.objects.filter(account="bank").aggregate(total=Sum("amount"))["total"] or Decimal(0),
        PatientBalance.objects.aggregate(total=Sum("owed"))["total"] or Decimal(0),
        Claim.objects.filter(state="paid").count(),
    )


def kill_at(table: str, file) -> None:
    """Hold the table, start the import, kill it once it waits there, let go."""
    holder = psycopg.connect(database.owner_url(database.worker_name()))
    try:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")  # reads go on, writes wait
        process = start(file)
        wait_for(
            lambda: waits_for(table) or process.poll() is not None,
            seconds=120,
            what=f"the import waits at {table}",
        )
        assert process.poll() is None, process.stdout.read().decode()
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    finally:
        holder.rollback()
        holder.close()
    wait_for(lambda: not waits_for(table), seconds=60, what="the killed process's transaction is over")


def prove(tmp_path, count: int) -> None:
    claims = make_claims(count, price=Decimal("100.00"))
    file = tmp_path / "era.txt"
    says = [Says(one.account, "100.00", "70.00", {"CO-45": "10.00", "PR-2": "20.00"}) for one in claims]
    file.write_bytes(remittance_text(*says))
    nothing = books()
    for table in TABLES:
        kill_at(table, file)
        assert books() == nothing, table
    whole = (1, count, count, 70 * count, 20 * count, count)
    for _ in range(2):
        done = start(file)
        output, _ = done.communicate(timeout=570)
        assert done.returncode == 0, output.decode()
        assert books() == whole
    assert verify_ledger().wrong == []


def test_a_killed_import_leaves_nothing_and_the_next_one_all(tmp_path):
    prove(tmp_path, 6)


@pytest.mark.reliability
def test_a_killed_import_of_5000_claims_leaves_nothing_and_the_next_one_all(tmp_path):
    prove(tmp_path, 5000)
