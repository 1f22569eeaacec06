"""Loads a release of HCPCS Level II: `manage.py import_hcpcs FILE [--release 2025-10]`."""

import re
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from billing.services.procedure_codes import load_procedure_codes
from clinic.core.actor import Actor
from clinic.core.errors import ClinicError


class Command(BaseCommand):
    help = "Load HCPCS Level II codes from a tab-separated file (code, kind, description)."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--release", default="", help="its month, such as 2025-10; default from the file's name"
        )

    def handle(self, *args, file: Path, release: str, **options):
        found = re.search(r"(20\d{2})[_-](\d{2})", file.name)
        release = release or ("-".join(found.groups()) if found else "")
        if not release:
            raise CommandError("The release can't be told from the file's name. Give it with --release.")
        try:
            with file.open(encoding="utf-8", newline="") as text:
                loaded = load_procedure_codes(
                    by=Actor.system("billing.import_hcpcs"), text=text, release=release
                )
        except (ClinicError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{loaded.added} codes of release {loaded.release} added, {loaded.kept} go on, {loaded.ended} ended."
        )
