"""An iCalendar file (RFC 5545): the few lines that a list of busy times needs. Pure: values in, text out.

All instants are written in UTC, so that no time zone has to be described; whole days are dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

OCTETS = 75
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """One entry. `start` and `end` are both instants or both days (the end is not part of it).

    `uid` stays as long as the thing does, `sequence` grows with every change of it. What is not `is_busy` leaves the
    time free for others who look.
    """

    uid: str
    start: datetime | date
    end: datetime | date
    summary: str
    changed_at: datetime
    sequence: int = 0
    location: str = ""
    is_busy: bool = True


def escaped(text: str) -> str:
    """A TEXT value: backslash, semicolon, comma and line ends written so that they end nothing."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, each further one begun by a space; no character is cut."""
    pieces, piece, room = [], "", OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", OCTETS - 1
        piece += sign
        room -= size
    return "\r\n ".join([*pieces, piece])


def calendar(name: str, events: Iterable[Event], *, refresh: timedelta) -> str:
    """The whole file. `refresh` is how often whoever subscribed may ask again."""
    every = f"PT{int(refresh.total_seconds() // 60)}M"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Clinic//Schedule//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{every}",
        f"X-PUBLISHED-TTL:{every}",
    ]
    for event in events:
        lines.extend(_lines(event))
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{_instant(event.changed_at)}"
    yield f"LAST-MODIFIED:{_instant(event.changed_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART{_when(event.start)}"
    yield f"DTEND{_when(event.end)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.location:
        yield f"LOCATION:{escaped(event.location)}"
    yield "STATUS:CONFIRMED"
    yield f"TRANSP:{'OPAQUE' if event.is_busy else 'TRANSPARENT'}"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def _when(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return f":{_instant(value)}"
    return f";VALUE=DATE:{value:%Y%m%d}"


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
