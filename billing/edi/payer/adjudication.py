"""Answers claims: 999 for the file, 277CA for each claim, 835 for what is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from billing.edi.answers import (
    ClaimReceipt,
    ClaimReceipts,
    ElementError,
    GroupAcknowledgment,
    RemittanceClaim,
    SegmentError,
    SetAcknowledgment,
)
from billing.edi.claims import ORIGINAL, REPLACEMENT, VOID, Adjustment, Claim, OtherInsurance, Payer
from billing.edi.payer.cases import REFUSED_FILE, ending
from billing.edi.payer.intake import ClaimFile, Intake, read_claim_file
from billing.edi.payer.plans import plan_of
from billing.edi.payer.pricing import (
    ZERO,
    Decided,
    Decision,
    all_deductible,
    decision,
    denied,
    last_line_not_covered,
    priced,
    second_payer,
)
from billing.edi.payer.remittances import remittances_of
from billing.edi.writers.acknowledgments import write_acknowledgment, write_claim_receipts
from billing.edi.writers.remittances import write_remittances

DENIED_CASES = {"70": ("16", "N290"), "71": ("197", ""), "72": ("29", ""), "73": ("97", ""), "85": ("18", "")}
_REJECTED = {"76": ("A7", "562", "82"), "77": ("A3", "164", "IL")}
UNDECIDED_CASE = "83"
_NEXT_PAYER = Payer(name="RIVER MUTUAL", payer_id="RVM02")
_LESS = Decimal("0.60")  # what is allowed of a charge when a payment is taken back and made again


def answer_claims(text: str) -> list[str]:
    """The answers to an 837P, as texts: 999; then, unless it refuses the file, 277CA and, if anything is decided, 835.

    Raises EdiError for what is no 837P.
    """
    intake = read_claim_file(text)
    envelope = intake.envelope
    answers = [
        write_acknowledgment([_acknowledgment(intake)], envelope.partners, envelope.numbers, envelope.at)
    ]
    taken = [file for file in intake.files if not _is_refused(file)]
    if not taken:
        return answers
    receipts, decided = [], []
    for file in taken:
        done = [_decided(claim, envelope.at) for claim in file.claims]
        receipts += _receipts(file, done, envelope.at)
        decided += done
    answers.append(write_claim_receipts(receipts, envelope.partners, envelope.numbers, envelope.at))
    if remittances := remittances_of([one for one in decided if one.results], envelope):
        answers.append(write_remittances(remittances, envelope.partners, envelope.numbers, envelope.at))
    return answers


def _is_refused(file: ClaimFile) -> bool:
    return any(ending(claim.subscriber.member_id, 4) == REFUSED_FILE for claim in file.claims)


def _acknowledgment(intake: Intake) -> GroupAcknowledgment:
    sets = []
    for file in intake.files:
        errors: tuple[SegmentError, ...] = ()
        if _is_refused(file):
            # As a payer would who looks for the billing provider's number in the ninth element of the eighth segment.
            errors = (SegmentError(tag="NM1", place=8, code="8", loop="2010",
                                   elements=(ElementError(element=9, code="7"),)),)  # fmt: skip
        sets.append(SetAcknowledgment(
            kind="837", control=file.control, version=intake.version, verdict="R" if errors else "A", errors=errors,
        ))  # fmt: skip
    return GroupAcknowledgment(
        functional_id="HC", control=intake.group_control, version=intake.version, sets=tuple(sets)
    )


def _receipts(file: ClaimFile, decided: Iterable[Decided], at: dt.datetime) -> list[ClaimReceipts]:
    """One for each payer named in the file."""
    by_payer: dict[str, list[Decided]] = {}
    for one in decided:
        by_payer.setdefault(one.claim.payer.payer_id, []).append(one)
    return [
        ClaimReceipts(
            payer=some[0].claim.payer, submitter_name=file.submitter_name, submitter_id=file.submitter_id,
            file_reference=file.reference, received_on=at.date(), trace=f"{file.reference}-{place}",
            receipts=tuple(_receipt(one) for one in some),
        )
        for place, some in enumerate(by_payer.values(), 1)
    ]  # fmt: skip


def _receipt(one: Decided) -> ClaimReceipt:
    claim = one.claim
    category, status, entity = _verdict(claim)
    return ClaimReceipt(
        account=claim.account, patient=claim.patient, member_id=claim.subscriber.member_id, billing=claim.billing,
        charge=claim.charge, category=category, status=status, entity=entity,
        service_from=min(line.service_from for line in claim.lines),
        service_to=max(line.service_to or line.service_from for line in claim.lines),
        payer_control=one.number if category == "A2" else "",
    )  # fmt: skip


def _verdict(claim: Claim) -> tuple[str, str, str]:
    """What the 277CA says: taken; or rejected, unless the claim is one that was put right."""
    if claim.frequency == ORIGINAL:
        return _REJECTED.get(ending(claim.subscriber.member_id), ("A2", "20", ""))
    if Decision.from_number(claim.payer_control) is None:
        return "A3", "35", ""  # to replace or void a claim that the payer never had
    return "A2", "20", ""


def _decided(claim: Claim, at: dt.datetime) -> Decided:
    """What the payer makes of a claim. One that replaces another counts as put right: no denial is repeated."""
    day = at.strftime("%y%j")
    if _verdict(claim)[0] != "A2":
        return Decided(claim, "")
    case = ending(claim.subscriber.member_id) if claim.frequency == ORIGINAL else ""
    if claim.frequency == VOID:
        return Decided(claim, claim.payer_control, (_reversal(claim, claim.payer_control),))
    result = _result(claim, case, at)
    number = Decision(result.charge, result.paid, result.patient_responsibility).number(day, claim.account)
    result = replace(result, payer_control=number)
    if case == UNDECIDED_CASE:
        return Decided(claim, number)
    if claim.frequency == REPLACEMENT:
        return Decided(claim, number, (_reversal(claim, claim.payer_control), result))
    if case == "78":
        again = _as_paid(
            claim, priced(claim, plan_of(claim.subscriber.member_id, claim.payer.name), _LESS), at
        )
        second = Decision(again.charge, again.paid, again.patient_responsibility).number(day, claim.account)
        return Decided(claim, second, (result, _mirrored(result), replace(again, payer_control=second)))
    return Decided(claim, number, (result,))


def _result(claim: Claim, case: str, at: dt.datetime) -> RemittanceClaim:
    first = next((one for one in claim.other_insurance if one.paid is not None), None)
    if claim.subscriber.order != "P":
        return _as_second(claim, first, at)
    if case in DENIED_CASES:
        reason, remark = DENIED_CASES[case]
        return replace(_as_paid(claim, denied(claim, "CO", reason, remark), at), status="4")
    plan = plan_of(claim.subscriber.member_id, claim.payer.name)
    lines = all_deductible(claim) if case == "75" else priced(claim, plan)
    if case == "74":
        lines = last_line_not_covered(claim, lines)
    result = _as_paid(claim, lines, at)
    if case == "79":
        corrected = replace(claim.patient, last_name=f"{claim.patient.last_name}-HALE", middle_name="")
        return replace(result, corrected_patient=corrected)
    if case == "82":
        return replace(result, status="19", crossover=_NEXT_PAYER)
    if case == "84":
        return replace(result, lines=(), adjustments=_together(result))
    return result


def _as_paid(claim: Claim, lines: list, at: dt.datetime) -> RemittanceClaim:
    what = decision(claim, lines)
    return RemittanceClaim(
        account=claim.account, status="1", charge=what.charge, paid=what.paid, patient_responsibility=what.patient,
        payer_control="", patient=claim.patient, member_id=claim.subscriber.member_id,
        filing_code=_filing(claim.subscriber.filing_code), place_of_service=claim.place_of_service,
        frequency=claim.frequency, subscriber=claim.subscriber.person if claim.dependent else None,
        rendering=claim.rendering, lines=tuple(lines), received_on=at.date(),
        service_from=min(line.service_from for line in claim.lines),
        service_to=max(line.service_to or line.service_from for line in claim.lines),
    )  # fmt: skip


def _as_second(claim: Claim, first: OtherInsurance | None, at: dt.datetime) -> RemittanceClaim:
    """Pays what the first payer left to the patient; without that payer's decision it denies (CO-22)."""
    if first is None:
        return replace(_as_paid(claim, denied(claim, "CO", "22"), at), status="4")
    if lines := second_payer(claim, first):
        return replace(_as_paid(claim, lines, at), status="2")
    left = first.remaining_patient_liability or sum(
        (one.amount for one in first.adjustments if one.group == "PR"), ZERO
    )
    left = min(max(left, ZERO), claim.charge)
    whole = replace(_as_paid(claim, [], at), status="2", paid=left, patient_responsibility=ZERO)
    taken = claim.charge - left
    return replace(whole, adjustments=(Adjustment(group="OA", reason="23", amount=taken),) if taken else ())


