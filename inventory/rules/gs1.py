"""Read a GS1 barcode as a keyboard-wedge scanner types it.

Vaccine and drug cartons carry the product number (01), the expiry (17) and the lot (10). Scanners send
them bare, with a group separator after a field of variable length, or in the printed form with brackets.
Source: GS1 General Specifications (application identifiers, check digit, century rule).
"""

import datetime as dt
import re
from dataclasses import dataclass

from .expiry import last_day

GS = "\x1d"
_SEPARATORS = ("<GS>", "{GS}", "[GS]", "^]", "\u241d")
_SYMBOLOGY = re.compile(r"^\](?:d2|C1|e0|Q3|J1)")
# Fields we may meet on a carton: identifier -> fixed length, or 0 for "up to 20, until a separator".
_FIELDS = {
    "00": 18,
    "01": 14,
    "02": 14,
    "10": 0,
    "11": 6,
    "13": 6,
    "15": 6,
    "17": 6,
    "20": 2,
    "21": 0,
    "30": 0,
    "37": 0,
    "240": 0,
    "710": 0,
    "711": 0,
    "712": 0,
    "713": 0,
    "714": 0,
}


class NotGs1(ValueError):
    """The text is not a GS1 element string; the message says why in words for the user."""


@dataclass(frozen=True)
class Scan:
    """What a carton says about itself. Fields that it does not carry are empty."""

    gtin: str = ""
    lot: str = ""
    expires_on: dt.date | None = None
    serial: str = ""


def check_digit(body: str) -> int:
    """The GS1 check digit of a number without it (weights 3,1,3... from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def looks_like_gs1(text: str) -> bool:
    """Whether a typed text is worth parsing as an element string rather than a search word."""
    text = text.strip()
    bare = _SYMBOLOGY.sub("", text)
    return bool(re.match(r"^\(\d{2,4}\)", bare) or re.match(r"^01\d{14}", bare))


def parse(text: str, *, today: dt.date) -> Scan:
    """Take an element string apart. `today` decides the century of a two-digit year.

    Raises NotGs1 for an unknown identifier, a wrong check digit, an impossible date or a cut-off scan.
    """
    text = _SYMBOLOGY.sub("", text.strip().lstrip(GS))
    for separator in _SEPARATORS:
        text = text.replace(separator, GS)
    pairs = _bracketed(text) if text.startswith("(") else _bare(text)
    gtin = pairs.get("01", "")
    if gtin and not _gtin_holds(gtin):
        raise NotGs1("The product number in this barcode fails its check digit. Scan it again.")
    expires = _day(pairs["17"], today) if "17" in pairs else None
    return Scan(gtin=gtin, lot=pairs.get("10", ""), expires_on=expires, serial=pairs.get("21", ""))


def gtin_names_ndc(gtin: str, ndc: str) -> bool:
    """Whether a GTIN-14 of a US drug (prefix 03) holds this NDC, written with 10 or 11 digits."""
    digits = re.sub(r"\D", "", ndc)
    if len(gtin) != 14 or gtin[1:3] != "03" or not digits:
        return False
    ten = gtin[3:13]
    # Eleven-digit billing form pads one of the three segments with a zero.
    eleven = {"0" + ten, ten[:5] + "0" + ten[5:], ten[:9] + "0" + ten[9:]}
    return digits == ten or digits in eleven


def _gtin_holds(gtin: str) -> bool:
    return gtin.isdigit() and len(gtin) == 14 and check_digit(gtin[:-1]) == int(gtin[-1])


def _bracketed(text: str) -> dict[str, str]:
    pairs = dict(re.findall(r"\((\d{2,4})\)([^(\x1d]+)", text))
    if not pairs:
        raise NotGs1("This is not a product barcode.")
    for identifier, value in pairs.items():
        size = _FIELDS.get(identifier)
        if size and len(value.strip()) != size:
            raise NotGs1("The barcode was cut off. Scan it again.")
    return {identifier: value.strip() for identifier, value in pairs.items()}


def _bare(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    rest = text
    while rest:
        identifier = next((rest[:n] for n in (2, 3) if rest[:n] in _FIELDS), None)
        if identifier is None:
            raise NotGs1("This is not a product barcode.")
        rest = rest[len(identifier) :]
        size = _FIELDS[identifier]
        if size:
            value, rest = rest[:size], rest[size:]
            if len(value) < size:
                raise NotGs1("The barcode was cut off. Scan it again.")
        else:
            value, _, rest = rest.partition(GS)
            if not value or len(value) > 20:
                raise NotGs1("The barcode was cut off. Scan it again.")
        pairs[identifier] = value
        rest = rest.lstrip(GS)
    return pairs


def _day(digits: str, today: dt.date) -> dt.date:
    """YYMMDD; day 00 means the last day of the month. The year is the one nearest to `today`."""
    if not re.fullmatch(r"\d{6}", digits):
        raise NotGs1("The expiry in this barcode is not a date.")
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    century = today.year // 100
    gap = year - today.year % 100
    if gap >= 51:
        century -= 1
    elif gap <= -50:
        century += 1
    year += century * 100
    try:
        return last_day(year, month) if day == 0 else dt.date(year, month, day)
    except ValueError as error:
        raise NotGs1("The expiry in this barcode is not a date.") from error
