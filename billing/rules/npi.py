"""Numbers that providers carry."""

import re

from .claim_states import check_digit

_TAX = re.compile(r"^\d{9}$")
_ZIP9 = re.compile(r"^\d{5}-?\d{4}$")
_CLIA = re.compile(r"^\d{2}D\d{7}$")


def npi_holds(npi: str) -> bool:
    """Whether ten digits are an NPI: they start with 1 or 2 and pass the Luhn check with 80840 before them."""
    return (
        len(npi) == 10
        and npi.isascii()
        and npi.isdigit()
        and npi[0] in "12"
        and check_digit("80840" + npi[:9]) == npi[9]
    )


def tax_id_holds(text: str) -> bool:
    """Whether a text is nine digits, with or without dashes."""
    return bool(_TAX.match(text.replace("-", "")))


def zip_is_whole(text: str) -> bool:
    """Whether a ZIP code has all nine digits, as payers want the billing provider's."""
    return bool(_ZIP9.match(text.strip()))


def clia_holds(text: str) -> bool:
    """Whether a text has the form of a CLIA number: 14D2099999."""
    return bool(_CLIA.match(text.strip().upper()))