def _together(result: RemittanceClaim) -> tuple[Adjustment, ...]:
    """The adjustments of all lines, added up by group and reason."""
    sums: dict[tuple[str, str], Decimal] = {}
    for line in result.lines:
        for one in line.adjustments:
            sums[one.group, one.reason] = sums.get((one.group, one.reason), ZERO) + one.amount
    return tuple(
        Adjustment(group=group, reason=reason, amount=amount) for (group, reason), amount in sums.items()
    )


def _mirrored(result: RemittanceClaim) -> RemittanceClaim:
    """A payment taken back: every amount with the other sign."""
    return replace(
        result, status="22", charge=-result.charge, paid=-result.paid, patient_responsibility=ZERO,
        lines=tuple(
            replace(
                line, charge=-line.charge, paid=-line.paid, allowed=None, units=line.units,
                adjustments=tuple(replace(one, amount=-one.amount) for one in line.adjustments),
            )
            for line in result.lines
        ),
        adjustments=tuple(replace(one, amount=-one.amount) for one in result.adjustments),
    )  # fmt: skip


def _reversal(claim: Claim, number: str) -> RemittanceClaim:
    """An earlier decision taken back, as far as its number remembers it: account and sums of the claim, no lines."""
    known = Decision.from_number(number)
    assert known is not None  # noqa: S101 - such a claim was rejected on arrival
    what, account = known
    rest = what.charge - what.paid - what.patient
    reason = "45"
    if not what.paid and not what.patient:
        reason = DENIED_CASES.get(ending(claim.subscriber.member_id), ("45", ""))[0]
    adjustments = (
        Adjustment(group="CO", reason=reason, amount=-rest),
        Adjustment(group="PR", reason="3" if plan_of(claim.subscriber.member_id, claim.payer.name).has_copay else "1", amount=-what.patient),
    )  # fmt: skip
    return RemittanceClaim(
        account=account, status="22", charge=-what.charge, paid=-what.paid, patient_responsibility=ZERO,
        payer_control=number, patient=claim.patient, member_id=claim.subscriber.member_id,
        filing_code=_filing(claim.subscriber.filing_code), place_of_service=claim.place_of_service,
        frequency=claim.frequency, adjustments=tuple(one for one in adjustments if one.amount),
    )  # fmt: skip


def _filing(code: str) -> str:
    """The kind of insurance as a remittance may name it."""
    return (
        code
        if code in {"12", "13", "14", "15", "16", "CH", "MA", "MB", "MC", "HM", "OF", "TV", "VA", "WC"}
        else "12"
    )
