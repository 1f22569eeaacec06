"""Making a backup: database and files, encrypted as they are read, read back, and only then given their name."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError

from clinic.backup import manifest as manifests
from clinic.backup import media, programs
from clinic.backup.contents import Contents, connect, read_contents
from clinic.backup.errors import BackupError, Busy
from clinic.backup.manifest import DUMP, MEDIA, Manifest, MediaSummary, Part
from clinic.backup.models import BackupRun
from clinic.backup.rules import folder_name, made_at, outlived
from clinic.backup.sealed import Key, SealedWriter
from clinic.backup.services.runs import record_failed, record_good
from clinic.backup.services.verify import verify_backup
from clinic.core.actor import Actor
from clinic.core.locks import lock_number
from clinic.core.time import now

_PIECE = 1 << 20
_PARTIAL = ".partial"


def database() -> dict:
    """The database to copy: by the owner's address where the environment names it, else by the application's.

    The application's role suffices: it may read every table, which is all that pg_dump asks for. So the worker that
    runs at night is not given the owner's password. A test compares what both of them dump.
    """
    return settings.DATABASE_OWNER


def key_of_clinic() -> Key:
    """The key in the environment. Raises BackupError where there is none."""
    if not settings.BACKUP_KEY:
        raise BackupError(
            "BACKUP_KEY is not set, and a backup is never written in clear.",
            hint="docs/operations.md says how to make one.",
        )
    return Key.of(settings.BACKUP_KEY)


def make_backup(*, by: Actor, target: Path, how: str = BackupRun.How.COMMAND) -> Path:
    """Makes a backup in a new folder under `target`, verifies it, records the run, and returns the folder.

    Raises BackupError, after recording the failure and removing what was begun; Busy, recording nothing, while
    another one runs.
    """
    began_at = now()
    try:
        key = key_of_clinic()
        with _only_one() as connection:
            # Now that no other runs, whatever is half made was left by a killed one.
            _prepare(target)
            folder, manifest = _make(connection, target, key)
    except Busy:
        raise
    except BaseException as error:
        why = _reason(error)
        with suppress(DatabaseError):  # it may be the very reason
            record_failed(by=by, how=how, began_at=began_at, folder=str(target), error=why)
        if isinstance(error, (OSError, psycopg.Error)):
            raise BackupError(why) from error
        raise
    record_good(
        by=by,
        how=how,
        began_at=manifest.began_at,
        folder=str(folder),
        size=manifest.size,
        rows=manifest.contents.rows,
        key_id=key.id,
    )
    return folder


def _reason(error: BaseException) -> str:
    if isinstance(error, BackupError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or 'while writing'}."
    # A driver's message may quote a value.
    return f"The backup ended with {type(error).__name__}."


@contextmanager
def _only_one() -> Iterator[psycopg.Connection]:
    """A connection that holds the backup's lock: two never run, whoever starts them on whichever machine."""
    try:
        connection = connect(database())
    except psycopg.OperationalError as error:
        raise BackupError("The database cannot be reached.") from error
    with connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [lock_number("backup")]).fetchone()
        if not (row and row[0]):
            raise Busy("Another backup is running.")
        yield connection


def _prepare(target: Path) -> None:
    media_root = Path(settings.MEDIA_ROOT).resolve()
    if target.resolve() == media_root or media_root in target.resolve().parents:
        raise BackupError(
            "The backup folder stands inside MEDIA_ROOT: each backup would hold the ones before it."
        )
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for entry in target.iterdir():
        if entry.name.startswith(".") and entry.name.endswith(_PARTIAL):
            shutil.rmtree(entry)


def _make(connection: psycopg.Connection, target: Path, key: Key) -> tuple[Path, Manifest]:
    began_at = now().replace(microsecond=0)
    name = folder_name(began_at)
    folder, part = target / name, target / f".{name}{_PARTIAL}"
    if folder.exists():
        raise BackupError(f"{folder} is already there.", hint="Wait a second and try again.")
    part.mkdir(mode=0o700)
    try:
        version = connection.info.server_version
        dump, contents = _write_database(connection, part, name, key)
        # After the dump, so that every file that a dumped row names is in the archive.
        archive, summary = _write_media(part, name, key)
        manifest = Manifest(
            name, began_at, key.id, version, contents, summary, {DUMP: dump, MEDIA: archive}
        )  # fmt: skip
        manifests.write(part, manifest, key)
        verify_backup(part, key)
        _sync(part)
        part.rename(folder)
        _sync(target)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(part)
        raise
    return folder, manifest


def _write_database(
    connection: psycopg.Connection, folder: Path, name: str, key: Key
) -> tuple[Part, Contents]:
    """The dump and the numbers about it, both of one and the same instant."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        contents = read_contents(connection, key)
        argv = [
            programs.program("pg_dump", connection.info.server_version), "--format=custom", "--no-password",
            "--lock-wait-timeout=30000", f"--snapshot={row[0] if row else ''}",
        ]  # fmt: skip
        writer = SealedWriter(folder / DUMP, key, manifests.label(name, DUMP))
        try:
            _stream(argv, writer)
            writer.finish()
        finally:
            writer.close()
    return Part(writer.size, writer.sha256), contents


def _stream(argv: list[str | Path], writer: SealedWriter) -> None:
    env = programs.environment(database())
    with tempfile.TemporaryFile() as complaints:
        process = programs.start(argv, env=env, complaints=complaints, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None  # noqa: S101 - asked for above, for the type checker
            while piece := process.stdout.read(_PIECE):
                writer.write(piece)
            done = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if done != 0:
            raise BackupError(f"The database could not be dumped: {programs.words(complaints)}")


def _write_media(folder: Path, name: str, key: Key) -> tuple[Part, MediaSummary]:
    writer = SealedWriter(folder / MEDIA, key, manifests.label(name, MEDIA))
    try:
        head = Path(settings.AUDIT_HEAD_FILE) if settings.AUDIT_HEAD_FILE else None
        summary = media.write_archive(writer, root=Path(settings.MEDIA_ROOT), head=head, key=key)
        writer.finish()
    finally:
        writer.close()
    return Part(writer.size, writer.sha256), summary


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prune(target: Path, *, keep_days: int) -> list[str]:
    """Deletes backups older than `keep_days`, never the newest; returns their names. Leaves all else alone."""
    names = [entry.name for entry in target.iterdir() if made_at(entry.name) and _is_complete(entry)]
    gone = outlived(names, now=now(), keep_days=keep_days)
    for name in gone:
        leaving = target / f".{name}{_PARTIAL}"
        (target / name).rename(leaving)  # a deletion that is interrupted must not look like a backup
        shutil.rmtree(leaving)
    return gone


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (manifests.FILE, DUMP, MEDIA))
