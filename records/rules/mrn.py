"""The clinic's own patient number: 100-482-9, the last digit a check digit.

Damm's scheme: it notices every single wrong digit and every two neighbours swapped, which are what
people mistype.
"""

import re

_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(number: str) -> int:
    state = 0
    for char in number:
        state = _TABLE[state][int(char)]
    return state


def format_mrn(number: int) -> str:
    """The MRN of a running number: six digits at least, in groups, then the check digit."""
    text = str(number).zfill(6)
    return f"{text[:-3]}-{text[-3:]}-{check_digit(text)}"


def is_valid(mrn: str) -> bool:
    """True for a whole MRN, with or without hyphens, whose check digit fits."""
    found = re.sub(r"[\s-]", "", mrn)
    return bool(re.fullmatch(r"\d{7,}", found)) and check_digit(found) == 0
