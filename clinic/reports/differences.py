"""Two readings of one measure set against each other. Pure: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clinic.reports.masking import is_small
from clinic.reports.model import Kind, Measure, Reading, shown

# Below this many in either period a difference is easily chance, and the page says so.
FEW = 30
WORDS_OF_UNIT = {Kind.MINUTES: "minutes", Kind.DAYS: "days", Kind.HOURS: "hours"}


@dataclass(frozen=True)
class Difference:
    """After minus before. `share` is of the value before, None where that is 0. `verdict` is better, worse or ""."""

    before: Reading
    after: Reading
    change: float | None
    share: float | None
    verdict: str
    sentence: str
    is_thin: bool


def compared(measure: Measure, before: Reading, after: Reading) -> Difference:
    """What changed, in numbers and in one sentence."""
    change = share = None
    if before.value is not None and after.value is not None:
        change = after.value - before.value
        share = change / before.value if before.value else None
    verdict = ""
    if change and measure.better:
        verdict = "better" if (change < 0) == (measure.better == "lower") else "worse"
    return Difference(
        before=before,
        after=after,
        change=change,
        share=share,
        verdict=verdict,
        sentence=sentence(measure, before, after, change, share),
        is_thin=min(before.counted, after.counted) < FEW,
    )


def sentence(
    measure: Measure, before: Reading, after: Reading, change: float | None, share: float | None
) -> str:
    """Wait for a room: 12 before, 9.5 after, 2.5 minutes less (−20.8%)."""
    if change is None:
        missing = "before" if before.value is None else "after"
        return f"{measure.label}: nothing to measure in the period {missing}."
    unit = WORDS_OF_UNIT.get(measure.kind, "")
    start = f"{measure.label}: {amount(before.value, measure.kind)} before, {amount(after.value, measure.kind)} after"
    size = _size(abs(change), measure.kind)
    if size == _size(0.0, measure.kind):
        return f"{start}: no difference."
    words = f"{size} {unit}".strip() + (" less" if change < 0 else " more")
    percent = "" if share is None else f" ({'−' if share < 0 else '+'}{abs(share) * 100:.1f}%)"
    return f"{start}: {words}{percent}."


def _size(change: float, kind: Kind) -> str:
    return f"{change * 100:.1f} percentage points" if kind == Kind.PERCENT else shown(float(change), kind)


def amount(value: float | None, kind: Kind) -> str:
    """A value with its unit."""
    if value is None:
        return "–"
    unit = WORDS_OF_UNIT.get(kind, "")
    return f"{shown(value, kind)} {unit}".strip()


def safe_outside(reading: Reading) -> Reading:
    """A reading without what rests on few: such values, and such points of the plot, are left out."""
    points = tuple(
        (label, None if n < 11 else value, n if n >= 11 else 0) for label, value, n in reading.points
    )
    if is_small(reading.counted) or is_small(reading.part):
        return Reading(None, 0, points=tuple((label, None, 0) for label, _, _ in points))
    kept = {words: count for words, count in reading.left_out.items() if not is_small(count)}
    return replace(reading, points=points, left_out=kept)
