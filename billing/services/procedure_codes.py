"""Loading HCPCS Level II codes, release by release."""

import csv
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from billing.models import ProcedureCode
from billing.rules.icd import release_starts
from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys

_CODE = re.compile(r"^[A-CE-V]\d{4}$")
# What the first release on file held may be older than it; nobody knows since when.
ALWAYS = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class LoadedCodes:
    """How many codes are new with this release, go on, and ended the day before it began."""

    release: str
    added: int
    kept: int
    ended: int


@service
def load_procedure_codes(*, by, text: Iterable[str], release: str) -> LoadedCodes:
    """Take a release (named by its month, "2025-10") from tab-separated lines: code, kind, description. Audited.

    Modifiers are skipped; a code that is not in it ends the day before the release begins. Loading it again
    changes nothing. Refuses a file without codes, a line that is none, and a release older than one on file.
    """
    lock_keys("procedure-codes")
    try:
        starts = release_starts(release)
    except ValueError as error:
        raise Refused(str(error)) from error
    given = _read(text)
    if not given:
        raise Refused("There are no codes in this file.")
    latest = ProcedureCode.objects.order_by("-release").values_list("release", flat=True).first()
    if latest and release < latest:
        raise Refused(f"Release {latest} is on file already, which is newer.")
    open_rows = {row.code: row for row in ProcedureCode.objects.filter(valid_to__isnull=True)}
    new = [code for code in given if code not in open_rows]
    ended = [row for code, row in open_rows.items() if code not in given]
    since = starts if open_rows else ALWAYS
    ProcedureCode.objects.bulk_create(
        (ProcedureCode(code=code, words=given[code], valid_from=since, release=release) for code in new),
        batch_size=2000,
    )
    ProcedureCode.objects.filter(pk__in=[row.pk for row in ended]).update(
        valid_to=starts - dt.timedelta(days=1)
    )
    kept = [row.pk for code, row in open_rows.items() if code in given]
    ProcedureCode.objects.filter(pk__in=kept).update(release=release)
    record(by, "procedure_codes.loaded", release=release, added=len(new), ended=len(ended))
    return LoadedCodes(release, len(new), len(kept), len(ended))


def _read(text: Iterable[str]) -> dict[str, str]:
    given = {}
    for number, row in enumerate(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
        if not row or (number == 1 and row[0] == "code") or row[1:2] == ["modifier"]:
            continue
        if len(row) < 3 or not _CODE.match(row[0]) or not row[2].strip():
            raise Refused(f"Line {number} is not a code, its kind, and a description.")
        given[row[0]] = row[2].strip()[:300]
    return given
