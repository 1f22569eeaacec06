"""Searching diagnosis codes."""

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from records.models import DiagnosisCode
from records.rules.names import fold

# The release in force on a day: the newest that is not later than it, else the oldest there is.
_RELEASE = """
coalesce(
    (SELECT release FROM records_diagnosiscode WHERE release <= %(month)s ORDER BY release DESC LIMIT 1),
    (SELECT release FROM records_diagnosiscode ORDER BY release LIMIT 1)
)
"""
_SQL = """
SELECT id, code, display, description, is_billable FROM (
    SELECT id, code, display, description, is_billable, search FROM records_diagnosiscode
    WHERE release = {release} AND {conditions} LIMIT 1500
) AS hits
ORDER BY (code LIKE %(prefix)s) DESC, is_billable DESC, {starts} DESC, length(description), code
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class CodeRow:
    id: UUID
    code: str
    display: str
    description: str
    is_billable: bool

    @property
    def label(self) -> str:
        return f"{self.display} {self.description}"


def search_diagnoses(
    text: str, on: dt.date, limit: int = 20, *, only_billable: bool = False
) -> list[CodeRow]:
    """ICD-10-CM codes in force on a day that fit every word typed, code starts first, billable before headings.

    Words may be parts of words from three letters (starts from two) or a code with or without its dot.
    One query; nothing for less than two letters.
    """
    words = [word for token in text.split()[:8] for word in _words(token) if len(word) >= 2]
    if not words:
        return []
    values: dict = {"month": f"{on:%Y-%m}", "prefix": f"{words[0].upper().replace('.', '')}%", "limit": limit}
    conditions, starts = [], []
    for number, word in enumerate(words):
        values[f"w{number}"] = (
            f"% {word}%" if len(word) == 2 or any(c.isdigit() for c in word) else f"%{word}%"
        )
        values[f"s{number}"] = f"% {word}%"
        conditions.append(f"search LIKE %(w{number})s")
        starts.append(f"(search LIKE %(s{number})s)::int")
    if only_billable:
        conditions.append("is_billable")
    statement = _SQL.format(release=_RELEASE, conditions=" AND ".join(conditions), starts=" + ".join(starts))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [CodeRow(*row) for row in cursor.fetchall()]


def _words(token: str) -> list[str]:
    if any(char.isdigit() for char in token):
        return [re.sub(r"[^a-z0-9.]", "", token.lower()).strip(".")]
    return fold(token).split()


def code_by_display(display: str, on: dt.date) -> DiagnosisCode | None:
    """The row of a code, with or without dot, in the release of a day."""
    month = f"{on:%Y-%m}"
    rows = DiagnosisCode.objects.filter(code=display.replace(".", "").upper())
    return rows.filter(release__lte=month).order_by("-release").first() or rows.order_by("release").first()
