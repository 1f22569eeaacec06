"""Questions to a payer as data: is this person covered (270), and what became of this claim (276)?

Pure values, like `billing.edi.claims`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from billing.edi.claims import Payer, Person, Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityInquiry:
    """Is the patient covered on `service_on` (the day of the visit)?

    `dependent` is the patient where they don't hold the policy. `trace` comes back in the answer and is up to 50
    characters; `trace_origin` is the asker's own number: ten characters, by custom 9 and the tax number.
    `service_types`: 30 asks about the plan as a whole, 98 about office visits ...
    """

    payer: Payer
    provider: Provider
    subscriber: Person
    member_id: str
    service_on: dt.date
    trace: str
    trace_origin: str
    dependent: Person | None = None
    dependent_relationship: str = ""  # 01 spouse, 19 child, 34 another adult
    group_number: str = ""
    service_types: tuple[str, ...] = ("30",)

    @property
    def patient(self) -> Person:
        """Whom the question is about."""
        return self.dependent or self.subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInquiry:
    """What became of a claim? Asked with the clinic's account number, its charge and its days of service.

    `payer_control` is the payer's own number where it is known; `trace` comes back in the answer.
    """

    payer: Payer
    submitter_name: str
    submitter_id: str
    provider: Provider
    subscriber: Person
    member_id: str
    trace: str
    account: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date | None = None
    dependent: Person | None = None
    payer_control: str = ""

    @property
    def patient(self) -> Person:
        """Whose claim it is."""
        return self.dependent or self.subscriber
