"""Test databases: one template, migrated as the owner, and a copy of it for each worker.

A copy takes a fraction of a second, so a test that really commits ends by getting a new one. That keeps
the rows that migrations ship (limits, scope rules, policies) and needs no way around the append-only
guards, which a flush by TRUNCATE would.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.cluster import ROOT

_APPS = ("clinic", "scheduling", "records", "billing", "inventory")
_LOCK = 727_201


def template_name() -> str:
    return "clinic_test_template"


def worker_name() -> str:
    return f"clinic_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def address(url: str, database: str) -> str:
    """The same server and role, another database."""
    parts = urlsplit(url)
    # urlunsplit drops the empty host of a socket address, so the two slashes are put back by hand.
    return f"{parts.scheme}://{parts.netloc}{urlunsplit(('', '', '/' + database, parts.query, ''))}"


def owner_url(database: str | None = None) -> str:
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    return address(url, database) if database else url


@functools.cache
def _maintenance_url() -> str:
    """The database to stand in while others are made and dropped: the one the run began with."""
    return owner_url()


def app_url(database: str | None = None) -> str:
    return address(os.environ["DATABASE_URL"], database or worker_name())


def fingerprint() -> str:
    """Changes whenever a migration, the code that derives the rights, or a locked package changes."""
    digest = hashlib.sha256()
    files = [ROOT / "requirements" / "base.txt", ROOT / "clinic" / "settings.py"]
    for app in _APPS:
        files += (ROOT / app).rglob("migrations/*.py")
        files += (ROOT / app).rglob("migrations/*.sql")
        files += (ROOT / app).rglob("data/*.json")
    files += (ROOT / "clinic" / "core").rglob("guard*.py")
    files += (ROOT / "clinic" / "core").rglob("rights*.py")
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()


def make_worker_database() -> None:
    """Leaves a fresh copy of an up-to-date template as this worker's database."""
    with psycopg.connect(_maintenance_url(), autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # workers take turns; ends with the connection
        if _comment(owner, template_name()) != fingerprint():
            _build_template(owner)
        _copy(owner, worker_name())


def reset_worker_database() -> None:
    """Throws away what a committed test left. Every connection of this process must be closed before."""
    with psycopg.connect(_maintenance_url(), autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _copy(owner, worker_name())


def drop_worker_database() -> None:
    with psycopg.connect(_maintenance_url(), autocommit=True) as owner:
        _drop(owner, worker_name())


def make_database(name: str) -> None:
    """A database of its own from the migrated template, for a test that hands it to other processes."""
    with psycopg.connect(_maintenance_url(), autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if _comment(owner, template_name()) != fingerprint():
            _build_template(owner)
        _copy(owner, name)


def drop_database(name: str) -> None:
    with psycopg.connect(_maintenance_url(), autocommit=True) as owner:
        _drop(owner, name)


def _comment(owner: psycopg.Connection, database: str) -> str:
    row = owner.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
    ).fetchone()
    return (row and row[0]) or ""


def _drop(owner: psycopg.Connection, database: str) -> None:
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _close_to_public(owner: psycopg.Connection, database: str) -> None:
    """The rights of the real database: the application may connect, and make no temporary tables."""
    name, role = sql.Identifier(database), sql.Identifier(urlsplit(os.environ["DATABASE_URL"]).username or "")
    owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, role))


def _copy(owner: psycopg.Connection, database: str) -> None:
    _drop(owner, database)
    owner.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(database), sql.Identifier(template_name())
        )
    )
    _close_to_public(owner, database)


def _build_template(owner: psycopg.Connection) -> None:
    _drop(owner, template_name())
    owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template_name())))
    _close_to_public(owner, template_name())
    environment = {
        **os.environ,
        "DATABASE_URL": app_url(template_name()),
        "DATABASE_OWNER_URL": owner_url(template_name()),
        "CLINIC_DATABASE_ROLE": "owner",
    }
    done = subprocess.run(
        [sys.executable, Path(ROOT, "manage.py"), "migrate", "--verbosity", "0"],
        env=environment, cwd=ROOT, text=True, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(
            f"The test database could not be migrated.\n{done.stdout[-2000:]}{done.stderr[-6000:]}"
        )
    owner.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(template_name()), sql.Literal(fingerprint())
        )
    )
