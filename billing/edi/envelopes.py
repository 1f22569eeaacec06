"""Interchanges, groups and transaction sets of a file, with their counts and control numbers checked.

Wrong counts and numbers are warnings, and reading goes on. What cannot be trusted to mean what it says is refused:
a file without an envelope, another version than 5010, versions that contradict each other, an unknown kind.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from billing.edi.errors import EdiError
from billing.edi.tokens import Delimiters, Segment, Source, Tokens
from billing.edi.values import date

# (transaction set, number of its guide) -> what this program calls it
KINDS = {
    ("270", "279"): "270", ("271", "279"): "271", ("276", "212"): "276", ("277", "212"): "277",
    ("277", "214"): "277CA", ("835", "221"): "835", ("837", "222"): "837P", ("999", "231"): "999",
}  # fmt: skip
_GUIDES = {"270": "279", "271": "279", "276": "212", "835": "221", "999": "231"}
_GROUPS = {
    "270": "HS", "271": "HB", "276": "HR", "277": "HN", "277CA": "HN", "835": "HP", "837P": "HC", "999": "FA",
}  # fmt: skip
_VERSION = re.compile(r"0?0?(?P<version>[45]0[1-6][0-9])(?:X(?P<guide>[0-9]{3})(?P<addenda>[AE0-9]*))?")


@dataclass(frozen=True, slots=True)
class Interchange:
    """What the ISA says. `is_test` marks data that must not act."""

    control: str
    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    sent_on: dt.date | None
    sent_at: str
    version: str
    is_test: bool
    delimiters: Delimiters


@dataclass(frozen=True, slots=True)
class Group:
    """What the GS says; `kind` is its functional code, for example HB."""

    kind: str
    sender: str
    receiver: str
    sent_on: dt.date | None
    sent_at: str
    control: str
    version: str


@dataclass(slots=True)
class TransactionSet:
    """One ST to SE. `segments` can be gone through once, ST and SE included; what is not read is passed over.

    `kind` is 271, 277CA, 837P ... or, where it is refused, what the ST says; `version` the guide's full name. When `segments`
    has come to its end, `warnings` is complete, those about the envelope around it included, `is_closed` tells whether an SE
    was found, `is_whole` whether it also counted right, and `count` how many segments there were.
    """

    kind: str
    version: str
    control: str
    interchange: Interchange
    group: Group | None
    refusal: str = ""
    warnings: list[str] = field(default_factory=list)
    segments: Iterator[Segment] = field(default_factory=lambda: iter(()), repr=False)
    is_closed: bool = False
    is_whole: bool = False
    count: int = 0

    def warn(self, words: str, segment: Segment | None = None) -> None:
        """Notes what is odd; `words` without what the file says about people."""
        self.warnings.append(f"Segment {segment.number}: {words}" if segment else words)

    def check(self) -> None:
        """Refuses with `EdiError` what must not be read."""
        if self.refusal:
            raise EdiError(self.refusal)


class Reading:
    """One pass over a file. `given` is its bytes, its text or its path; `source` knows its SHA-256 and its raw bytes.

    `warnings` are those that belong to no transaction set, because there was none after or before them.
    """

    def __init__(self, given: bytes | str | Path):
        self.source = Source(given)
        self.warnings: list[str] = []
        self._tokens = Tokens(self.source)
        self._stream = iter(self._tokens)
        self._told = 0
        self._start: Segment | None = None
        self._failure: EdiError | None = None
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._groups = 0
        self._sets = 0
        self._controls: set[str] = set()

    def sets(self, *, is_strict: bool = True) -> Iterator[TransactionSet]:
        """Each transaction set, in order; the one before is read to its end first.

        Refused with `EdiError`: no envelope, no transaction set at all and, unless `is_strict` is off, a set of another
        version or kind (with it off, `TransactionSet.refusal` says why).
        """
        found = 0
        self._between(self.warnings)
        while self._start is not None:
            found += 1
            current = self._open(self._start)
            self._start = None
            if is_strict:
                current.check()
            yield current
            for _ in current.segments:
                pass
        if self._failure:
            raise self._failure
        if not found:
            raise EdiError("The file holds no transaction set.")

    def _open(self, start: Segment) -> TransactionSet:
        if start.id == "TA1":
            current = TransactionSet(
                "TA1", self._interchange.version, start[1], self._interchange, None, count=1
            )
            current.is_closed = current.is_whole = True
            current.segments = self._single(current, start)
        else:
            self._sets += 1
            current = TransactionSet(start[1], start[3], start[2], self._interchange, self._group)
            if start[2] in self._controls:
                current.warn(f"control number {_shown(start[2])} occurs twice in its group.", start)
            self._controls.add(start[2])
            _identify(current)
            current.segments = self._segments(current, start)
        current.warnings[:0], self.warnings = self.warnings, []
        return current

    def _single(self, current: TransactionSet, segment: Segment) -> Iterator[Segment]:
        yield segment
        self._between(current.warnings)

    def _next(self, warnings: list[str]) -> Segment | None:
        """The next segment, or None at the end; a refusal is kept until all before it has been handed out."""
        try:
            segment = next(self._stream, None)
        except EdiError as error:
            self._failure, segment = error, None
        told = self._tokens.warnings
        warnings.extend(told[self._told :])
        self._told = len(told)
        return segment

    def _segments(self, current: TransactionSet, start: Segment) -> Iterator[Segment]:
        segment: Segment | None = start
        while segment is not None:
            current.count += 1
            yield segment
            if segment.id == "SE":
                self._check_end(current, segment)
                self._between(current.warnings)
                return
            segment = self._next(current.warnings)
            if segment is not None and segment.id in ("ST", "GE", "GS", "IEA", "ISA"):
                current.warn(f"the transaction set has no end (SE) before {segment.id}.", segment)
                self._between(current.warnings, segment)
                return
        current.warn("The file ends inside a transaction set.")

    def _check_end(self, current: TransactionSet, end: Segment) -> None:
        current.is_closed = True
        current.is_whole = end[1] == str(current.count)
        if not current.is_whole:
            current.warn(f"SE counts {_shown(end[1])} segments, there are {current.count}.", end)
        if end[2] != current.control:
            current.warn(f"SE has control number {_shown(end[2])}, ST {_shown(current.control)}.", end)

    def _between(self, warnings: list[str], segment: Segment | None = None) -> None:
        """Goes through headers and trailers up to the next transaction set, which `_start` then holds."""
        stray = 0
        segment = segment or self._next(warnings)
        while segment is not None and segment.id not in ("ST", "TA1"):
            if known := self._ENVELOPE.get(segment.id):
                known(self, segment, warnings)
            else:
                stray += 1
            segment = self._next(warnings)
        if stray:
            warnings.append(f"{stray} segments stand outside every transaction set.")
        self._start = segment
        if segment is None and self._failure is None:
            self._end_interchange(warnings)

    def _end_interchange(self, warnings: list[str]) -> None:
        if self._group:
            warnings.append(f"Group {_shown(self._group.control)} has no end (GE).")
            self._group = None
        if self._interchange:
            warnings.append(f"Interchange {_shown(self._interchange.control)} has no end (IEA).")
            self._interchange = None

    def _isa(self, segment: Segment, warnings: list[str]) -> None:
        self._end_interchange(warnings)
        self._groups = 0
        self._interchange = Interchange(
            control=segment[13], sender_qualifier=segment[5], sender=segment[6],
            receiver_qualifier=segment[7], receiver=segment[8], sent_on=date(segment[9]), sent_at=segment[10],
            version=segment[12], is_test=segment[15] != "P", delimiters=segment.delimiters,
        )  # fmt: skip
        if segment[12] != "00501":
            warnings.append(
                f"Segment {segment.number}: the interchange says version {_shown(segment[12])}, not 00501."
            )

    def _gs(self, segment: Segment, warnings: list[str]) -> None:
        if self._group:
            warnings.append(f"Group {_shown(self._group.control)} has no end (GE).")
        self._groups += 1
        self._sets = 0
        self._controls = set()
        self._group = Group(
            kind=segment[1], sender=segment[2], receiver=segment[3], sent_on=date(segment[4]), sent_at=segment[5],
            control=segment[6], version=segment[8],
        )  # fmt: skip

    def _ge(self, segment: Segment, warnings: list[str]) -> None:
        if self._group is None:
            warnings.append(f"Segment {segment.number}: an end of a group (GE) without its beginning.")
            return
        if segment[1] != str(self._sets):
            warnings.append(
                f"Segment {segment.number}: GE counts {_shown(segment[1])} transaction sets, there are {self._sets}."
            )
        if segment[2] != self._group.control:
            warnings.append(
                f"Segment {segment.number}: GE has control number {_shown(segment[2])}, GS {_shown(self._group.control)}."
            )
        self._group = None

    def _iea(self, segment: Segment, warnings: list[str]) -> None:
        if self._group:
            warnings.append(f"Group {_shown(self._group.control)} has no end (GE).")
            self._group = None
        if segment[1] != str(self._groups):
            warnings.append(
                f"Segment {segment.number}: IEA counts {_shown(segment[1])} groups, there are {self._groups}."
            )
        if segment[2] != self._interchange.control:
            warnings.append(
                f"Segment {segment.number}: IEA has control number {_shown(segment[2])}, "
                f"ISA {_shown(self._interchange.control)}."
            )
        self._interchange = None

    _ENVELOPE = {"ISA": _isa, "GS": _gs, "GE": _ge, "IEA": _iea}


def _identify(current: TransactionSet) -> None:
    """Sets kind and version from ST and GS, or the reason why the set is refused."""
    said, group = current.kind, current.group
    if group is None:
        current.refusal = "A transaction set stands outside a group (GS)."
        return
    group_version, set_version = _version(group.version), _version(current.version)
    if group_version is None or (current.version and set_version is None):
        odd = group.version if group_version is None else current.version
        current.refusal = f"Version {_shown(odd)} is unknown here; only 005010 is read."
        return
    current.version = current.version or group.version
    set_version = set_version or group_version
    if group_version["version"] != set_version["version"]:
        current.refusal = (
            f"The group says version {_shown(group.version)}, its transaction set {_shown(current.version)}: "
            "which of them holds cannot be known."
        )
        return
    if set_version["version"] != "5010":
        current.refusal = f"Version {_shown(current.version)} is not read; ask the sender for 005010."
        return
    guides = {one["guide"] for one in (group_version, set_version) if one["guide"]}
    if len(guides) > 1:
        current.refusal = (
            f"The group says guide {_shown(group.version)}, its transaction set {_shown(current.version)}: "
            "which of them holds cannot be known."
        )
        return
    guide = guides.pop() if guides else _GUIDES.get(said, "")
    kind = KINDS.get((said, guide))
    if kind is None:
        current.refusal = (
            f"A transaction set {_shown(said)} of guide {_shown(current.version)} is not among those read."
        )
        return
    if not guide or guide not in group.version:
        current.warn(f"The group says version {_shown(group.version)} without the guide's number.")
    elif group.version != current.version:
        current.warn(
            f"The group says version {_shown(group.version)}, its transaction set {_shown(current.version)}."
        )
    if group.kind != _GROUPS[kind]:
        current.warn(f"The group is of kind {_shown(group.kind)}, a {kind} belongs into {_GROUPS[kind]}.")
    current.kind = kind


def _version(text: str) -> re.Match[str] | None:
    return _VERSION.fullmatch(text)


def _shown(text: str) -> str:
    """What a header says, short enough and plain enough to be shown and logged."""
    kept = "".join(char for char in text[:20] if char.isascii() and (char.isalnum() or char in "-._ "))
    return f'"{kept}"' if kept != text or not kept else kept
