"""Small trend lines as SVG, drawn with attributes only, so that no inline style is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, PAD = 88, 24, 3


def svg(points: Iterable[Any], *, label: str = "", low: Any = None, high: Any = None) -> SafeString | str:
    """A line through `points` (oldest first, None is a gap). Fewer than two values give nothing."""
    values = [None if point is None else float(point) for point in points]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    bounds = known + [float(edge) for edge in (low, high) if edge is not None]
    bottom, top = min(bounds), max(bounds)

    def y(value: float) -> float:
        share = 0.5 if top == bottom else (value - bottom) / (top - bottom)
        return round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD), 1)

    step = (WIDTH - 2 * PAD) / (len(values) - 1)
    spots = [
        None if value is None else (round(PAD + index * step, 1), y(value))
        for index, value in enumerate(values)
    ]
    drawn = [f'<polyline points="{" ".join(f"{x},{v}" for x, v in run)}"/>' for run in _runs(spots)]
    lines = mark_safe("".join(drawn))  # noqa: S308 - numbers only
    last_x, last_y = next(spot for spot in reversed(spots) if spot)
    band = ""
    if low is not None and high is not None:
        band = format_html(
            '<rect class="sparkline-band" x="0" y="{}" width="{}" height="{}"/>',
            y(float(high)),
            WIDTH,
            round(y(float(low)) - y(float(high)), 1),
        )
    return format_html(
        '<svg class="sparkline" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}<circle cx="{}" cy="{}" r="2.5"/></svg>',
        WIDTH,
        HEIGHT,
        label or _words(known),
        band,
        lines,
        last_x,
        last_y,
    )


def _runs(spots: list) -> list[list]:
    runs: list[list] = [[]]
    for spot in spots:
        if spot:
            runs[-1].append(spot)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _words(known: list[float]) -> str:
    return f"Last {len(known)} values: " + ", ".join(f"{value:g}" for value in known)
