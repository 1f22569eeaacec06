"""iCalendar lines: what RFC 5545 asks of folding, escaping and times."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.ics import OCTETS, Event, calendar, escaped, folded

AT = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=300)


def unescaped(value: str) -> str:
    """What a reader makes of a TEXT value."""
    out, signs = "", iter(value)
    for sign in signs:
        out += {"n": "\n"}.get(following := next(signs), following) if sign == "\\" else sign
    return out


@given(text)
def test_folding_keeps_every_line_short_and_loses_nothing(line):
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= OCTETS for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert "".join([pieces[0], *(piece[1:] for piece in pieces[1:])]) == line


def test_a_line_of_75_octets_is_not_folded_and_a_character_is_not_cut():
    assert folded("x" * 75) == "x" * 75
    assert folded("x" * 76) == "x" * 75 + "\r\n x"
    assert folded("x" * 74 + "é") == "x" * 74 + "\r\n é"


@given(text)
def test_escaped_text_ends_nothing_and_reads_back(value):
    written = escaped(value)
    assert unescaped(written) == value
    assert "\n" not in written


def test_escaping():
    assert escaped("a, b; c\\d\r\ne\rf\x00g") == "a\\, b\\; c\\\\d\\ne\\nfg"


def test_the_whole_file():
    events = [
        Event("one", AT, AT + timedelta(minutes=20), "Visit (20 min)", AT - timedelta(days=1), 2, "Maple Street, 18"),
        Event("two", date(2026, 3, 12), date(2026, 3, 13), "Closed: Holiday", AT, is_busy=False),
    ]  # fmt: skip
    assert calendar("Dr. Shah, MD", events, refresh=timedelta(minutes=15)).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Clinic//Schedule//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        "NAME:Dr. Shah\\, MD", "X-WR-CALNAME:Dr. Shah\\, MD",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M",
        "BEGIN:VEVENT", "UID:one", "DTSTAMP:20260309T140000Z", "LAST-MODIFIED:20260309T140000Z", "SEQUENCE:2",
        "DTSTART:20260310T140000Z", "DTEND:20260310T142000Z", "SUMMARY:Visit (20 min)", "LOCATION:Maple Street\\, 18",
        "STATUS:CONFIRMED", "TRANSP:OPAQUE", "CLASS:PRIVATE", "END:VEVENT",
        "BEGIN:VEVENT", "UID:two", "DTSTAMP:20260310T140000Z", "LAST-MODIFIED:20260310T140000Z", "SEQUENCE:0",
        "DTSTART;VALUE=DATE:20260312", "DTEND;VALUE=DATE:20260313", "SUMMARY:Closed: Holiday",
        "STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT",
        "END:VCALENDAR", "",
    ]  # fmt: skip


def test_times_of_any_zone_are_written_in_utc():
    there = timezone(timedelta(hours=-5))
    event = Event(
        "x", datetime(2026, 3, 10, 9, tzinfo=there), datetime(2026, 3, 10, 10, tzinfo=there), "s", AT
    )
    assert "DTSTART:20260310T140000Z\r\n" in calendar("x", [event], refresh=timedelta(minutes=15))
