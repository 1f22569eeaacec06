"""Who works when, expanded from weekly patterns in local wall time. Pure: rows come in, spans go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from .slots import Span, merged, without
from .wall_time import to_instant_shifted


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
class Session:
    """A block on one day, as instants."""

    block: Block
    day: date
    span: Span

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

    def member_ids(self) -> list[UUID]:
        """Members with any session, in the order of their first one."""
        return list(dict.fromkeys(block.member_id for block in self.blocks))

    def sessions(self, day: date, member_id: UUID | None = None) -> list[Session]:
        """The sessions of a day (closed days have none); absences are not taken out yet."""
        if day in self.closed:
            return []
        return [
            Session(block, day, self._span(day, block.starts, block.ends))
            for block in self.blocks
            if block.is_on(day) and (member_id is None or block.member_id == member_id)
        ]

    def away(self, member_id: UUID) -> list[Absence]:
        return [absence for absence in self.absences if absence.member_id == member_id]

    def open_time(
        self, day: date, member_id: UUID, visit_type_id: UUID, now: datetime
    ) -> list[tuple[Session, list[Span]]]:
        """Per session that takes this type and is not held back: its time without absences."""
        away = [absence.span for absence in self.away(member_id)]
        return [
            (session, without([session.span], away))
            for session in self.sessions(day, member_id)
            if session.block.takes(visit_type_id) and not session.is_held(now)
        ]

    def covers(self, day: date, member_id: UUID, visit_type_id: UUID, span: Span, now: datetime) -> bool:
        """Whether the member can be booked for the whole span; sessions that touch count as one."""
        open_parts = [
            part for _, parts in self.open_time(day, member_id, visit_type_id, now) for part in parts
        ]
        return any(part.holds(span) for part in merged(open_parts))

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
        return "only working for a part of that time"

    def _span(self, day: date, starts: time, ends: time) -> Span:
        start = to_instant_shifted(day, starts, self.zone)
        end = to_instant_shifted(day, ends, self.zone)
        return Span(start, end if end > start else start + timedelta(minutes=1))
