"""Whose visits stand in which column of the schedule, and when they work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from clinic.demo.hours import Day, at

T = dt.time
PROVIDER_TYPES = ("new-patient", "follow-up", "acute", "wellness", "well-child", "procedure", "telehealth")
NURSE_TYPES = ("nurse", "lab", "ecg")


@dataclass(frozen=True)
class Column:
    """A member with sessions: weekday -> wall-clock blocks."""

    member: str
    visit_types: tuple[str, ...]
    week: dict[int, tuple[tuple[dt.time, dt.time], ...]]
    is_provider: bool = True

    def spans(self, day: Day, zone: ZoneInfo) -> list[tuple[dt.datetime, dt.datetime]]:
        """The working spans of a day; on a moved day everybody works while the clinic is open."""
        if day.is_moved:
            return [(day.opens_at, day.closes_at)]
        return [(at(day.day, a, zone), at(day.day, b, zone)) for a, b in self.week.get(day.day.weekday(), ())]


_FULL = ((T(8), T(12)), (T(13), T(17)))
_LATE = ((T(8, 30), T(12, 30)), (T(13, 30), T(17)))
COLUMNS = (
    Column("provider", PROVIDER_TYPES, dict.fromkeys(range(5), _FULL)),
    Column(
        "dbrandt", PROVIDER_TYPES, {**dict.fromkeys(range(4), _LATE), 4: ((T(8), T(12)), (T(12, 30), T(15)))}
    ),
    Column(
        "glindqvist",
        NURSE_TYPES,
        dict.fromkeys(range(5), ((T(8), T(12)), (T(13), T(16, 30)))),
        is_provider=False,
    ),
)
