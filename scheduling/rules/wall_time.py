"""From the clock on the clinic's wall to an instant and back, on the two odd days of the year too.

Source: domain specification 3.6. Instants are UTC; durations are always computed between instants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


class NoSuchTime(ValueError):
    """The wall clock never shows this time on this day (the hour that spring takes away)."""


def is_missing(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the wall clock jumps over this time on this day."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    back = wall.astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def is_repeated(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Whether the wall clock shows this time twice on this day."""
    if is_missing(day, clock, zone):
        return False
    wall = datetime.combine(day, clock, tzinfo=zone)
    return wall.utcoffset() != wall.replace(fold=1).utcoffset()


def to_instant(day: date, clock: time, zone: ZoneInfo, *, second_pass: bool = False) -> datetime:
    """The UTC instant at which the wall clock shows `clock` on `day`.

    In the hour that autumn repeats, the first pass is meant unless `second_pass` is set.
    Raises NoSuchTime for a time that the clock jumps over.
    """
    if is_missing(day, clock, zone):
        raise NoSuchTime(f"{clock:%H:%M} does not exist on {day:%B} {day.day}: clocks go forward.")
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=int(second_pass)).astimezone(UTC)


def to_instant_shifted(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Like `to_instant`, but a time that is jumped over moves one hour on.

    For weekly patterns, which nobody types anew for the one day on which they hit the gap.
    """
    if is_missing(day, clock, zone):
        moved = datetime.combine(day, clock) + timedelta(hours=1)
        return to_instant(moved.date(), moved.time(), zone)
    return to_instant(day, clock, zone)


def to_wall(instant: datetime, zone: ZoneInfo) -> tuple[date, time]:
    """The local day and clock time at an instant (seconds cut off)."""
    local = instant.astimezone(zone)
    return local.date(), local.time().replace(second=0, microsecond=0, tzinfo=None, fold=0)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From local midnight to the next local midnight as instants: 23, 24 or 25 hours."""
    return (
        to_instant_shifted(day, time(0), zone),
        to_instant_shifted(day + timedelta(days=1), time(0), zone),
    )
