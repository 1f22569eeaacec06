"""Vaccine code lists: CVX, MVX and information statements (CDC, public domain), routes, sites, funding.

The tables stand in `records/data` and are read once; they hold no patient data and change by release.
"""

import csv
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"

ROUTES = (
    ("IM", "Intramuscular"),
    ("SC", "Subcutaneous"),
    ("ID", "Intradermal"),
    ("PO", "By mouth"),
    ("NS", "Nasal"),
)
SITES = (
    ("LD", "Left deltoid"),
    ("RD", "Right deltoid"),
    ("LVL", "Left vastus lateralis"),
    ("RVL", "Right vastus lateralis"),
    ("LT", "Left thigh"),
    ("RT", "Right thigh"),
    ("LA", "Left arm"),
    ("RA", "Right arm"),
)
ELIGIBILITY = (
    ("V01", "Not VFC eligible"),
    ("V02", "VFC: Medicaid"),
    ("V03", "VFC: uninsured"),
    ("V04", "VFC: American Indian or Alaska Native"),
    ("V05", "VFC: under-insured, at an FQHC"),
    ("V06", "State program"),
    ("V07", "Local program"),
    ("V08", "Under-insured, not VFC eligible"),
)
REFUSALS = (
    ("parental", "Parent’s decision"),
    ("religious", "Religious reasons"),
    ("medical", "Medical reasons"),
    ("other", "Other"),
)
NO_SITE = frozenset({"PO", "NS"})
# Which stock a patient's eligibility draws from; funds never mix.
FUNDING_OF = {
    "V01": "private",
    "V02": "vfc",
    "V03": "vfc",
    "V04": "vfc",
    "V05": "vfc",
    "V06": "state",
    "V07": "state",
    "V08": "private",
}


VFC_UNTIL = 19


def suggested_eligibility(age: int, coverage_kinds: Collection[str]) -> str:
    """The first choice for VFC eligibility, by age in years and the kinds of coverage in force."""
    if age >= VFC_UNTIL:
        return "V01"
    if "medicaid" in coverage_kinds:
        return "V02"
    return "V01" if coverage_kinds else "V03"


@dataclass(frozen=True)
class Vaccine:
    cvx: str
    short: str
    name: str
    groups: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True)
class Statement:
    """One edition of a vaccine information statement."""

    document: str
    edition_on: dt.date
    is_current: bool
    barcode: str


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def vaccines() -> dict[str, Vaccine]:
    """Every CVX code, zero-padded to two places."""
    return {
        row["cvx"]: Vaccine(
            row["cvx"],
            row["short"],
            row["name"],
            tuple(filter(None, row["groups"].split(","))),
            row["status"] == "active",
        )
        for row in _rows("cvx.tsv")
    }


@cache
def makers() -> dict[str, str]:
    """MVX code to maker's name."""
    return {row["mvx"]: row["name"] for row in _rows("mvx.tsv")}


@cache
def _statements() -> dict[str, tuple[Statement, ...]]:
    found: dict[str, list[Statement]] = {}
    for row in _rows("vis.tsv"):
        found.setdefault(row["cvx"], []).append(
            Statement(
                row["document"],
                dt.date.fromisoformat(row["edition_on"]),
                row["status"] == "current",
                row["barcode"],
            )
        )
    return {
        cvx: tuple(sorted(rows, key=lambda one: one.edition_on, reverse=True)) for cvx, rows in found.items()
    }


def statements(cvx: str) -> tuple[Statement, ...]:
    """All editions for a vaccine, newest first."""
    return _statements().get(cvx.strip().zfill(2), ())


def current_statements(cvx: str) -> tuple[Statement, ...]:
    """The editions to hand out now: the one of its own first, the multi-vaccine sheet after."""
    current = [one for one in statements(cvx) if one.is_current]
    return tuple(sorted(current, key=lambda one: ("Multi" in one.document, -one.edition_on.toordinal())))


def vaccine_name(cvx: str) -> str:
    found = vaccines().get(cvx.strip().zfill(2))
    return found.short if found else f"CVX {cvx}"
