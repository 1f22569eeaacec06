"""What a payer's decision on one claim does to the books. Pure; dollars throughout.

A claim's charge is what was paid plus the adjustments. Each adjustment is one of four things: written off for good (the
contract says so), the patient's share, what an earlier payer decided already, or denied: that stays owed by the payer
until somebody has worked it off. Where the adjustments stand, at the claim or at its lines, makes no difference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.rules.ledger import ADJUSTMENT, BANK, RECEIVABLE, Line

ZERO = Decimal("0.00")
PATIENT_GROUP = "PR"
# What an earlier payer paid and wrote off: it is in the books already.
EARLIER_PAYER = "23"
# Reasons that only say that the contract's price is lower: nobody owes the difference.
CONTRACTUAL = frozenset({"45", "59", "131", "144", "237", "253"})


@dataclass(frozen=True)
class Share:
    """One adjustment: its group (CO, PR, OA, PI), its reason's code and dollars."""

    group: str
    reason: str
    amount: Decimal


def shares_of(detail: Mapping[str, Any]) -> list[Share]:
    """Every adjustment of a kept decision, those of the claim first, then those of its lines."""
    listed = [*detail["adjustments"], *(one for line in detail["lines"] for one in line["adjustments"])]
    return [Share(one["group"], one["reason"], Decimal(one["amount"])) for one in listed]


@dataclass(frozen=True)
class Split:
    """A claim's charge, divided: paid + written_off + patient + earlier + denied."""

    charge: Decimal
    paid: Decimal
    written_off: Decimal
    patient: Decimal
    earlier: Decimal
    denied: Decimal

    @property
    def is_whole(self) -> bool:
        """Whether the parts are the charge: else nothing may be posted."""
        return self.charge == self.paid + self.written_off + self.patient + self.earlier + self.denied


def split_claim(charge: Decimal, paid: Decimal, shares: Iterable[Share], *, is_denied: bool) -> Split:
    """Divide a claim's charge by what its adjustments mean.

    Of a claim that is denied as a whole nothing is written off by itself; a person decides. What the patient's group
    holds is the patient's even then.
    """
    sums = {"written_off": ZERO, "patient": ZERO, "earlier": ZERO, "denied": ZERO}
    for share in shares:
        sums[part_of(share, is_denied=is_denied)] += share.amount
    return Split(charge, paid, **sums)


def part_of(share: Share, *, is_denied: bool) -> str:
    """What an adjustment is: written_off, patient, earlier or denied."""
    if share.group == PATIENT_GROUP:
        return "patient"
    if share.reason == EARLIER_PAYER:
        return "earlier"
    return "written_off" if share.reason in CONTRACTUAL and not is_denied else "denied"


def claim_lines(split: Split, standing: Decimal, payer: Any) -> list[Line]:
    """The postings of a decided claim. `standing` is what the payer owes of the visit in the books so far.

    Afterwards the payer owes what is denied and the patient their share, whether or not the charge had been moved to the
    payer when the claim was sent. What the patient paid already is a credit of theirs and counts by itself.
    """
    left = split.charge - split.earlier
    moved = min(max(standing, ZERO), left)
    sides = (
        Line(BANK, split.paid),
        Line(ADJUSTMENT, split.written_off),
        Line(RECEIVABLE, split.denied - moved, payer),
        Line(RECEIVABLE, split.patient - (left - moved)),
    )
    return [side for side in sides if side.amount]


def provider_lines(amount: Decimal) -> list[Line]:
    """A payment made smaller (positive) or larger for a reason that concerns no claim: interest, money taken back."""
    return [Line(BANK, -amount), Line(ADJUSTMENT, amount)] if amount else []


CATEGORIES = {
    "registration": "Registration",
    "eligibility": "Eligibility",
    "authorization": "Authorization",
    "coding": "Coding",
    "timely": "Filed too late",
    "medical": "Medical necessity",
    "duplicate": "Duplicate",
    "other": "Other",
}
_BY_REASON = {
    "registration": ("16", "31", "109", "140", "206", "207"),
    "eligibility": ("22", "26", "27", "96", "119", "204"),
    "authorization": ("15", "197", "198"),
    "coding": ("4", "6", "7", "11", "97", "146", "181", "182"),
    "timely": ("29",),
    "medical": ("50", "55", "56", "150", "167"),
    "duplicate": ("18",),
}
_CATEGORY = {reason: category for category, reasons in _BY_REASON.items() for reason in reasons}
# The clinic's own words for the reasons that come most, so that nobody has to look a number up.
REASONS = {
    "1": "Deductible",
    "2": "Coinsurance",
    "3": "Copay",
    "4": "Modifier is missing or does not fit",
    "11": "Diagnosis does not support the service",
    "16": "Something is missing or wrong on the claim: read the remark",
    "18": "They have this claim already",
    "22": "Another payer goes first",
    "27": "After the coverage ended",
    "29": "Filed too late",
    "45": "Above the agreed price",
    "50": "Not seen as medically necessary",
    "96": "Not covered",
    "97": "Part of another service",
    "109": "Sent to the wrong payer",
    "197": "No prior authorization",
    "204": "Not in the patient's plan",
}


def category_of(reason: str) -> str:
    """The kind of work that a denial by this reason means."""
    return _CATEGORY.get(reason, "other")


def reason_words(reason: str) -> str:
    """A reason in the clinic's words: "Filed too late (29)"."""
    return f"{REASONS[reason]} ({reason})" if reason in REASONS else f"Reason {reason}"
