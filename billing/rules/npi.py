"""Numbers that providers carry."""

import re

from billing.edi.checks.shapes import npi_holds

__all__ = ["clia_holds", "npi_holds", "tax_id_holds", "zip_is_whole"]

_TAX = re.compile(r"^\d{9}$")
_ZIP9 = re.compile(r"^\d{5}-?\d{4}$")
_CLIA = re.compile(r"^\d{2}D\d{7}$")


def tax_id_holds(text: str) -> bool:
    """Whether a text is nine digits, with or without dashes."""
    return bool(_TAX.match(text.replace("-", "")))


def zip_is_whole(text: str) -> bool:
    """Whether a ZIP code has all nine digits, as payers want the billing provider's."""
    return bool(_ZIP9.match(text.strip()))


def clia_holds(text: str) -> bool:
    """Whether a text has the form of a CLIA number: 14D2099999."""
    return bool(_CLIA.match(text.strip().upper()))
