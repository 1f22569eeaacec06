"""What stands below CLM in an 837P: the claim itself, its providers, other payers, and its lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billing.edi.claims import (
    SELF,
    Adjustment,
    Drug,
    LineAdjudication,
    OtherInsurance,
    ServiceLine,
    Subscriber,
)
from billing.edi.readers.parties import Party
from billing.edi.tokens import Segment
from billing.edi.values import money, number, period

_DIAGNOSES = {"BK": "ICD-9-CM", "BF": "ICD-9-CM", "ABK": "ICD-10-CM", "ABF": "ICD-10-CM"}
_ZERO = Decimal(0)


@dataclass(slots=True)
class _Part:
    """A claim, another payer or a line, while it is read."""

    head: Segment
    parties: dict[str, Party] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    dates: dict[str, tuple[dt.date | None, dt.date | None]] = field(default_factory=dict)
    adjustments: list[Adjustment] = field(default_factory=list)
    note: str = ""
    release: tuple[str, str] = ("Y", "Y")
    remarks: tuple[str, ...] = ()
    ndc: str = ""
    drug_amount: tuple[Decimal, str] = (Decimal(1), "UN")
    adjudications: list[_Part] = field(default_factory=list)


class ClaimLoops:
    """Reads the segments of one claim, CLM first; `claim_fields` are those of `Claim` that they fill."""

    def __init__(self, segments: list[Segment]):
        self.problems: list[str] = []
        self.unknown_lines: set[int] = set()
        self.is_charge_known = True
        self.claim = _Part(segments[0])
        self.others: list[_Part] = []
        self.lines: list[_Part] = []
        self.codes: list[str] = []
        self.system = "ICD-10-CM"
        self._part = self.claim
        self._party: Party | None = None
        for segment in segments[1:]:
            if not (segment.id.isalnum() and segment.id.isupper() and 2 <= len(segment.id) <= 3):
                self.problem(segment, "the segment's identifier is none.")
            elif handle := self._HANDLERS.get(segment.id):
                handle(self, segment)
            elif self._party is not None:
                self._party.take(segment)

    def problem(self, segment: Segment, words: str) -> None:
        """Notes that something cannot be relied on."""
        self.problems.append(f"Segment {segment.number}: {words}")

    def _start(self, segment: Segment, among: list[_Part]) -> None:
        self._part, self._party = _Part(segment), None
        among.append(self._part)

    def _sbr(self, segment: Segment) -> None:
        self._start(segment, self.others)

    def _sv1(self, segment: Segment) -> None:
        self._start(segment, self.lines)

    def _svd(self, segment: Segment) -> None:
        if self.lines:
            self._start(segment, self.lines[-1].adjudications)

    def _lx(self, segment: Segment) -> None:
        self._part, self._party = _Part(segment), None  # until SV1 says what it is

    def _nm1(self, segment: Segment) -> None:
        self._party = self._part.parties.setdefault(segment[1], Party())
        self._party.take(segment)

    def _ref(self, segment: Segment) -> None:
        if self._party is not None:
            self._party.take(segment)
        else:
            self._part.references.setdefault(segment[1], segment[2])

    def _dtp(self, segment: Segment) -> None:
        found = period(segment[2], segment[3])
        if None in found:
            self.problem(segment, "there is no such date.")
        self._part.dates.setdefault(segment[1], (found[0], found[1] if segment[2] == "RD8" else None))

    def _amt(self, segment: Segment) -> None:
        self._part.amounts.setdefault(segment[1], self._money(segment, 2))

    def _cas(self, segment: Segment) -> None:
        for at in range(2, 20, 3):
            if segment[at] or segment[at + 1]:
                quantity = number(segment[at + 2]) if segment[at + 2] else None
                self._part.adjustments.append(
                    Adjustment(group=segment[1], reason=segment[at], amount=self._money(segment, at + 1), quantity=quantity)
                )  # fmt: skip

    def _hi(self, segment: Segment) -> None:
        is_odd = False
        for at in range(1, len(segment) + 1):
            kind, code = segment.part(at, 1), segment.part(at, 2)
            if kind in _DIAGNOSES and code:
                self.codes.append(code)
                self.system = _DIAGNOSES[kind]
            elif segment[at] and not code:
                is_odd = True
        if is_odd:
            self.problem(segment, "a diagnosis does not say its kind and its code.")

    def _nte(self, segment: Segment) -> None:
        self._part.note = self._part.note or segment[2]

    def _oi(self, segment: Segment) -> None:
        self._part.release = (segment[3], segment[6])

    def _moa(self, segment: Segment) -> None:
        self._part.remarks = tuple(segment[at] for at in range(3, 8) if segment[at])

    def _lin(self, segment: Segment) -> None:
        if segment[2] == "N4":
            self._part.ndc = segment[3]

    def _ctp(self, segment: Segment) -> None:
        quantity = number(segment[4])
        if quantity is None:
            self.problem(segment, "the drug's quantity is no number.")
        self._part.drug_amount = (_ZERO if quantity is None else quantity, segment.part(5, 1))

    _HANDLERS: dict[str, Callable[[ClaimLoops, Segment], None]] = {
        "SBR": _sbr, "LX": _lx, "SV1": _sv1, "SVD": _svd, "NM1": _nm1, "REF": _ref, "DTP": _dtp, "AMT": _amt, "CAS": _cas,
        "HI": _hi, "NTE": _nte, "OI": _oi, "MOA": _moa, "LIN": _lin, "CTP": _ctp,
    }  # fmt: skip

    def _money(self, segment: Segment, at: int) -> Decimal:
        found = money(segment[at])
        if found is None:
            self.problem(segment, "an amount is missing or is none.")
            return _ZERO
        return found

    def claim_fields(self) -> dict[str, Any]:
        """The fields of `Claim`, but for those that the levels above give."""
        head, part = self.claim.head, self.claim
        self.is_charge_known = money(head[2]) is not None
        if not head[1]:
            self.problem(head, "the claim has no account number.")
        provider = {role: party.provider() for role, party in part.parties.items()}
        causes = head.parts(11)
        return {
            "account": head[1], "charge": self._money(head, 2), "place_of_service": head.part(5, 1),
            "frequency": head.part(5, 3), "is_signature_on_file": head[6] == "Y",
            "is_assignment_accepted": head[7] == "A", "is_benefit_assigned": head[8] == "Y", "may_release": head[9] == "Y",
            "related_causes": tuple(one for one in causes[:3] if one), "accident_state": causes[3] if len(causes) > 3 else "",
            "diagnoses": tuple(self.codes), "diagnosis_system": self.system,
            "lines": tuple(self._line(line, place) for place, line in enumerate(self.lines, 1)),
            "other_insurance": tuple(self._other(other) for other in self.others),
            "rendering": provider.get("82"), "referring": provider.get("DN"), "supervising": provider.get("DQ"),
            "facility": provider.get("77"), "payer_control": part.references.get("F8", ""),
            "prior_authorization": part.references.get("G1", ""), "referral_number": part.references.get("9F", ""),
            "clia": part.references.get("X4", ""), "onset_on": part.dates.get("431", (None,))[0],
            "accident_on": part.dates.get("439", (None,))[0], "patient_paid": part.amounts.get("F5"), "note": part.note,
        }  # fmt: skip

    def _line(self, part: _Part, place: int) -> ServiceLine:
        head = part.head
        service, units = head.parts(1), number(head[4])
        if money(head[2]) is None:
            self.unknown_lines.add(place)
        if units is None:
            self.problem(head, "the units are no number.")
        if "472" not in part.dates:
            self.problem(head, "the line has no date of service.")
        first, last = part.dates.get("472", (None, None))
        pointers = [one for one in head.parts(7) if one]
        if any(not (one.isascii() and one.isdigit()) or len(one) > 2 for one in pointers):
            self.problem(head, "a pointer to a diagnosis is no number.")
            pointers = []
        quantity, unit = part.drug_amount
        drug = Drug(ndc=part.ndc, quantity=quantity, unit=unit, prescription=part.references.get("XZ", ""))
        provider = {role: party.provider() for role, party in part.parties.items()}
        return ServiceLine(
            code_qualifier=_at(service, 0), code=_at(service, 1), modifiers=tuple(one for one in service[2:6] if one),
            description=_at(service, 6), charge=self._money(head, 2), unit=head[3], units=_ZERO if units is None else units,
            place_of_service=head[5], pointers=tuple(map(int, pointers)), is_emergency=head[9] == "Y",
            service_from=first, service_to=last, control=part.references.get("6R", ""),
            prior_authorization=part.references.get("G1", ""), clia=part.references.get("X4", ""), note=part.note,
            drug=drug if part.ndc else None, rendering=provider.get("82"), supervising=provider.get("DQ"),
            adjudications=tuple(self._adjudication(one) for one in part.adjudications),
        )  # fmt: skip

    def _adjudication(self, part: _Part) -> LineAdjudication:
        head = part.head
        service, units = head.parts(3), number(head[5])
        return LineAdjudication(
            payer_id=head[1], paid=self._money(head, 2), code_qualifier=_at(service, 0), code=_at(service, 1),
            modifiers=tuple(one for one in service[2:6] if one), paid_units=Decimal(1) if units is None else units,
            adjustments=tuple(part.adjustments), adjudicated_on=part.dates.get("573", (None,))[0],
            remaining_patient_liability=part.amounts.get("EAF"),
        )  # fmt: skip

    def _other(self, part: _Part) -> OtherInsurance:
        head = part.head
        holder, payer = part.parties.get("IL", Party()), part.parties.get("PR", Party())
        return OtherInsurance(
            payer=payer.payer(),
            subscriber=Subscriber(
                person=holder.person(), member_id=holder.named.id, order=head[1], group_number=head[3], group_name=head[4],
                secondary_type=head[5], filing_code=head[9],
            ),
            relationship=head[2] or SELF, paid=part.amounts.get("D"), non_covered=part.amounts.get("A8"),
            remaining_patient_liability=part.amounts.get("EAF"), adjustments=tuple(part.adjustments),
            adjudicated_on=part.dates.get("573", (None,))[0], payer_control=payer.references.get("F8", ""),
            remark_codes=part.remarks, is_benefit_assigned=part.release[0] == "Y", may_release=part.release[1] == "Y",
        )  # fmt: skip


def _at(parts: list[str], index: int) -> str:
    return parts[index] if index < len(parts) else ""
