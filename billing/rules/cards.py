"""Keeping card numbers out of the books."""

import re

_RUN = re.compile(r"(?:\d[ -]?){13,}")


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

    Every stretch inside a longer run is tried, so that padding does not hide a number.
    """
    for run in _RUN.finditer(text):
        digits = re.sub(r"\D", "", run.group())
        for size in range(13, min(19, len(digits)) + 1):
            starts = range(len(digits) - size + 1)
            if any(luhn_holds(digits[start:start + size]) and len(set(digits[start:start + size])) > 1
                   for start in starts):
                return True
    return False
