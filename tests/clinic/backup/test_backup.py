"""Making and reading back backups of the tests' own database."""

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from clinic.audit.models import AuditEvent
from clinic.backup import manifest as manifests
from clinic.backup import programs, sealed, tasks
from clinic.backup.errors import BackupError, BadBackup, Busy
from clinic.backup.models import BackupRun
from clinic.backup.queries import backup_state
from clinic.backup.sealed import Key, SealedReader
from clinic.backup.services.make import make_backup, prune
from clinic.backup.services.verify import verify_backup
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.core.locks import lock_number
from clinic.core.time import now
from tests.support import database, small_clinic
from tests.support.own_clinic import KEY

BY = Actor.system("tests.backup")


@pytest.fixture
def place(settings, tmp_path, transactional_db) -> Path:
    """Where backups go; the clinic has a patient with a telling name and one stored file."""
    settings.BACKUP_KEY, settings.MEDIA_ROOT = KEY, str(tmp_path / "files")
    settings.AUDIT_HEAD_FILE = str(tmp_path / "head.log")
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "card").write_bytes(small_clinic.CANARY.encode() * 10)
    (tmp_path / "files" / "ab" / "upload.part").write_bytes(b"half")
    small_clinic.build()
    return tmp_path / "backups"


@pytest.fixture
def folder(place) -> Path:
    return make_backup(by=BY, target=place)


def plain(folder: Path, part: str) -> bytes:
    with SealedReader(folder / part, Key.of(KEY), manifests.label(folder.name, part)) as reader:
        return reader.read()


def test_a_backup_is_whole_private_and_shows_nobody(folder, place):
    assert sorted(path.name for path in folder.iterdir()) == [
        "database.dump.sealed", "files.tar.sealed", "manifest.json"
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.name for path in place.iterdir()] == [folder.name]
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    assert small_clinic.CANARY.encode() not in raw
    archive = plain(folder, manifests.MEDIA)
    assert small_clinic.CANARY.encode() * 10 in archive
    assert b"upload.part" not in archive
    assert plain(folder, manifests.DUMP).startswith(b"PGDMP")


def test_the_manifest_says_what_is_in_it_and_the_run_is_on_record(folder):
    manifest = verify_backup(folder, Key.of(KEY))
    with psycopg.connect(database.owner_url(database.worker_name())) as owner:
        counts = {
            name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in manifest.contents.tables
        }
    run = BackupRun.objects.get()
    assert (run.outcome, run.how, run.folder) == ("good", "command", str(folder))
    assert (run.size_bytes, run.row_count) == (manifest.size, manifest.contents.rows)
    assert run.key_id == Key.of(KEY).id
    assert manifest.media.count == 4  # two pictures, a statement and a letter of appeal
    # What was written since: the run itself and its line in the trail.
    later = {"backup_backuprun": 1, "audit_auditevent": 1}
    assert counts == {
        name: table.rows + later.get(name, 0) for name, table in manifest.contents.tables.items()
    }
    assert len(counts) > 60
    assert AuditEvent.objects.filter(action="backup.made").count() == 1


def test_the_applications_role_dumps_all_that_the_owner_does(place, settings):
    settings.DATABASE_OWNER = {**settings.DATABASE_APP, "NAME": database.worker_name()}
    as_app = verify_backup(make_backup(by=BY, target=place / "app"), Key.of(KEY)).contents
    settings.DATABASE_OWNER = {**settings.DATABASE_OWNER, **owner_entry()}
    as_owner = verify_backup(make_backup(by=BY, target=place / "owner"), Key.of(KEY)).contents
    grown = {"backup_backuprun", "audit_auditevent"}
    assert {n: t for n, t in as_app.tables.items() if n not in grown} == {
        n: t for n, t in as_owner.tables.items() if n not in grown
    }


def owner_entry() -> dict:
    from urllib.parse import urlsplit

    parts = urlsplit(database.owner_url(database.worker_name()))
    return {"USER": parts.username, "PASSWORD": parts.password}


