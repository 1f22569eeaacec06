"""Lists of codes that rules look into. The caller brings those that live in tables; HCPCS Level II is carried along."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_HCPCS = Path(__file__).parent.parent / "data" / "hcpcs2_2025_10.tsv"
HCPCS_BEGINS = dt.date(2025, 10, 1)
HCPCS_ENDS = dt.date(2025, 12, 31)  # the next release begins with the new year
_LEVEL_2 = re.compile(r"[A-V]\d{4}")
# (code, day of service) -> True: valid, False: not valid, None: can't be known here.
Lookup = Callable[[str, dt.date], bool | None]


@dataclass(frozen=True, slots=True)
class CodeLists:
    """`diagnosis` and `service` answer for a code on the day of service; without them such codes are checked for form alone."""

    diagnosis: Lookup | None = None
    service: Lookup | None = None


@functools.cache
def _hcpcs() -> tuple[frozenset[str], frozenset[str]]:
    """Codes and modifiers of the release that is carried along."""
    kinds: dict[str, set[str]] = {"code": set(), "modifier": set()}
    for row in _HCPCS.read_text(encoding="ascii").splitlines():
        if row and not row.startswith("#"):
            code, _, kind = row.partition("\t")
            kinds[kind].add(code)
    return frozenset(kinds["code"]), frozenset(kinds["modifier"])


def hcpcs_holds(code: str, day: dt.date) -> bool | None:
    """Whether a HCPCS Level II code is valid on a day: None for other codes, and for unknown
    ones outside the list's quarter."""
    if not _LEVEL_2.fullmatch(code):
        return None
    if code in _hcpcs()[0]:
        return True
    return False if HCPCS_BEGINS <= day <= HCPCS_ENDS else None


def modifier_holds(modifier: str) -> bool | None:
    """Whether a modifier is one of Level II; None for the numeric ones, which belong to a licensed list."""
    if len(modifier) != 2 or not modifier.isalnum() or modifier.upper() != modifier:
        return False
    if modifier.isdigit():
        return None
    return True if modifier in _hcpcs()[1] else None
