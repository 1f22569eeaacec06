"""Segments and elements as text. A segment stands without its terminator until the envelope is put around."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from billing.edi.characters import COMPONENT, DELIMITERS, ELEMENT, REPETITION, plain
from billing.edi.claims import Address, Contact, Person, Provider

_AMOUNT_DIGITS = 10  # what HIPAA files carry at most in an amount, without point and sign
_ZIP = re.compile(r"[0-9]{5}(?:[0-9]{4})?")
_SIGN_OUTSIDE = re.compile(f"[{re.escape(DELIMITERS)}]")


class Unwritable(ValueError):
    """The data can't be put into a file that a payer would take. The text says what is missing, for a person."""


def segment(tag: str, *elements: str) -> str:
    """One segment; empty elements at its end are left out, as the standard asks."""
    last = len(elements)
    while last and not elements[last - 1]:
        last -= 1
    return ELEMENT.join((tag, *elements[:last]))


def composite(*parts: str) -> str:
    """One element made of components."""
    return COMPONENT.join(parts).rstrip(COMPONENT)


def repeated(values: Iterable[str]) -> str:
    """One element that holds several values."""
    return REPETITION.join(values)


def words(text: str, most: int) -> str:
    """Names and free text: capitals in the allowed characters, cut at `most`."""
    return plain(text).upper()[:most].rstrip()


def code(text: str, what: str, most: int = 50) -> str:
    """A code or number that an answer has to give back as it was: never cut, never changed but for blanks around.

    Raises Unwritable where it is too long or holds what a file can't carry.
    """
    text = text.strip()
    if len(text) > most:
        raise Unwritable(f"{what} is longer than {most} characters.")
    if _SIGN_OUTSIDE.search(text) or plain(text) != text:
        raise Unwritable(f"{what} holds a sign that can't be sent.")
    return text


def needed(text: str, what: str) -> str:
    """`text`, or Unwritable where nothing readable would be left of it."""
    if not text.strip(" ?"):
        raise Unwritable(f"{what} is missing.")
    return text


def amount(value: Decimal) -> str:
    """Dollars without trailing zeros: 12.50 is "12.5". Raises Unwritable for parts of a cent and for too much."""
    if not value.is_finite() or value != value.quantize(Decimal("0.01")):
        raise Unwritable(f"{value} is no amount in dollars and cents.")
    text = number(value)
    if len(text.replace(".", "").replace("-", "")) > _AMOUNT_DIGITS:
        raise Unwritable(f"{value} is too large an amount for a claim.")
    return text


def number(value: Decimal) -> str:
    """A decimal number without exponent and trailing zeros."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def day(value: dt.date) -> str:
    """CCYYMMDD."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def date_segment(qualifier: str, first: dt.date, last: dt.date | None = None, tag: str = "DTP") -> str:
    """A date, or a range where it ends on another day."""
    if last is None or last == first:
        return segment(tag, qualifier, "D8", day(first))
    if last < first:
        raise Unwritable(f"A period ends ({last}) before it begins ({first}).")
    return segment(tag, qualifier, "RD8", f"{day(first)}-{day(last)}")


def person_name(entity: str, person: Person, id_qualifier: str = "", identifier: str = "") -> str:
    """NM1 of a human being. The last name must be there."""
    return segment(
        "NM1", entity, "1", needed(words(person.last_name, 60), "The last name"), words(person.first_name, 35),
        words(person.middle_name, 25), "", words(person.suffix, 10), id_qualifier if identifier else "", identifier,
    )  # fmt: skip


def provider_name(entity: str, provider: Provider) -> str:
    """NM1 of a clinician or organisation, with its NPI or what the payer calls it."""
    name = needed(words(provider.last_name, 60), "The provider's name")
    if provider.npi:
        qualifier, identifier = "XX", code(provider.npi, "The NPI", 10)
    else:
        qualifier, identifier = (
            provider.other_id_qualifier,
            code(provider.other_id, "The provider's number", 80),
        )
    if provider.is_person:
        names = ("1", name, words(provider.first_name, 35), words(provider.middle_name, 25), "",
                 words(provider.suffix, 10))  # fmt: skip
    else:
        names = ("2", name, "", "", "", "")
    return segment("NM1", entity, *names, qualifier if identifier else "", identifier)


def organization_name(entity: str, name: str, id_qualifier: str, identifier: str, what: str) -> str:
    """NM1 of an organisation: payer, submitter, receiver."""
    return segment("NM1", entity, "2", needed(words(name, 60), f"The name of {what}"), "", "", "", "",
                   id_qualifier, needed(code(identifier, f"The number of {what}", 80), f"The number of {what}"))  # fmt: skip


def address(value: Address, what: str) -> Iterator[str]:
    """N3 and N4. Nothing is written for an empty address; one without a street, city, state or ZIP is refused."""
    if value == Address():
        return
    for text, part in ((value.line1, "street"), (value.city, "city"), (value.state, "state"), (value.postal_code, "ZIP code")):  # fmt: skip
        needed(text, f"The {part} in the address of {what}")
    yield segment("N3", words(value.line1, 55), words(value.line2, 55))
    zip_code = value.postal_code.replace("-", "")
    if not _ZIP.fullmatch(zip_code):
        raise Unwritable(f"The ZIP code in the address of {what} has neither five nor nine digits.")
    state = code(value.state.upper(), f"The state in the address of {what}", 2)
    yield segment("N4", words(value.city, 30), state, zip_code)


def contact(value: Contact, what: str) -> str:
    """PER: a name and up to three ways to reach it. One way must be there."""
    ways = [(kind, text) for kind, text in (
        ("TE", re.sub(r"\D", "", value.phone)), ("EX", re.sub(r"\D", "", value.extension)), ("EM", plain(value.email)[:256]),
    ) if text]  # fmt: skip
    if not ways or ways[0][0] == "EX":
        raise Unwritable(f"The telephone or e-mail address of {what} is missing.")
    return segment("PER", "IC", words(value.name, 60), *(part for way in ways for part in way))


def demographics(person: Person, what: str, *, is_sex_needed: bool = True) -> str:
    """DMG: birth date and sex. Where the sex is not known, claims say U, and questions leave it out."""
    if person.birth_date is None:
        raise Unwritable(f"The birth date of {what} is missing.")
    sex = person.sex if person.sex in ("F", "M") else "U" if is_sex_needed else ""
    return segment("DMG", "D8", day(person.birth_date), sex)
