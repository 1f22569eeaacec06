"""What a payer answers, as data to be written: 271, 999, 277CA, 277 and 835.

Pure values, like `billing.edi.claims`. A clinic reads such files; it writes them only for the simulated payer and for tests.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from billing.edi.claims import Address, Adjustment, Contact, Payer, Person, Provider
from billing.edi.inquiries import EligibilityInquiry, StatusInquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """One statement about a plan (EB). Codes are those of the 271: `kind` 1 active, 6 inactive, B copay, C deductible ...

    `percent` is a fraction: 0.2 is 20 %. `authorization` and `network` are Y, N, U or W. `entity` is another payer
    (R) or the primary care provider (L) whom the statement names.
    """

    kind: str
    level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    authorization: str = ""
    network: str = ""
    dates: tuple[tuple[str, dt.date, dt.date | None], ...] = ()
    messages: tuple[str, ...] = ()
    entity: BenefitEntity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitEntity:
    """Another payer (`role` PRP, SEP) or provider (P3) that a benefit names, with the number it is known by."""

    role: str
    name: str
    first_name: str = ""
    is_person: bool = False
    id_qualifier: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a question was not answered (AAA). `level` is payer, provider, subscriber or dependent.

    `follow_up` is C (correct and ask again), N (don't ask again), R (ask again later), S (don't ask again, see elsewhere) ...
    """

    level: str
    code: str
    follow_up: str
    is_request_valid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityAnswer:
    """The answer to one question. Names as the payer has them may differ from those asked about."""

    inquiry: EligibilityInquiry
    benefits: tuple[Benefit, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    plan_dates: tuple[tuple[str, dt.date, dt.date | None], ...] = ()
    group_number: str = ""
    subscriber: Person | None = None
    dependent: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementError:
    """A fault in an element (IK4): its place in the segment, the code of the fault, what stood there."""

    element: int
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentError:
    """A fault in a segment (IK3): its tag, its place counted from ST = 1, its loop, the code of the fault."""

    tag: str
    place: int
    code: str
    loop: str = ""
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAcknowledgment:
    """Whether one transaction set was taken: `verdict` A taken, E taken with faults, R refused."""

    kind: str
    control: str
    version: str
    verdict: str = "A"
    errors: tuple[SegmentError, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAcknowledgment:
    """A 999 about one group that came in."""

    functional_id: str
    control: str
    version: str
    sets: tuple[SetAcknowledgment, ...]

    @property
    def accepted(self) -> int:
        """How many sets were taken, with faults or without."""
        return sum(one.verdict != "R" for one in self.sets)

    @property
    def verdict(self) -> str:
        """A all taken, E taken with faults, P some refused, R all refused."""
        if self.accepted == 0:
            return "R"
        if self.accepted < len(self.sets):
            return "P"
        return "E" if any(one.verdict == "E" for one in self.sets) else "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReceipt:
    """What a payer says about one claim on arrival. `category` A1, A2 taken; A3, A6, A7, A8 rejected."""

    account: str
    patient: Person
    member_id: str
    billing: Provider
    charge: Decimal
    category: str
    status: str
    service_from: dt.date
    service_to: dt.date
    entity: str = ""
    payer_control: str = ""
    message: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the payer will go on with the claim."""
        return self.category in {"A0", "A1", "A2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReceipts:
    """A 277CA about one file of claims: `file_reference` is the reference that the file had."""

    payer: Payer
    submitter_name: str
    submitter_id: str
    file_reference: str
    received_on: dt.date
    receipts: tuple[ClaimReceipt, ...]
    trace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAnswer:
    """A 277: how far a claim has come. `category` P pending, F0-F4 final, A4 not found, E error; with the status code."""

    inquiry: StatusInquiry
    category: str
    status: str
    effective_on: dt.date
    charge: Decimal
    paid: Decimal = Decimal(0)
    payer_control: str = ""
    entity: str = ""
    paid_on: dt.date | None = None
    payment_trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceLine:
    """A line as the payer priced it. Balanced where charge = paid + adjustments."""

    code: str
    charge: Decimal
    paid: Decimal
    service_from: dt.date
    service_to: dt.date | None = None
    units: Decimal = Decimal(1)
    modifiers: tuple[str, ...] = ()
    code_qualifier: str = "HC"
    adjustments: tuple[Adjustment, ...] = ()
    control: str = ""
    allowed: Decimal | None = None
    remark_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceClaim:
    """A claim as the payer decided it. `status`: 1, 2, 3 paid as first, second, third payer; 4 denied; 19-21 forwarded; 22 reversal."""

    account: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    payer_control: str
    patient: Person
    member_id: str
    filing_code: str = "CI"
    place_of_service: str = ""
    frequency: str = ""
    subscriber: Person | None = None
    corrected_patient: Person | None = None
    rendering: Provider | None = None
    crossover: Payer | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remark_codes: tuple[str, ...] = ()
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    received_on: dt.date | None = None
    lines: tuple[RemittanceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAdjustment:
    """Money that is about no claim of the file (PLB). A positive amount makes the payment smaller."""

    provider: str
    reason: str
    reference: str
    amount: Decimal
    fiscal_year_ends: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where a transfer comes from or goes to. `routing` has nine digits."""

    routing: str
    account: str
    kind: str = "DA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """An 835. `payment` is what the check or transfer is over; `method` CHK, ACH or NON (nothing is paid)."""

    payer: Payer
    payer_tax_id: str
    payer_contact: Contact
    payee: Provider
    payment: Decimal
    method: str
    trace: str
    paid_on: dt.date
    claims: tuple[RemittanceClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    payer_bank: BankAccount | None = None
    payee_bank: BankAccount | None = None
    payee_address: Address = field(default_factory=Address)

    @property
    def balance(self) -> Decimal:
        """What the payment should be: all claims less what PLB takes."""
        claims = sum((one.paid for one in self.claims), Decimal(0))
        return claims - sum((one.amount for one in self.provider_adjustments), Decimal(0))
