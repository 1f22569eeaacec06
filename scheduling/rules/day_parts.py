"""Parts of a day and weekdays that a patient would like. A wish for nothing is a wish for anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

NOON, FIVE = time(12), time(17)


class DayPart(StrEnum):
    """Morning is before noon, evening from five; by the clock on the location's wall."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @classmethod
    def of(cls, clock: time) -> DayPart:
        """The part of the day that a clock time belongs to."""
        if clock < NOON:
            return cls.MORNING
        return cls.AFTERNOON if clock < FIVE else cls.EVENING


@dataclass(frozen=True, slots=True)
class TimeWishes:
    """Weekdays (0 is Monday) and parts of the day; an empty set takes any."""

    weekdays: frozenset[int] = frozenset()
    parts: frozenset[DayPart] = frozenset()

    def day_suits(self, weekday: int) -> bool:
        return not self.weekdays or weekday in self.weekdays

    def suits(self, local: datetime) -> bool:
        """Whether a start suits; `local` is in the location's zone."""
        return self.day_suits(local.weekday()) and (not self.parts or DayPart.of(local.time()) in self.parts)
