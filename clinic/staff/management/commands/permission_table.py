"""Prints or writes the role x permission table."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from clinic.staff import matrix

TEXT = Path("tests") / "architecture" / "permission_matrix.txt"
PAGE = Path("docs") / "permissions.md"


class Command(BaseCommand):
    help = (
        "Print the role x permission table; --write refreshes the checked-in copies after a reviewed change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(matrix.as_text())
        if options["write"]:
            (settings.BASE_DIR / TEXT).write_text(matrix.as_text(), encoding="utf-8")
            (settings.BASE_DIR / PAGE).write_text(matrix.as_markdown(), encoding="utf-8")
