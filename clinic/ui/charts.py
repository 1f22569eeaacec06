"""Plots as SVG, drawn on the server with attributes and classes only: no script, no inline style.

A plot says nothing that its table doesn't: it is an image with a name for those who can't see it, and the
numbers stand beside it. Series differ by shape or dash as well as by color. Lengths are SVG units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 660, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 30
MOST_LABELS = 7
TICKS = 4

Number = float | int | None
Words = Callable[[Number], str]


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[Number, ...]


@dataclass(frozen=True)
class _Frame:
    """From values to places."""

    count: int
    ticks: list[float]

    @property
    def top(self) -> float:
        return self.ticks[-1]

    @property
    def step(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(self.count, 1)

    def x(self, index: int) -> float:
        return round(LEFT + (index + 0.5) * self.step, 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / self.top, 1)


def ticks(most: float) -> list[float]:
    """Even steps of 1, 2 or 5 times a power of ten from 0 to at least `most`, three to six of them."""
    if most <= 0:
        return [0.0, 1.0]
    power = 10.0 ** floor(log10(most / TICKS))
    step = next(power * by for by in (1, 2, 5, 10) if power * by * TICKS >= most - 1e-9)
    return [step * at for at in range(ceil(most / step - 1e-9) + 1)]


def plot(
    form: str, labels: Sequence[str], series: Sequence[Series], *, title: str, words: Words = str
) -> SafeString | str:
    """A picture of `series` over `labels`: bars, stack, line or spread. Nothing when there is no value at all.

    `words` turns a value into text, for the axis and for what shows under the pointer.
    """
    known = [value for one in series for value in one.values if value is not None]
    if not known or not labels:
        return ""
    if form == "stack":
        known = [sum(one.values[at] or 0 for one in series) for at in range(len(labels))]
    frame = _Frame(len(labels), ticks(float(max(known))))
    draw = {"bars": _bars, "stack": _stack}.get(form, _lines)
    drawn = mark_safe("".join(draw(frame, labels, series, words)))  # noqa: S308 - every part is escaped below
    return format_html(
        '<figure class="chart"><div class="chart-scroll" tabindex="0" role="group" aria-label="{}">'
        '<svg class="chart-svg chart-{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg></div>{}</figure>',
        title,
        form,
        WIDTH,
        HEIGHT,
        f"{title}. The same numbers stand in the table below.",
        _axes(frame, labels, words),
        drawn,
        _legend(series) if len(series) > 1 else "",
    )


def _axes(frame: _Frame, labels: Sequence[str], words: Words) -> SafeString:
    lines = format_html_join(
        "",
        '<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="chart-tick" x="{}" y="{}">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, frame.y(at), frame.y(at), LEFT - 7, frame.y(at) + 4, words(at))
            for at in frame.ticks
        ),
    )
    every = -(-len(labels) // MOST_LABELS)
    names = format_html_join(
        "",
        '<text class="chart-name" x="{}" y="{}">{}</text>',
        ((frame.x(at), HEIGHT - 9, label) for at, label in enumerate(labels) if at % every == 0),
    )
    return format_html("{}{}", lines, names)


def _bars(frame: _Frame, labels: Sequence[str], series: Sequence[Series], words: Words) -> list[str]:
    width = min(34.0, frame.step * 0.74) / len(series)
    found = []
    for order, one in enumerate(series):
        for at, value in enumerate(one.values):
            if value:
                x = frame.x(at) - width * len(series) / 2 + order * width
                found.append(
                    _bar(
                        order,
                        x,
                        frame.y(value),
                        width,
                        frame.y(0) - frame.y(value),
                        labels[at],
                        one.name,
                        words(value),
                    )
                )
    return found


def _stack(frame: _Frame, labels: Sequence[str], series: Sequence[Series], words: Words) -> list[str]:
    width = min(34.0, frame.step * 0.74)
    found = []
    for at, label in enumerate(labels):
        below = 0.0
        for order, one in enumerate(series):
            value = one.values[at]
            if value:
                high = frame.y(below) - frame.y(below + value)
                found.append(
                    _bar(
                        order,
                        frame.x(at) - width / 2,
                        frame.y(below + value),
                        width,
                        high,
                        label,
                        one.name,
                        words(value),
                    )
                )
                below += value
    return found


def _bar(order: int, x: float, y: float, width: float, high: float, label: str, name: str, value: str) -> str:
    return format_html(
        '<rect class="s{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"><title>{}: {} {}</title></rect>',
        order + 1, round(x, 1), y, round(max(width - 1, 1), 1), round(max(high, 0.5), 1), label, name, value,
    )  # fmt: skip


def _lines(frame: _Frame, labels: Sequence[str], series: Sequence[Series], words: Words) -> list[str]:
    found = []
    for order, one in enumerate(series):
        run: list[str] = []
        for at, value in enumerate([*one.values, None]):
            if value is None:
                if len(run) > 1:
                    found.append(format_html('<polyline class="s{}" points="{}"/>', order + 1, " ".join(run)))
                run = []
            else:
                run.append(f"{frame.x(at)},{frame.y(value)}")
        marks = [(at, value) for at, value in enumerate(one.values) if value is not None]
        found += [
            _mark(order, frame.x(at), frame.y(value), labels[at], one.name, words(value))
            for at, value in marks
        ]
    return found


def _mark(order: int, x: float, y: float, label: str, name: str, value: str) -> str:
    """A circle for the first series, a square for the second, a diamond for others."""
    told = format_html("<title>{}: {} {}</title>", label, name, value)
    if order == 0:
        return format_html('<circle class="s1" cx="{}" cy="{}" r="3">{}</circle>', x, y, told)
    turn = format_html(' transform="rotate(45 {} {})"', x, y) if order > 1 else ""
    return format_html(
        '<rect class="s{} mark" x="{}" y="{}" width="5" height="5"{}>{}</rect>',
        order + 1,
        x - 2.5,
        y - 2.5,
        turn,
        told,
    )


def _legend(series: Sequence[Series]) -> SafeString:
    items = format_html_join(
        "",
        '<li><span class="chart-key s{}" aria-hidden="true"></span>{}</li>',
        ((n, one.name) for n, one in enumerate(series, 1)),
    )
    return format_html('<figcaption><ul class="chart-legend">{}</ul></figcaption>', items)
