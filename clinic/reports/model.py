"""What a report is made of. Values stay numbers to the end, so that page, plot, CSV and masking agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from clinic.core.money import dollars
from clinic.reports.scope import Scope


class Kind(StrEnum):
    """What a column holds, with its unit."""

    TEXT = "text"
    COUNT = "count"  # people or visits: small ones are hidden outside
    NUMBER = "number"  # other whole numbers
    PERCENT = "percent"  # a share from 0 to 1, shown as 12.5%
    MINUTES = "minutes"
    DAYS = "days"
    HOURS = "hours"
    MONEY = "money"  # Decimal dollars, shown as $1,204.50


HIDDEN = "hidden"
UNITS = {Kind.MINUTES: "min", Kind.DAYS: "days", Kind.HOURS: "h"}


def shown(value: Any, kind: Kind) -> str:
    """A cell for a reader: 1,204, 8.3%, 12.5; an en dash where there is no value."""
    if value is None or value == "":
        return "–"
    if value == HIDDEN:
        return "<11"
    if kind in (Kind.COUNT, Kind.NUMBER):
        return f"{value:,.1f}".removesuffix(".0")
    if kind == Kind.PERCENT:
        return f"{value * 100:.1f}%"
    if kind == Kind.MONEY:
        return dollars(value)
    if kind in UNITS:
        return f"{value:,.1f}".removesuffix(".0")
    return str(value)


@dataclass(frozen=True)
class Column:
    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Line:
    """One row of a table. `picks` name the rows behind it, as `name:value`; none means that there is nothing to open."""

    cells: tuple[Any, ...]
    picks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plot:
    """A picture of columns of its own table: the first column names the points, `series` are the others drawn.

    `form` is bars (beside one another), stack, line or spread (a line of medians with the 90th percentile above).
    """

    form: str
    series: tuple[int, ...]
    title: str


@dataclass(frozen=True)
class Table:
    """The first column is text. `total` is the sum of the count columns, where they add up.

    `picks` of a column are added to those of a line, so that a single number opens its own rows.
    `sums` name count columns that are, in every line, the sum of others: (whole, parts).
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    picks: dict[int, str] = field(default_factory=dict)
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    table: Table
    note: str = ""
    plot: Plot | None = None
    empty: str = "Nothing in these days."


@dataclass(frozen=True)
class Tile:
    """A number at the top. `n` is how many it rests on; `wanted` marks good and bad by tone."""

    label: str
    value: Any
    kind: Kind
    n: int | None = None
    hint: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Excluded:
    """Rows that don't count, and why."""

    words: str
    count: int
    picks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """The answer of a report. `population` says of how many rows it speaks, before exclusions."""

    population: int
    sections: tuple[Section, ...]
    tiles: tuple[Tile, ...] = ()
    excluded: tuple[Excluded, ...] = ()

    @property
    def left_out(self) -> int:
        return sum(one.count for one in self.excluded)


@dataclass(frozen=True)
class Row:
    """One row behind a figure. `url` opens it, `patient_id` is who was looked at."""

    cells: tuple[Any, ...]
    url: str = ""
    patient_id: UUID | None = None


class Rows(Protocol):
    """Rows read as far as asked for: by slice for a page, in chunks for a stream."""

    def __getitem__(self, wanted: slice) -> list[Row]: ...

    def chunks(self) -> Iterator[list[Row]]: ...


@dataclass(frozen=True)
class Detail:
    """The rows behind a report. `read` takes the picks and refuses unknown ones; `words` say what was picked."""

    columns: tuple[Column, ...]
    read: Callable[[Scope, tuple[str, ...]], Rows]
    words: Callable[[tuple[str, ...]], str]
    permission: str
    sorting: str = ""


@dataclass(frozen=True)
class Choice:
    """A further filter of one report, read from the address as `name`."""

    name: str
    label: str
    options: Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Reading:
    """One measure over one scope: value, 90th percentile where it makes sense, how many, how many left out.

    `part` is the numerator of a rate. `points` are the same by day, week or month (label, value, how many), for the plot.
    """

    value: float | None
    counted: int
    p90: float | None = None
    part: int | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    points: tuple[tuple[str, float | None, int], ...] = ()


@dataclass(frozen=True)
class Measure:
    """Something that two periods can be compared by. `better` is lower, higher or nothing."""

    code: str
    label: str
    kind: Kind
    definition: str
    read: Callable[[Scope], Reading]
    better: str = ""
    summary: str = "Median"


@dataclass(frozen=True)
class Report:
    """One report. `definitions` are printed with it: what each number is, and what is left out."""

    code: str
    title: str
    about: str
    icon: str
    permission: str
    build: Callable[[Scope], Findings]
    definitions: tuple[tuple[str, str], ...]
    exclusions: str
    unit: str = "visits"
    detail: Detail | None = None
    choices: tuple[Choice, ...] = ()
    measures: tuple[Measure, ...] = ()
    order: int = 100
