"""Restoring: everything is built and checked beside the present database, which is renamed, never deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from clinic.backup import manifest as manifests
from clinic.backup import media, programs
from clinic.backup.contents import connect, differences, read_contents
from clinic.backup.errors import BackupError, BadBackup, Busy
from clinic.backup.manifest import DUMP, MEDIA, Manifest
from clinic.backup.rules import folder_name
from clinic.backup.sealed import Key, SealedReader
from clinic.backup.services.settle import settle_restored
from clinic.backup.services.verify import feed, verify_backup
from clinic.core.actor import Actor
from clinic.core.locks import lock_number
from clinic.core.rights import grant_rights
from clinic.core.time import now

Say = Callable[[str], None]


def restore_backup(*, by: Actor, folder: Path, key: Key, may_replace: bool, say: Say) -> None:
    """Brings the clinic back as the backup in `folder` shows it. Run it as the database's owner.

    In this order: the backup is read whole; a new database is filled from it; rows and checksums are compared; the
    application's rights are given anew; stored files are put back; outgoing messages are held and those that may
    have left since are put in doubt; everybody is signed out; the audit chain is verified; the new database takes
    the old one's name. Until that last step the present database is not touched, and a failure removes the new one.
    Refuses (BackupError): a backup that is not whole or of another key; a database with tables unless
    `may_replace`; others connected; an account that may not create databases.
    """
    manifest = verify_backup(folder, key)
    say(f"The backup of {manifest.began_at:%Y-%m-%d %H:%M:%S} UTC is whole: {manifest.contents.rows} rows.")
    target = settings.DATABASES["default"]
    with _maintenance(target) as maintenance:
        is_there, has_tables = _look(maintenance, target, may_replace)
        old = f"{target['NAME']}_before_{folder_name(now()).lower()}"
        if has_tables:
            say(f"The present database will be kept under the name {old}.")
        side = f"{target['NAME']}_restoring"
        _drop(maintenance, side)  # of a restore that was interrupted
        _create(maintenance, side)
        try:
            _fill(folder, key, manifest, side, say)
            with _working_in(side):
                _put_files_back(folder, key, manifest, say)
                _settle(by, manifest, folder, say)
            _swap(maintenance, side=side, target=target["NAME"], old=old if is_there else "")
        except BaseException:
            with suppress(psycopg.Error):
                _drop(maintenance, side)
            raise
        if is_there and not has_tables:
            _drop(maintenance, old)
        elif is_there:
            say(f"When all is well, delete the earlier one: DROP DATABASE {old};")


@contextmanager
def _maintenance(target: dict) -> Iterator[psycopg.Connection]:
    try:
        connection = connect(target, name="postgres")
    except psycopg.OperationalError as error:
        raise BackupError(
            "The server's database “postgres” cannot be reached as the owner.",
            hint="Is DATABASE_OWNER_URL right, and is PostgreSQL running?",
        ) from error
    with connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [lock_number("restore")]).fetchone()
        if not (row and row[0]):
            raise Busy("Another restore is running.")
        yield connection


def _look(maintenance: psycopg.Connection, target: dict, may_replace: bool) -> tuple[bool, bool]:
    """Whether the database is there and whether it holds tables; refuses what a restore must not do."""
    row = maintenance.execute(
        "SELECT rolcreatedb OR rolsuper, (SELECT count(*) FROM pg_roles WHERE rolname = %s), current_user "
        "FROM pg_roles WHERE rolname = current_user",
        [settings.DATABASE_APP_ROLE],
    ).fetchone()
    may_create, app_roles, me = row if row else (False, 0, "")
    if not app_roles:
        raise BackupError(
            f"The role {settings.DATABASE_APP_ROLE} does not exist on this server. Make the two roles first."
        )
    if not may_create:
        raise BackupError(
            f"{me} may not create databases.", hint="Restore runs as the owner: set DATABASE_OWNER_URL."
        )
    found = maintenance.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target["NAME"]]).fetchone()
    if not found:
        return False, False
    _refuse_while_used(maintenance, target["NAME"])
    with connect(target) as present:
        tables = present.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchone()
    has_tables = bool(tables and tables[0])
    if has_tables and not may_replace:
        raise BackupError(
            f"The database {target['NAME']} is not empty. Nothing was changed.",
            hint="With --replace the restored one takes its place, and it is kept under another name.",
        )
    return True, has_tables


def _refuse_while_used(maintenance: psycopg.Connection, name: str) -> None:
    users = maintenance.execute(
        # Autovacuum has no name and gives way; what kind a backend is stays hidden from the owner.
        "SELECT usename, count(*) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid() AND usename IS NOT NULL GROUP BY 1 ORDER BY 1",
        [name],
    ).fetchall()
    if users:
        raise BackupError(
            f"The database {name} is in use: "
            + ", ".join(f"{count} by {who}" for who, count in users)
            + ". Nothing was changed.",
            hint="Stop web, worker and beat first.",
        )


def _create(maintenance: psycopg.Connection, name: str) -> None:
    database, role = sql.Identifier(name), sql.Identifier(settings.DATABASE_APP_ROLE)
    for statement in (
        "CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'",
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
    ):
        maintenance.execute(sql.SQL(statement).format(database=database, role=role))


def _drop(maintenance: psycopg.Connection, name: str) -> None:
    maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _fill(folder: Path, key: Key, manifest: Manifest, side: str, say: Say) -> None:
    target = {**settings.DATABASES["default"], "NAME": side}
    with connect(target) as connection:
        version = connection.info.server_version
    if version // 10_000 < manifest.server_version // 10_000:
        raise BackupError(
            f"The backup is of PostgreSQL {manifest.server_version // 10_000}, the server is {version // 10_000}. "
            "A dump does not go into an older server."
        )
    # Owner and rights come from this server, not from the dump: role names may differ.
    argv: list[str | Path] = [
        programs.program("pg_restore", version), "--format=custom", "--exit-on-error", "--no-owner", "--no-acl",
        "--no-password", "--dbname", side,
    ]  # fmt: skip
    with SealedReader(folder / DUMP, key, manifests.label(manifest.name, DUMP)) as dump:
        feed(argv, dump, env=programs.environment(target))
    with connect(target) as connection:
        wrong = differences(manifest.contents, read_contents(connection, key))
        connection.execute(
            "ANALYZE"
        )  # a dump carries no statistics, and the first morning should not be slow
    if wrong:
        raise BadBackup("The restored database is not what was backed up. " + " ".join(wrong[:20]))
    say(f"Restored: {len(manifest.contents.tables)} tables, rows and checksums are equal.")


@contextmanager
def _working_in(name: str) -> Iterator[None]:
    """Has Django's connection stand in the database that is being built."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _settle(by: Actor, manifest: Manifest, folder: Path, say: Say) -> None:
    _migrate(manifest, say)
    grant_rights()
    settle_restored(by=by, manifest=manifest, folder=folder, say=say)


