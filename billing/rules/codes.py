"""What a code may look like in this clinic's fee schedule."""

import re

_LICENSED = re.compile(r"^\d{5}$|^\d{4}[FTU]$", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z0-9][A-Z0-9.-]{1,15}$")


def looks_licensed(code: str) -> bool:
    """Whether a code has the form of a licensed procedure code (five digits, or four and F, T or U).

    Those belong to the clinic that holds the license; a schedule with them needs to say so.
    """
    return bool(_LICENSED.match(code.strip()))


def is_code(code: str) -> bool:
    """Whether a text can be a code of the fee schedule: 2-16 capitals, digits, dots and dashes."""
    return bool(_CODE.match(code))
