"""Small counts hidden when a report leaves the clinic. Source: domain specification 11 (fewer than 11).

A count of 1 to 10 is hidden, and so is whatever it could be worked out from: where a sum is shown beside its
parts, hidden parts come at least in twos and add up to 11 or more, or the sum is hidden as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from clinic.reports.model import HIDDEN, Excluded, Findings, Kind, Line, Table

LEAST = 11
Cell = tuple[int, int]


def is_small(value: object) -> bool:
    """1 to 10: few enough that somebody could be recognised."""
    return isinstance(value, int) and 0 < value < LEAST


def hidden_cells(
    counts: Sequence[Sequence[int | None]], sums: Iterable[tuple[Cell, Sequence[Cell]]]
) -> set[Cell]:
    """Which cells of a grid of counts must be hidden. `sums` name cells that are the sum of others.

    None is a cell that holds no count. Ends, because each round hides at least one more cell.
    """
    grid = {
        (row, at): value
        for row, line in enumerate(counts)
        for at, value in enumerate(line)
        if value is not None
    }
    hidden = {cell for cell, value in grid.items() if is_small(value)}
    known = [(whole, [cell for cell in parts if cell in grid]) for whole, parts in sums if whole in grid]
    grown = True
    while grown:
        grown = False
        for whole, parts in known:
            gone = [cell for cell in parts if cell in hidden]
            if whole in hidden:
                # The parts give the sum away unless one of them is hidden too.
                bare = not gone and grid[whole] > 0
            else:
                bare = bool(gone) and (len(gone) < 2 or sum(grid[cell] for cell in gone) < LEAST)
            if not bare:
                continue
            left = [cell for cell in parts if cell not in hidden and grid[cell] > 0]
            if not left and whole in hidden:
                continue
            hidden.add(min(left, key=lambda cell: (grid[cell], cell)) if left else whole)
            grown = True
    return hidden


def masked_table(table: Table) -> tuple[Table, bool]:
    """The table without what may not leave; and whether anything of its total had to go."""
    lines = [*table.lines, *([table.total] if table.total else [])]
    kinds = [column.kind for column in table.columns]
    counts = [
        [
            cell if kind == Kind.COUNT and isinstance(cell, int) else None
            for cell, kind in zip(line.cells, kinds, strict=True)
        ]
        for line in lines
    ]
    hidden = hidden_cells(counts, _sums(table, len(lines)))
    shown = [_without(line, kinds, hidden, number) for number, line in enumerate(lines)]
    total = shown.pop() if table.total else None
    return (
        replace(table, lines=tuple(shown), total=total, picks={}),
        total is not None and HIDDEN in total.cells,
    )


def _sums(table: Table, height: int) -> list[tuple[Cell, list[Cell]]]:
    found: list[tuple[Cell, list[Cell]]] = []
    if table.total:
        for at, column in enumerate(table.columns):
            if column.kind == Kind.COUNT:
                found.append(((height - 1, at), [(row, at) for row in range(height - 1)]))
    for whole, parts in table.sums:
        found += [((row, whole), [(row, at) for at in parts]) for row in range(height)]
    return found


def _without(line: Line, kinds: Sequence[Kind], hidden: set[Cell], number: int) -> Line:
    """A line whose counts are hidden in part shows no rate or median either: it would tell the count."""
    any_hidden = any((number, at) in hidden for at in range(len(kinds)))
    cells = [
        HIDDEN if (number, at) in hidden or (any_hidden and kind not in (Kind.TEXT, Kind.COUNT)) else cell
        for at, (cell, kind) in enumerate(zip(line.cells, kinds, strict=True))
    ]
    return Line(tuple(cells))


def masked(findings: Findings) -> Findings:
    """The findings as they may leave the clinic: no small counts, no way to the rows."""
    sections, is_total_gone = [], False
    for section in findings.sections:
        table, gone = masked_table(section.table)
        is_total_gone = is_total_gone or gone
        sections.append(replace(section, table=table))
    tiles = (
        ()
        if is_total_gone
        else tuple(
            tile
            for tile in findings.tiles
            if not is_small(tile.n) and not (tile.kind == Kind.COUNT and is_small(tile.value))
        )
    )
    return replace(findings, sections=tuple(sections), tiles=tiles, excluded=_masked_excluded(findings))


def _masked_excluded(findings: Findings) -> tuple[Excluded, ...]:
    """Reasons with few rows are put together."""
    large = [replace(one, picks=()) for one in findings.excluded if not is_small(one.count)]
    rest = sum(one.count for one in findings.excluded if is_small(one.count))
    if not rest:
        return tuple(large)
    while rest < LEAST and any(one.count for one in large):
        smallest = min((one for one in large if one.count), key=lambda one: one.count)
        large.remove(smallest)
        rest += smallest.count
    return (*large, Excluded("other reasons", rest)) if rest >= LEAST else tuple(large)