def _migrate(manifest: Manifest, say: Say) -> None:
    """A backup of an earlier version is brought up to this one; one of a later version is refused."""
    loader = MigrationExecutor(connections["default"]).loader
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    unknown = sorted(set(manifest.contents.migrations) - known)
    if unknown:
        raise BackupError(
            f"The backup was made by a later version of this software: it has {', '.join(unknown[:5])}.",
            hint="Install that version, then restore.",
        )
    waiting = known - set(manifest.contents.migrations)
    if waiting:
        say(f"The backup is of an earlier version: {len(waiting)} migrations are applied.")
        call_command("migrate", interactive=False, verbosity=0)


def _put_files_back(folder: Path, key: Key, manifest: Manifest, say: Say) -> None:
    head = Path(settings.AUDIT_HEAD_FILE) if settings.AUDIT_HEAD_FILE else None
    with SealedReader(folder / MEDIA, key, manifests.label(manifest.name, MEDIA)) as stream:
        media.read_archive(stream, key, keep=media.put_into(Path(settings.MEDIA_ROOT), head))
    say(f"{manifest.media.count} files are back in their place.")


def _swap(maintenance: psycopg.Connection, *, side: str, target: str, old: str) -> None:
    """Both renames or neither."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    try:
        with maintenance.transaction():
            if old:
                maintenance.execute(rename.format(sql.Identifier(target), sql.Identifier(old)))
            maintenance.execute(rename.format(sql.Identifier(side), sql.Identifier(target)))
    except psycopg.errors.ObjectInUse as error:
        raise BackupError(
            f"Somebody connected to {target} meanwhile. It was left as it is.",
            hint="Stop web, worker and beat, and restore again.",
        ) from error
