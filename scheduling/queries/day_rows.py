"""What the day shows, row by row; every string is ready to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from clinic.core.time import zone
from scheduling.queries._words import hour_lines
from scheduling.rules.marks import Mark
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import RELEASED, UPCOMING, State
from scheduling.rules.wall_time import to_instant_shifted

ROW_MINUTES = 5


class Grid:
    """The grid of a board that has `first_day`, `first_hour`, `last_hour` and `zone`."""

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Grid row and words of each full hour."""
        return hour_lines(self.first_hour, self.last_hour, ROW_MINUTES)

    @property
    def rows(self) -> int:
        return (self.last_hour - self.first_hour) * 60 // ROW_MINUTES

    @property
    def starts_at(self) -> datetime:
        """The instant of the first grid row, for the now-line."""
        return to_instant_shifted(self.first_day, time(self.first_hour), zone(self.zone))


@dataclass(frozen=True, slots=True)
class Step:
    """One added step of a visit (a draw, an ECG) with its own person and time."""

    id: UUID
    name: str
    color: str
    member_id: UUID | None
    who: str
    span: Span
    clock: str
    times: str

    @property
    def words(self) -> str:
        """ECG 8:35, Reyes."""
        return f"{self.name} {self.clock}" + (f", {self.who}" if self.who else "")


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
    # The same instants for scripts, and the warnings.
    at: str = ""
    minutes: int = 0
    needs_room: bool = True
    who: str = ""
    marks: tuple[Mark, ...] = ()
    mark_words: str = ""
    # What the registration lacks, while it can still be mended.
    gaps: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    is_walk_in: bool = False

    @property
    def may_change(self) -> bool:
        """Nobody has begun it: it can be dragged, and made longer."""
        return self.state in UPCOMING

    @property
    def holds_time(self) -> bool:
        """Its time is nobody else's: neither a no-show nor a patient who left."""
        return self.state not in RELEASED

    @property
    def kept_steps(self) -> tuple[Step, ...]:
        """The steps that still keep their people and things."""
        return self.steps if self.holds_time else ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands in a column: a visit, or one added step of it, over the time that it takes there."""

    visit: Visit
    span: Span
    step: Step | None = None


def steps_of(visits: Iterable[Visit], member_id: UUID | None) -> list[Stretch]:
    """The added steps that one person does, whoever the visits themselves are with."""
    return [
        Stretch(visit, step.span, step)
        for visit in visits
        for step in visit.kept_steps
        if step.member_id == member_id
    ]


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
    # Set where the cell is one added step of the visit, not its main part.
    step: Step | None = None
    # Two that both hold their time stand over each other here: somebody overbooked.
    is_clash: bool = False
    # Set where a visit stands in more than one column, so that each place has an id of its own.
    part: str = ""

    @property
    def is_short(self) -> bool:
        """Under twenty minutes there is one line only."""
        return self.height < 4

    @property
    def place(self) -> str:
        return f"at-{self.row} for-{self.height} {self.lane}".strip()


@dataclass(frozen=True, slots=True)
class Column:
    """One person's (or one room's or device's) day. Visits without anyone to do them stand in a column of their own.

    `target` says in an address what a visit gets that is dropped here ("with=...", "room=..."), empty for
    nothing else than the time; `starts` is the instant of the first grid row. `is_closed` takes no visits.
    """

    member_id: UUID | None
    name: str
    note: str
    color: str
    initials: str
    cells: tuple[Cell, ...]
    late_since: datetime | None
    target: str = ""
    starts: str = ""
    is_closed: bool = False
    is_today: bool = False
    is_wide: bool = False
    url: str = ""
