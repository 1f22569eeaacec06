"""manage.py seed_scale --patients N --years Y [--seed S]: a clinic of any size, for measuring."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from clinic.demo.scale import bones
from clinic.demo.scale.ground import clinic_day
from clinic.demo.scale.load import elapsed, load
from clinic.demo.scale.plan import Size


class Command(BaseCommand):
    help = "Fill an empty database with a clinic of any size, by COPY. Runs as the owner of the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, required=True)
        parser.add_argument("--years", type=int, default=5, help="how far back the visits go (default 5)")
        parser.add_argument("--visits", type=int, help="past visits in all (default three for each patient)")
        parser.add_argument("--audit-rows", type=int, help="rows of the trail (default two for each visit)")
        parser.add_argument("--seed", default="scale", help="the same word makes the same clinic")
        parser.add_argument(
            "--keep", action="store_true", help="do nothing where it is of that size and day already"
        )
        parser.add_argument(
            "--reset", action="store_true", help="start over, in a database that this command made"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.AS_OWNER:
            raise CommandError("This needs the owner of the database: set CLINIC_DATABASE_ROLE=owner.")
        size = _size(options)
        if not self._make_room(size, reset=options["reset"], keep=options["keep"]):
            self.stdout.write("This database is of that size already.")
            return
        started = time.monotonic()
        counts = load(size, Progress(started))
        for table, count in counts.items():
            self.stdout.write(f"{count:>12,}  {table}")
        self.stdout.write(f"{sum(counts.values()):>12,}  rows in {elapsed(started)}")
        if not settings.CLINIC_DEMO:
            self.stdout.write("Nobody can sign in yet: outside a demo no account gets a password by default.")

    def _make_room(self, size: Size, *, reset: bool, keep: bool) -> bool:
        """False when nothing is to be done. Goes on only where nothing can be lost: an empty database, or one
        that this command made."""
        state, made = bones.state()
        if keep and state == bones.DONE and made == asdict(size) | {"day": clinic_day()}:
            return False
        if state and (reset or keep):
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
            connection.close()
            call_command("migrate", verbosity=0, interactive=False)
        elif state == bones.UNFINISHED:
            raise CommandError(
                "An earlier seed_scale was interrupted here: its indexes and rules are missing, so this database is of "
                "no use. Start over with --reset."
            )
        elif state:
            raise CommandError("seed_scale has filled this database already. Start over with --reset.")
        elif self._is_used():
            raise CommandError("This database holds a clinic that seed_scale did not make. It is left alone.")
        return True

    def _is_used(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM staff_member) OR EXISTS (SELECT 1 FROM records_patient)"
            )
            return cursor.fetchone()[0]


def _size(options: dict[str, Any]) -> Size:
    patients, years = options["patients"], options["years"]
    visits = options["visits"] or patients * 3
    if patients < 100 or not 1 <= years <= 15:
        raise CommandError("At least 100 patients, and 1 to 15 years.")
    audit_rows = visits * 2 if options["audit_rows"] is None else options["audit_rows"]
    return Size(patients, visits, years, audit_rows, options["seed"])


class Progress:
    """One line per step: moving on a terminal, at most one every five seconds in a log."""

    def __init__(self, started: float) -> None:
        self._started, self._shown, self._step = started, 0.0, ""

    def __call__(self, step: str, done: int, total: int) -> None:
        now, is_terminal = time.monotonic(), sys.stdout.isatty()
        is_news = step != self._step or done >= total
        if not is_news and now - self._shown < (0.2 if is_terminal else 5.0):
            return
        text = f"[{elapsed(self._started):>12}] {step} {done:,}/{total:,}"
        if is_terminal:
            print(("\n" if step != self._step and self._step else "\r\033[K") + text, end="", flush=True)
        else:
            print(text, flush=True)
        self._step, self._shown = step, now
