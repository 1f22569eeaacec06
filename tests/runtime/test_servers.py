"""The private PostgreSQL and Redis, in a folder whose name has spaces."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from clinic.runtime.postgres import OWNER, PostgresServer
from clinic.runtime.processes import StartError
from clinic.runtime.redis import RedisServer
from tests.runtime.waiting import is_alive, open_way, wait_for
from tests.support.cluster import ROOT

pytestmark = pytest.mark.runtime


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("long name")
    open_way(base)
    return base / "a folder with spaces" / "and another one"


@pytest.fixture(scope="module")
def postgres(folder):
    server = PostgresServer(folder, fast=True).start()
    yield server
    server.destroy()


def test_roles_hold_no_more_than_they_need(postgres):
    with psycopg.connect(postgres.url(OWNER)) as owner:
        rows = owner.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname ~ '^clinic_' ORDER BY 1"
        ).fetchall()
    assert rows == [
        ("clinic_app", False, False, False),
        ("clinic_owner", False, True, False),
        ("clinic_super", True, True, True),
    ]


def test_application_cannot_shadow_or_create(postgres):
    with psycopg.connect(postgres.url(), autocommit=True) as app:
        for statement in ("CREATE TABLE a (b int)", "CREATE TEMP TABLE a (b int)", "SET ROLE clinic_owner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
        assert app.execute("SHOW search_path").fetchone() == ("public, pg_temp",)


def test_owner_may_create_the_extensions(postgres):
    with psycopg.connect(postgres.url(OWNER), autocommit=True) as owner:
        for name in ("btree_gist", "pg_trgm", "unaccent"):
            owner.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        assert owner.execute("SELECT similarity('José', 'jose') > 0.3, lower('É')").fetchone() == (True, "é")


def test_nobody_is_trusted_without_a_password(postgres):
    right = urlsplit(postgres.url())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url().replace(right.password, "wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://clinic_super@/postgres?host={postgres.socket_folder}")


def test_passwords_and_socket_are_private(postgres):
    assert (postgres.folder / "postgres-secrets.json").stat().st_mode & 0o777 == 0o600
    assert postgres.socket_folder.stat().st_mode & 0o777 == 0o700
    assert postgres.cluster.stat().st_mode & 0o777 == 0o700


def test_data_outlives_a_restart(postgres):
    with psycopg.connect(postgres.url(OWNER), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    before = postgres.socket_folder
    postgres.stop()
    assert not before.exists()
    postgres.start()
    with psycopg.connect(postgres.url(OWNER)) as owner:
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_lost_passwords_are_named(postgres):
    secrets = postgres.folder / "postgres-secrets.json"
    kept = secrets.read_text()
    secrets.unlink()
    try:
        with pytest.raises(StartError, match=r"postgres-secrets\.json is missing"):
            PostgresServer(postgres.folder, fast=True).start()
        assert (postgres.cluster / "PG_VERSION").exists()
    finally:
        secrets.write_text(kept)
        secrets.chmod(0o600)


_HOLDER = """
import sys
from pathlib import Path
from clinic.runtime.postgres import PostgresServer
from clinic.runtime.redis import RedisServer
folder = Path(sys.argv[1])
postgres, queue = PostgresServer(folder, fast=True).start(), RedisServer(folder, fast=True).start()
print(postgres.process.pid, queue.process.pid, postgres.socket_folder, flush=True)
sys.stdin.read()
"""


def test_killed_holder_leaves_no_server_and_clean_data(folder):
    own = folder.parent / "killed holder"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(own)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    pids = [int(word) for word in holder.stdout.readline().split()[:2]]
    assert all(map(is_alive, pids))
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=5)
    wait_for(lambda: not any(map(is_alive, pids)), seconds=40, what="both servers ended")
    again = PostgresServer(own, fast=True).start()
    again.destroy()
    log = (own / "postgres.log").read_text()
    assert "database system is shut down" in log
    assert "was not properly shut down" not in log


def test_redis_wants_its_password_and_stays_on_loopback(folder):
    server = RedisServer(folder, fast=True).start()
    try:
        assert redis.Redis.from_url(server.url()).ping() is True
        with socket.create_connection(("127.0.0.1", server.port), 2) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(64).startswith(b"-NOAUTH")
        assert (folder / "redis.conf").stat().st_mode & 0o777 == 0o600
    finally:
        server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 1)
