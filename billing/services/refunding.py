"""Giving money back: asked by one, decided by another, then posted."""

import datetime as dt
from decimal import Decimal

from billing.models import REFUND_REASONS, JournalEntry, MoneyRequest
from billing.queries.money_policy import limit_of, money_policy
from billing.queries.patient_ledger import owed_by
from billing.rules.ledger import BANK, CASH, refund_lines
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone

from ._posting import money_key, post
from .adjusting import plain_words, post_write_off
from .paying import amount_of

PAYER_DAYS = 60


@service
def ask_refund(
    *, by, patient, amount: Decimal, reason: str, method: str, payer=None, drawer=None, note: str = ""
) -> MoneyRequest:
    """Ask that dollars be given back out of a credit: the patient's, or a payer's for them. Audited as request.asked.

    A payer's money is due within 60 days. Refuses more than the credit that no other request has claimed, cash without
    a drawer or for a payer, a reason that is none of a refund's, and a card number in the note.
    """
    amount, note = amount_of(amount), plain_words(note)
    if reason not in REFUND_REASONS:
        raise Refused("Choose why.", field="reason")
    if method not in MoneyRequest.Method.values:
        raise Refused("Choose how it is paid back.", field="method")
    if method == MoneyRequest.Method.CASH and (payer is not None or drawer is None):
        raise Refused("Cash goes to a patient, out of a drawer.", field="method")
    lock_keys(money_key(patient))
    left = _credit(patient, payer) - _claimed(patient, payer)
    if amount > left:
        raise Refused(f"{dollars(max(left, Decimal(0)))} of credit can be given back.", field="amount")
    request = MoneyRequest.objects.create(
        kind=MoneyRequest.Kind.REFUND,
        patient=patient,
        payer=payer,
        amount=amount,
        reason=reason,
        note=note,
        method=method,
        drawer=drawer if method == MoneyRequest.Method.CASH else None,
        due_on=time.today(clinic_zone()) + dt.timedelta(days=PAYER_DAYS) if payer else None,
        asked_at=time.now(),
        asked_by_id=by.member_id,
    )
    record(
        by, "request.asked", obj=request, patient=patient, what="refund", amount=str(amount), reason=reason
    )
    return request


def _credit(patient, payer) -> Decimal:
    return max(-owed_by(patient.pk, payer), Decimal(0))


def _claimed(patient, payer) -> Decimal:
    rows = MoneyRequest.objects.filter(
        patient=patient, payer=payer, kind=MoneyRequest.Kind.REFUND, state=MoneyRequest.State.ASKED
    )
    return sum(rows.values_list("amount", flat=True), Decimal(0))


@service
def decide_request(
    *, by, request: MoneyRequest, is_approved: bool, note: str = "", reference: str = ""
) -> MoneyRequest:
    """Approve a write-off or refund, which posts it, or refuse it. Audited as request.approved or request.refused.

    `reference` is the number of the check that a refund is paid by. Refuses the decision of who asked, one above the
    decider's limit, a second decision, a refusal without words, a card number in them, and money that is no longer
    owed or no longer there.
    """
    note, reference = plain_words(note), plain_words(reference, field="reference")
    lock_keys(money_key(request.patient_id))
    request = (
        MoneyRequest.objects.select_for_update(of=("self",))
        .select_related("patient", "payer", "encounter", "drawer")
        .get(pk=request.pk)
    )
    if request.state != MoneyRequest.State.ASKED:
        raise Conflict("Somebody has decided this meanwhile.")
    if by.member_id is None or by.member_id == request.asked_by_id:
        raise Refused("A second person decides: not the one who asked.")
    if is_approved:
        _check_approval(by, request, reference)
        request.reference = reference
        request.entry = _post(by, request)
    elif not note:
        raise Refused("Say why not.", field="note")
    request.state = MoneyRequest.State.APPROVED if is_approved else MoneyRequest.State.REFUSED
    request.decided_at, request.decided_by_id, request.decision_note = time.now(), by.member_id, note
    request.version += 1
    request.save()
    record(
        by,
        "request.approved" if is_approved else "request.refused",
        obj=request,
        patient=request.patient_id,
        what=request.kind,
        amount=str(request.amount),
    )
    return request


def _check_approval(by, request: MoneyRequest, reference: str) -> None:
    limit = limit_of(by, money_policy())
    if limit is not None and request.amount > limit:
        raise Refused(f"You may decide up to {dollars(limit)}.")
    owed = owed_by(request.patient_id, request.payer, request.encounter)
    if request.kind == MoneyRequest.Kind.REFUND:
        if request.amount > -owed:
            raise Refused(f"The credit is {dollars(max(-owed, Decimal(0)))} now.")
        if request.method == MoneyRequest.Method.CHECK and not reference:
            raise Refused("Enter the number of the check.", field="reference")
    elif request.amount > owed:
        raise Refused(f"{dollars(max(owed, Decimal(0)))} is owed now.")


def _post(by, request: MoneyRequest) -> JournalEntry:
    if request.kind == MoneyRequest.Kind.WRITE_OFF:
        return post_write_off(
            by=by,
            patient=request.patient,
            amount=request.amount,
            reason=request.reason,
            note=request.note,
            encounter=request.encounter,
            payer=request.payer,
        )
    account = CASH if request.method == MoneyRequest.Method.CASH else BANK
    return post(
        by=by,
        kind=JournalEntry.Kind.REFUND,
        key=f"refund:{request.pk}",
        patient=request.patient,
        drawer=request.drawer,
        lines=refund_lines(request.amount, account, request.payer),
        memo=f"{request.get_reason_display()}, by {request.get_method_display().lower()} {request.reference}".strip(),
    )
