"""Who works when, expanded from weekly patterns in local wall time. Pure: rows come in, spans go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from .slots import Span, merged, without
from .wall_time import to_instant_shifted


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a block in local wall time: a break, or time kept back for some visits until it is released.

    Without `release_hours` kept time is never released to other kinds than those of `kept_for`.
    """

    is_break: bool
    starts: time
    ends: time
    words: str
    release_hours: int | None
    kept_for: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Block:
    """One weekly session as stored: local wall time, valid between two days."""

    id: UUID
    member_id: UUID
    weekday: int
    starts: time
    ends: time
    effective_from: date
    effective_to: date | None
    visit_type_ids: frozenset[UUID]
    slot_minutes: int
    overbook_per_slot: int
    overbook_per_session: int
    release_hours: int | None
    new_patient_cap: int | None = None
    parts: tuple[Part, ...] = ()

    def is_on(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and self.effective_from <= day
            and (self.effective_to is None or day <= self.effective_to)
        )

    def takes(self, visit_type_id: UUID) -> bool:
        """An empty allow-list takes every type."""
        return not self.visit_type_ids or visit_type_id in self.visit_type_ids


@dataclass(frozen=True, slots=True)
class PartSpan:
    """A part of a block on one day, as instants."""

    part: Part
    span: Span

    def is_closed(self, visit_type_id: UUID, now: datetime) -> bool:
        """Whether this kind of visit can't be booked here now: a break, or time kept for other kinds."""
        if self.part.is_break:
            return True
        if visit_type_id in self.part.kept_for:
            return False
        return self.is_held(now)

    def is_held(self, now: datetime) -> bool:
        """Kept back and not released yet; a break is not held, it is nobody's."""
        hours = self.part.release_hours
        if self.part.is_break:
            return False
        return hours is None or now < self.span.start - timedelta(hours=hours)

    @property
    def until_words(self) -> str:
        """Until when it is kept, for a person."""
        hours = self.part.release_hours
        return "" if hours is None else f" until {hours} hour{'s' if hours != 1 else ''} before"


@dataclass(frozen=True, slots=True)
class Session:
    """A block on one day, as instants."""

    block: Block
    day: date
    span: Span
    parts: tuple[PartSpan, ...] = ()

    @property
    def released_at(self) -> datetime | None:
        """From when a held block can be booked, None when it always can."""
        hours = self.block.release_hours
        return None if hours is None else self.span.start - timedelta(hours=hours)

    def is_held(self, now: datetime) -> bool:
        released = self.released_at
        return released is not None and now < released


@dataclass(frozen=True, slots=True)
class Absence:
    """Time taken out of someone's sessions."""

    member_id: UUID
    span: Span
    kind: str
    reason: str


@dataclass(frozen=True)
class Roster:
    """Everything that decides when members can be booked at one location between two days."""

    zone: ZoneInfo
    blocks: tuple[Block, ...]
    absences: tuple[Absence, ...]
    closed: Mapping[date, str]
    hours: Mapping[int, tuple[time, time]] = field(default_factory=dict)
    # Days worked out already: a roster is kept in memory and asked for the same days again and again.
    _days: dict = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _by_weekday(self) -> dict[tuple[UUID, int], list[Block]]:
        found: dict[tuple[UUID, int], list[Block]] = {}
        for block in self.blocks:
            found.setdefault((block.member_id, block.weekday), []).append(block)
        return found

    def member_ids(self) -> list[UUID]:
        """Members with any session, in the order of their first one."""
        return list(dict.fromkeys(block.member_id for block in self.blocks))

    def sessions(self, day: date, member_id: UUID | None = None) -> list[Session]:
        """The sessions of a day (closed days have none); absences and parts are not taken out yet."""
        if day in self.closed:
            return []
        if member_id is None:
            return [session for one in self.member_ids() for session in self.sessions(day, one)]
        made = self._days.get((day, member_id))
        if made is None:
            blocks = self._by_weekday.get((member_id, day.weekday()), ())
            made = self._days[day, member_id] = [self._session(b, day) for b in blocks if b.is_on(day)]
        return made

    @cached_property
    def _away(self) -> dict[UUID, list[Absence]]:
        found: dict[UUID, list[Absence]] = {}
        for absence in self.absences:
            found.setdefault(absence.member_id, []).append(absence)
        return found

    def away(self, member_id: UUID) -> list[Absence]:
        return self._away.get(member_id, [])

    def open_time(
        self, day: date, member_id: UUID, visit_type_id: UUID, now: datetime, *, with_kept: bool = False
    ) -> list[tuple[Session, list[Span]]]:
        """Per session that takes this type and is not held back: its time without absences, breaks and kept parts.

        `with_kept` counts what is held back as open, for somebody who may give it away early.
        """
        away = [absence.span for absence in self.away(member_id)]
        found = []
        for session in self.sessions(day, member_id):
            if not session.block.takes(visit_type_id) or (session.is_held(now) and not with_kept):
                continue
            shut = [
                part.span
                for part in session.parts
                if part.part.is_break or (not with_kept and part.is_closed(visit_type_id, now))
            ]
            found.append((session, without([session.span], [*away, *shut])))
        return found

    def covers(
        self, day: date, member_id: UUID, visit_type_id: UUID, span: Span, now: datetime, **options: bool
    ) -> bool:
        """Whether the member can be booked for the whole span; sessions that touch count as one.

        `options` are those of `open_time`.
        """
        times = self.open_time(day, member_id, visit_type_id, now, **options)
        return any(part.holds(span) for part in merged(part for _, parts in times for part in parts))

    def opening_hours(self, day: date) -> Span | None:
        """The location's hours on a day as instants, None when closed."""
        pair = self.hours.get(day.weekday())
        return None if day in self.closed or pair is None else self._span(day, *pair)

    def why_not(self, day: date, member_id: UUID, visit_type_id: UUID, span: Span, now: datetime) -> str:
        """One reason why `covers` says no, for a person."""
        if day in self.closed:
            return f"closed that day ({self.closed[day]})"
        for absence in self.away(member_id):
            if absence.span.overlaps(span):
                return f"away then ({absence.reason or absence.kind})"
        touched = [s for s in self.sessions(day, member_id) if s.span.overlaps(span)]
        if not touched:
            return "not working then"
        held = next((s for s in touched if s.is_held(now)), None)
        if held and held.released_at:
            return f"kept for same-day requests until {held.block.release_hours} hours before"
        if not any(s.block.takes(visit_type_id) for s in touched):
            return "not taking this kind of visit then"
        for session in touched:
            for part in session.parts:
                if part.span.overlaps(span) and part.is_closed(visit_type_id, now):
                    return _why_closed(part)
        return "only working for a part of that time"

    def _session(self, block: Block, day: date) -> Session:
        parts = tuple(PartSpan(part, self._span(day, part.starts, part.ends)) for part in block.parts)
        return Session(block, day, self._span(day, block.starts, block.ends), parts)

    def _span(self, day: date, starts: time, ends: time) -> Span:
        start = to_instant_shifted(day, starts, self.zone)
        end = to_instant_shifted(day, ends, self.zone)
        return Span(start, end if end > start else start + timedelta(minutes=1))


def _why_closed(part: PartSpan) -> str:
    words = part.part.words
    if part.part.is_break:
        return f"on a break then ({words})" if words else "on a break then"
    return f"kept for {words or 'other visits'}{part.until_words}"
