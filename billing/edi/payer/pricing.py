"""What the simulated payer pays for a claim, and the claim numbers in which it remembers that."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from billing.edi.answers import RemittanceClaim, RemittanceLine
from billing.edi.claims import Adjustment, Claim, OtherInsurance, ServiceLine
from billing.edi.payer.plans import ALLOWED, Plan

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_ACCOUNT = 20  # as much of an account number as payers have to keep
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)


def line_of(line: ServiceLine, adjustments: Iterable[Adjustment], remarks: tuple[str, ...] = (),
            allowed: Decimal | None = None) -> RemittanceLine:  # fmt: skip
    """A priced line: paid is what the adjustments leave of its charge."""
    kept = tuple(one for one in adjustments if one.amount)
    return RemittanceLine(
        code=line.code, modifiers=line.modifiers, code_qualifier=line.code_qualifier, charge=line.charge,
        paid=line.charge - sum((one.amount for one in kept), ZERO), units=line.units, service_from=line.service_from,
        service_to=line.service_to, adjustments=kept, control=line.control, allowed=allowed, remark_codes=remarks,
    )  # fmt: skip


def denied(claim: Claim, group: str, reason: str, remark: str = "") -> list[RemittanceLine]:
    """Nothing is paid for any line."""
    remarks = (remark,) if remark else ()
    return [
        line_of(one, [Adjustment(group=group, reason=reason, amount=one.charge)], remarks)
        for one in claim.lines
    ]


def priced(claim: Claim, plan: Plan, share: Decimal = ALLOWED) -> list[RemittanceLine]:
    """Paid by the plan: `share` of each charge is allowed; of that a copay or coinsurance is the patient's."""
    found, copay = [], plan.copay
    deductible = ZERO if plan.has_copay else plan.deductible_left
    for line in claim.lines:
        allowed = cents(line.charge * share)
        parts = [Adjustment(group="CO", reason="45", amount=line.charge - allowed)]
        if plan.has_copay:
            part = min(copay, allowed)
            copay -= part
            parts.append(Adjustment(group="PR", reason="3", amount=part))
        else:
            part = min(deductible, allowed)
            deductible -= part
            parts += [
                Adjustment(group="PR", reason="1", amount=part),
                Adjustment(group="PR", reason="2", amount=cents((allowed - part) * plan.coinsurance)),
            ]
        found.append(line_of(line, parts, allowed=allowed))
    return found


def all_deductible(claim: Claim) -> list[RemittanceLine]:
    """The plan allows its part and leaves it to the patient."""
    found = []
    for line in claim.lines:
        allowed = cents(line.charge * ALLOWED)
        found.append(line_of(line, [
            Adjustment(group="CO", reason="45", amount=line.charge - allowed),
            Adjustment(group="PR", reason="1", amount=allowed),
        ], allowed=allowed))  # fmt: skip
    return found


def last_line_not_covered(claim: Claim, lines: list[RemittanceLine]) -> list[RemittanceLine]:
    """The same, with the last line left to the patient whole."""
    last = claim.lines[-1]
    return [*lines[:-1], line_of(last, [Adjustment(group="PR", reason="204", amount=last.charge)])]


def second_payer(claim: Claim, first: OtherInsurance) -> list[RemittanceLine] | None:
    """Pays what the first payer left to the patient, line by line; None where that one told only of the whole claim."""
    if not all(line.adjudications for line in claim.lines):
        return None
    found = []
    for line in claim.lines:
        left = sum(
            (one.amount for done in line.adjudications for one in done.adjustments if one.group == "PR"), ZERO
        )
        left = min(max(left, ZERO), line.charge)
        found.append(line_of(line, [Adjustment(group="OA", reason="23", amount=line.charge - left)]))
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a claim, in dollars. Balanced: charge = paid + patient's part + the rest, which nobody pays."""

    charge: Decimal
    paid: Decimal
    patient: Decimal

    def number(self, day: str, account: str) -> str:
        """A claim number that holds the decision: day, the three amounts, a check over all of it, and whose account it was."""
        parts = [day, *(_base36(int(value * 100)) for value in (self.charge, self.paid, self.patient))]
        account = account[:_ACCOUNT]
        return "-".join([*parts, _check(parts, account), account])

    @classmethod
    def from_number(cls, text: str) -> tuple[Decision, str] | None:
        """The decision that a claim number holds, and the account it was about; None for a number that this payer never gave."""
        parts = text.split("-", 5)
        if len(parts) != 6 or parts[4] != _check(parts[:4], parts[5]):
            return None
        charge, paid, patient = (Decimal(int(one, 36)) / 100 for one in parts[1:4])
        return cls(charge, paid, patient), parts[5]


def decision(claim: Claim, lines: list[RemittanceLine]) -> Decision:
    """The sum over priced lines."""
    patient = sum((one.amount for line in lines for one in line.adjustments if one.group == "PR"), ZERO)
    return Decision(claim.charge, sum((line.paid for line in lines), ZERO), patient)


def _base36(value: int) -> str:
    text = ""
    while value:
        value, digit = divmod(value, 36)
        text = _LETTERS[digit] + text
    return text or "0"


def _check(parts: list[str], account: str) -> str:
    return _base36(zlib.crc32("-".join([*parts, account]).encode()) % 36**4).rjust(4, "0")


@dataclass(frozen=True, slots=True)
class Decided:
    """A claim with the payer's number for it, and how it stands in a remittance (not at all if it is undecided)."""

    claim: Claim
    number: str
    results: tuple[RemittanceClaim, ...] = ()
