import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from billing.rules.fee_file import read_fees
from billing.services.fees import import_fees
from clinic.core.actor import Actor


class Command(BaseCommand):
    help = (
        "Loads the fee schedule from CSV (code,words,price,kind,effective_from[,cvx]): all of it or nothing. "
        "A new price of a code ends the present one the day before."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="CSV file, or - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
        parser.add_argument(
            "--licensed",
            action="store_true",
            help="the clinic holds the license for the procedure codes in the file",
        )

    def handle(self, *args, file, dry_run, licensed, **options):
        lines, errors = read_fees(_read(file), licensed=licensed)
        result = import_fees(
            by=Actor.system("billing.import_fees"), lines=lines, is_dry_run=dry_run or bool(errors)
        )
        errors = sorted([*errors, *result.errors], key=lambda text: int(text.split()[1].rstrip(":")))
        for error in errors:
            self.stderr.write(error)
        if errors:
            raise CommandError(f"{len(errors)} error(s); nothing was loaded.")
        words = "would be loaded" if dry_run else "loaded"
        self.stdout.write(f"{result.created} prices {words}, {result.unchanged} were on file already.")


def _read(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    return text.splitlines(keepends=True)
