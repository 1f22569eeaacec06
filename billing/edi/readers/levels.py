"""The levels (HL) of a transaction set: payer, provider, subscriber, dependent, each with the one above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from billing.edi.envelopes import TransactionSet
from billing.edi.tokens import Segment

PAYER, RECEIVER, PROVIDER, SUBSCRIBER, DEPENDENT, PATIENT = "20", "21", "19", "22", "23", "PT"
_DEPTH = {PAYER: 0, RECEIVER: 1, PROVIDER: 2, SUBSCRIBER: 3, DEPENDENT: 4, PATIENT: 4}


@dataclass(slots=True, eq=False)
class Level:
    """One HL and the segments up to the next. `code` says what it is; it is "" for what stands before the first HL."""

    code: str
    id: str
    parent: Level | None
    number: int
    segments: list[Segment] = field(default_factory=list, repr=False)

    def above(self, code: str) -> Level | None:
        """The nearest level of that kind, this one included."""
        level: Level | None = self
        while level is not None and level.code != code:
            level = level.parent
        return level

    def path(self) -> list[Level]:
        """From the top down to this one."""
        found: list[Level] = []
        level: Level | None = self
        while level is not None:
            found.append(level)
            level = level.parent
        return found[::-1]


def levels(source: TransactionSet) -> Iterator[Level]:
    """Each level once it is whole, in order; only those above it are kept. A wrong parent is a warning."""
    head = Level("", "", None, 0)
    path = [head]
    current = head
    for segment in source.segments:
        if segment.id != "HL":
            if segment.id != "SE":
                current.segments.append(segment)
            continue
        yield current
        parent = _parent(path, segment, source)
        current = Level(segment[3], segment[1], parent, segment.number, [segment])
        del path[path.index(parent) + 1 :]
        path.append(current)
    yield current


def _parent(path: list[Level], segment: Segment, source: TransactionSet) -> Level:
    """The level that HL02 names or, where it names none of those above, the last one that can stand above this kind."""
    depth = _DEPTH.get(segment[3], len(_DEPTH))
    if segment[2]:
        for level in reversed(path):
            if level.id == segment[2] and _DEPTH.get(level.code, -1) < depth:
                return level
    fitting = next(level for level in reversed(path) if _DEPTH.get(level.code, -1) < depth)
    if segment[2] or depth:
        source.warn("the level above it is wrong or missing.", segment)
    return fitting
