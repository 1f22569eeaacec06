"""When a backup is due, what its folder is called, how its age reads: no database, no clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

TOO_OLD = timedelta(hours=26)  # a night missed by more than two hours
TRY_AGAIN = timedelta(hours=1)
_NAME = re.compile(r"\d{8}T\d{6}Z")


def folder_name(at: datetime) -> str:
    """20260310T070000Z: names sort as the backups do, and say the instant in UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def made_at(name: str) -> datetime | None:
    """The instant in a folder's name, or None when it is not a backup's."""
    if not _NAME.fullmatch(name):
        return None
    return datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def last_turn(now: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """The newest instant not after `now` at which the clinic's clock stood at `hour`, 0 to 23.

    An hour that the spring change skips counts from the change on; one that comes twice, from the first.
    """
    day = now.astimezone(zone).date()
    turn = datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
    if turn > now:
        turn = datetime.combine(day - timedelta(days=1), time(hour), tzinfo=zone).astimezone(UTC)
    return turn


def is_due(
    now: datetime, *, zone: ZoneInfo, hour: int, last_good: datetime | None, last_try: datetime | None
) -> bool:
    """True when no good backup began since the clinic's hour came last, and the last try is an hour ago.

    `last_good` and `last_try` are when the backups began. A night that the server slept through is made up for.
    """
    if last_try is not None and now - last_try < TRY_AGAIN and last_try != last_good:
        return False
    return last_good is None or last_good < last_turn(now, zone, hour)


def outlived(names: list[str], *, now: datetime, keep_days: int) -> list[str]:
    """Which of the complete backups may go: older than `keep_days`, and never the newest one."""
    known = sorted(name for name in names if made_at(name))
    limit = now - timedelta(days=keep_days)
    return [name for name in known[:-1] if made_at(name) < limit]


def age_words(age: timedelta) -> str:
    """40 minutes, 7 hours, 3 days."""
    minutes = int(age.total_seconds() // 60)
    for size, word in ((2 * 1440, "day"), (120, "hour"), (0, "minute")):
        if minutes >= size:
            count = minutes // {"day": 1440, "hour": 60, "minute": 1}[word]
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "0 minutes"


def size_words(count: int) -> str:
    """812 KB, 3.4 MB, 1.2 GB (powers of 1,000, as disks are sold)."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB")):
        if count >= limit:
            return f"{count / limit:.1f} {unit}"
    return f"{count / 1000:.0f} KB"
