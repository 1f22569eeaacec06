"""`manage.py demo`: the whole clinic on this machine, with made-up people, until Ctrl+C."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from clinic.core.tasks import enqueue
from clinic.demo.certificate import fingerprint, self_made_certificate
from clinic.runtime import supervisor
from clinic.runtime.processes import StartError
from clinic.runtime.supervisor import Clinic, Stopped, say

LOGINS = ("frontdesk", "ma", "leadma", "provider", "biller", "manager", "privacy", "admin")
PASSWORD = "maple-street-demo"  # noqa: S105 - works only where CLINIC_DEMO=1


class Command(BaseCommand):
    help = "Starts a demo clinic: database, queue, web, worker and beat, with data around today."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        supervisor.add_arguments(parser)

    def handle(self, **options: Any) -> None:
        clinic = supervisor.current()
        try:
            self._run(clinic)
        except Stopped:
            say("\nStopping ...")
        except StartError as error:
            raise CommandError(str(error)) from error
        finally:
            connections.close_all()
            clinic.stop()
        say("Stopped. The data stays in " + str(clinic.folder))

    def _run(self, clinic: Clinic) -> None:
        started = time.monotonic()
        say("Database: bringing the tables up to date")
        call_command("migrate", verbosity=0, interactive=False)
        _refuse_a_real_clinic(clinic)
        _collect_static(clinic)
        start_web(clinic)
        if not clinic.options.no_seed:
            _seed()
        connections.close_all()  # the supervisor needs the database no longer
        start_workers(clinic)
        supervisor.wait_healthy(clinic, seconds=120)
        enqueue(
            "backup.run_if_due"
        )  # beat would wake it minutes later, and the manager would be told of none
        announce(clinic, seconds=time.monotonic() - started)
        clinic.watch()


def _refuse_a_real_clinic(clinic: Clinic) -> None:
    """Demo logins with a published password must never get into somebody's own database."""
    if not clinic.is_external:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE username = ANY(%s)) FROM staff_member", [list(LOGINS)]
        )
        members, demo_members = cursor.fetchone()
    if members and demo_members < len(LOGINS):
        raise StartError(
            "DATABASE_URL names a database that already holds a clinic. The demo does not touch it."
        )


def _collect_static(clinic: Clinic) -> None:
    """Copies and hashes the static files when any of them changed since the last start."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    mark = Path(settings.STATIC_ROOT) / ".collected"
    is_hashed = mark.with_name("staticfiles.json").exists()
    if is_hashed and mark.exists() and mark.read_text(encoding="utf-8") == digest.hexdigest():
        return
    say("Pages: collecting scripts and styles")
    # In a process of its own: settings decide at their start whether names carry a hash.
    argv = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    done = subprocess.run(argv, cwd=settings.BASE_DIR, env=clinic.child_environment(), check=False)
    if done.returncode != 0:
        raise StartError("The scripts and styles could not be collected (see above).")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(digest.hexdigest(), encoding="utf-8")


def _seed() -> None:
    from clinic.demo.seed import top_up

    top_up(Progress())


class Progress:
    """One line per step of the seeding: moving on a terminal, at most one every two seconds in a log."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._step = ""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        is_new, now = step != self._step, time.monotonic()
        is_last = bool(total) and done >= total
        if not (is_new or is_last) and now - self._shown < (0.1 if sys.stdout.isatty() else 2.0):
            return
        self._step, self._shown = step, now
        text = f"Demo clinic: {step}" + (f" {done}/{total}" if total else "")
        if sys.stdout.isatty() and total:
            print(f"\r\033[K{text}", end="\n" if is_last else "", flush=True)
        else:
            say(text)


def start_web(clinic: Clinic) -> None:
    """gunicorn with threads: nothing buffers in front of it, so sync workers would hang on idle connections."""
    # beyond loopback only when asked for, and over TLS
    host = "0.0.0.0" if clinic.options.lan else "127.0.0.1"  # noqa: S104  # nosec B104
    argv = supervisor.web_command(f"{host}:{clinic.port}")
    if clinic.options.lan:
        names = [name for name in settings.ALLOWED_HOSTS if name]
        clinic.certificate, key = self_made_certificate(clinic.folder, names)
        argv += ["--certfile", clinic.certificate, "--keyfile", key]
    clinic.start_child("web", argv)


def start_workers(clinic: Clinic) -> None:
    celery = ["-m", "celery", "--app", "clinic.celery", "--quiet"]
    clinic.start_child(
        "worker",
        [
            *celery,
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        ],
    )
    clock, schedule = ["-m", "celery", "--app", "clinic.beat", "--quiet"], clinic.folder / "beat-schedule"
    clinic.start_child(
        "beat", [*clock, "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"]
    )


def announce(clinic: Clinic, *, seconds: float) -> None:
    say()
    say(f"ready {clinic.url}")
    say()
    for login in LOGINS:
        say(f"  {login:<12}{PASSWORD}")
    say()
    if clinic.certificate is not None:
        say("The certificate is this demo's own: each device asks once whether to trust it.")
        say(f"  SHA-256 {fingerprint(clinic.certificate)}")
    say(
        f"Started in {seconds:.0f} seconds. Data: {clinic.folder}   Logs: {clinic.folder / 'logs'}   Stop: Ctrl+C"
    )
