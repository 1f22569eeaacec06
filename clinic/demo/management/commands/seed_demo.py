"""manage.py seed_demo [--reset]: make the demo clinic, or bring it up to now."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from clinic.demo.seed import top_up


class Command(BaseCommand):
    help = "Make the demo clinic, or bring it up to now. Only in demo mode (CLINIC_DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="remove everything first, and start over")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLINIC_DEMO:
            raise CommandError("This is not a demo (CLINIC_DEMO is not 1): nothing was done.")
        if options["reset"]:
            self._start_over()
        bar = _Bar()
        try:
            top_up(bar)
        finally:
            bar.close()
        self.stdout.write("The demo clinic is up to now.")

    def _start_over(self) -> None:
        """Drops and rebuilds the whole schema: append-only tables cannot be emptied row by row."""
        if not settings.AS_OWNER:
            raise CommandError(
                "Starting over needs the owner of the database: set CLINIC_DATABASE_ROLE=owner."
            )
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
        connection.close()
        call_command("migrate", verbosity=0, interactive=False)


class _Bar:
    """A progress bar for each step."""

    def __init__(self) -> None:
        self.step, self.bar = "", None

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        if step != self.step:
            self.close()
            self.step = step
            self.bar = tqdm(total=total or None, desc=step, disable=None, file=sys.stderr)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None
