"""Trends as coordinates: the template draws them, with attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from clinic.core.profile import clinic_zone
from clinic.core.time import zone
from records.queries.vitals import Trend, trends
from records.rules.vitals.limits import plain

WIDTH, HEIGHT = 420, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 408, 14, 136
_GROUPS = (
    ("Blood pressure", ("systolic", "diastolic")),
    ("Pulse", ("pulse",)),
    ("Weight", ("weight",)),
    ("Temperature", ("temp",)),
    ("SpO₂", ("spo2",)),
    ("Height", ("height",)),
    ("Glucose", ("glucose",)),
)
_SPREADS = {
    title: Decimal(text)
    for title, text in (
        ("Blood pressure", "40"),
        ("Pulse", "30"),
        ("Weight", "8"),
        ("Temperature", "3"),
        ("SpO₂", "6"),
        ("Height", "4"),
        ("Glucose", "60"),
    )
}
_STEPS = tuple(Decimal(text) for text in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50", "100", "200"))


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    words: str


@dataclass(frozen=True)
class Series:
    points: str
    dots: Sequence[Dot]


@dataclass(frozen=True)
class GridLine:
    y: str
    text_y: str
    label: str


@dataclass(frozen=True)
class DateMark:
    x: int
    label: str
    anchor: str


@dataclass(frozen=True)
class Curve:
    """One plot with one or two lines."""

    title: str
    last: str
    words: str
    series: Sequence[Series]
    grid: Sequence[GridLine]
    dates: Sequence[DateMark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    tick_x: int = LEFT - 6
    date_y: int = HEIGHT - 12


def curves(patient_id: UUID, months: Decimal) -> list[Curve]:
    """A plot for every vital sign that was measured at least twice, in the units of this age. One query."""
    found = trends(patient_id, [code for _, codes in _GROUPS for code in codes], months)
    plots = []
    for title, codes in _GROUPS:
        lines = [found[code] for code in codes if len(found[code].points) > 1]
        if lines:
            plots.append(_curve(title, lines))
    return plots


def _curve(title: str, lines: Sequence[Trend]) -> Curve:
    values = [value for line in lines for _, value in line.points]
    step, low, high = _scale(min(values), max(values), _SPREADS.get(title, Decimal(1)))
    times = [at for line in lines for at, _ in line.points]
    first, last = min(times), max(times)
    span = (last - first).total_seconds() or 1

    def x(at) -> str:
        return f"{LEFT + (RIGHT - LEFT) * (at - first).total_seconds() / span:.1f}"

    def y(value: Decimal) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * float((value - low) / (high - low)):.1f}"

    tz, unit = zone(clinic_zone()), lines[0].unit
    series = []
    for line in lines:
        dots = [
            Dot(x(at), y(value), f"{at.astimezone(tz):%b %d, %Y}: {plain(round(value, 1))} {unit}")
            for at, value in line.points
        ]
        series.append(Series(" ".join(f"{dot.x},{dot.y}" for dot in dots), dots))
    grid = []
    value = low
    while value <= high:
        grid.append(GridLine(y(value), f"{float(y(value)) + 4:.1f}", plain(value)))
        value += step
    newest = "/".join(plain(round(line.points[-1][1], 1)) for line in lines)
    dates = [
        DateMark(LEFT, f"{first.astimezone(tz):%b %Y}", "start"),
        DateMark(RIGHT, f"{last.astimezone(tz):%b %Y}", "end"),
    ]
    words = f"{title}: {len(lines[0].points)} values, the newest {newest} {unit}"
    return Curve(title, f"{newest} {unit}", words, series, grid, dates)


def _scale(low: Decimal, high: Decimal, least: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """A round step and bounds with three to six lines. `least` keeps small changes from looking large."""
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    spread = high - low
    step = next((one for one in _STEPS if spread / one <= 4), _STEPS[-1])
    bottom = (low // step) * step
    top = bottom
    while top < high:
        top += step
    return step, bottom, max(top, bottom + step)
