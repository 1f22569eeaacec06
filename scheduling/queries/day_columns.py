"""One person's column of the day: visits on top of free, held, absent and off time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from math import ceil
from uuid import UUID

from django.urls import reverse

from clinic.core.time import now
from clinic.staff.models import Member
from clinic.staff.roles import Role
from scheduling.models import Location
from scheduling.queries._words import clock, instant_words
from scheduling.queries.day_rows import ROW_MINUTES, Cell, Column, Stretch, Visit
from scheduling.queries.kept_time import KeptTime
from scheduling.rules.rosters import Roster, Session
from scheduling.rules.slots import Span, lanes, without
from scheduling.rules.visit_states import TERMINAL, State
from scheduling.rules.wall_time import to_instant_shifted

FREE_STEP = timedelta(minutes=20)


@dataclass(frozen=True)
class Frame:
    """What every column of a board shares."""

    day: date
    location: Location
    roster: Roster
    first: int
    last: int
    may_book: bool
    fits: tuple[tuple[UUID, str, int], ...]
    kept: Mapping[UUID, list[KeptTime]] = field(default_factory=dict)

    @cached_property
    def whole(self) -> Span:
        start = to_instant_shifted(self.day, time(self.first), self.roster.zone)
        return Span(start, start + timedelta(hours=self.last - self.first))

    @property
    def starts(self) -> str:
        """The instant of the first grid row, as scripts read it."""
        return instant_words(self.whole.start)

    def cell(self, kind: str, span: Span, **rest) -> Cell:
        whole = self.whole
        top = max(span.start, whole.start)
        minutes = int((top - whole.start).total_seconds() // 60)
        length = (min(span.end, whole.end) - top).total_seconds() / 60
        row = minutes // ROW_MINUTES
        height = max(1, ceil((minutes % ROW_MINUTES + length) / ROW_MINUTES))
        return Cell(kind=kind, row=row, height=height, **rest)


def stretch_cells(frame: Frame, stretches: Sequence[Stretch], *, is_one: bool = True) -> list[Cell]:
    """Visits and added steps over the time they take in this column, those that overlap side by side.

    `is_one` is a column of one person or thing, whose time two can hold at once only by overbooking.
    """
    spans = [one.span for one in stretches]
    cells = []
    for one, span, (lane, of) in zip(stretches, spans, lanes(spans), strict=True):
        place = f"lane-{lane + 1}-of-{min(of, 4)}" if of > 1 else ""
        clash = is_one and of > 1 and _clashes(one, stretches)
        cells.append(frame.cell("visit", span, visit=one.visit, step=one.step, lane=place, is_clash=clash))
    return cells


def _clashes(one: Stretch, others: Iterable[Stretch]) -> bool:
    """Whether another visit that is not over holds the same time; who waits in line as a walk-in holds none."""
    if one.visit.state in TERMINAL or one.visit.is_walk_in:
        return False
    return any(
        other is not one
        and other.visit.state not in TERMINAL
        and not other.visit.is_walk_in
        and other.span.overlaps(one.span)
        for other in others
    )


def column_of(
    frame: Frame, member: Member | None, visits: list[Visit], steps: Sequence[Stretch] = ()
) -> Column:
    """One member's column, or that of visits without anyone to do them; `steps` are those of others' visits
    that the member does."""
    cells = _background(frame, member.pk, visits, steps) if member else []
    cells += stretch_cells(frame, [*(Stretch(v, v.span) for v in visits), *steps], is_one=member is not None)
    waiting = [
        v.span.start for v in visits if v.state in (State.ARRIVED, State.ROOMED, State.INTAKE, State.READY)
    ]
    late = min((start for start in waiting if start < now()), default=None)
    return Column(
        member_id=member.pk if member else None,
        name=member.name if member else "Not assigned",
        note="" if member is None or member.has_role(Role.PROVIDER) else "Nurse visits",
        color=(member.color if member else "") or "c8",
        initials=member.initials if member else "?",
        cells=tuple(cells),
        late_since=late,
        target=f"with={member.pk}" if member else "",
        starts=frame.starts,
    )


def _background(frame: Frame, member_id: UUID, visits: list[Visit], steps: Sequence[Stretch]) -> list[Cell]:
    """Off time, absences, held blocks and free slots, in that order: later ones lie on top."""
    sessions = frame.roster.sessions(frame.day, member_id)
    cells = [frame.cell("off", span) for span in without([frame.whole], [s.span for s in sessions])]
    away = frame.roster.away(member_id)
    for absence in away:
        if absence.span.overlaps(frame.whole):
            words = absence.reason or absence.kind.capitalize()
            cells.append(frame.cell(absence.kind, absence.span, words=words))
    taken = [a.span for a in away] + [
        v.span for v in visits if v.state not in TERMINAL or v.state == State.COMPLETED
    ]
    taken += [one.span for one in steps]
    kept = [one for one in frame.kept.get(member_id, ()) if one.span.overlaps(frame.whole)]
    taken += [one.span for one in kept]
    for session in sessions:
        if session.is_held(now()):
            hours = session.block.release_hours
            words = f"Kept for same-day until {hours} h before"
            cells.extend(frame.cell("held", gap, words=words) for gap in without([session.span], taken))
            continue
        shut = [part for part in session.parts if part.part.is_break or part.is_held(now())]
        for part in shut:
            kind = "break" if part.part.is_break else "held"
            words = part.part.words or ("Break" if part.part.is_break else "Kept back")
            gaps = without([part.span], taken)
            cells.extend(frame.cell(kind, gap, words=f"{words}{part.until_words}") for gap in gaps)
        if frame.may_book:
            cells.extend(_free(frame, member_id, session, [*taken, *(part.span for part in shut)]))
    cells.extend(frame.cell("kept", one.span, words=one.words) for one in kept)
    return cells


def _free(frame: Frame, member_id: UUID, held: Session, taken: list[Span]) -> list[Cell]:
    """Free time in pieces that can be clicked, with the visit types that fit; the past is not offered."""
    session = held.span
    from_now = now().replace(second=0, microsecond=0)
    if session.end <= from_now:
        return []
    open_part = (
        [Span(max(session.start, _next_five(from_now)), session.end)]
        if session.end > _next_five(from_now)
        else []
    )
    takes = [(name, needs) for kind, name, needs in frame.fits if held.block.takes(kind)]
    href = f"{reverse('scheduling:appointment-book')}?at=%s&with={member_id}&where={frame.location.pk}"
    cells = []
    for gap in without(open_part, taken):
        start = gap.start
        while start < gap.end:
            end = min(start + FREE_STEP, gap.end)
            if (gap.end - end) < timedelta(minutes=10):
                end = gap.end
            left = int((gap.end - start).total_seconds() // 60)
            fitting = [name for name, needs in takes if needs <= left]
            words = f"{clock(start, frame.roster.zone)} · {left} min free"
            if fitting:
                words += f": {', '.join(fitting)}"
            url = href % instant_words(start)
            cells.append(frame.cell("free", Span(start, end), words=words, url=url))
            start = end
    return cells


def _next_five(instant: datetime) -> datetime:
    past = instant.minute % 5
    return instant if not past else instant + timedelta(minutes=5 - past)
