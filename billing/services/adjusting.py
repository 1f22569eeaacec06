"""Money that is not paid: written off within somebody's limit, moved to who owes it, applied to visits."""

from decimal import Decimal

from billing.models import WRITE_OFF_REASONS, JournalEntry, MoneyPolicy, MoneyRequest
from billing.queries.money_policy import limit_of, money_policy, written_off_lately
from billing.queries.money_requests import small_balances
from billing.queries.patient_ledger import owed_by, visit_balances
from billing.rules.cards import holds_card_number
from billing.rules.ledger import adjustment_lines, apply_oldest_first, move_lines, transfer_lines
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.locks import lock_keys
from clinic.core.money import dollars
from clinic.core.profile import clinic_zone

from ._posting import money_key, post
from .paying import amount_of

CARD_WORDS = "That looks like a card number. Leave it out."


@service
def write_off(
    *, by, patient, amount: Decimal, reason: str, note: str = "", encounter=None, payer=None
) -> JournalEntry | MoneyRequest:
    """Take dollars off what a patient (or a payer) owes. Within the writer's limit it is posted at once and the entry
    returned; above it, with what the writer took off for this patient in the last 30 days, a request is made that
    somebody else decides. Audited as balance.written_off or request.asked.

    Refuses more than is owed, a reason that is none of a write-off's, and a card number in the note.
    """
    amount, note = amount_of(amount), plain_words(note)
    if reason not in WRITE_OFF_REASONS:
        raise Refused("Choose why.", field="reason")
    lock_keys(money_key(patient))
    _check_owed(patient, payer, encounter, amount)
    limit = limit_of(by, money_policy())
    # A large write-off made of small ones is a large one.
    if limit is not None and amount + written_off_lately(by, patient) > limit:
        return _ask(by, patient, amount, reason, note, encounter, payer)
    entry = post_write_off(
        by=by, patient=patient, amount=amount, reason=reason, note=note, encounter=encounter, payer=payer
    )
    record(
        by, "balance.written_off", obj=entry, patient=patient, amount=str(amount), reason=reason, note=note
    )
    return entry


def post_write_off(*, by, patient, amount, reason, note, encounter, payer) -> JournalEntry:
    """The entry of a write-off. Inside a service, once it may be made."""
    words = MoneyRequest.Reason(reason).label
    return post(
        by=by,
        kind=JournalEntry.Kind.ADJUSTMENT,
        key=f"adjustment:{uuid7()}",
        patient=patient,
        encounter=encounter,
        lines=adjustment_lines(amount, payer),
        memo=f"{words}: {note}" if note else words,
    )


def _ask(by, patient, amount, reason, note, encounter, payer) -> MoneyRequest:
    request = MoneyRequest.objects.create(
        kind=MoneyRequest.Kind.WRITE_OFF,
        patient=patient,
        encounter=encounter,
        payer=payer,
        amount=amount,
        reason=reason,
        note=note,
        asked_at=time.now(),
        asked_by_id=by.member_id,
    )
    record(
        by,
        "request.asked",
        obj=request,
        patient=patient,
        what=request.kind,
        amount=str(amount),
        reason=reason,
    )
    return request


def _check_owed(patient, payer, encounter, amount: Decimal) -> None:
    owed = owed_by(patient.pk, payer, encounter)
    if amount > owed:
        who = payer.name if payer else "The patient"
        raise Refused(f"{who} owes {dollars(max(owed, Decimal(0)))}.", field="amount")


