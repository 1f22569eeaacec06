"""Reports as CSV, written while they are read, with no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

from clinic.core.spreadsheet import cell
from clinic.reports.model import HIDDEN, Column, Findings, Kind, Report
from clinic.reports.page import head


class _Echo:
    def write(self, value: str) -> str:
        return value


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV text, a line at a time."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def plain(value: Any, kind: Kind) -> Any:
    """A cell for a spreadsheet: numbers stay numbers, a share becomes percent; hidden counts stay hidden."""
    if value is None:
        return ""
    if value == HIDDEN:
        return "<11"
    if kind == Kind.PERCENT:
        return round(value * 100, 2)
    return round(value, 2) if isinstance(value, float) else value


def heads(columns: Iterable[Column]) -> list[str]:
    """Headings with units."""
    units = {Kind.PERCENT: "%", Kind.MONEY: "$"}
    return [
        f"{one.label} ({units[one.kind]})" if one.kind in units else head(one.label, one.kind)
        for one in columns
    ]


def findings_rows(
    report: Report, findings: Findings, scope_words: str, *, shared: bool
) -> Iterator[list[Any]]:
    """Everything that the page shows: scope, numbers, tables, what was left out and what each word means."""
    yield [report.title]
    yield [scope_words]
    if shared:
        yield ["Counts under 11 are hidden."]
    yield []
    for tile in findings.tiles:
        yield [head(tile.label, tile.kind), plain(tile.value, tile.kind), tile.hint]
    for section in findings.sections:
        yield []
        yield [section.title]
        yield heads(section.table.columns)
        kinds = [column.kind for column in section.table.columns]
        for line in [*section.table.lines, *([section.table.total] if section.table.total else [])]:
            yield [plain(value, kind) for value, kind in zip(line.cells, kinds, strict=True)]
    yield []
    yield ["Left out"]
    yield [report.exclusions]
    for one in findings.excluded:
        if one.count:
            yield [one.words, one.count]
    yield []
    yield ["What the numbers mean"]
    for term, words in report.definitions:
        yield [term, words]


def answer(name: str, rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """The download."""
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
