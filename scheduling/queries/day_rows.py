"""What the day shows, row by row; every string is ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.rules.slots import Span
from scheduling.rules.visit_states import State

ROW_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as the day shows it; every string is ready to print."""

    id: UUID
    patient_id: UUID
    name: str
    member_id: UUID | None
    span: Span
    state: State
    since: datetime
    url: str
    clock: str
    times: str
    type_name: str
    color: str
    state_words: str
    tone: str
    reason: str
    room: str
    flags: tuple[str, ...]
    # Printed as they are: what the second line says, and a mark at the end of the first.
    sub: str
    mark: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Something in a column. `row` and `height` count grid rows of five minutes; classes follow from them."""

    kind: str
    row: int
    height: int
    words: str = ""
    url: str = ""
    lane: str = ""
    visit: Visit | None = None

    @property
    def is_short(self) -> bool:
        """Under twenty minutes there is one line only."""
        return self.height < 4

    @property
    def place(self) -> str:
        return f"at-{self.row} for-{self.height} {self.lane}".strip()


@dataclass(frozen=True, slots=True)
class Column:
    """One person's day. Visits without anyone to do them stand in a column of their own."""

    member_id: UUID | None
    name: str
    note: str
    color: str
    initials: str
    cells: tuple[Cell, ...]
    late_since: datetime | None