@pytest.mark.parametrize("name", [manifests.DUMP, manifests.MEDIA, manifests.FILE])
@pytest.mark.parametrize("how", ["missing", "altered", "cut"])
def test_reading_back_finds_what_is_wrong(folder, name, how):
    path = folder / name
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "altered":
        middle = len(data) // 2
        swap = b"7" if data[middle : middle + 1] != b"7" else b"8"
        path.write_bytes(data[:middle] + swap + data[middle + 1 :])
    else:
        path.write_bytes(data[:-5])
    with pytest.raises(BadBackup):
        verify_backup(folder, Key.of(KEY))


def test_a_changed_number_in_the_manifest_is_noticed(folder):
    path = folder / manifests.FILE
    body = json.loads(path.read_text())
    body["tables"]["records_patient"]["rows"] += 1
    path.write_text(json.dumps(body))
    with pytest.raises(BadBackup, match=r"manifest\.json was altered"):
        verify_backup(folder, Key.of(KEY))


def test_parts_of_two_backups_do_not_mix(place, folder, time_machine):
    time_machine.move_to(now() + timedelta(minutes=5), tick=False)
    other = make_backup(by=BY, target=place)
    shutil.copy(other / manifests.DUMP, folder / manifests.DUMP)
    with pytest.raises(BadBackup, match="bytes instead of|its checksum differs"):
        verify_backup(folder, Key.of(KEY))


def test_a_wrong_key_is_told_in_words(folder, settings):
    settings.BACKUP_KEY = "another-" + KEY
    with pytest.raises(
        CommandError, match="made with another key: it names [0-9a-f]{16}, BACKUP_KEY is [0-9a-f]{16}"
    ):
        call_command("backup", folder, verify=True)


def test_the_command_says_what_it_made(place, capsys):
    call_command("backup", place)
    told = capsys.readouterr().out
    assert "4 files" in told
    assert "Read back whole." in told
    with pytest.raises(
        CommandError, match="holds no backup: manifest.json is missing. Name one of the backups in it"
    ):
        call_command("backup", place, verify=True)


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(place, monkeypatch):
    """/dev/full says "no space left" to every write."""
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(sealed, "_create", lambda path: path.touch() or os.fdopen(full, "wb", buffering=0))
    with pytest.raises(BackupError, match="No space left on device"):
        make_backup(by=BY, target=place)
    assert list(place.iterdir()) == []
    run = BackupRun.objects.get()
    assert run.outcome == "failed"
    assert "No space left on device" in run.error
    assert AuditEvent.objects.filter(action="backup.failed").count() == 1


def test_a_dump_that_fails_leaves_nothing(place, monkeypatch):
    monkeypatch.setattr(
        programs, "environment", lambda _database: {"PGHOST": "/nowhere", "PATH": os.environ["PATH"]}
    )
    with pytest.raises(BackupError, match="The database could not be dumped: pg_dump: error:"):
        make_backup(by=BY, target=place)
    assert list(place.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_never_counts(place):
    half = place / ".20260101T000000Z.partial"
    half.mkdir(parents=True)
    (half / manifests.DUMP).write_bytes(b"half")
    folder = make_backup(by=BY, target=place)
    assert [path.name for path in place.iterdir()] == [folder.name]


def test_two_never_run_at_once(place):
    with psycopg.connect(database.app_url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_number("backup")])
        with pytest.raises(Busy):
            make_backup(by=BY, target=place)
    assert BackupRun.objects.count() == 0
    assert not place.exists()


def test_no_key_no_backup(place, settings):
    settings.BACKUP_KEY = ""
    with pytest.raises(BackupError, match="BACKUP_KEY is not set"):
        make_backup(by=BY, target=place)
    assert not place.exists()


def test_the_folder_may_not_stand_among_the_files(place, settings):
    with pytest.raises(BackupError, match="stands inside MEDIA_ROOT"):
        make_backup(by=BY, target=Path(settings.MEDIA_ROOT) / "backups")


