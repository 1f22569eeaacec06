"""The drill, by base backup and streamed WAL: a bad bulk update, then the machine is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from clinic.core.time import now
from clinic.runtime.point_in_time import CannotRecover, lay_out
from clinic.runtime.postgres import APP, OWNER
from clinic.runtime.processes import spawn, stop
from tests.fakes.sms_provider import SmsProvider
from tests.reliability.restore.figures import note
from tests.runtime.waiting import wait_for
from tests.support.own_clinic import OwnClinic

pytestmark = pytest.mark.runtime
RPO_LIMIT_SECONDS = 300
NUMBERED = "drill-"


@contextmanager
def streaming(clinic: OwnClinic, wal: Path):
    """pg_receivewal, as it would run on another machine; its slot keeps what it has not got yet."""
    wal.mkdir()
    slot = ("--slot", "drill")
    run(clinic, "pg_receivewal", *slot, "--create-slot")
    with (clinic.folder / "receive.log").open("ab") as log:
        process = spawn(
            clinic.program("pg_receivewal", "--directory", wal, *slot, "--synchronous", "--no-loop"),
            env=clinic.program_environment(),
            log=log,
        )
        try:
            yield process
        finally:
            stop(process)


def run(clinic: OwnClinic, name: str, *argv: str | Path) -> None:
    done = subprocess.run(
        clinic.program(name, *argv),
        env=clinic.program_environment(),
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def write_numbered(clinic: OwnClinic, numbers: range) -> datetime:
    """One acknowledged commit for each number; returns when the last one was acknowledged, by the server's clock."""
    with psycopg.connect(clinic.server.url(APP), autocommit=True) as app:
        for number in numbers:
            app.execute(
                "INSERT INTO core_ratewindow (key, window_no, seconds, used, last_at) "
                "VALUES (%s, %s, 1, 1, clock_timestamp())",
                [f"{NUMBERED}{number:05d}", number],
            )
        return app.execute("SELECT clock_timestamp()").fetchone()[0]


def numbered(clinic: OwnClinic) -> tuple[list[int], datetime]:
    """Which of them are there, and when the newest was written."""
    with psycopg.connect(clinic.server.url(APP)) as app:
        rows = app.execute(
            "SELECT window_no, last_at FROM core_ratewindow WHERE key LIKE %s ORDER BY 1", [f"{NUMBERED}%"]
        ).fetchall()
    return [row[0] for row in rows], max(row[1] for row in rows)


def is_streamed(clinic: OwnClinic) -> bool:
    """True when everything committed so far is on the other machine's disk."""
    told = clinic.server.run_sql(
        "SELECT coalesce(bool_and(flush_lsn >= pg_current_wal_flush_lsn()), false) FROM pg_stat_replication"
    )
    return told.strip() == "t"


def lose(clinic: OwnClinic) -> None:
    """The machine ends in the middle of a breath; its disk is gone."""
    for pid in (clinic.server.process.pid,):
        os.kill(pid, signal.SIGKILL)
    clinic.server.process.wait()
    clinic.destroy()


def recovered(clinic: OwnClinic, *, base: Path, wal: Path, secrets: str, until: datetime | None) -> float:
    """Brings the clinic back up from the two folders; returns how long that took, in seconds."""
    began = time.monotonic()
    clinic.files.mkdir(exist_ok=True)
    lay_out(base, wal, clinic.server.cluster, until=until)
    clinic.server._secrets.write_text(secrets)
    clinic.start()
    # It answers questions before it has replayed everything.
    wait_for(
        lambda: clinic.server.run_sql("SELECT pg_is_in_recovery()").strip() == "f",
        seconds=120,
        what="recovery",
    )
    return time.monotonic() - began


