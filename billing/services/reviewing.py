"""What a person decides about a payment: a held claim is posted to the right claim or set aside, a deposit is matched."""

import datetime as dt
from decimal import Decimal

from billing.models import Claim, Remittance, RemittanceClaim
from billing.queries.drawers import open_day
from billing.rules.remittances import shares_of
from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.profile import clinic_zone

from ._deciding import Books
from .adjusting import plain_words
from .remitting import Decided


@service
def post_held(*, by, decision: RemittanceClaim, account: str) -> RemittanceClaim:
    """Post a held decision to the claim of that account number. Audited as decision.posted.

    Refuses a payment that does not balance as a whole, a decision that is posted or set aside, an unknown account, and
    whatever would hold it again: another amount than the claim's, a second decision, a reversal of nothing.
    """
    decision = _held(decision)
    if decision.remittance.state != Remittance.State.POSTED:
        raise Refused("The whole payment waits: nothing of it is posted.")
    account = account.strip()
    if not Claim.objects.filter(account=account).exists():
        raise Refused("No claim has this account number.", field="account")

    def fill(_remittance, _one, *, why="", **fields):
        if why:
            raise Refused(why, field="account")
        for name, value in fields.items():
            setattr(decision, name, value)
        decision.why = ""
        return decision

    books = Books(
        by=by,
        remittance=decision.remittance,
        decided=[_again(decision, account)],
        day=open_day(time.today(clinic_zone())),
        make=fill,
    )
    books.decide(_again(decision, account))
    books.write(is_on_file=True)
    record(
        by,
        "decision.posted",
        obj=decision,
        patient=decision.claim.patient_id,
        claim=decision.claim.account,
        paid=str(decision.paid),
    )
    return decision


def _again(row: RemittanceClaim, account: str) -> Decided:
    """The decision as it was read, for another account."""
    return Decided(
        number=row.number,
        account=account,
        payer_control=row.payer_control,
        status=row.status,
        charge=row.charge,
        paid=row.paid,
        patient_share=row.patient_share,
        patient_name=row.patient_name,
        corrected_name=row.corrected_name,
        is_reversal=row.status == "22",
        is_denial=row.status == "4",
        shares=shares_of(row.detail),
        detail=row.detail,
    )


@service
def set_aside(*, by, decision: RemittanceClaim, reason: str) -> RemittanceClaim:
    """Leave a held decision out of the books, with the reason; its money stays visible on the payment. Audited."""
    reason = plain_words(reason, field="reason")
    if not reason:
        raise Refused("Say why.", field="reason")
    decision = _held(decision)
    decision.outcome, decision.why = RemittanceClaim.Outcome.SET_ASIDE, reason[:300]
    decision.decided_at, decision.decided_by_id = time.now(), by.member_id
    decision.save()
    record(by, "decision.set_aside", obj=decision, paid=str(decision.paid), reason=reason)
    return decision


@service
def match_deposit(
    *, by, remittance: Remittance, amount: Decimal, deposited_on: dt.date, reference: str = ""
) -> Remittance:
    """Say that a payment is in the bank: its amount (dollars) and day on the statement. Audited as deposit.matched.

    Refuses an amount other than the payment's, a day to come, and a payment that is matched already.
    """
    row = Remittance.objects.select_for_update(of=("self",)).get(pk=remittance.pk)
    if row.deposited_on is not None:
        raise Conflict("This payment is matched to a deposit already.")
    if amount != row.payment:
        raise Refused(
            "The deposit and the payment differ. Ask the payer before you match them.", field="amount"
        )
    if deposited_on > time.today(clinic_zone()):
        raise Refused("This day has not come yet.", field="deposited_on")
    row.deposited_on, row.deposited_by_id = deposited_on, by.member_id
    row.deposit_reference = plain_words(reference, field="reference")[:40]
    row.version += 1
    row.save()
    record(by, "deposit.matched", obj=row, amount=str(amount), day=str(deposited_on))
    return row


def _held(decision: RemittanceClaim) -> RemittanceClaim:
    row = (
        RemittanceClaim.objects.select_for_update(of=("self",))
        .select_related("remittance")
        .get(pk=decision.pk)
    )
    if row.outcome != RemittanceClaim.Outcome.HELD:
        raise Conflict("Somebody has dealt with this meanwhile.")
    return row
