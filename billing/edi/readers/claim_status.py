"""What became of claims: 277CA (accepted or rejected on arrival) and 277 (the answer to a question about a claim).

They tell a status; money is posted from an 835 only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.levels import (
    DEPENDENT,
    PATIENT,
    PAYER,
    PROVIDER,
    RECEIVER,
    SUBSCRIBER,
    Level,
    levels,
)
from billing.edi.readers.names import Named, named
from billing.edi.tokens import Segment
from billing.edi.values import date, money, period

ACCEPTED, REJECTED, UNKNOWN = "accepted", "rejected", "unknown"
_SCOPES = {PAYER: "payer", RECEIVER: "receiver", PROVIDER: "provider"}
_CLAIMS = {SUBSCRIBER, DEPENDENT, PATIENT}
_ON_ARRIVAL = {
    "A0": ACCEPTED, "A1": ACCEPTED, "A2": ACCEPTED, "A5": ACCEPTED, "A3": REJECTED, "A4": "not_found",
    "A6": REJECTED, "A7": REJECTED, "A8": REJECTED,
}  # fmt: skip
_FINAL = {"F0": "finalized", "F1": "paid", "F2": "denied", "F3": "revised", "F4": "not_paid"}
_FIRST_LETTER = {"P": "pending", "R": "information_requested", "D": "not_found", "E": "error"}
# Which of several statuses counts for the claim: the one that somebody has to act on first.
_WORST_FIRST = (REJECTED, "error", "denied", "not_found", "information_requested", "not_paid", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Status:
    """One STC. `category` and `code` (with `entity`, whom it is about) are the payer's; amounts are US dollars."""

    category: str
    code: str
    entity: str
    effective_on: dt.date | None
    action: str
    charge: Decimal | None
    paid: Decimal | None
    paid_on: dt.date | None
    payment_trace: str
    message: str

    @property
    def verdict(self) -> str:
        """The category in a word: accepted, rejected, pending, paid, denied ... or unknown."""
        known = _ON_ARRIVAL.get(self.category) or _FINAL.get(self.category)
        return known or _FIRST_LETTER.get(self.category[:1], UNKNOWN)


@dataclass(slots=True)
class StatusLine:
    """A service line that has a status of its own. `control` is the number that the claim gave it."""

    code: str
    charge: Decimal | None
    control: str = ""
    statuses: list[Status] = field(default_factory=list)


@dataclass(slots=True)
class ClaimStatus:
    """What is said about one claim or, where `scope` is receiver, provider or payer, about all that they sent.

    `trace` is what the file refers back to: in a 277CA the account number of the claim, in a 277 the number of the question.
    """

    scope: str
    trace: str = ""
    account: str = ""
    payer_control: str = ""
    patient: Named | None = None
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    statuses: list[Status] = field(default_factory=list)
    lines: list[StatusLine] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    quantities: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list, repr=False)

    @property
    def verdict(self) -> str:
        """In a word; where statuses differ, the one that somebody has to act on. A line's rejection counts as the claim's."""
        found = [
            one.verdict for one in (*self.statuses, *(each for line in self.lines for each in line.statuses))
        ]
        for word in _WORST_FIRST:
            if word in found:
                return word
        return found[0] if found else UNKNOWN


def read_statuses(source: TransactionSet) -> Iterator[ClaimStatus]:
    """Each claim's status, and those of whole files and providers, in the order of the file. Memory stays flat.

    Refused with `EdiError`: a set of another kind.
    """
    source.check()
    if source.kind not in ("277", "277CA"):
        raise EdiError(f"This says nothing about the status of claims (277, 277CA): it is a {source.kind}.")
    for level in levels(source):
        if level.code in _CLAIMS:
            yield from _claims(level, source)
        elif level.code in _SCOPES:
            found = _read(ClaimStatus(_SCOPES[level.code]), level.segments, source)
            if found.statuses:
                yield found


def _claims(level: Level, source: TransactionSet) -> Iterator[ClaimStatus]:
    """The claims of a patient: each begins with its TRN."""
    starts = [at for at, segment in enumerate(level.segments) if segment.id == "TRN"]
    head = level.segments[: starts[0] if starts else None]
    patient = next((named(one) for one in head if one.id == "NM1"), None)
    if not starts and any(segment.id == "STC" for segment in head):
        starts = [0]
    for start, end in zip(starts, [*starts[1:], None], strict=False):
        found = _read(ClaimStatus("claim", patient=patient), level.segments[start:end], source)
        if source.kind == "277CA":
            found.account = found.trace
        if not found.statuses and not found.lines:
            source.warn("a claim without a status.", level.segments[start])
        yield found


def _read(found: ClaimStatus, segments: list[Segment], source: TransactionSet) -> ClaimStatus:
    found.segments = segments
    line: StatusLine | None = None
    for segment in segments:
        match segment.id:
            case "TRN":
                found.trace = segment[2]
            case "STC":
                (line or found).statuses.extend(_statuses(segment, source))
            case "SVC":
                line = StatusLine(segment.part(1, 2), money(segment[2]))
                found.lines.append(line)
            case "REF" if line is not None:
                line.control = segment[2] if segment[1] == "FJ" else line.control
            case "REF":
                found.references.setdefault(segment[1], segment[2])
            case "DTP" if segment[1] == "472" and line is None:
                found.service_from, found.service_to = period(segment[2], segment[3])
            case "QTY":
                found.quantities[segment[1]] = segment[2]
            case "AMT" if (amount := money(segment[2])) is not None:
                found.amounts[segment[1]] = amount
    found.payer_control = found.references.get("1K", "")
    found.account = found.references.get("EJ", "")
    return found


def _statuses(segment: Segment, source: TransactionSet) -> Iterator[Status]:
    """Up to three codes of one STC; what stands beside them holds for each."""
    if segment[2] and date(segment[2]) is None:
        source.warn("there is no such date.", segment)
    for at in (1, 10, 11):
        if not segment[at] and at != 1:
            continue
        if not segment.part(at, 1):
            source.warn("a status without its category.", segment)
        yield Status(
            category=segment.part(at, 1), code=segment.part(at, 2), entity=segment.part(at, 3), effective_on=date(segment[2]),
            action=segment[3], charge=money(segment[4]), paid=money(segment[5]), paid_on=date(segment[6]),
            payment_trace=segment[9], message=segment[12],
        )  # fmt: skip
