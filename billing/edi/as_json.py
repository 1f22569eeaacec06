"""What `manage.py edi_read --json` says of a transaction set, as names and plain values in the order in which they are known.

Long lists (claims) are iterators, so that they can be written while they are read; the totals come after them. Amounts and
quantities are text ("12.50"), dates text (2026-03-01), what is not known is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from billing.edi.claims import Adjustment, Person, Provider, ServiceLine
from billing.edi.envelopes import TransactionSet
from billing.edi.readers.acknowledgments import SetReceipt, read_acknowledgment, read_interchange_receipt
from billing.edi.readers.claim_status import ClaimStatus, Status, read_statuses
from billing.edi.readers.claims import ReadClaim, read_claims
from billing.edi.readers.coverage_card import coverage_card
from billing.edi.readers.eligibility import read_eligibility
from billing.edi.readers.names import Named
from billing.edi.readers.questions import Question, read_questions
from billing.edi.readers.remittance import Remittance
from billing.edi.readers.remittance_claims import RemittanceClaim, RemittanceLine
from billing.edi.values import iso, plain

Pair = tuple[str, Any]


def describe(source: TransactionSet) -> Iterator[Pair]:
    """Kind, version and control number, what the set says, and at last the warnings. Refused with `EdiError`."""
    source.check()
    yield "type", source.kind
    yield "version", source.version
    yield "control", source.control
    yield "is_test", source.interchange.is_test
    yield from _DESCRIBERS[source.kind](source)
    yield "warnings", source.warnings


def _eligibility(source: TransactionSet) -> Iterator[Pair]:
    cards = [coverage_card(answer) for answer in read_eligibility(source)]
    if len(cards) > 1:
        source.warn(f"The answer is about {len(cards)} patients: the others stand under more_cards.")
    yield from cards[0].items()
    if len(cards) > 1:
        yield "more_cards", cards[1:]


def _remittance(source: TransactionSet) -> Iterator[Pair]:
    found = Remittance(source)
    yield "payer", found.payer or None
    yield "payer_id", found.payer_id or None
    yield "payee", found.payee or None
    yield "payee_id", found.payee_id or None
    yield "trace", found.trace or None
    yield "payment", plain(found.payment)
    yield "method", found.method or None
    yield "date", iso(found.paid_on)
    yield "claims", (_remittance_claim(claim) for claim in found.claims())
    yield (
        "provider_adjustments",
        [
            {
                "provider": one.provider, "period_end": iso(one.period_end), "reason": one.reason,
                "reference": one.reference or None, "amount": plain(one.amount),
            }
            for one in found.provider_adjustments
        ],
    )  # fmt: skip
    yield (
        "totals",
        {"charge": plain(found.charged), "paid": plain(found.paid), "adjusted": plain(found.adjusted)},
    )
    yield "balanced", found.is_balanced
    yield "problems", found.problems


def _remittance_claim(claim: RemittanceClaim) -> dict[str, Any]:
    return {
        "patient_account": claim.patient_account, "status": claim.status, "charge": plain(claim.charge),
        "paid": plain(claim.paid), "patient_responsibility": plain(claim.patient_responsibility),
        "payer_control": claim.payer_control or None, "reversal": claim.is_reversal,
        "patient": _named(claim.patient), "insured": _named(claim.insured), "corrected": _named(claim.corrected),
        "rendering": _named(claim.rendering), "forwarded_to": _named(claim.next_payer),
        "service_from": iso(claim.statement_from), "service_to": iso(claim.statement_to),
        "adjustments": _adjustments(claim.adjustments), "remarks": claim.remarks,
        "lines": [_remittance_line(line) for line in claim.lines],
        "balanced": claim.is_balanced, "problems": claim.problems,
    }  # fmt: skip


def _remittance_line(line: RemittanceLine) -> dict[str, Any]:
    return {
        "code": line.code, "code_qualifier": line.code_qualifier or None, "modifiers": list(line.modifiers),
        "charge": plain(line.charge), "paid": plain(line.paid), "units": plain(line.units), "allowed": plain(line.allowed),
        "service_from": iso(line.service_from), "service_to": iso(line.service_to), "control": line.control or None,
        "adjustments": _adjustments(line.adjustments), "remarks": line.remarks,
    }  # fmt: skip


def _adjustments(every: list[Adjustment] | tuple[Adjustment, ...]) -> list[dict[str, Any]]:
    return [
        {
            "group": one.group,
            "reason": one.reason,
            "amount": plain(one.amount),
            "quantity": plain(one.quantity),
        }
        for one in every
    ]


def _statuses(source: TransactionSet) -> Iterator[Pair]:
    levels: list[dict[str, Any]] = []

    def claims() -> Iterator[dict[str, Any]]:
        for one in read_statuses(source):
            if one.scope == "claim":
                yield _claim_status(one)
            else:
                levels.append({"scope": one.scope} | _claim_status(one) | {"totals": _totals(one)})

    yield "claims", claims()
    yield "levels", levels


def _totals(one: ClaimStatus) -> dict[str, Any]:
    return {
        "quantities": one.quantities,
        "amounts": {kind: plain(amount) for kind, amount in one.amounts.items()},
    }


def _claim_status(one: ClaimStatus) -> dict[str, Any]:
    first = one.statuses[0] if one.statuses else None
    return {
        "account": one.account or None, "trace": one.trace or None, "payer_control": one.payer_control or None,
        "status": one.verdict, "category": first.category if first else None, "code": first.code if first else None,
        "charge": plain(first.charge) if first else None, "paid": plain(first.paid) if first else None,
        "patient": _named(one.patient), "service_from": iso(one.service_from), "service_to": iso(one.service_to),
        "statuses": [_status(each) for each in one.statuses],
        "lines": [
            {
                "code": line.code, "charge": plain(line.charge), "control": line.control or None,
                "statuses": [_status(each) for each in line.statuses],
            }
            for line in one.lines
        ],
    }  # fmt: skip


def _status(one: Status) -> dict[str, Any]:
    return {
        "status": one.verdict, "category": one.category, "code": one.code, "entity": one.entity or None,
        "date": iso(one.effective_on), "action": one.action or None, "charge": plain(one.charge), "paid": plain(one.paid),
        "paid_on": iso(one.paid_on), "payment_trace": one.payment_trace or None, "message": one.message or None,
    }  # fmt: skip


def _acknowledgment(source: TransactionSet) -> Iterator[Pair]:
    found = read_acknowledgment(source)
    yield "status", found.status
    yield (
        "group",
        {
            "kind": found.group_kind, "control": found.group_control, "version": found.group_version or None,
            "sent": found.sets_sent, "received": found.sets_received, "accepted": found.sets_accepted, "codes": found.codes,
        },
    )  # fmt: skip
    yield "sets", [_set(one) for one in found.sets]


def _set(one: SetReceipt) -> dict[str, Any]:
    return {
        "type": one.kind, "control": one.control, "version": one.version or None, "status": one.status, "codes": one.codes,
        "errors": [
            {
                "segment": error.segment, "place": error.place, "loop": error.loop or None, "code": error.code,
                "elements": [
                    {"place": each.place, "component": each.component, "code": each.code, "value": each.value or None}
                    for each in error.elements
                ],
            }
            for error in one.errors
        ],
    }  # fmt: skip


def _interchange_receipt(source: TransactionSet) -> Iterator[Pair]:
    found = read_interchange_receipt(source)
    yield "interchange", found.control
    yield "status", found.status
    yield "code", found.code


def _claims(source: TransactionSet) -> Iterator[Pair]:
    yield "claims", (_claim(one) for one in read_claims(source))


def _claim(read: ReadClaim) -> dict[str, Any]:
    claim = read.claim
    return {
        "account": claim.account, "charge": plain(claim.charge) if read.is_charge_known else None,
        "place_of_service": claim.place_of_service, "frequency": claim.frequency,
        "payer_control": claim.payer_control or None, "diagnoses": list(claim.diagnoses),
        "diagnosis_system": claim.diagnosis_system,
        "lines": [_line(line, is_known=at not in read.unknown_lines) for at, line in enumerate(claim.lines, 1)],
        "patient": _person(claim.patient), "relationship": claim.relationship,
        "subscriber": _person(claim.subscriber.person), "member_id": claim.subscriber.member_id,
        "payer": claim.payer.name, "payer_id": claim.payer.payer_id, "payer_order": claim.subscriber.order,
        "billing": _provider(claim.billing), "rendering": _provider(claim.rendering),
        "referring": _provider(claim.referring), "supervising": _provider(claim.supervising),
        "facility": _provider(claim.facility), "prior_authorization": claim.prior_authorization or None,
        "other_insurance": [
            {
                "payer": other.payer.name, "payer_id": other.payer.payer_id, "order": other.subscriber.order,
                "member_id": other.subscriber.member_id, "paid": plain(other.paid),
                "adjustments": _adjustments(other.adjustments),
            }
            for other in claim.other_insurance
        ],
        "problems": read.problems,
    }  # fmt: skip


def _line(line: ServiceLine, *, is_known: bool) -> dict[str, Any]:
    return {
        "code": line.code, "code_qualifier": line.code_qualifier, "modifiers": list(line.modifiers),
        "charge": plain(line.charge) if is_known else None, "units": plain(line.units), "unit": line.unit,
        "pointers": list(line.pointers), "place_of_service": line.place_of_service or None,
        "service_from": iso(line.service_from), "service_to": iso(line.service_to), "control": line.control or None,
        "ndc": line.drug.ndc if line.drug else None,
    }  # fmt: skip


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": " ".join(
            part for part in (person.first_name, person.middle_name, person.last_name, person.suffix) if part
        ),
        "birth_date": iso(person.birth_date),
        "sex": person.sex or None,
    }


def _provider(provider: Provider | None) -> dict[str, Any] | None:
    if provider is None:
        return None
    name = " ".join(part for part in (provider.first_name, provider.last_name) if part)
    return {"name": name, "npi": provider.npi or None, "tax_id": provider.tax_id or None}


def _named(who: Named | None) -> dict[str, Any] | None:
    if who is None:
        return None
    return {"name": who.name, "id_qualifier": who.id_qualifier or None, "id": who.id or None}


def _questions(source: TransactionSet) -> Iterator[Pair]:
    yield "questions", (_question(one) for one in read_questions(source))


def _question(one: Question) -> dict[str, Any]:
    return {
        "payer": _named(one.payer), "provider": _named(one.provider), "subscriber": _named(one.subscriber),
        "patient": _named(one.patient), "birth_date": iso(one.birth_date), "trace": one.trace or None,
        "service_types": one.service_types, "asked_from": iso(one.asked_from), "asked_to": iso(one.asked_to),
        "account": one.account or None, "payer_control": one.payer_control or None, "charge": plain(one.charge),
    }  # fmt: skip


_DESCRIBERS: dict[str, Callable[[TransactionSet], Iterator[Pair]]] = {
    "270": _questions, "271": _eligibility, "276": _questions, "277": _statuses, "277CA": _statuses, "835": _remittance,
    "837P": _claims, "999": _acknowledgment, "TA1": _interchange_receipt,
}  # fmt: skip
