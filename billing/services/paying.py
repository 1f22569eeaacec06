"""Taking money, and taking it back."""

from decimal import Decimal, InvalidOperation

from billing.models import Drawer, JournalEntry, Payment, ReceiptCounter
from billing.rules.cards import holds_card_number
from billing.rules.ledger import adjustment_lines, payment_lines
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.locks import lock_keys
from clinic.core.money import cents

from ._posting import money_key, post, post_reversal

LARGEST = Decimal("50000")
CARD_WORDS = "That looks like a card number. Write the last four digits or the terminal's reference."


@service
def take_payment(
    *,
    by,
    patient,
    amount: Decimal,
    method: str,
    drawer: Drawer,
    appointment=None,
    reference: str = "",
    purpose: str = Payment.Purpose.COPAY,
    at=None,
) -> Payment:
    """Post money received (dollars) and give it the next receipt number. Audited as payment.taken.

    Refuses a visit of another patient, a card number in the reference, a check without its number, an
    amount that is not positive, finer than a cent or beyond a key slip, and a drawer no longer in use.
    """
    amount = amount_of(amount)
    reference = " ".join(reference.split())
    if holds_card_number(reference):
        raise Refused(CARD_WORDS, field="reference")
    if method == Payment.Method.CHECK and not reference:
        raise Refused("Enter the check number.", field="reference")
    if method not in Payment.Method.values or purpose not in Payment.Purpose.values:
        raise Refused("Choose how it was paid.", field="method")
    if appointment is not None and appointment.patient_id != patient.pk:
        raise Refused("That visit belongs to another patient.")
    if not drawer.is_active:
        raise Refused(f"{drawer.name} is no longer in use.", field="drawer")
    at, key = at or time.now(), uuid7()
    entry = post(
        by=by,
        kind=JournalEntry.Kind.PAYMENT,
        key=f"payment:{key}",
        lines=payment_lines(amount),
        patient=patient,
        appointment=appointment,
        drawer=drawer,
        at=at,
        encounter=appointment.encounter if appointment else None,
        memo=f"{Payment.Purpose(purpose).label} by {Payment.Method(method).label.lower()}",
    )
    payment = Payment.objects.create(
        id=key,
        patient=patient,
        appointment=appointment,
        amount=amount,
        method=method,
        purpose=purpose,
        reference=reference,
        drawer=drawer,
        business_day=entry.business_day,
        received_at=at,
        received_by_id=by.member_id,
        received_by_label=by.label[:120],
        entry=entry,
        receipt_number=_next_receipt(),
    )
    record(
        by,
        "payment.taken",
        obj=payment,
        patient=patient,
        amount=str(amount),
        method=method,
        purpose=purpose,
        drawer=str(drawer.pk),
        receipt=payment.receipt_number,
    )
    return payment


@service
def reverse_payment(*, by, payment: Payment, reason: str) -> JournalEntry:
    """Take a payment back by a reversal entry on today's business day; the receipt stays on file as void.

    Refuses a second reversal, a missing reason and a reason that holds a card number. Audited.
    """
    if holds_card_number(reason):
        raise Refused(CARD_WORDS, field="reason")
    # What a credit stands on is not taken back while that credit is being paid out.
    lock_keys(money_key(payment.patient_id), f"entry:{payment.entry_id}")
    reversal = post_reversal(by=by, entry=payment.entry, reason=reason)
    record(
        by,
        "payment.reversed",
        obj=payment,
        patient=payment.patient_id,
        amount=str(payment.amount),
        receipt=payment.receipt_number,
        reason=reason.strip(),
    )
    return reversal


@service
def adjust_balance(
    *, by, patient, amount: Decimal, reason: str, at=None, is_increase: bool = False, payer=None
) -> JournalEntry:
    """Take `amount` dollars off what a patient or a payer owes (or put it on) without money moving. Audited.

    For discounts, small write-offs and balances carried over from another system. Refuses a missing reason.
    """
    amount = amount_of(amount)
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    if holds_card_number(reason):
        raise Refused(CARD_WORDS, field="reason")
    entry = post(
        by=by,
        kind=JournalEntry.Kind.ADJUSTMENT,
        key=f"adjustment:{uuid7()}",
        patient=patient,
        at=at,
        lines=adjustment_lines(-amount if is_increase else amount, payer),
        memo=reason.strip(),
    )
    record(
        by,
        "balance.adjusted",
        obj=entry,
        patient=patient,
        amount=str(-amount if is_increase else amount),
        owed_by=str(payer.pk) if payer else "patient",
        reason=reason.strip(),
    )
    return entry


@service
def reverse_adjustment(*, by, entry: JournalEntry, reason: str) -> JournalEntry:
    """Take an adjustment or a transfer back, once, with a reason. Refuses any other kind of entry. Audited."""
    if entry.kind not in (JournalEntry.Kind.ADJUSTMENT, JournalEntry.Kind.TRANSFER):
        raise Refused("Only an adjustment or a transfer is taken back here.")
    patients = set(entry.postings.values_list("patient_id", flat=True))
    lock_keys(f"entry:{entry.pk}", *(money_key(one) for one in patients))
    return post_reversal(by=by, entry=entry, reason=reason)


def amount_of(amount) -> Decimal:
    """Dollars and cents, more than nothing and no key slip; refuses everything else."""
    try:
        amount = Decimal(amount)
    except (InvalidOperation, TypeError) as error:
        raise Refused("Enter an amount in dollars.", field="amount") from error
    if not amount.is_finite() or amount <= 0:
        raise Refused("The amount must be more than zero.", field="amount")
    if amount > LARGEST:
        raise Refused("Check the amount.", field="amount")
    if amount != cents(amount):
        raise Refused("Enter dollars and cents.", field="amount")
    return cents(amount)


def _next_receipt() -> int:
    # The row stays locked until the payment commits, and rolls back with it: no gap, no number twice.
    counter, _ = ReceiptCounter.objects.select_for_update().get_or_create(only=True)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last
