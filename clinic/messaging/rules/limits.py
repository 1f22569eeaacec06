"""How many messages one person may get: 1 a day and 3 in 7 days by default, as data. Pure arithmetic.

Reminders, preparation, recalls and offers count. Receipts of the patient's own act do not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Limits:
    per_day: int = 1
    per_week: int = 3


def free_at(now: datetime, left_at: list[datetime], limits: Limits, zone: str) -> datetime:
    """The first instant, not before `now`, at which one more message is within the limits.

    `left_at` are the instants at which counted messages left; a day is a calendar day in the reader's zone,
    a week is any 7 days that follow each other.
    """
    tz = ZoneInfo(zone)
    moment = now
    for _ in range(len(left_at) + 2):
        day = moment.astimezone(tz).date()
        same_day = [at for at in left_at if at <= moment and at.astimezone(tz).date() == day]
        recent = sorted(at for at in left_at if moment - WEEK < at <= moment)
        if len(recent) >= limits.per_week:
            moment = recent[len(recent) - limits.per_week] + WEEK
        elif len(same_day) >= limits.per_day:
            next_day = day + timedelta(days=1)
            midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=tz)
            moment = midnight.astimezone(now.tzinfo)
        else:
            return moment
    return moment


def backoff_seconds(attempt: int, share: float, retry_after: float | None = None) -> float:
    """Seconds to wait after the given attempt (1, 2, ...): 30 s doubling up to 30 minutes, with `share`
    (0 to 1, chance) spreading it over the upper half. A provider's own Retry-After wins when longer."""
    base = min(30 * 2 ** (attempt - 1), 1800)
    waited = base * (0.5 + 0.5 * share)
    return max(waited, min(retry_after or 0, 3600))
