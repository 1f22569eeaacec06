"""Sending claims: one file for what is ready, handed over by a task, and never twice without a person's word."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from billing.edi import claims as edi
from billing.edi.writers.claims import refusal_of, write_claims
from billing.edi.writers.envelope import ControlNumbers
from billing.edi.writers.segments import Unwritable
from billing.models import Claim, ClaimBatch
from billing.queries.claim_documents import claims_for_sending, document
from billing.queries.claim_setup import billing_provider, terms_of
from billing.rules.claim_states import CLOSED, DRAFT, READY, SENT
from billing.rules.subscribers import digits
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.profile import clinic_zone
from clinic.core.tasks import enqueue

from ._claims import lock_claim, lock_visit, move, stops
from .questions import next_control_number, partners

NUMBERS = "billing_claim_batch"


@dataclass(frozen=True)
class Batched:
    """What came of sending: the batch (None when nothing was fit to go), and accounts taken back to draft."""

    batch: ClaimBatch | None
    taken_back: tuple[str, ...] = ()


@service
def send_claims(*, by, claims: Sequence[Claim], at=None) -> Batched:
    """Put ready claims into one file and have it handed over. Audited per claim as claim.sent.

    Each claim is checked once more; one that no longer passes or cannot be written goes back to draft with the
    reason, and the others go. Refuses claims that are no longer ready (somebody sent them meanwhile) and payers
    that want paper.
    """
    at = at or time.now()
    # No service of theirs is voided while they leave.
    lock_visit(*(claim.encounter_id for claim in claims))
    locked = [_locked_ready(claim) for claim in sorted(claims, key=lambda one: str(one.pk))]
    documents = {one.pk: document(one) for one in claims_for_sending([claim.pk for claim in locked])}
    going, taken_back = [], []
    for claim in locked:
        why = stops(claim) or refusal_of(documents[claim.pk])
        if why:
            move(by=by, claim=claim, to=DRAFT, kind="taken_back", words=why, at=at)
            taken_back.append(claim.account)
            del documents[claim.pk]
        else:
            going.append(claim)
    if not going:
        return Batched(None, tuple(taken_back))
    batch = _write(by, going, list(documents.values()), at)
    for claim in going:
        claim.batch, claim.sent_at, claim.answers = batch, at, []
        move(by=by, claim=claim, to=SENT, kind="sent", batch=batch, at=at, file=batch.control_number)
        close_replaced(by=by, claim=claim, at=at)
    enqueue("billing.send_batch", batch.pk)
    return Batched(batch, tuple(taken_back))


@service
def mark_printed(*, by, claim: Claim, at=None) -> Claim:
    """A ready claim leaves on paper, by mail or fax. Audited as claim.printed.

    Refuses one that no longer passes, as sending does.
    """
    at = at or time.now()
    lock_visit(claim.encounter_id)
    claim = lock_claim(claim)
    why = stops(claim) if claim.state == READY else ""
    if why:
        raise Refused(f"Not ready: {why} Take it back to draft.")
    claim.sent_at, claim.batch = at, None
    claim = move(by=by, claim=claim, to=SENT, kind="printed", at=at)
    close_replaced(by=by, claim=claim, at=at)
    return claim


def close_replaced(*, by, claim: Claim, at) -> None:
    """The claim that another one replaces or voids is over once that one has left."""
    if claim.replaces is None or claim.replaces.state == CLOSED:
        return
    earlier = lock_claim(claim.replaces)
    words = f"{claim.get_frequency_display()} {claim.account} was sent."
    move(by=by, claim=earlier, to=CLOSED, kind="closed", words=words, at=at, later=claim.account)


def _locked_ready(claim: Claim) -> Claim:
    claim = lock_claim(claim)
    if claim.state != READY:
        raise Refused(f"Claim {claim.account} is no longer ready. Look again.")
    if not terms_of(claim.payer_id).is_electronic:
        raise Refused(f"{claim.payer.name} takes claims on paper. Print claim {claim.account} instead.")
    return claim


def _write(by, claims: list[Claim], documents: list[edi.Claim], at: dt.datetime) -> ClaimBatch:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [NUMBERS])
        number = cursor.fetchone()[0]
    provider, named = billing_provider(), partners()
    submission = edi.Submission(
        submitter_name=provider.name,
        submitter_id=named.sender,
        submitter_contact=edi.Contact(name=provider.contact_name, phone=digits(provider.contact_phone)),
        receiver_name=named.receiver,
        receiver_id=named.receiver,
        reference=f"B{number}",
    )
    local = at.astimezone(time.zone(clinic_zone()))
    try:
        text = write_claims(
            documents,
            submission,
            named,
            # Questions about coverage go to the same receiver: interchanges of both are counted together. What is
            # said of the file names its group.
            ControlNumbers(interchange=next_control_number(), group=number),
            local,
        )
    except Unwritable as error:
        raise Refused(f"Nothing was sent. {error}") from error
    return ClaimBatch.objects.create(
        control_number=number,
        count=len(claims),
        total=sum(claim.total for claim in claims),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        next_try_at=at,
        made_at=at,
        made_by_id=by.member_id,
    )
