"""Brings up the PostgreSQL and Redis that the tests run on, and names them in the environment.

With DATABASE_URL and REDIS_URL set, those are used. Otherwise a private pair is started in the folder
CLINIC_TEST_DIR (default .cache/tests); its data stays for the next run, its processes end with this one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import IO

from clinic.runtime.postgres import OWNER, PostgresServer
from clinic.runtime.processes import AlreadyRunning, hold, make_folder
from clinic.runtime.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
_SLOTS = 16


class Cluster:
    """The servers of one test run, started once by pytest's controlling process."""

    def __init__(self) -> None:
        self._lock: IO[str] | None = None
        self._postgres: PostgresServer | None = None
        self._redis: RedisServer | None = None

    def start(self) -> None:
        """Starts what the environment does not name yet, and sets the rest of the test environment."""
        folder = self._take_slot()
        if not os.environ.get("DATABASE_URL"):
            self._postgres = PostgresServer(folder, fast=True).start()
            os.environ["DATABASE_URL"] = self._postgres.url()
            os.environ["DATABASE_OWNER_URL"] = self._postgres.url(OWNER)
        if not os.environ.get("REDIS_URL"):
            self._redis = RedisServer(folder, fast=True).start()
            os.environ["REDIS_URL"] = self._redis.url()
        set_environment(folder)

    def stop(self) -> None:
        for server in (self._redis, self._postgres):
            if server is not None:
                server.stop()
        if self._lock is not None:
            self._lock.close()

    def _take_slot(self) -> Path:
        """The folder of this run: the asked one, or a sibling while another run holds it."""
        base = Path(os.environ.get("CLINIC_TEST_DIR") or ROOT / ".cache" / "tests").absolute()
        for number in range(1, _SLOTS + 1):
            folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
            make_folder(folder)
            with contextlib.suppress(AlreadyRunning):
                self._lock = hold(folder)
                return folder
        raise SystemExit(f"{_SLOTS} test runs already use {base}.")


def set_environment(folder: Path) -> None:
    """What settings need beside the servers: a throwaway key, loopback hosts, files inside `folder`."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    media = folder / f"files-{worker}"
    for needed in (media, folder / "static"):
        needed.mkdir(exist_ok=True)
    fixed = {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "CLINIC_DEMO": "0",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "PUBLIC_URL": "http://testserver",
        "SECURE_COOKIES": "0",
        "BEHIND_PROXY": "0",
        "DATABASE_REUSE_SECONDS": "0",  # threads of a live server must not hold the database open
        "DEFAULT_ZONE": "America/Chicago",
        "LOG_LEVEL": "WARNING",
        "MESSAGE_GATEWAYS": "sms=capture,email=capture",
        "MEDIA_ROOT": str(media),
        "AUDIT_HEAD_FILE": str(media / "audit-head.log"),
        "CLINIC_TEST_FOLDER": str(folder),
        "STATIC_ROOT": str(folder / "static"),
    }
    os.environ.update(fixed)
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(40))
    for name in (
        "EMAIL_URL",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_FROM",
        "TWILIO_VOICE_FROM",
        "CLEARINGHOUSE",
        "CLINIC_DATABASE_ROLE",
        "METRICS_TOKEN",
    ):
        os.environ.pop(name, None)
