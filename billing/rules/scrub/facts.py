"""What the checks look at and what they find. Amounts in dollars, dates are plain calendar days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ERROR, WARNING, OFF = "error", "warning", "off"


@dataclass(frozen=True)
class Person:
    """Someone named on a claim; `npi` only for who treats, supervises, refers or bills."""

    name: str = ""
    npi: str = ""


@dataclass(frozen=True)
class LineFacts:
    """One service. `kind` is that of the fee schedule; `is_valid` says whether the code holds on its day
    (None when no list on file knows such codes); pointers are places in the claim's diagnoses, from 1."""

    number: int
    code: str
    kind: str = "procedure"
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    units: int = 1
    amount: Decimal = Decimal("0.00")
    service_on: dt.date = dt.date(2026, 1, 1)
    place_of_service: str = "11"
    ndc: str = ""
    ndc_quantity: Decimal | None = None
    ndc_unit: str = ""
    is_valid: bool | None = None


@dataclass(frozen=True)
class ClaimFacts:
    """One claim as the rules see it. `valid_diagnoses` holds what is billable on the day, `modality` the kind
    of visit (office, telehealth ...), `age_days` the patient's age on the first day of service."""

    today: dt.date
    service_from: dt.date
    lines: tuple[LineFacts, ...]
    diagnoses: tuple[str, ...] = ()
    valid_diagnoses: frozenset[str] = frozenset()
    payer_key: str = ""
    payer_kind: str = "commercial"
    payer_number: str = ""
    is_electronic: bool = True
    rank: int = 1
    frequency: str = "1"
    payer_control: str = ""
    has_adjudication: bool = False
    billing: Person = Person()
    tax_id: str = ""
    billing_address: tuple[str, str, str, str] = ("", "", "", "")
    clia: str = ""
    rendering: Person = Person()
    supervising: Person | None = None
    referring: Person | None = None
    member_number: str = ""
    is_subscriber: bool = True
    subscriber_name: str = ""
    subscriber_birth_date: dt.date | None = None
    coverage_holds: bool = True
    sex: str = "unknown"
    age_days: int = 0
    patient_address: tuple[str, str, str, str] = ("", "", "", "")
    died_on: dt.date | None = None
    modality: str = "office"
    authorization: str = ""
    needs_authorization: frozenset[str] = frozenset()
    file_by: dt.date | None = None
    related_to: str = ""
    accident_on: dt.date | None = None
    accident_state: str = ""
    elsewhere: frozenset[str] = frozenset()

    @property
    def age_years(self) -> int:
        """Whole years, near enough for edits by age."""
        return int(self.age_days / 365.25)


@dataclass(frozen=True)
class Rule:
    """One line of the rule table. Empty dates have no end; an empty `payer_key` means every payer."""

    code: str
    kind: str
    severity: str
    words: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    payer_key: str = ""
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None


@dataclass(frozen=True)
class Found:
    """What a check found: which field, on which line (None: the claim itself), and what exactly."""

    field: str
    detail: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Problem:
    """One thing to fix, as it is kept with the claim. `field` is where: "coverage.member_id", "line.pointers"."""

    rule: str
    severity: str
    field: str
    words: str
    detail: str = ""
    line: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "severity": self.severity,
            "field": self.field,
            "words": self.words,
            "detail": self.detail,
            "line": self.line,
        }
