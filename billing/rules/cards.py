"""Keeping card numbers out of the books."""

import re
from collections.abc import Iterator

_RUN = re.compile(r"\d(?:[ -]?\d){12,}")
_BRANDS = re.compile(r"(?=(4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6\d{15}|3[47]\d{13}))")


def luhn_holds(digits: str) -> bool:
    """Whether a string of digits passes the Luhn check that every payment card number passes."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether a text holds 13-19 digits, spaced or dashed or not, that pass the Luhn check.

    Digits before or after it do not hide a number: groups are tried together, and a run too long to be a
    card is searched for the forms of the known brands.
    """
    return any(
        luhn_holds(number) and len(set(number)) > 1
        for run in _RUN.finditer(text)
        for number in _candidates(run.group())
    )


def _candidates(run: str) -> Iterator[str]:
    groups = re.split(r"[ -]", run)
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if 13 <= len(number) <= 19:
                yield number
    digits = "".join(groups)
    if len(digits) > 16:
        yield from (match.group(1) for match in _BRANDS.finditer(digits))
