"""Checks a file whole: its envelope, and each transaction set by the rules of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from billing.edi.checks.claims import check_claim
from billing.edi.checks.findings import Finding, error, warning
from billing.edi.checks.inquiries import check_levels
from billing.edi.checks.lists import CodeLists
from billing.edi.checks.remittances import check_remittance
from billing.edi.envelopes import Reading, TransactionSet
from billing.edi.readers.claims import read_claims

# In the reader's words: what is about the envelope, and what our own rules say better.
_ENVELOPE = re.compile(r"\b(ISA|IEA|GS|GE|ST|SE|interchange|control number|group)\b", re.IGNORECASE)
_REPEATED = "the claim's charge is"


@dataclass(slots=True)
class SetReport:
    """What was found in one transaction set."""

    kind: str
    version: str
    control: str
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class FileReport:
    """What was found in a file. `findings` are those about the envelope as a whole; `sets` have their own."""

    sha256: str = ""
    sets: list[SetReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def every(self) -> Iterator[Finding]:
        """All findings of the file."""
        yield from self.findings
        for one in self.sets:
            yield from one.findings

    @property
    def has_errors(self) -> bool:
        """Whether anything has to be put right."""
        return any(one.is_error for one in self.every())


def check_file(given: bytes | str | Path, lists: CodeLists | None = None) -> FileReport:
    """Every rule that a file breaks. Raises EdiError for a file that is none, or of a version that isn't read."""
    report, reading = FileReport(), Reading(given)
    for one in reading.sets():
        current = SetReport(one.kind, one.version, one.control)
        report.sets.append(current)
        current.findings += _check(one, lists or CodeLists())
        for _ in one.segments:
            pass
        current.findings += _envelope(one, current.findings)
    report.findings += [error("envelope", "File", words) for words in reading.warnings]
    report.sha256 = reading.source.sha256
    return report


def _check(one: TransactionSet, lists: CodeLists) -> Iterator[Finding]:
    if one.kind == "837P":
        yield from _claims(one, lists)
    elif one.kind == "835":
        yield from check_remittance(one)
    elif one.kind in ("270", "271", "276", "277", "277CA"):
        yield from check_levels(one)


def _claims(one: TransactionSet, lists: CodeLists) -> Iterator[Finding]:
    accounts: set[tuple[str, str]] = set()
    for found in read_claims(one):
        claim = found.claim
        where = f"Claim {claim.account or '(without a number)'}"
        if found.problems:
            # Amounts and dates that can't be read stand as nothing: rules about them would only repeat it.
            yield from (error("unreadable", where, words) for words in found.problems)
            continue
        key = (claim.account, claim.frequency)
        if claim.account and key in accounts:
            yield error("account", where, "The account number stands twice in the file.", "account")
        accounts.add(key)
        yield from check_claim(claim, lists, written_on=one.interchange.sent_on)


def _envelope(one: TransactionSet, told: list[Finding]) -> Iterator[Finding]:
    """What the reader noticed: counts and numbers of the envelope are errors, the rest is for a person to look at."""
    where = f"Set {one.control}"
    if not one.interchange.control.isdigit():
        yield error("envelope", where, "The interchange's control number is no number.")
    known = {finding.words for finding in told}
    for words in one.warnings:
        if words in known or _REPEATED in words:
            continue
        is_envelope = bool(_ENVELOPE.search(words))
        yield (error if is_envelope else warning)("envelope" if is_envelope else "reading", where, words)
