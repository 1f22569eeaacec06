"""The claims of a remittance (835): what a payer paid, kept back and why, by claim and by line.

Each claim is checked for itself: charge less adjustments is what was paid, for every line and for the whole claim. An amount that
cannot be read is never taken as zero: it stands as None, and the claim does not balance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.edi.claims import Adjustment
from billing.edi.readers.names import Named, named
from billing.edi.tokens import Segment
from billing.edi.values import money, number, period

REVERSAL, DENIED = "22", "4"
STATUSES = {"1", "2", "3", "4", "5", "10", "13", "15", "16", "17", "19", "20", "21", "22", "23", "25", "27"}
GROUPS = {"CO", "PR", "OA", "PI"}
_OLD_GROUP = "CR"  # of version 4010; still seen, and its amounts still count
_NOT_READ = {"PER", "TS2", "TS3", "QTY", "N3", "N4", "N1"}
_TRIPLETS = range(2, 20, 3)
_ZERO = Decimal("0.00")


@dataclass(slots=True)
class RemittanceLine:
    """One service line. Amounts are US dollars; `control` is the number that the claim gave the line.

    `remarks` are remark codes as received, `allowed` what the payer allowed, where it says so.
    """

    code_qualifier: str
    code: str
    modifiers: tuple[str, ...]
    charge: Decimal | None
    paid: Decimal | None
    units: Decimal | None
    billed_code: str = ""
    service_from: dt.date | None = None
    service_to: dt.date | None = None
    control: str = ""
    allowed: Decimal | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RemittanceClaim:
    """One claim as the payer decided it. `status` is the code of CLP02: 1 to 3 paid in that order of payers, 4 denied, 22 taken back.

    `is_balanced` is true when every amount can be read and charge less adjustments is what was paid, line by line and in whole.
    `problems` are the reasons to hold the claim for a person: that it does not balance, or that it contradicts itself. `segments`
    are all that the file says about it, `number` is the place of its CLP in the file.
    """

    patient_account: str
    status: str
    charge: Decimal | None
    paid: Decimal | None
    patient_responsibility: Decimal | None
    filing_code: str
    payer_control: str
    place_of_service: str
    frequency: str
    number: int
    patient: Named | None = None
    insured: Named | None = None
    corrected: Named | None = None
    rendering: Named | None = None
    next_payer: Named | None = None
    statement_from: dt.date | None = None
    statement_to: dt.date | None = None
    adjustments: list[Adjustment] = field(default_factory=list)
    lines: list[RemittanceLine] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list, repr=False)
    is_balanced: bool = True
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_reversal(self) -> bool:
        """Whether an earlier payment is taken back: its amounts are negative."""
        return self.status == REVERSAL

    @property
    def is_denial(self) -> bool:
        """Whether the payer refuses the whole claim."""
        return self.status == DENIED

    def all_adjustments(self) -> list[Adjustment]:
        """Those of the claim and of its lines."""
        return [*self.adjustments, *(one for line in self.lines for one in line.adjustments)]


def read_claim(segments: list[Segment]) -> RemittanceClaim:
    """The claim that the segments from its CLP on describe."""
    return _Builder(segments).claim


class _Builder:
    """Goes through a claim's segments; after SVC they speak of that line."""

    def __init__(self, segments: list[Segment]):
        head = segments[0]
        self.claim = RemittanceClaim(
            patient_account=head[1], status=head[2], charge=self._amount(head, 3), paid=self._amount(head, 4),
            patient_responsibility=self._amount(head, 5, absent=_ZERO), filing_code=head[6], payer_control=head[7],
            place_of_service=head[8], frequency=head[9], number=head.number, segments=segments,
        )  # fmt: skip
        self.line: RemittanceLine | None = None
        for index, words in ((3, "charge"), (4, "payment"), (5, "patient's share")):
            if self._amount(head, index, absent=_ZERO if index == 5 else None) is None:
                self._unreadable(head, f"the claim's {words}")
        for segment in segments[1:]:
            if handle := self._HANDLERS.get(segment.id):
                handle(self, segment)
            elif segment.id not in _NOT_READ:
                self._warn(segment, "a segment that does not belong into a claim's payment.")
        self._check_lines()
        self._check_claim()
        self._check_sense()

    @staticmethod
    def _amount(segment: Segment, index: int, absent: Decimal | None = None) -> Decimal | None:
        text = segment[index]
        return money(text) if text else absent

    def _unreadable(self, segment: Segment, words: str) -> None:
        self._unbalanced(f"Segment {segment.number}: {words} is missing or is no amount.")

    def _unbalanced(self, words: str) -> None:
        self.claim.is_balanced = False
        self.claim.problems.append(words)

    def _warn(self, segment: Segment, words: str) -> None:
        self.claim.warnings.append(f"Segment {segment.number}: {words}")

    def _svc(self, segment: Segment) -> None:
        parts = segment.parts(1)
        paid, charge = self._amount(segment, 3, absent=_ZERO), self._amount(segment, 2)
        if charge is None:
            self._unreadable(segment, "the line's charge")
        if paid is None:
            self._unreadable(segment, "the line's payment")
        self.line = RemittanceLine(
            code_qualifier=parts[0] if parts else "", code=parts[1] if len(parts) > 1 else "",
            modifiers=tuple(part for part in parts[2:6] if part), charge=charge, paid=paid,
            units=number(segment[5]) if segment[5] else Decimal(1), billed_code=segment.part(6, 2),
        )  # fmt: skip
        self.claim.lines.append(self.line)

    def _cas(self, segment: Segment) -> None:
        group = segment[1]
        if group == _OLD_GROUP:
            self._warn(segment, "adjustment group CR is of an older version.")
        elif group not in GROUPS:
            self.claim.problems.append(f"Segment {segment.number}: an adjustment's group is unknown.")
        target = self.line.adjustments if self.line else self.claim.adjustments
        found = False
        for index in _TRIPLETS:
            reason, amount = segment[index], self._amount(segment, index + 1)
            if not reason and not segment[index + 1]:
                continue
            found = True
            if amount is None or not reason:
                self._unreadable(segment, "an adjustment's reason or amount")
                continue
            quantity = number(segment[index + 2]) if segment[index + 2] else None
            target.append(Adjustment(group=group, reason=reason, amount=amount, quantity=quantity))
        if not found or len(segment) > 19:
            self._unreadable(segment, "an adjustment")

    def _nm1(self, segment: Segment) -> None:
        field_name = {
            "QC": "patient", "IL": "insured", "74": "corrected", "82": "rendering", "TT": "next_payer",
        }.get(segment[1])  # fmt: skip
        if field_name:
            setattr(self.claim, field_name, named(segment))

    def _dtm(self, segment: Segment) -> None:
        first, _ = period("D8", segment[2])
        if first is None:
            self._warn(segment, "there is no such date.")
        elif self.line is None:
            if segment[1] == "232":
                self.claim.statement_from = first
            elif segment[1] == "233":
                self.claim.statement_to = first
        elif segment[1] == "151":
            self.line.service_to = first
        elif segment[1] in ("150", "472"):
            self.line.service_from = first
            self.line.service_to = self.line.service_to or first

    def _ref(self, segment: Segment) -> None:
        if self.line is None:
            self.claim.references.setdefault(segment[1], segment[2])
        elif segment[1] == "6R":
            self.line.control = segment[2]

    def _amt(self, segment: Segment) -> None:
        amount = money(segment[2])
        if amount is None:
            self._warn(segment, "an amount for information cannot be read.")
        elif self.line is None:
            self.claim.amounts[segment[1]] = amount
        elif segment[1] == "B6":
            self.line.allowed = amount

    def _lq(self, segment: Segment) -> None:
        if segment[1] == "HE" and segment[2]:
            (self.line or self.claim).remarks.append(segment[2])

    def _moa(self, segment: Segment) -> None:
        self.claim.remarks += [segment[index] for index in range(3, 8) if segment[index]]

    def _mia(self, segment: Segment) -> None:
        self.claim.remarks += [segment[index] for index in (5, 20, 21, 22, 23) if segment[index]]

    _HANDLERS: dict[str, Callable[[_Builder, Segment], None]] = {
        "SVC": _svc, "CAS": _cas, "NM1": _nm1, "DTM": _dtm, "REF": _ref, "AMT": _amt, "LQ": _lq, "MOA": _moa, "MIA": _mia,
    }  # fmt: skip

    def _check_lines(self) -> None:
        for place, line in enumerate(self.claim.lines, 1):
            if line.charge is None or line.paid is None:
                continue
            kept = sum((one.amount for one in line.adjustments), _ZERO)
            if line.charge - kept != line.paid:
                self._unbalanced(
                    f"Line {place}: {line.charge} charged less {kept} adjusted is not {line.paid} paid."
                )

    def _check_claim(self) -> None:
        claim = self.claim
        if claim.charge is None or claim.paid is None:
            return
        kept = sum((one.amount for one in claim.all_adjustments()), _ZERO)
        if claim.charge - kept != claim.paid:
            self._unbalanced(f"{claim.charge} charged less {kept} adjusted is not {claim.paid} paid.")
        charges = [line.charge for line in claim.lines if line.charge is not None]
        if charges and sum(charges) != claim.charge:
            self._warn(
                claim.segments[0], f"the lines' charges are {sum(charges)}, the claim's {claim.charge}."
            )

    def _check_sense(self) -> None:
        claim = self.claim
        head = f"Segment {claim.number}: "
        if claim.status not in STATUSES:
            claim.problems.append(f"{head}the claim's status is unknown.")
        if not claim.patient_account:
            claim.problems.append(f"{head}the claim has no account number.")
        if claim.paid is None or claim.charge is None:
            return
        if claim.is_reversal and (claim.paid > 0 or claim.charge > 0):
            claim.problems.append(f"{head}a payment is taken back, but its amounts are not negative.")
        if not claim.is_reversal and (claim.paid < 0 or claim.charge < 0):
            claim.problems.append(f"{head}a negative amount, but no payment is taken back.")
        if claim.is_denial and claim.paid:
            claim.problems.append(f"{head}the claim is denied, and yet paid.")
        shares = [one.amount for one in claim.all_adjustments() if one.group == "PR"]
        if claim.patient_responsibility is not None and sum(shares, _ZERO) != claim.patient_responsibility:
            self._warn(
                claim.segments[0],
                f"the patient's share is {claim.patient_responsibility}, its adjustments add up to {sum(shares, _ZERO)}.",
            )
