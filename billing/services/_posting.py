"""The one way into the books."""

from collections.abc import Iterable

from billing.models import JournalEntry, Posting
from billing.queries.drawers import open_day
from billing.rules.ledger import CASH, OF_THE_ENTRY, Line, mirrored
from clinic.audit import record
from clinic.core import time
from clinic.core.errors import Refused
from clinic.core.profile import clinic_zone


def money_key(patient) -> str:
    """The lock under which what one patient owes is read and then changed.

    Patients share 256 of them, so that a payment for thousands does not fill the database's table of locks.
    """
    return f"money:{getattr(patient, 'pk', patient).int % 256}"


def post(
    *,
    by,
    kind: str,
    key: str,
    lines: Iterable[Line],
    patient,
    memo: str = "",
    encounter=None,
    appointment=None,
    drawer=None,
    at=None,
    business_day=None,
    reverses=None,
) -> JournalEntry:
    """Write one entry with its postings. The database refuses it at commit unless it sums to zero.

    It counts on the clinic's own day of `at`, or on the next one that is still open for the books and the drawer.
    """
    at = at or time.now()
    entry = JournalEntry.objects.create(
        kind=kind,
        key=key,
        memo=memo[:200],
        at=at,
        reverses=reverses,
        by_id=by.member_id,
        by_label=by.label[:120],
        business_day=business_day or open_day(at.astimezone(time.zone(clinic_zone())).date(), drawer),
    )
    Posting.objects.bulk_create(
        Posting(
            entry=entry,
            account=line.account,
            amount=line.amount,
            patient_id=getattr(patient, "pk", patient),
            payer_id=getattr(line.payer, "pk", line.payer),
            encounter=encounter if line.encounter is OF_THE_ENTRY else line.encounter,
            appointment=appointment,
            drawer=drawer if line.account == CASH else None,
        )
        for line in lines
    )
    return entry


def post_reversal(*, by, entry: JournalEntry, reason: str, at=None) -> JournalEntry:
    """Write the mirror of an entry, once, on today's business day. Refuses a missing reason."""
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    if entry.kind == JournalEntry.Kind.REVERSAL:
        raise Refused("A reversal is not itself reversed.")
    if JournalEntry.objects.filter(reverses=entry).exists():
        raise Refused("This has been reversed already.")
    old = list(entry.postings.select_related("encounter", "appointment", "drawer"))
    first = old[0]
    reversal = post(
        by=by,
        kind=JournalEntry.Kind.REVERSAL,
        key=f"reversal:{entry.pk}",
        reverses=entry,
        memo=reason.strip(),
        lines=mirrored(Line(side.account, side.amount, side.payer_id, side.encounter) for side in old),
        patient=first.patient_id,
        encounter=first.encounter,
        appointment=first.appointment,
        at=at,
        drawer=next((side.drawer for side in old if side.drawer_id), None),
    )
    record(
        by,
        "entry.reversed",
        obj=reversal,
        patient=first.patient_id,
        original=str(entry.pk),
        reason=reason.strip(),
    )
    return reversal
