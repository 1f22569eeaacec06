"""Loading diagnosis codes by COPY."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.time import now
from records.rules.names import fold

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "icd10cm_2026_04.tsv.gz"
_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(\.?[0-9A-Z]{1,4})?")


@dataclass(frozen=True)
class Loaded:
    release: str
    added: int
    kept: int


@service
def load_diagnosis_codes(*, path: Path = SHIPPED, release: str = "") -> Loaded:
    """Adds a release's codes that are not there yet; loading it again changes nothing. A few seconds.

    The file has the columns code, billable (0 or 1) and description, tab-separated, UTF-8, gzipped or not.
    Refuses a file without codes and a line that is none, whole.
    """
    name = release or release_of(path)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE records_diagnosiscode IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT code FROM records_diagnosiscode WHERE release = %s", [name])
        known = {row[0] for row in cursor.fetchall()}
        added = kept = 0
        at = now()
        with cursor.copy(
            "COPY records_diagnosiscode (id, created_at, updated_at, code, display, description, is_billable, "
            "release, search) FROM STDIN"
        ) as copy:
            for display, is_billable, description in read_codes(path):
                code = display.replace(".", "")
                if code in known:
                    kept += 1
                    continue
                known.add(code)
                added += 1
                search = f" {code.lower()} {display.lower()} {fold(description)}"
                copy.write_row((uuid7(), at, at, code, display, description, is_billable, name, search))
    if not added + kept:
        raise Refused("There are no codes in this file.")
    return Loaded(name, added, kept)


def read_codes(path: Path) -> Iterator[tuple[str, bool, str]]:
    """(code with dot, billable, description) for each line; refuses the first line that is none."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
        rows = csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        for number, row in enumerate(rows, 1):
            if number == 1 and row[:1] == ["code"]:
                continue
            if not row:
                continue
            row = [*row[:2], " ".join(row[2:])]  # a description of the published file holds a tab
            if len(row) != 3 or not _CODE.fullmatch(row[0]) or row[1] not in {"0", "1"} or not row[2].strip():
                raise Refused(f"Line {number} is not a code, 0 or 1, and a description.")
            plain = row[0].replace(".", "")
            display = plain if len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"
            yield display, row[1] == "1", row[2].strip()[:300]


def release_of(path: Path) -> str:
    """2026-04 out of icd10cm_2026_04.tsv.gz."""
    found = re.search(r"(\d{4})[_-](\d{2})", path.name)
    if not found:
        raise Refused("The release can’t be told from the file’s name.", hint="Give it with --release.")
    return f"{found[1]}-{found[2]}"
