"""What numbers and codes must look like. Pure facts, without any list's wording."""

from __future__ import annotations

import re

# Group codes of adjustments; CR is of an older version.
ADJUSTMENT_GROUPS = frozenset({"CO", "PR", "OA", "PI"})
PLACES_OF_SERVICE = frozenset(
    f"{number:02d}"
    for number in (*range(1, 28), *range(31, 35), 41, 42, *range(49, 59), 60, 61, 62, 65, 66, 71, 72, 81, 99)
)
DRUG_UNITS = frozenset({"F2", "GR", "ME", "ML", "UN"})
RELATIONSHIPS = frozenset({"01", "18", "19", "20", "21", "39", "40", "53", "G8"})
PROVIDER_ADJUSTMENTS = frozenset(
    [
        "50",
        "51",
        "72",
        "90",
        "AH",
        "AM",
        "AP",
        "B2",
        "B3",
        "BD",
        "BN",
        "C5",
        "CR",
        "CS",
        "CT",
        "CV",
        "CW",
        "DM",
        "E3",
        "FB",
        "FC",
        "GO",
        "HM",
        "IP",
        "IR",
        "IS",
        "J1",
        "L3",
        "L6",
        "LE",
        "LS",
        "OA",
        "OB",
        "PI",
        "PL",
        "RA",
        "RE",
        "SL",
        "TL",
        "WO",
        "WU",
    ]
)

_NPI = re.compile(r"[12][0-9]{9}")
_ZIP = re.compile(r"\d{5}(?:\d{4})?")
_TAX_ID = re.compile(r"\d{9}")
_TAXONOMY = re.compile(r"[0-9A-Z]{10}")
_REMARK = re.compile(r"(?:M|MA|N)[1-9]\d{0,3}")
_REASON = re.compile(r"([A-Z]{0,2})(\d{1,3})")
# The highest number of each series of reason codes with room for a few years; gaps inside a series are let pass.
_LAST_REASON = {"": 350, "A": 8, "B": 25, "P": 40, "W": 9, "Y": 3, "D": 23}
_PROCEDURE = re.compile(r"[A-Z0-9]{5}")


def npi_holds(npi: str) -> bool:
    """Whether a text is an NPI: ten digits, the first 1 or 2, with a fitting check digit (Luhn over 80840 and the number)."""
    if not _NPI.fullmatch(npi):
        return False
    total = 24  # what the prefix 80840 adds
    for place, digit in enumerate(reversed(npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def zip_holds(text: str, *, is_whole: bool = False) -> bool:
    """Whether a text is a ZIP code of five or nine digits, not all zeros; only nine where `is_whole`."""
    if not _ZIP.fullmatch(text) or text.startswith("00000"):
        return False
    return len(text) == 9 or not is_whole


def tax_id_holds(text: str) -> bool:
    """Whether a text has the nine digits of a tax number, not all the same."""
    return bool(_TAX_ID.fullmatch(text)) and len(set(text)) > 1


def taxonomy_holds(text: str) -> bool:
    """Whether a text has the form of a provider taxonomy code."""
    return bool(_TAXONOMY.fullmatch(text))


def reason_holds(text: str) -> bool:
    """Whether a claim adjustment reason code can exist: 45, 197, A1, B7, P12 can; ZZZ, 0 and 9999 can't."""
    match = _REASON.fullmatch(text)
    if not match or match[2].startswith("0") and match[1] != "A":
        return False
    return int(match[2]) <= _LAST_REASON.get(match[1], -1)


def remark_holds(text: str) -> bool:
    """Whether a remittance remark code can exist: M15, MA130, N290."""
    return bool(_REMARK.fullmatch(text))


def is_procedure(text: str) -> bool:
    """Whether a text has the five characters of a service code."""
    return bool(_PROCEDURE.fullmatch(text))
