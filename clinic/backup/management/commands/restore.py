"""manage.py restore DIR: brings a clinic back from a backup. Runs as the database's owner (see manage.py).

With --settle it does the last part alone, for a database that came back by other means.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.backup.services.make import key_of_clinic
from clinic.backup.services.restore import restore_backup
from clinic.backup.services.settle import settle_recovered
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError


class Command(BaseCommand):
    help = (
        "Restores the backup in DIR beside the present database, checks it (rows, checksums, audit chain), holds "
        "outgoing messages, and only then lets it take the present one's place. Stop web, worker and beat first. "
        "--settle: the present database was recovered by other means; hold messages and verify its audit chain."
    )
    requires_system_checks: list[str] = []  # there may be no database yet

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
        parser.add_argument("--settle", action="store_true", help="only settle the present database")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="take the place of a database that holds tables; that one is renamed, not deleted",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["folder"] is None) is not options["settle"]:
            raise CommandError("Name the folder of one backup, or say --settle.")
        by, say = Actor.system("backup.restore"), self.stdout.write
        try:
            if options["settle"]:
                settle_recovered(by=by, say=say)
            else:
                restore_backup(
                    by=by,
                    folder=options["folder"],
                    key=key_of_clinic(),
                    may_replace=options["replace"],
                    say=say,
                )
        except ClinicError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            self.style.SUCCESS(
                "Restored. Outgoing messages are held: start the clinic, look at the messages page, release them there."
            )
        )
