"""Loads an ICD-10-CM release: `manage.py import_icd10 FILE [--release 2026-04]`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.core.errors import ClinicError
from records.services.codes import SHIPPED, load_diagnosis_codes


class Command(BaseCommand):
    help = "Load ICD-10-CM codes from a tab-separated file (code, billable, description), plain or gzipped."

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            default=SHIPPED,
            help="the file; without one the release that is shipped",
        )
        parser.add_argument("--release", default="", help="name of the release; default from the file's name")

    def handle(self, *args, file: Path, release: str, **options):
        try:
            loaded = load_diagnosis_codes(path=file, release=release)
        except (ClinicError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{loaded.added} codes of release {loaded.release} added, {loaded.kept} were there."
        )
