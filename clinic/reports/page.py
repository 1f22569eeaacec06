"""Findings made ready to be shown: strings, links to the rows, plots of the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from clinic.reports.model import (
    HIDDEN,
    UNITS,
    Excluded,
    Findings,
    Kind,
    Line,
    Report,
    Section,
    Table,
    Tile,
    shown,
)
from clinic.reports.scope import Scope, presets
from clinic.ui.charts import Series, plot

Address = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool
    url: str = ""


@dataclass(frozen=True)
class ShownSection:
    title: str
    note: str
    empty: str
    heads: list[Cell]
    rows: list[list[Cell]]
    total: list[Cell] | None
    picture: SafeString | str


@dataclass(frozen=True)
class ShownTile:
    label: str
    value: str
    unit: str
    hint: str
    tone: str


def address(
    name: str, report: Report, scope: Scope, *, picks: tuple[str, ...] = (), shared: bool = False
) -> str:
    """An address of a report that keeps the scope."""
    query: list[tuple[str, str]] = [*scope.query().items(), *(("pick", pick) for pick in picks)]
    if shared:
        query.append(("shared", "on"))
    return f"{reverse(f'reports:{name}', args=[report.code])}?{urlencode(query)}"


def rows_address(report: Report, scope: Scope, actor, *, shared: bool) -> Address:
    """Where picked rows open; nowhere for who may not see them, and not in what is made for outside."""
    if shared or report.detail is None or not actor.can(report.detail.permission):
        return lambda picks: ""
    return lambda picks: address("rows", report, scope, picks=picks)


def shown_section(section: Section, to: Address) -> ShownSection:
    """A section with its plot, drawn from the very table that stands below it."""
    table = section.table
    return ShownSection(
        title=section.title,
        note=section.note,
        empty=section.empty,
        heads=[Cell(head(column.label, column.kind), column.kind != Kind.TEXT) for column in table.columns],
        rows=[_cells(table, line, to) for line in table.lines],
        total=_cells(table, table.total, to) if table.total else None,
        picture=picture(section),
    )


def head(label: str, kind: Kind) -> str:
    """A column's heading with its unit."""
    return f"{label} ({UNITS[kind]})" if kind in UNITS else label


def _cells(table: Table, line: Line, to: Address) -> list[Cell]:
    found = []
    for at, (value, column) in enumerate(zip(line.cells, table.columns, strict=True)):
        url = ""
        if at in table.picks and line.picks is not None and value not in (None, 0, HIDDEN):
            extra = (table.picks[at],) if table.picks[at] else ()
            url = to((*line.picks, *extra)) if (line.picks or extra) else ""
        found.append(Cell(shown(value, column.kind), column.kind != Kind.TEXT, url))
    return found


def picture(section: Section) -> SafeString | str:
    """The plot of a section, nothing where it has none or too little to draw."""
    table, drawn = section.table, section.plot
    if drawn is None or len(table.lines) < 2:
        return ""
    kind = table.columns[drawn.series[0]].kind
    return plot(
        "line" if drawn.form == "spread" else drawn.form,
        [shown(line.cells[0], Kind.TEXT) for line in table.lines],
        [
            Series(table.columns[at].label, tuple(_drawable(line.cells[at]) for line in table.lines))
            for at in drawn.series
        ],
        title=drawn.title,
        words=lambda value: _drawn_words(value, kind),
    )


def _drawn_words(value: float, kind: Kind) -> str:
    """A value beside an axis or under the pointer; dollars without cents, round thousands as $50K: the axis is narrow."""
    if kind == Kind.MONEY:
        sign = "-" if value < 0 else ""
        whole = abs(round(value))
        return f"{sign}${whole // 1000:,}K" if whole and whole % 1000 == 0 else f"{sign}${whole:,}"
    return shown(round(value, 3) if kind not in (Kind.COUNT, Kind.NUMBER) else round(value, 1), kind)


def _drawable(value: Any) -> float | None:
    if value in (None, HIDDEN, ""):
        return None
    return float(value) if isinstance(value, Decimal) else value


def shown_tile(tile: Tile) -> ShownTile:
    known = tile.value is not None
    return ShownTile(
        tile.label,
        shown(tile.value, tile.kind),
        UNITS.get(tile.kind, "") if known else "",
        tile.hint,
        tile.tone if known else "",
    )


def shown_excluded(findings: Findings, to: Address) -> list[tuple[Excluded, str]]:
    """Reasons that took rows out, with the address of these rows."""
    return [(one, to(one.picks) if one.picks else "") for one in findings.excluded if one.count]


@dataclass(frozen=True)
class Preset:
    label: str
    query: str
    is_current: bool


def preset_links(scope: Scope, today: date, *, shared: bool = False) -> list[Preset]:
    """Ranges on one click, and the same number of days before; place and provider stay."""
    before = (
        f"{scope.days} days before",
        scope.first - timedelta(days=scope.days),
        scope.first - timedelta(days=1),
    )
    keep = {"shared": "on"} if shared else {}
    return [
        Preset(
            label,
            urlencode(scope.over(first, last).query() | keep),
            (first, last) == (scope.first, scope.last),
        )
        for label, first, last in [*presets(today), before]
    ]
