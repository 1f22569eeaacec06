"""manage.py verify_audit: prints what was checked; exits 1 on a break."""

import sys

from django.core.management.base import BaseCommand

from clinic.audit.sealing import seal
from clinic.audit.verifying import verify


class Command(BaseCommand):
    help = "Checks the audit chain: changed, missing, inserted or reordered rows are named."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--seal", action="store_true", help="seal waiting rows first")

    def handle(self, *args, **options) -> None:
        if options["seal"]:
            seal()
        report = verify()
        self.stdout.write(
            f"{report.checked} events checked, {report.waiting} waiting to be sealed, head {report.head}."
        )
        for problem in report.problems:
            self.stdout.write(self.style.ERROR(problem))
        if not report.is_intact:
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("The audit chain is whole."))
