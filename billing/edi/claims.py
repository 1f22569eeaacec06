"""A professional claim as data: what the writer of an 837P is given, and what its reader gives back.

Pure values: no ORM, no clock. Money is Decimal in US dollars, dates are `datetime.date`, codes stand without
dots and in capitals. Names of fields are those of billing; the segments that carry them are named in comments.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
SELF = "18"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in the USA: `postal_code` is five or nine digits without a dash."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask. `phone` is ten digits without signs."""

    name: str = ""
    phone: str = ""
    extension: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A human being: subscriber or patient. `sex` is F, M or U as payers take it."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    birth_date: dt.date | None = None
    sex: str = ""
    address: Address = field(default_factory=Address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A clinician or an organisation: `last_name` is the organisation's name where `is_person` is false."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    is_person: bool = False
    npi: str = ""
    tax_id: str = ""  # nine digits without a dash
    is_tax_id_ssn: bool = False
    taxonomy: str = ""
    other_id: str = ""  # what a payer calls a provider who has no NPI, with its qualifier
    other_id_qualifier: str = ""
    address: Address = field(default_factory=Address)
    contact: Contact = field(default_factory=Contact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """`payer_id` is the number under which the clearinghouse knows the payer."""

    name: str
    payer_id: str
    id_qualifier: str = "PI"
    address: Address = field(default_factory=Address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who holds the policy. `order` is P, S, T (first, second, third payer) or a later letter of that list."""

    person: Person
    member_id: str
    order: str = "P"
    group_number: str = ""
    group_name: str = ""
    filing_code: str = "CI"  # kind of insurance: CI commercial, MB Medicare part B, MC Medicaid ...
    secondary_type: str = ""  # why Medicare comes second, for example 12 or 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """The patient where they don't hold the policy. `relationship` to the subscriber: 01 spouse, 19 child, G8 other ..."""

    person: Person
    relationship: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """Why a payer paid less (or, with a negative amount, more). `group` is CO, PR, OA or PI; `reason` a CARC."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAdjudication:
    """What another payer did with a line: amounts in dollars, `paid_units` as that payer counted them."""

    payer_id: str
    paid: Decimal
    code: str
    modifiers: tuple[str, ...] = ()
    code_qualifier: str = "HC"
    paid_units: Decimal = Decimal(1)
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated_on: dt.date | None = None
    remaining_patient_liability: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInsurance:
    """Another payer of the same patient and, once it has decided, what it did with the claim.

    `relationship` is the patient's to that policy's subscriber (18: themselves). `paid` is None until that payer decided.
    """

    payer: Payer
    subscriber: Subscriber
    relationship: str = SELF
    paid: Decimal | None = None
    non_covered: Decimal | None = None
    remaining_patient_liability: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated_on: dt.date | None = None
    payer_control: str = ""
    remark_codes: tuple[str, ...] = ()
    is_benefit_assigned: bool = True
    may_release: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """The NDC of what was given: eleven digits; `unit` is ML, GR, ME, UN or F2."""

    ndc: str
    quantity: Decimal
    unit: str = "UN"
    prescription: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One line of a claim. `pointers` count the claim's diagnoses from 1; `place_of_service` only where it differs.

    `unit` is UN (units) or MJ (minutes). `control` names the line, so that a remittance can name it again.
    """

    code: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date | None = None
    units: Decimal = Decimal(1)
    unit: str = "UN"
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    code_qualifier: str = "HC"
    place_of_service: str = ""
    description: str = ""
    control: str = ""
    prior_authorization: str = ""
    clia: str = ""
    note: str = ""
    is_emergency: bool = False
    drug: Drug | None = None
    rendering: Provider | None = None
    supervising: Provider | None = None
    adjudications: tuple[LineAdjudication, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A professional claim. `charge` is what stands in its head: checks compare it with the lines.

    `frequency` is 1 (new), 7 (replaces) or 8 (voids); 7 and 8 need `payer_control`, the payer's number of the earlier
    claim. `dependent` is None where the subscriber is the patient. `account` is the clinic's number, which every answer carries.
    """

    account: str
    charge: Decimal
    place_of_service: str
    billing: Provider
    subscriber: Subscriber
    payer: Payer
    diagnoses: tuple[str, ...]
    lines: tuple[ServiceLine, ...]
    dependent: Dependent | None = None
    frequency: str = ORIGINAL
    payer_control: str = ""
    pay_to: Address | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Provider | None = None
    other_insurance: tuple[OtherInsurance, ...] = ()
    diagnosis_system: str = "ICD-10-CM"  # or ICD-9-CM, which is read from old files and never written
    prior_authorization: str = ""
    referral_number: str = ""
    clia: str = ""
    onset_on: dt.date | None = None
    accident_on: dt.date | None = None
    related_causes: tuple[str, ...] = ()  # AA auto, EM work, OA another accident
    accident_state: str = ""
    patient_paid: Decimal | None = None
    is_assignment_accepted: bool = True
    is_benefit_assigned: bool = True
    may_release: bool = True
    is_signature_on_file: bool = True
    note: str = ""

    @property
    def patient(self) -> Person:
        """Who was treated."""
        return self.dependent.person if self.dependent else self.subscriber.person

    @property
    def relationship(self) -> str:
        """The patient's relationship to the subscriber; 18 where they are the same person."""
        return self.dependent.relationship if self.dependent else SELF

    @property
    def lines_total(self) -> Decimal:
        """The sum of the lines' charges."""
        return sum((line.charge for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Who hands claims in, to whom: `*_id` are the names agreed with the clearinghouse, `reference` names the file."""

    submitter_name: str
    submitter_id: str
    submitter_contact: Contact
    receiver_name: str
    receiver_id: str
    reference: str
