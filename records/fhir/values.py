"""Small readers of FHIR's data types. Pure: a dict goes in, a plain Python value comes out."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

Json = dict[str, Any]

# Synthea's bulk exports append a number to every part of a name ("Medhurst46").
_TRAILING_DIGITS = re.compile(r"(?<=[^\W\d_])\d+\b")
_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA",
    "colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN",
    "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD",
    "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO",
    "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ",
    "new mexico": "NM", "new york": "NY", "north carolina": "NC", "north dakota": "ND", "ohio": "OH",
    "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT",
    "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI",
    "wyoming": "WY",
}  # fmt: skip


class BadValue(ValueError):
    """A value that cannot be read as what FHIR says it is; its text is safe to show (no patient data)."""


def clean_name(text: str) -> str:
    """Drop the digits that Synthea adds to the end of each name part: "O'Keefe54" -> "O'Keefe"."""
    return _TRAILING_DIGITS.sub("", text).strip()


def as_list(value: Any) -> list[Json]:
    """FHIR lists are sometimes left out and sometimes given as one object."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def reference_key(reference: Any) -> str:
    """The key a reference points at.

    `urn:uuid:X`, `Patient/X`, `http://host/Patient/X/_history/2` -> "X"; a conditional reference
    `Practitioner?identifier=system|value` -> "value"; nothing -> "".
    """
    text = reference.get("reference", "") if isinstance(reference, dict) else reference
    if not isinstance(text, str) or text.startswith("#"):
        return ""
    text = text.split("/_history/")[0]
    if "?" in text:
        return text.rsplit("|", 1)[-1].rsplit("=", 1)[-1]
    return text.removeprefix("urn:uuid:").rsplit("/", 1)[-1]


def concept_text(concept: Any) -> str:
    """The words of a CodeableConcept: its text, else the first display."""
    if not isinstance(concept, dict):
        return ""
    if concept.get("text"):
        return str(concept["text"]).strip()
    for coding in as_list(concept.get("coding")):
        if coding.get("display"):
            return str(coding["display"]).strip()
    return ""


def concept_code(concept: Any, *, system: str = "") -> str:
    """The first code of a CodeableConcept, of one system if `system` (a part of its URL) is given."""
    codings = as_list(concept.get("coding")) if isinstance(concept, dict) else []
    for coding in codings:
        if coding.get("code") and system in str(coding.get("system", "")):
            return str(coding["code"]).strip()
    return ""


def concept_system(concept: Any) -> str:
    """The system URL of the first coded value."""
    codings = as_list(concept.get("coding")) if isinstance(concept, dict) else []
    return str(codings[0].get("system", "")) if codings else ""


def instant(value: Any) -> dt.datetime | None:
    """A FHIR dateTime or instant, aware. A bare date (or year, or month) means noon UTC of its first day.

    Noon keeps the calendar day the same in every zone of the United States.
    """
    if not value:
        return None
    text = str(value)
    try:
        if len(text) <= 10:
            day = plain_date(text)
            return dt.datetime.combine(day, dt.time(12), dt.UTC) if day else None
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("a date and time that is not one") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def plain_date(value: Any) -> dt.date | None:
    """A FHIR date; year or year-month mean their first day; of a dateTime the day as written."""
    if not value:
        return None
    text = str(value)[:10]
    parts = [int(part) for part in text.split("-")] if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else []
    try:
        return dt.date(*(parts + [1, 1])[:3])
    except (TypeError, ValueError):
        raise BadValue("a date that is not one") from None


def number(value: Any) -> Decimal | None:
    """A FHIR decimal, exact. Floats are read by their shortest text, so 37.1 stays 37.1."""
    if value is None or isinstance(value, bool):
        return None
    try:
        result = Decimal(str(value))
    except InvalidOperation:
        raise BadValue("a number that is not one") from None
    if not result.is_finite():
        raise BadValue("a number that is not one")
    return result


def state_code(text: str) -> str:
    """Two-letter state: Synthea's bundles write "Massachusetts", its bulk exports "KS"."""
    text = text.strip()
    if len(text) == 2:
        return text.upper()
    return _STATES.get(text.casefold(), "")


def zip_code(text: str) -> str:
    """ZIP or ZIP+4; the 00000 that Synthea writes for unknown is left empty."""
    digits = re.sub(r"\D", "", text or "")
    if len(digits) not in (5, 9) or digits.startswith("00000"):
        return ""
    return digits if len(digits) == 5 else f"{digits[:5]}-{digits[5:]}"