def test_older_programs_are_refused_in_words(tmp_path, monkeypatch):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.2'\n")
    old.chmod(0o755)
    monkeypatch.setattr(programs, "_folders", lambda: [tmp_path])
    with pytest.raises(
        BackupError, match="PostgreSQL 18; pg_dump of version 18 or newer is needed. Found: 14 in "
    ):
        programs.program("pg_dump", 180_003)
    assert programs.program("pg_dump", 140_009) == old


def test_the_password_is_in_no_argument_list(settings):
    env = programs.environment(
        {**settings.DATABASE_APP, "PASSWORD": "p", "OPTIONS": {"sslmode": "verify-full"}}
    )
    assert (env["PGPASSWORD"], env["PGSSLMODE"]) == ("p", "verify-full")
    assert "SECRET_KEY" not in env


def test_complaints_keep_rows_out(tmp_path):
    text = b'pg_restore: error: COPY failed for table x\nCONTEXT:  COPY x, line 1: "Zyxwhistle"\nDETAIL: Zyxwhistle\n'
    with (tmp_path / "err").open("w+b") as file:
        file.write(text)
        assert programs.words(file) == "pg_restore: error: COPY failed for table x"


def test_old_backups_go_and_the_newest_complete_one_stays(place):
    names = ["20260101T060000Z", "20260102T060000Z", "20260103T060000Z"]
    for name in names:
        (place / name).mkdir(parents=True)
        for part in (manifests.FILE, manifests.DUMP, manifests.MEDIA):
            (place / name / part).touch()
    (place / names[2] / manifests.MEDIA).unlink()  # not whole: neither kept as the newest nor deleted
    (place / "notes").mkdir()
    assert prune(place, keep_days=1) == names[:1]
    assert sorted(path.name for path in place.iterdir()) == [*names[1:], "notes"]


@pytest.fixture
def nightly(place, settings):
    settings.BACKUP_DIR, settings.BACKUP_HOUR, settings.BACKUP_KEEP_DAYS = str(place), 1, 35
    return place


def test_one_a_night(nightly, time_machine):
    time_machine.move_to("2026-03-10 17:00:00+00:00", tick=False)
    tasks.run_if_due.run()
    tasks.run_if_due.run()
    assert [path.name for path in nightly.iterdir()] == ["20260310T170000Z"]
    time_machine.move_to("2026-03-11 05:59:00+00:00", tick=False)
    tasks.run_if_due.run()
    time_machine.move_to("2026-03-11 06:00:00+00:00", tick=False)
    tasks.run_if_due.run()
    tasks.run_if_due.run()
    assert sorted(path.name for path in nightly.iterdir()) == ["20260310T170000Z", "20260311T060000Z"]
    assert list(BackupRun.objects.values_list("how", flat=True)) == ["nightly", "nightly"]


def test_a_night_that_fails_is_told_and_tried_again(nightly, settings, time_machine):
    time_machine.move_to("2026-03-10 17:00:00+00:00", tick=False)
    settings.BACKUP_KEY = ""
    tasks.run_if_due.run()
    tasks.run_if_due.run()
    assert BackupRun.objects.filter(outcome="failed").count() == 1
    assert backup_state().problem == (
        "No good backup has been made yet. The last try failed: BACKUP_KEY is not set, and a backup is never written "
        "in clear. docs/operations.md says how to make one."
    )
    settings.BACKUP_KEY = KEY
    time_machine.move_to("2026-03-10 18:00:00+00:00", tick=False)
    tasks.run_if_due.run()
    assert backup_state().problem == ""


def test_nothing_runs_without_a_folder(place, settings):
    settings.BACKUP_DIR = ""
    tasks.run_if_due.run()
    assert BackupRun.objects.count() == 0
    assert not place.exists()


def test_the_task_may_take_longer_than_others_and_is_not_delivered_twice():
    assert tasks.run_if_due.time_limit > 3600
    assert tasks.run_if_due.acks_late is False


def test_errors_are_for_people():
    assert issubclass(BackupError, ClinicError)
