"""When a message may leave: the send window in the reader's own time zone, and how late is too late.

All instants are aware datetimes in UTC; the window is two local wall-clock times. Pure arithmetic.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A message placed at the very end of a window would leave after it: place it a little before.
END_MARGIN = timedelta(minutes=15)


# What is wanted "now" is planned a moment later.
GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class Window:
    """Local times between which messages may leave: `opens` <= t < `closes`."""

    opens: time = time(9, 0)
    closes: time = time(20, 0)

    def __post_init__(self):
        if self.opens >= self.closes:
            raise ValueError("The window must open before it closes.")


def is_inside(at: datetime, zone: str, window: Window) -> bool:
    """Whether the instant falls into the window by the reader's clock."""
    local = at.astimezone(ZoneInfo(zone))
    return window.opens <= local.time() < window.closes


def _local(day, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_opening(at: datetime, zone: str, window: Window) -> datetime:
    """The first instant at or after `at` that is inside the window."""
    if is_inside(at, zone, window):
        return at
    day = at.astimezone(ZoneInfo(zone)).date()
    for ahead in (0, 1, 2):
        opening = _local(day + timedelta(days=ahead), window.opens, zone)
        if opening >= at and is_inside(opening, zone, window):
            return opening
    raise ValueError("No opening within two days.")  # pragma: no cover - a window opens every day


def last_closing(at: datetime, zone: str, window: Window) -> datetime:
    """The last good instant at or before `at`: `at` itself when inside, else shortly before a closing."""
    if is_inside(at, zone, window):
        return at
    day = at.astimezone(ZoneInfo(zone)).date()
    for back in (0, 1, 2):
        opening = _local(day - timedelta(days=back), window.opens, zone)
        closing = _local(day - timedelta(days=back), window.closes, zone)
        moment = max(opening, closing - END_MARGIN)
        if moment <= at:
            return moment
    raise ValueError("No closing within two days.")  # pragma: no cover


def place(
    wanted: datetime,
    *,
    now: datetime,
    not_after: datetime,
    zone: str,
    window: Window,
    may_wait: bool = False,
) -> datetime | None:
    """When a message that is wanted at `wanted` is to leave, or None when it is better dropped.

    Inside the window it stays. Outside it moves earlier (the evening before), if that is still ahead. If it
    is not: a message that `may_wait` (a receipt of what the patient just did) leaves at the next opening,
    everything else is dropped. Nothing is ever placed after `not_after`, nor in the past.
    """
    if wanted < now - GRACE and not may_wait:
        return None
    wanted = max(wanted, now)
    if is_inside(wanted, zone, window):
        return wanted if wanted <= not_after else None
    earlier = last_closing(wanted, zone, window)
    if now <= earlier <= not_after and not may_wait:
        return earlier
    if may_wait:
        later = next_opening(wanted, zone, window)
        return later if later <= not_after else None
    return None


@dataclass(frozen=True)
class LateAnswer:
    """What to do at the moment of sending: leave now, wait until `until`, or give up."""

    leave: bool
    until: datetime | None = None


def at_send(
    now: datetime, *, not_after: datetime, zone: str, window: Window, quiet_exempt=False
) -> LateAnswer:
    """A message that comes up for sending: inside the window it leaves; outside it waits for the next
    opening if that is not too late, else it is given up. Receipts of the patient's own text are exempt
    from quiet hours: they answer someone who is awake, and are best within five minutes."""
    if now > not_after:
        return LateAnswer(leave=False)
    if quiet_exempt or is_inside(now, zone, window):
        return LateAnswer(leave=True)
    opening = next_opening(now, zone, window)
    if opening > not_after:
        return LateAnswer(leave=False)
    return LateAnswer(leave=False, until=opening)


def useful_until(starts_at: datetime, hours_before: int) -> datetime:
    """The instant after which a reminder has lost its use: half way between its time and the visit, so a
    late one never runs into the next. A visit confirmation (0 hours) is good until the visit starts."""
    return starts_at - timedelta(hours=hours_before) / 2
