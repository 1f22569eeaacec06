"""Short words for board rows, made once, so that templates only print."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo


def clock(instant: datetime, tz: ZoneInfo) -> str:
    """9:05, the way a wall clock is read; the meridiem is clear from the board."""
    local = instant.astimezone(tz)
    return f"{local.hour % 12 or 12}:{local.minute:02}"


def clock_full(instant: datetime, tz: ZoneInfo) -> str:
    """9:05 AM."""
    local = instant.astimezone(tz)
    return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"


def instant_words(instant: datetime) -> str:
    """2026-03-10T14:05Z: an instant to the minute, for addresses and scripts."""
    return f"{instant.astimezone(UTC).isoformat()[:16]}Z"


def hour_lines(first: int, last: int, row_minutes: int) -> list[tuple[int, str]]:
    """Grid row (from 1) and words of each full hour of a grid."""
    return [
        ((hour - first) * 60 // row_minutes + 1, f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}")
        for hour in range(first, last)
    ]


def patient_name(first: str, last: str, preferred: str) -> str:
    """Ortiz, Maria; a preferred name stands in quotes after it."""
    called = f" “{preferred}”" if preferred and preferred != first else ""
    return f"{last}, {first}{called}"


def public_name(first: str, last: str, preferred: str) -> str:
    """What a screen in a hallway may show: first name and initial."""
    return f"{preferred or first} {last[:1]}."


def version_of(shown: object) -> str:
    """A short name for exactly what is shown; it changes if and only if something shown changes.

    What is passed in holds instants, not minutes, so that time passing alone changes nothing.
    """
    return blake2b(repr(shown).encode(), digest_size=9).hexdigest()


def by_whom(label: str) -> str:
    """Who did something, as staff read it: the program's own tasks are named as such."""
    return "the program" if label.startswith("system:") else label