@pytest.mark.parametrize("size", ["small", pytest.param("demo", marks=pytest.mark.reliability)])
def test_to_the_moment_before_a_bad_update_and_to_the_last_moment_there_was(durable_clinic, settings, size):
    from clinic.messaging.models import Message
    from clinic.messaging.queries.hold import current_hold
    from clinic.messaging.services import reports, sending
    from tests.factories.messaging import make_message

    clinic = durable_clinic
    elsewhere = clinic.server.cluster.parent.parent / "elsewhere"
    elsewhere.mkdir()
    base, wal = elsewhere / "base", elsewhere / "wal"
    secrets = clinic.server._secrets.read_text()
    with SmsProvider() as provider:
        settings.MESSAGE_GATEWAYS, settings.TWILIO = {"sms": "twilio"}, provider.settings()
        settings.PUBLIC_URL = "https://clinic.example.org"
        clinic.fill(settings, size)
        with clinic.in_use(settings):
            Message.objects.update(state="void", void_reason="Not of this test.")
            sending.send_due()
        with streaming(clinic, wal):
            run(clinic, "pg_basebackup", "--pgdata", base, "--checkpoint", "fast", "--no-sync")
            give_to_server(clinic, base)
            with clinic.in_use(settings):
                gone = make_message()
                Message.objects.filter(pk=gone.pk).update(
                    state="due", void_reason="", is_quiet_exempt=True, next_try_at=now()
                )
            good = write_numbered(clinic, range(100))
            before, moment = clinic.prints(), read_clock(clinic)
            with psycopg.connect(clinic.server.url(APP)) as app:  # somebody forgot the WHERE
                assert app.execute("UPDATE records_patient SET last_name = 'Smith'").rowcount > 0
            with clinic.in_use(settings):
                sending.send_due()
            assert len(provider.taken) == 1
            wait_for(lambda: is_streamed(clinic), seconds=60, what="WAL on the other machine")
            last = write_numbered(clinic, range(100, 160))
            lose(clinic)

        note(f"pitr_{size}_rto_seconds", recovered(clinic, base=base, wal=wal, secrets=secrets, until=moment))
        assert clinic.prints() == before
        numbers, newest = numbered(clinic)
        assert numbers == list(range(100))
        note(f"pitr_{size}_rpo_seconds", (good - newest).total_seconds())
        with clinic.in_use(settings):
            sending.send_due()
            assert current_hold().reason.startswith("The database was restored or moved;")
            reports.resolve_uncertain()
            gone.refresh_from_db()
            assert (gone.state, gone.gateway_ref) == ("sent", provider.taken[0].sid)
            assert len(provider.taken) == 1
        assert "The audit chain is whole" in clinic.manage("restore", "--settle")
        assert "The audit chain is whole" in clinic.manage("verify_audit")

    clinic.destroy()
    note(f"loss_{size}_rto_seconds", recovered(clinic, base=base, wal=wal, secrets=secrets, until=None))
    numbers, newest = numbered(clinic)
    assert numbers == list(range(len(numbers)))
    lost = (last - newest).total_seconds()
    note(f"loss_{size}_rpo_seconds", lost)
    assert 100 <= len(numbers) <= 160
    assert lost <= RPO_LIMIT_SECONDS
    with psycopg.connect(clinic.server.url(OWNER)) as owner:
        assert owner.execute("SELECT DISTINCT last_name FROM records_patient").fetchall() == [("Smith",)]


def read_clock(clinic: OwnClinic) -> datetime:
    with psycopg.connect(clinic.server.url(APP)) as app:
        return app.execute("SELECT clock_timestamp()").fetchone()[0].astimezone(UTC)


def give_to_server(clinic: OwnClinic, base: Path) -> None:
    """pg_basebackup ran as ourselves; as root the server runs under another account."""
    if clinic.server.account.is_other:
        for path in (base, *base.rglob("*")):
            os.chown(path, clinic.server.account.uid, clinic.server.account.gid)


def test_laying_out_refuses_what_could_not_recover(tmp_path):
    base, wal = tmp_path / "base", tmp_path / "wal"
    base.mkdir()
    wal.mkdir()
    with pytest.raises(CannotRecover, match="backup_label is missing"):
        lay_out(base, wal, tmp_path / "target")
    (base / "backup_label").touch()
    (base / "PG_VERSION").write_text("18")
    (base / "pg_wal").mkdir()
    with pytest.raises(CannotRecover, match="holds no WAL"):
        lay_out(base, wal, tmp_path / "target")
    for name in ("000000010000000000000003", "000000010000000000000005.partial"):
        (wal / name).write_bytes(b"\0" * (1 << 24))
    with pytest.raises(CannotRecover, match="missing from segment 0000000000000004 on"):
        lay_out(base, wal, tmp_path / "target")
    with pytest.raises(CannotRecover, match="needs its zone"):
        lay_out(base, wal, tmp_path / "target", until=datetime(2026, 3, 10, 14, 5))
    assert not (tmp_path / "target").exists()
    shutil.copy(wal / "000000010000000000000003", wal / "000000010000000000000004")
    assert lay_out(base, wal, tmp_path / "target", until=datetime(2026, 3, 10, 14, 5, tzinfo=UTC)) == 3
    assert sorted(path.name for path in (tmp_path / "target" / "pg_wal").iterdir()) == [
        f"00000001000000000000000{n}" for n in (3, 4, 5)
    ]
    told = (tmp_path / "target" / "postgresql.auto.conf").read_text()
    assert "recovery_target_time = '2026-03-10 14:05:00+00:00'\n" in told
    with pytest.raises(CannotRecover, match="is already there"):
        lay_out(base, wal, tmp_path / "target")
