"""What the importer takes from each FHIR resource: frozen, free of the database, and all text trimmed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Skipped:
    """A resource that is not taken, and why. The reason holds no patient data: reasons are counted."""

    reason: str


@dataclass(frozen=True, slots=True)
class PatientFacts:
    key: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    sex_at_birth: str  # female, male, intersex, unknown
    birth_date: dt.date
    deceased_on: dt.date | None
    language: str  # BCP 47, without region
    phones: tuple[tuple[str, str], ...]  # (home|mobile|work, as written)
    emails: tuple[str, ...]
    address_line1: str
    address_line2: str
    city: str
    state: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class EncounterFacts:
    key: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    is_finished: bool
    kind: str  # office, emergency, inpatient, telehealth, home
    reason: str
    practitioner_key: str
    practitioner_name: str
    organization_key: str
    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value in the unit it was written in (UCUM); `vital` is our own name for it."""

    vital: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class VitalsFacts:
    key: str
    encounter_key: str
    measured_at: dt.datetime
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class ResultFacts:
    key: str
    encounter_key: str
    observed_at: dt.datetime
    code: str
    name: str
    category: str
    value_text: str
    value_number: Decimal | None
    unit: str
    reference_range: str
    flag: str
    status: str


@dataclass(frozen=True, slots=True)
class AllergyFacts:
    key: str
    substance: str
    code: str
    kind: str  # allergy, intolerance
    is_active: bool
    severity: str  # mild, moderate, severe or empty
    reaction: str
    recorded_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    key: str
    words: str
    code: str
    code_system: str
    is_active: bool
    onset_on: dt.date | None
    resolved_on: dt.date | None


@dataclass(frozen=True, slots=True)
class MedicationFacts:
    key: str
    name: str
    code: str
    dose: str
    route: str
    frequency: str
    is_active: bool
    started_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ImmunizationFacts:
    key: str
    encounter_key: str
    cvx: str
    name: str
    given_at: dt.datetime
    lot_number: str
    expires_on: dt.date | None
    mvx: str
    route: str
    site: str


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    key: str
    payer_name: str
    plan_name: str
    kind: str  # commercial, medicare, medicaid, self
    member_id: str
    group_number: str
    relationship: str  # self, spouse, child, other
    rank: int
    starts_on: dt.date | None
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    key: str
    encounter_key: str
    service_on: dt.date | None
    service_until: dt.date | None
    created_on: dt.date | None
    total: Decimal
    currency: str
    payer_name: str
    kind: str


@dataclass(frozen=True, slots=True)
class PractitionerFacts:
    key: str
    name: str
    npi: str
    phone: str
    email: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    key: str
    name: str
    phone: str
    city: str
    state: str


Facts = (
    PatientFacts | EncounterFacts | VitalsFacts | ResultFacts | AllergyFacts | ConditionFacts
    | MedicationFacts | ImmunizationFacts | CoverageFacts | ClaimFacts | PractitionerFacts | OrganizationFacts
)  # fmt: skip
