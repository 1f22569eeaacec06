"""Free time as interval arithmetic. All intervals are half-open: `start` counts, `end` does not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time between two instants; `end` is always after `start`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError("A span ends after it starts.")

    def overlaps(self, other: Span) -> bool:
        """True when they share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: Span) -> bool:
        """True when `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as the fewest spans, in order; touching ones become one."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            if span.end > out[-1].end:
                out[-1] = Span(out[-1].start, span.end)
        else:
            out.append(span)
    return out


def without(spans: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """What is left of `spans` when all `busy` time is taken out."""
    taken = merged(busy)
    out: list[Span] = []
    for span in merged(spans):
        at = span.start
        for block in taken:
            if block.end <= at:
                continue
            if block.start >= span.end:
                break
            if block.start > at:
                out.append(Span(at, block.start))
            at = block.end
            if at >= span.end:
                break
        if at < span.end:
            out.append(Span(at, span.end))
    return out


def is_free(span: Span, busy: Iterable[Span]) -> bool:
    """True when nothing in `busy` touches the inside of `span`."""
    return not any(span.overlaps(block) for block in busy)


class Timeline:
    """Taken time of one resource, ordered once so that each question costs a search instead of a walk."""

    __slots__ = ("_ends", "_starts", "minutes")

    def __init__(self, spans: Iterable[Span] = ()):
        blocks = merged(spans)
        self._starts = [block.start for block in blocks]
        self._ends = [block.end for block in blocks]
        self.minutes = sum(block.minutes for block in blocks)

    def is_free(self, span: Span) -> bool:
        """True when nothing taken touches the inside of `span`."""
        at = bisect_right(self._ends, span.start)
        return at == len(self._starts) or self._starts[at] >= span.end

    def gaps(self, span: Span) -> list[Span]:
        """The free parts of `span`, in order."""
        first = bisect_right(self._ends, span.start)
        last = bisect_left(self._starts, span.end)
        found, at = [], span.start
        for index in range(first, last):
            if self._starts[index] > at:
                found.append(Span(at, self._starts[index]))
            at = self._ends[index]
        if at < span.end:
            found.append(Span(at, span.end))
        return found


def on_grid(instant: datetime, anchor: datetime, step: timedelta) -> datetime:
    """The first point of the grid `anchor + n * step` at or after `instant`."""
    behind = (instant - anchor) % step
    return instant if not behind else instant + (step - behind)


def starts_in(
    gap: Span, length: timedelta, *, anchor: datetime, step: timedelta, not_before: datetime
) -> Iterator[datetime]:
    """Start times that fill a gap without cutting it up.

    They stand on the grid of the session and one visit apart, so that taking the second of them does
    not leave a hole before it that fits nothing.
    """
    at = on_grid(max(gap.start, not_before), anchor, step)
    while at + length <= gap.end:
        yield at
        at = on_grid(at + length, anchor, step)


def third_next_available(today: date, open_days: Sequence[date]) -> int | None:
    """Calendar days (weekends counted) from today to the third open slot, None with fewer than three.

    `open_days` holds the local day of every open slot of one provider and visit type, held ones left
    out. Source: domain specification 2.4.
    """
    ahead = sorted(day for day in open_days if day >= today)
    return (ahead[2] - today).days if len(ahead) >= 3 else None


def lanes(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """For each span its lane and the number of lanes of its group, so that overlaps stand side by side."""
    order = sorted(range(len(spans)), key=lambda i: (spans[i].start, spans[i].end))
    result: list[tuple[int, int]] = [(0, 1)] * len(spans)
    group: list[int] = []
    ends: list[datetime] = []

    def close() -> None:
        for index in group:
            result[index] = (result[index][0], len(ends))

    for index in order:
        span = spans[index]
        if group and all(end <= span.start for end in ends):
            close()
            group, ends = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= span.start), None)
        if free is None:
            free = len(ends)
            ends.append(span.end)
        else:
            ends[free] = span.end
        result[index] = (free, 1)
        group.append(index)
    close()
    return result
