"""manage.py import_fhir PATH... : Synthea-style FHIR R4 bundles and NDJSON folders into the records."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from clinic.core.actor import Actor
from records.fhir.runner import Importer
from records.fhir.sources import find_files


class Command(BaseCommand):
    help = "Import FHIR R4 bundles (*.json) and bulk-export folders (*.ndjson). Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then undo it")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON and nothing else")
        parser.add_argument(
            "--clean-names", action="store_true", help="drop the digits Synthea adds to names"
        )
        parser.add_argument("--by", metavar="USERNAME", help="who answers for corrections of imported values")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', no '.join(missing)}.")
        files = find_files(options["paths"])
        if not files:
            raise CommandError("There are no .json or .ndjson files there.")
        bars = _Bars(hidden=options["json"] and not sys.stderr.isatty())
        importer = Importer(
            by=_actor(options["by"]),
            clean_names=options["clean_names"],
            dry_run=options["dry_run"],
            progress=bars.show,
        )
        try:
            report = importer.run(files)
        finally:
            bars.close()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json()))
        else:
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was changed.\n")
            self.stdout.write(report.as_text())
        if not report.is_clean:
            sys.exit(1)


def _actor(username: str | None) -> Actor:
    if not username:
        return Actor.system("records.import_fhir")
    member = get_user_model().objects.filter(username=username, is_active=True).first()
    if member is None:
        raise CommandError(f"There is no active member of staff named {username}.")
    return Actor(member_id=member.pk, label=f"{member.name} (import)")


class _Bars:
    """One progress bar for each stage of the work."""

    def __init__(self, *, hidden: bool) -> None:
        self.hidden = hidden
        self.bars: dict[str, tqdm] = {}

    def show(self, stage: str, done: int, total: int) -> None:
        bar = self.bars.get(stage)
        if bar is None:
            unit = "B" if stage == "reading" else "patient"
            bar = tqdm(
                total=total,
                desc=stage,
                unit=unit,
                unit_scale=stage == "reading",
                disable=self.hidden or None,
                file=sys.stderr,
            )
            self.bars[stage] = bar
        bar.update(done - bar.n)

    def close(self) -> None:
        for bar in self.bars.values():
            bar.close()
