"""Instants are UTC, days are the location's. A day is local midnight to midnight: 23 or 25 hours twice a year."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """The present instant, UTC."""
    return timezone.now()


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name."""
    return ZoneInfo(name)


def today(zone_name: str) -> date:
    """The calendar day it is now in that zone."""
    return now().astimezone(zone(zone_name)).date()


def local_day(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """Start and end of the local day, as UTC instants."""
    tz = zone(zone_name)
    start = datetime.combine(day, time.min, tzinfo=tz)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=tz)
    return start.astimezone(UTC), end.astimezone(UTC)


def format_clock(instant: datetime, zone_name: str) -> str:
    """9:05 AM in that zone."""
    local = instant.astimezone(zone(zone_name))
    return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"


def format_day(day: date) -> str:
    """Tue, Mar 4, 2026."""
    return f"{day:%a}, {day:%b} {day.day}, {day.year}"


def format_local(instant: datetime, zone_name: str) -> str:
    """Tue, Mar 4, 2026, 9:05 AM in that zone."""
    return f"{format_day(instant.astimezone(zone(zone_name)).date())}, {format_clock(instant, zone_name)}"
