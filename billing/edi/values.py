"""Dates, amounts and quantities as X12 writes them. What cannot be read is None, never a guess."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

_NUMBER = re.compile(r"-?(?:[0-9]{1,12}(?:\.[0-9]{0,8})?|\.[0-9]{1,8})")
_CENT = Decimal("0.01")


def number(text: str) -> Decimal | None:
    """A decimal number of at most twelve figures before the point; None for anything else (exponents, blanks, words)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def money(text: str) -> Decimal | None:
    """An amount in dollars, with exactly two decimals; None where it is no number or holds parts of a cent."""
    found = number(text)
    if found is None:
        return None
    rounded = found.quantize(_CENT)
    return rounded + 0 if rounded == found else None  # no minus before a zero


def date(text: str) -> dt.date | None:
    """A date as CCYYMMDD, or as YYMMDD (then of this century or, from 70 on, of the last); None if there is no such day."""
    if len(text) == 6:
        text = ("19" if text >= "70" else "20") + text
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def period(kind: str, text: str) -> tuple[dt.date | None, dt.date | None]:
    """First and last day of a date (D8, its time in DT left out) or of a range of dates (RD8)."""
    if kind == "RD8":
        first, _, last = text.partition("-")
        return date(first.strip()), date(last.strip())
    day = date(text[:8] if kind == "DT" else text)
    return day, day


def plain(amount: Decimal | None) -> str | None:
    """A number as text without an exponent, for JSON: 10.00, 0.5, 1200."""
    return None if amount is None else format(amount, "f")


def iso(day: dt.date | None) -> str | None:
    """A date as text, for JSON."""
    return None if day is None else day.isoformat()


def name(*parts: str) -> str:
    """The parts of a name that there are, with a blank between them."""
    return " ".join(part for part in parts if part)
