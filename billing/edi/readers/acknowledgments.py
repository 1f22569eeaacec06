"""Receipts for files: 999 (was each transaction set accepted?) and TA1 (was the interchange?)."""

from __future__ import annotations

from dataclasses import dataclass, field

from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.tokens import Segment

ACCEPTED, ACCEPTED_WITH_ERRORS, PARTLY, REJECTED = (
    "accepted",
    "accepted_with_errors",
    "partly_accepted",
    "rejected",
)
VERDICTS = {
    "A": ACCEPTED, "E": ACCEPTED_WITH_ERRORS, "P": PARTLY, "R": REJECTED, "M": REJECTED, "W": REJECTED, "X": REJECTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ElementError:
    """An element that is wrong: its place and component (0: all of it) in the segment, the receiver's code, what stood there."""

    place: int
    component: int
    code: str
    value: str


@dataclass(slots=True)
class SegmentError:
    """A segment that is wrong: its identifier, its place in the set (ST is 1), its loop, the receiver's code."""

    segment: str
    place: int
    loop: str
    code: str
    elements: list[ElementError] = field(default_factory=list)


@dataclass(slots=True)
class SetReceipt:
    """What became of one transaction set. `status` is one of the words above, "unknown" where the receipt does not say."""

    kind: str
    control: str
    version: str
    status: str = "unknown"
    codes: list[str] = field(default_factory=list)
    errors: list[SegmentError] = field(default_factory=list)


@dataclass(slots=True)
class FileReceipt:
    """What became of a group. The three counts are the receiver's; -1 where it gives none."""

    group_kind: str = ""
    group_control: str = ""
    group_version: str = ""
    status: str = "unknown"
    codes: list[str] = field(default_factory=list)
    sets_sent: int = -1
    sets_received: int = -1
    sets_accepted: int = -1
    sets: list[SetReceipt] = field(default_factory=list)


def read_acknowledgment(source: TransactionSet) -> FileReceipt:
    """What a 999 says. Refused with `EdiError`: a set of another kind."""
    source.check()
    if source.kind != "999":
        raise EdiError(f"This is no receipt (999) but a {source.kind}.")
    found = FileReceipt()
    for segment in source.segments:
        match segment.id:
            case "AK1":
                found.group_kind, found.group_control, found.group_version = (
                    segment[1],
                    segment[2],
                    segment[3],
                )
            case "AK2":
                found.sets.append(SetReceipt(segment[1], segment[2], segment[3]))
            case "AK9":
                _group_verdict(found, segment)
            case "IK3" | "IK4" | "IK5" if not found.sets:
                source.warn("it does not say which transaction set is meant.", segment)
            case "IK3":
                found.sets[-1].errors.append(
                    SegmentError(segment[1], _count(segment[2]), segment[3], segment[4])
                )
            case "IK4" if found.sets[-1].errors:
                found.sets[-1].errors[-1].elements.append(_element(segment))
            case "IK5":
                found.sets[-1].status = VERDICTS.get(segment[1], "unknown")
                found.sets[-1].codes = [segment[at] for at in range(2, 7) if segment[at]]
    if found.status == "unknown" or any(one.status == "unknown" for one in found.sets):
        source.warn("The receipt does not say of everything whether it was accepted.")
    return found


def _group_verdict(found: FileReceipt, segment: Segment) -> None:
    found.status = VERDICTS.get(segment[1], "unknown")
    found.sets_sent, found.sets_received, found.sets_accepted = (_count(segment[at]) for at in (2, 3, 4))
    found.codes = [segment[at] for at in range(5, 10) if segment[at]]


def _element(segment: Segment) -> ElementError:
    return ElementError(
        _count(segment.part(1, 1)), max(_count(segment.part(1, 2)), 0), segment[3], segment[4]
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


@dataclass(frozen=True, slots=True)
class InterchangeReceipt:
    """What became of an interchange (TA1): its control number, one of the words above, and why."""

    control: str
    status: str
    code: str


def read_interchange_receipt(source: TransactionSet) -> InterchangeReceipt:
    """What a TA1 says. Refused with `EdiError`: another kind."""
    if source.kind != "TA1":
        raise EdiError(f"This is no receipt for an interchange (TA1) but a {source.kind}.")
    found = InterchangeReceipt("", "unknown", "")
    for segment in source.segments:
        found = InterchangeReceipt(segment[1], VERDICTS.get(segment[4], "unknown"), segment[5])
    return found
