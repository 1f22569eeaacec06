"""Rules for questions to a payer (270, 276), and for the names in their answers."""

from __future__ import annotations

from collections.abc import Iterator

from billing.edi.checks.findings import Finding, error
from billing.edi.checks.shapes import npi_holds
from billing.edi.envelopes import TransactionSet
from billing.edi.values import date


def check_levels(one: TransactionSet) -> Iterator[Finding]:
    """Check digits of NPIs, birth dates and, in a question, that it names member, trace and day."""
    has = {"TRN": False, "MI": False, "DTP": False}
    sent_on = one.interchange.sent_on
    for segment in one.segments:
        where = f"Segment {segment.number}"
        if segment.id == "NM1":
            has["MI"] |= segment[8] == "MI" and bool(segment[9])
            if segment[8] == "XX" and not npi_holds(segment[9]):
                yield error("npi", where, "The NPI is wrong: its check digit or length does not fit.", "npi")
        elif segment.id == "TRN":
            has["TRN"] |= bool(segment[2])
        elif segment.id == "DTP":
            has["DTP"] |= segment[1] in ("291", "472")
        elif segment.id == "DMG":
            born = date(segment[2])
            if segment[2] and (born is None or (sent_on and born > sent_on)):
                yield error(
                    "birth-date",
                    where,
                    "The birth date does not exist or is later than the file.",
                    "birth_date",
                )
    if one.kind in ("270", "276"):
        for key, words in (
            ("TRN", "The question has no trace number, so its answer can't be matched."),
            ("MI", "The question names no member number."), ("DTP", "The question names no day."),
        ):  # fmt: skip
            if not has[key]:
                yield error("question", f"Set {one.control}", words)
