"""How many visits of a kind somebody takes in a session or a day, and how often a patient sees them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from .rosters import Session
from .slots import Span


class Limit(StrEnum):
    """The limits that a person may pass over with a reason."""

    YOUNGEST = "youngest"
    OLDEST = "oldest"
    SEX = "sex"
    NOTICE = "notice"
    HORIZON = "horizon"
    KEPT = "kept"
    DAILY_CAP = "daily_cap"
    SESSION_CAP = "session_cap"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True)
class KindLimits:
    """What a kind of visit limits. `new_kinds` are all kinds that count as a new patient."""

    visit_type_id: UUID
    daily_cap: int | None
    is_once_a_day: bool
    new_kinds: frozenset[UUID]

    @property
    def is_new(self) -> bool:
        return self.visit_type_id in self.new_kinds


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit that stands in the book, as far as limits go."""

    member_id: UUID | None
    patient_id: UUID | None
    visit_type_id: UUID | None
    starts_at: datetime


class Limits:
    """The limits of one kind of visit against what is booked."""

    def __init__(self, kind: KindLimits, booked: Iterable[Booked], patient_id: UUID | None, zone: ZoneInfo):
        self.kind = kind
        self._same: Counter[tuple[UUID | None, date]] = Counter()
        self._new: dict[UUID | None, list[datetime]] = {}
        self._patient: set[tuple[UUID | None, date]] = set()
        for row in booked:
            day = row.starts_at.astimezone(zone).date()
            self._same[row.member_id, day] += row.visit_type_id == kind.visit_type_id
            if row.visit_type_id in kind.new_kinds:
                self._new.setdefault(row.member_id, []).append(row.starts_at)
            if patient_id is not None and row.patient_id == patient_id:
                self._patient.add((row.member_id, day))

    def same_kind(self, member_id: UUID | None, day: date) -> int:
        """Visits of this kind that the member has on that day."""
        return self._same[member_id, day]

    def new_patients(self, member_id: UUID | None, span: Span) -> int:
        """New patients of the member that begin within the span."""
        return sum(span.start <= at < span.end for at in self._new.get(member_id, ()))

    def broken(self, member_id: UUID | None, day: date, session: Session | None) -> list[Limit]:
        """Which limits one more visit of this kind would break."""
        found = []
        cap = self.kind.daily_cap
        if cap is not None and self.same_kind(member_id, day) >= cap:
            found.append(Limit.DAILY_CAP)
        of_session = session.block.new_patient_cap if session else None
        if (
            self.kind.is_new
            and of_session is not None
            and self.new_patients(member_id, session.span) >= of_session
        ):
            found.append(Limit.SESSION_CAP)
        if self.kind.is_once_a_day and (member_id, day) in self._patient:
            found.append(Limit.SAME_DAY)
        return found