@service
def write_off_small(*, by) -> tuple[int, Decimal]:
    """Write off every balance that the clinic's rule calls small; (how many, dollars). Audited one by one.

    Refuses when the rule allows more than this person may write off alone.
    """
    policy = money_policy()
    limit = limit_of(by, policy)
    if limit is not None and policy.small_balance > limit:
        raise Refused("What the rule calls small is above what you may write off alone.")
    count, total = 0, Decimal("0.00")
    rows = list(small_balances(policy, time.today(clinic_zone())))
    lock_keys(*(money_key(row.patient_id) for row in rows))
    for row in rows:
        owed = owed_by(row.patient_id)
        if not 0 < owed <= policy.small_balance:
            continue
        entry = post_write_off(
            by=by,
            patient=row.patient,
            amount=owed,
            reason=MoneyRequest.Reason.SMALL,
            note="",
            encounter=None,
            payer=None,
        )
        record(by, "balance.written_off", obj=entry, patient=row.patient_id, amount=str(owed), reason="small")
        count, total = count + 1, total + owed
    return count, total


@service
def transfer_balance(
    *, by, patient, encounter, amount: Decimal, owed_by_payer=None, to_payer=None, reason: str, key: str = ""
) -> JournalEntry:
    """From now on somebody else owes `amount` dollars of a visit: a payer, the next payer, or (None) the patient.

    `key` names what causes it, so that it is done once. Audited as balance.transferred. Refuses a missing reason, more
    than is owed on the visit, and a transfer to who owes it already.
    """
    amount, reason = amount_of(amount), plain_words(reason, field="reason")
    if not reason:
        raise Refused("Say why.", field="reason")
    if owed_by_payer == to_payer:
        raise Refused("Choose somebody else.", field="to")
    lock_keys(money_key(patient))
    owed = owed_by(patient.pk, owed_by_payer, encounter)
    if amount > owed:
        who = owed_by_payer.name if owed_by_payer else "The patient"
        raise Refused(f"{who} owes {dollars(max(owed, Decimal(0)))} of this visit.", field="amount")
    entry = post(
        by=by,
        kind=JournalEntry.Kind.TRANSFER,
        key=key or f"transfer:{uuid7()}",
        patient=patient,
        encounter=encounter,
        lines=transfer_lines(amount, owed_by_payer, to_payer),
        memo=f"To {to_payer.name if to_payer else 'the patient'}: {reason}",
    )
    record(
        by,
        "balance.transferred",
        obj=entry,
        patient=patient,
        amount=str(amount),
        owed_by=str(owed_by_payer.pk) if owed_by_payer else "patient",
        to=str(to_payer.pk) if to_payer else "patient",
        reason=reason,
    )
    return entry


@service
def apply_credit(*, by, patient) -> Decimal:
    """Apply what a patient paid beyond or beside a visit to what is open, the oldest visit first; dollars applied.

    What the patient owes together stays as it is. Audited as credit.applied.
    """
    lock_keys(money_key(patient))
    visits = visit_balances(patient.pk)
    moves = apply_oldest_first({visit.encounter: visit.patient for visit in visits})
    for source, target, amount in moves:
        post(
            by=by,
            kind=JournalEntry.Kind.ALLOCATION,
            key=f"allocation:{uuid7()}",
            patient=patient,
            lines=move_lines(amount, source, target),
            memo="Applied to the oldest open visit",
        )
    total = sum((amount for *_, amount in moves), Decimal("0.00"))
    if moves:
        record(by, "credit.applied", obj=patient, patient=patient, amount=str(total), visits=len(moves))
    return total


@service
def set_money_policy(*, by, **values) -> MoneyPolicy:
    """Set the clinic's rules about money from a day on: a new row, the earlier ones stay on file. Audited.

    Refuses a day before today and limits that do not fit one another.
    """
    if values["effective_from"] < time.today(clinic_zone()):
        raise Refused("Rules hold from today or a later day.", field="effective_from")
    row = MoneyPolicy.objects.create(set_at=time.now(), set_by_id=by.member_id, **values)
    record(by, "money_policy.set", obj=row, **{name: str(value) for name, value in values.items()})
    return row


def plain_words(text: str, *, field: str = "note") -> str:
    """What somebody wrote, with single blanks. Refuses a card number, naming the form's field."""
    text = " ".join(text.split())
    if holds_card_number(text):
        raise Refused(CARD_WORDS, field=field)
    return text
