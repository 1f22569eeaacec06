"""manage.py backup [DIR]: an encrypted copy of database and files. With --verify, reads one back."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic.backup.rules import size_words
from clinic.backup.services.make import key_of_clinic, make_backup
from clinic.backup.services.verify import verify_backup
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError


class Command(BaseCommand):
    help = (
        "Makes a backup of the database and the stored files in a new folder under DIR (default: BACKUP_DIR), "
        "encrypted with BACKUP_KEY, and reads it back. --verify DIR only reads back the backup in DIR."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
        parser.add_argument(
            "--verify", action="store_true", help="read back the backup in DIR; change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or (Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None)
        if folder is None:
            raise CommandError("Name a folder: manage.py backup DIR, or set BACKUP_DIR.")
        started = time.monotonic()
        try:
            made = (
                folder if options["verify"] else make_backup(by=Actor.system("backup.command"), target=folder)
            )
            # A backup that was just made has been read back already; its manifest says what is in it.
            manifest = verify_backup(made, key_of_clinic()) if options["verify"] else None
        except ClinicError as error:
            raise CommandError(str(error)) from error
        if manifest is None:
            from clinic.backup import manifest as manifests

            manifest = manifests.read(made, key_of_clinic())
        contents = manifest.contents
        self.stdout.write(
            f"{made}: {contents.rows} rows in {len(contents.tables)} tables, {manifest.media.count} files, "
            f"{size_words(manifest.size)}, of {manifest.began_at:%Y-%m-%d %H:%M:%S} UTC, key {manifest.key_id}."
        )
        self.stdout.write(self.style.SUCCESS(f"Read back whole. {time.monotonic() - started:.1f} s."))
        sys.stdout.flush()
