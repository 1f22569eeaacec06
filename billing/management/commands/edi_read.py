import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from billing.edi.as_json import describe
from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.summaries import summary


class Command(BaseCommand):
    help = (
        "Reads X12 files (270, 271, 276, 277, 277CA, 835, 837P, 999, TA1) and says what they hold. Changes nothing and needs no "
        "database. Ends with 0 when all was read, with 1 when something was refused; the reason is said."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument(
            "--json", action="store_true", help="one JSON array with an object for each transaction set"
        )

    def handle(self, *args, files, **options):
        report = _Json(self.stdout) if options["json"] else _Lines(self.stdout)
        refused = False
        for file in files:
            refused |= self._read(file, report)
        report.end()
        if refused:
            sys.exit(1)

    def _read(self, file: Path, report) -> bool:
        """Whether something in it was refused. What stands before and after a refused set is read all the same."""
        refused = False
        try:
            digest = _sha256(file)
            for source in Reading(file).sets(is_strict=False):
                try:
                    report.add(file, digest, describe(source))
                except EdiError as error:
                    refused = True
                    self._refuse(file, report, error)
        except EdiError as error:
            refused = True
            self._refuse(file, report, error)
        return refused

    def _refuse(self, file: Path, report, error: EdiError) -> None:
        report.refuse(file, str(error))
        self.stderr.write(f"{file}: refused: {error}")


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise EdiError(f"The file cannot be read: {error.strerror}.") from error


class _Lines:
    """A line for each transaction set, and what is odd about it under it."""

    def __init__(self, out):
        self.out = out

    def add(self, file: Path, digest: str, pairs: Iterable[tuple[str, Any]]) -> None:
        head, notes = summary(pairs)
        self.out.write(f"{file}: {head}")
        for note in notes:
            self.out.write(f"  {note}")

    def refuse(self, file: Path, words: str) -> None:
        pass

    def end(self) -> None:
        pass


class _Json:
    """An array that is written while the files are read, so that a large file needs no memory."""

    def __init__(self, out):
        self.out = out
        self.count = 0

    def _begin(self) -> None:
        self._write(",\n" if self.count else "[\n")
        self.count += 1

    def _write(self, text: str) -> None:
        self.out.write(text, ending="")

    def add(self, file: Path, digest: str, pairs: Iterable[tuple[str, Any]]) -> None:
        rest = iter(pairs)
        first = next(rest)  # a refused set raises here, before anything is written
        self._begin()
        self._write("{" + _pair("file", str(file)) + ", " + _pair("sha256", digest) + ", " + _pair(*first))
        for name, value in rest:
            if isinstance(value, Iterator):
                self._list(name, value)
            else:
                self._write(", " + _pair(name, value))
        self._write("}")

    def _list(self, name: str, items: Iterator[dict[str, Any]]) -> None:
        self._write(f", {json.dumps(name)}: [")
        for place, item in enumerate(items):
            self._write((",\n " if place else "") + json.dumps(item))
        self._write("]")

    def refuse(self, file: Path, words: str) -> None:
        self._begin()
        self._write(json.dumps({"file": str(file), "refused": words}))

    def end(self) -> None:
        self._write("\n]\n" if self.count else "[]\n")


def _pair(name: str, value: Any) -> str:
    return f"{json.dumps(name)}: {json.dumps(value)}"
