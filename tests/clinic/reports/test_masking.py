"""Small counts hidden for outside: nothing hidden can be worked out from what is shown."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.reports.masking import hidden_cells, is_small, masked, masked_table
from clinic.reports.model import HIDDEN, Column, Excluded, Findings, Kind, Line, Section, Table, Tile, shown

COUNT = Column("Visits", Kind.COUNT)


def column(*values):
    """A grid of one column whose last cell is the sum of the others."""
    return [[value] for value in values] + [[sum(values)]]


def sums(height):
    return [((height, 0), [(row, 0) for row in range(height)])]


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ((40, 20, 15), set()),
        ((40, 3, 15), {1, 2}),  # the least other one goes too, or subtraction gives the 3
        ((40, 3, 8), {1, 2}),  # 3 and 8 make 11: enough
        ((40, 3, 4), {0, 1, 2}),  # 7 together would still be small
        ((3, 0, 0), {0, 3}),  # only the sum is left, and it says the same
        ((0, 0, 0), set()),
        ((10, 11), {0, 1}),
    ],
)
def test_one_column_with_its_sum(values, hidden):
    assert hidden_cells(column(*values), sums(len(values))) == {(row, 0) for row in hidden}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=7))
def test_what_is_hidden_cannot_be_subtracted(values):
    gone = hidden_cells(column(*values), sums(len(values)))
    parts = [values[row] for row in range(len(values)) if (row, 0) in gone]
    assert all((row, 0) in gone for row, value in enumerate(values) if is_small(value))
    if parts and (len(values), 0) not in gone:
        assert len(parts) >= 2
        assert sum(parts) >= 11
    if (len(values), 0) in gone and sum(values):
        assert parts


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5))
def test_rows_and_columns_that_add_up_keep_each_other_s_secret(rows):
    grid = [[sum(row), *row] for row in rows]
    grid.append([sum(line[at] for line in grid) for at in range(4)])
    height = len(grid)
    across = [((row, 0), [(row, at) for at in (1, 2, 3)]) for row in range(height)]
    down = [((height - 1, at), [(row, at) for row in range(height - 1)]) for at in range(4)]
    gone = hidden_cells(grid, [*down, *across])
    assert all((row, at) in gone for row, at in product(range(height), range(4)) if is_small(grid[row][at]))
    for whole, parts in [*down, *across]:
        lost = [cell for cell in parts if cell in gone]
        if whole in gone:
            assert lost or grid[whole[0]][whole[1]] == 0
        elif lost:
            assert len(lost) >= 2
            assert sum(grid[row][at] for row, at in lost) >= 11


def test_a_line_with_a_hidden_count_shows_no_rate():
    table = Table(
        columns=(Column("Day"), Column("Counted", Kind.COUNT), Column("No-shows", Kind.COUNT), Column("Rate", Kind.PERCENT)),
        lines=(Line(("Mon", 50, 2, 0.04), ("day:x",)), Line(("Tue", 60, 15, 0.25)), Line(("Wed", 55, 12, 12 / 55))),
        total=Line(("All", 165, 29, 29 / 165)),
        picks={2: "outcome:no_show"},
    )  # fmt: skip
    safe, is_total_gone = masked_table(table)
    assert [line.cells for line in safe.lines] == [
        ("Mon", 50, HIDDEN, HIDDEN), ("Tue", 60, 15, 0.25), ("Wed", 55, HIDDEN, HIDDEN)
    ]  # fmt: skip
    assert safe.total.cells == ("All", 165, 29, 29 / 165)
    assert not is_total_gone
    assert safe.picks == {}
    assert all(line.picks == () for line in safe.lines)
    assert shown(HIDDEN, Kind.COUNT) == "<11"


def test_tiles_and_reasons_that_rest_on_few_are_gone():
    table = Table((Column("Day"), COUNT), (Line(("Mon", 50)), Line(("Tue", 40))), Line(("All", 90)))
    findings = Findings(
        population=120,
        sections=(Section("By day", table),),
        tiles=(
            Tile("Visits", 90, Kind.COUNT),
            Tile("Left", 4, Kind.COUNT),
            Tile("Rate", 0.1, Kind.PERCENT, n=9),
        ),
        excluded=(
            Excluded("missing", 20, ("x:y",)),
            Excluded("burst", 6),
            Excluded("negative", 4),
            Excluded("long", 0),
        ),
    )
    safe = masked(findings)
    assert [tile.label for tile in safe.tiles] == ["Visits"]
    assert [(one.words, one.count, one.picks) for one in safe.excluded] == [
        ("long", 0, ()),
        ("other reasons", 30, ()),
    ]


def test_tiles_go_when_a_total_had_to_go():
    table = Table((Column("Day"), COUNT), (Line(("Mon", 3)),), Line(("All", 3)))
    safe = masked(Findings(3, (Section("By day", table),), tiles=(Tile("Seen", 50, Kind.COUNT),)))
    assert safe.sections[0].table.total.cells == ("All", HIDDEN)
    assert safe.tiles == ()
