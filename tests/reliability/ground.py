"""A clinic made of real processes, for tests that kill them: web, workers and beats on servers of their own."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from clinic.runtime.postgres import APP, OWNER, PostgresServer, find_binaries
from clinic.runtime.processes import free_port, spawn, tail
from clinic.runtime.redis import RedisServer
from tests.fakes.sms_provider import SmsProvider
from tests.runtime.waiting import born, descendants, is_alive, wait_for
from tests.support import database
from tests.support.cluster import ROOT

CELERY = ("-m", "celery", "--app", "clinic.celery", "--quiet")
CLOCK = ("-m", "celery", "--app", "clinic.beat", "--quiet")


class Ground:
    """Use as `with Ground(folder, provider) as ground:`; it ends every process that it started.

    The database is a PostgreSQL of its own that keeps what it has committed, as in a clinic (`database_urls`
    None), or a database that is there already: (address as clinic_app, address as clinic_owner).
    """

    def __init__(self, folder: Path, provider: SmsProvider, *, database_urls: tuple[str, str] | None = None):
        self.folder, self.provider = folder, provider
        self.redis = RedisServer(folder / "redis", fast=True)  # holds nothing on disk
        self.postgres = None if database_urls else PostgresServer(folder)
        self._urls = database_urls
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        self._seen: dict[int, str] = {}  # with when each began: its number may be a stranger's later
        self.env: dict[str, str] = {}
        self.port = free_port()

    def __enter__(self) -> Ground:
        try:
            self.redis.start()
            if self.postgres:
                self.postgres.start()
                self._keep_socket()
                socket = f"host={self.folder / 'socket'}"
                self._urls = tuple(
                    self.postgres.url(role).partition("?")[0] + f"?{socket}" for role in (APP, OWNER)
                )
            self._set_environment()
            if self.postgres:
                self._copy_template()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc) -> None:
        for process in self.processes.values():
            self._note(process.pid, *descendants(process.pid))
        for pid in self._seen:
            self._hit(pid)
        for process in self.processes.values():
            process.wait(timeout=20)
        self.redis.stop()
        if self.postgres:
            self.postgres.destroy()

    def _set_environment(self) -> None:
        app, owner = self._urls
        provider = self.provider.settings()
        for name in ("files", "logs"):
            (self.folder / name).mkdir(exist_ok=True)
        self.env = {
            **os.environ,
            "DATABASE_URL": app,
            "DATABASE_OWNER_URL": owner,
            "DATABASE_REUSE_SECONDS": "-1",
            "REDIS_URL": self.redis.url(),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "MEDIA_ROOT": str(self.folder / "files"),
            "AUDIT_HEAD_FILE": "",
            "LOG_LEVEL": "WARNING",
            "MESSAGE_GATEWAYS": "sms=twilio,email=capture",
            **{f"TWILIO_{name}": value for name, value in provider.items()},
        }

    def _keep_socket(self) -> None:
        """A restarted server has a new socket folder: everybody goes by a link that follows it."""
        link = self.folder / "socket"
        link.unlink(missing_ok=True)
        link.symlink_to(self.postgres.socket_folder)

    def _copy_template(self) -> None:
        """The migrated tables of the test run, which takes a fraction of migrating anew."""
        binaries, source = find_binaries() / "bin", database.owner_url(database.template_name())
        file = self.folder / "template.sql"
        for argv in (
            [binaries / "pg_dump", "--no-sync", "--file", file, source],
            [binaries / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-1", "-f", file, self._urls[1]],
        ):
            subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300)

    # Processes

    def run(self, *argv: str, **more: str) -> str:
        """Runs one program of ours to its end and returns what it printed."""
        done = subprocess.run(
            [sys.executable, *argv],
            cwd=ROOT,
            env={**self.env, **more},
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{argv}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
        return done.stdout

    def start(self, name: str, *argv: str) -> None:
        """Starts a process by name, or starts it again after it was killed."""
        command = self._commands.setdefault(name, [sys.executable, *argv])
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self.processes[name] = spawn(command, env=self.env, log=log, cwd=ROOT)

    def start_worker(self, name: str, *, concurrency: int = 2) -> None:
        options = ("--concurrency", str(concurrency), "--loglevel", "WARNING", "--hostname", f"{name}@test")
        self.start(name, *CELERY, "worker", *options, "--without-gossip", "--without-mingle")

    def start_beat(self, name: str) -> None:
        schedule = str(self.folder / f"{name}-schedule")
        self.start(name, *CLOCK, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING")

    def start_web(self) -> None:
        self.start(
            "web", "-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "4", "--log-level", "error",
        )  # fmt: skip

    def log(self, name: str) -> str:
        return tail(self.folder / "logs" / f"{name}.log", 60)

    def revive(self) -> None:
        """Starts again what has ended by itself, as a supervisor does."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(name)

    # Faults

    def is_ready(self, name: str, *, pool: int = 2) -> bool:
        """Whether a worker has its whole pool."""
        return len(descendants(self.processes[name].pid)) >= pool

    def kill(self, name: str, how: str, chance: random.Random) -> str:
        """SIGKILL: `child` one process of the pool, `alone` the worker but not its pool, `whole` all of it.
        What is gone is started again, as a supervisor does. Returns what was hit."""
        if how == "child":
            pool = sorted(self._pool(name))
            if pool:
                self._hit(chance.choice(pool))
            return "child"
        self.end(name, how)
        self.start(name)
        return how

    def end(self, name: str, how: str = "whole") -> None:
        """SIGKILL to a process and all below it, or to the process `alone`; or to the `pool` below it, which
        the process starts anew. What is killed itself stays dead."""
        pool = self._pool(name)
        if how in ("whole", "pool"):
            for pid in pool:
                self._hit(pid)
        if how in ("whole", "alone"):
            process = self.processes.pop(name)
            process.kill()
            process.wait(timeout=20)

    def _pool(self, name: str) -> set[int]:
        pool = descendants(self.processes[name].pid)
        self._note(*pool)
        return pool

    def _note(self, *pids: int) -> None:
        for pid in pids:
            self._seen[pid] = born(pid) or self._seen.get(pid, "")

    def end_orphans(self, *, patience: float = 0.0) -> None:
        """Pools whose worker was killed alone: they may finish what they are doing for `patience` seconds."""
        living = {process.pid for process in self.processes.values()}
        for pid in list(living):
            living |= descendants(pid)
        orphans = [pid for pid in self._seen if pid not in living]

        def have_ended() -> bool:
            return not any(self._is_ours(pid) and is_alive(pid) for pid in orphans)

        with contextlib.suppress(AssertionError):
            wait_for(have_ended, seconds=patience, what="orphans notice")
        for pid in orphans:
            self._hit(pid)
        wait_for(have_ended, seconds=20, what="orphans ended")
        for pid in orphans:
            del self._seen[pid]

    def _is_ours(self, pid: int) -> bool:
        return self._seen[pid] != "" and born(pid) == self._seen[pid]

    def _hit(self, pid: int) -> None:
        if self._is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def flush_redis(self) -> None:
        """Every queued task is forgotten."""
        import redis

        with contextlib.closing(redis.Redis.from_url(self.redis.url())) as client:
            client.flushall()

    def restart_redis(self) -> None:
        """Killed, and started empty on its port."""
        self.redis.process.kill()
        self.redis.process.wait(timeout=20)
        self.redis.start()

    def restart_postgres(self) -> None:
        """A fast shutdown, as a reboot does it, and a start. Without a server of its own: every connection
        is cut."""
        if self.postgres:
            self.postgres.stop()
            self.postgres.start()
            self._keep_socket()
        else:
            self.owner(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename = %s AND pid <> pg_backend_pid()",
                [urlsplit(self._urls[0]).username],
            )

    # Looking

    def owner(self, sql: str, values: Sequence = ()) -> list[tuple]:
        """One statement as the owner of the database; the rows, if it returns some."""
        with psycopg.connect(self._urls[1], autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def send_task(self, name: str) -> None:
        """Wakes a task by name, as beat does. A broker that is down is part of the play."""
        from celery import Celery

        with Celery(broker=self.redis.url(), set_as_current=False) as app, contextlib.suppress(Exception):
            app.send_task(name, retry=False, ignore_result=True)
