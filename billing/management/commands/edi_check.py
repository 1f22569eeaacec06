import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import OperationalError

from billing.edi.checks import CodeLists, FileReport, Finding, check_file
from billing.edi.checks.findings import WARNING
from billing.edi.checks.maps import ADVICE, check_by_maps, has_map, is_installed
from billing.edi.errors import EdiError
from billing.queries.edi_lists import code_lists


class Command(BaseCommand):
    help = (
        "Checks X12 files (270, 271, 276, 277, 277CA, 835, 837P, 999) before they are sent or posted: envelope, sums, check "
        "digits, codes on their day of service, postal codes, balance; and by pyx12's maps where it is installed and has one. "
        "Changes nothing. Ends with 0 when there is no error, with 1 when there is one or a file is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON array with an object for each file")
        parser.add_argument(
            "--own-rules", action="store_true", help="leave pyx12 out: it takes seconds for a large file"
        )

    def handle(self, *args, files, **options):
        lists = self._lists()
        found = [self._check(file, lists, with_maps=not options["own_rules"]) for file in files]
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for one in found:
                self._write(one)
        if not all(one["ok"] for one in found):
            sys.exit(1)

    def _lists(self) -> CodeLists:
        try:
            return code_lists()
        except OperationalError:
            self.stderr.write(
                "The database can't be reached: diagnoses and own service codes are not looked up."
            )
            return CodeLists()

    def _check(self, file: Path, lists: CodeLists, *, with_maps: bool) -> dict:
        try:
            report = check_file(file, lists)
        except EdiError as error:
            return {"file": str(file), "ok": False, "refused": str(error)}
        maps, findings = self._by_maps(file, report) if with_maps else ("left out", [])
        return {
            "file": str(file),
            "ok": not report.has_errors and not any(one.is_error for one in findings),
            "sha256": report.sha256,
            "sets": [
                {
                    "type": one.kind, "version": one.version, "control": one.control,
                    "findings": [each.as_dict() for each in one.findings],
                }
                for one in report.sets
            ],
            "findings": [each.as_dict() for each in report.findings],
            "pyx12": {"checked": maps, "findings": [each.as_dict() for each in findings]},
        }  # fmt: skip

    def _by_maps(self, file: Path, report: FileReport) -> tuple[str, list[Finding]]:
        """What was done with pyx12, in words, and what it found."""
        if not is_installed():
            return "not installed", []
        missing = sorted({one.kind for one in report.sets if not has_map(one.kind, one.version)})
        if missing:
            return f"no map for {', '.join(missing)}", []
        findings = check_by_maps(file)
        if {one.kind for one in report.sets} & ADVICE:
            findings = [Finding(WARNING, one.rule, one.where, one.words, one.field) for one in findings]
        return "yes", findings

    def _write(self, found: dict) -> None:
        if "refused" in found:
            self.stdout.write(f"{found['file']}: refused: {found['refused']}")
            return
        kinds = ", ".join(f"{one['type']} {one['control']}" for one in found["sets"])
        every = [*found["findings"], *(each for one in found["sets"] for each in one["findings"])]
        self.stdout.write(f"{found['file']}: {'in order' if found['ok'] else 'has errors'} ({kinds})")
        for one in [*every, *found["pyx12"]["findings"]]:
            self.stdout.write(f"  {one['severity']}: {one['where']}: {one['words']} [{one['rule']}]")
        self.stdout.write(f"  pyx12: {found['pyx12']['checked']}")
