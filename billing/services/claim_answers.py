"""Answers of payers to claims that were sent: accepted, or rejected with words and the field to fix."""

from collections.abc import Sequence

from billing.models import Claim, ClaimBatch
from billing.rules.claim_answers import ACCEPTED, REJECTED, Told, verdict_of
from billing.rules.claim_states import SENT, may_move
from clinic.core.db import service

from ._claims import lock_claim, move, note, save

LONGEST_CONTROL = 50


@service
def answer_claim(
    *,
    by,
    account: str,
    answers: Sequence[Told],
    payer_control: str = "",
    control_number: int | None = None,
    at=None,
) -> Claim | None:
    """Keep what an acknowledgment says of one claim, and move it to accepted or rejected. Audited.

    `control_number` is the file's that the answer is about. Returns None for an account that is not the clinic's. A
    word that comes too late (the claim has been paid, or sent in another file, since) is kept in the trail and moves
    nothing.
    """
    claim = Claim.objects.filter(account=account).first()
    if claim is None:
        return None
    claim = lock_claim(claim)
    said = " ".join(one.words for one in answers)
    last = ClaimBatch.objects.filter(pk=claim.batch_id).values_list("control_number", flat=True).first()
    if control_number is not None and control_number != last:
        words = f"About the earlier file {control_number}: {said}"
        note(by=by, claim=claim, kind="answered", words=words, at=at, codes=[one.code for one in answers])
        return save(claim)
    # A number that is longer than any in the guide is no number to match a payment by.
    if len(payer_control) <= LONGEST_CONTROL:
        claim.payer_control = payer_control or claim.payer_control
    claim.answers = [
        {"field": one.field, "words": one.words, "code": one.code, "verdict": one.verdict} for one in answers
    ]
    verdict, words = verdict_of(list(answers)), said
    codes = [one.code for one in answers]
    # "Accepted" after a decision would take a paid claim back.
    counts = verdict == REJECTED or (verdict == ACCEPTED and claim.state == SENT)
    if counts and may_move(claim.state, verdict):
        return move(by=by, claim=claim, to=verdict, kind=verdict, words=words, at=at, codes=codes)
    note(by=by, claim=claim, kind="answered", words=words, at=at, codes=codes)
    return save(claim)


@service
def answer_batch(
    *, by, control_number: int, is_accepted: bool, words: str = "", at=None
) -> ClaimBatch | None:
    """Keep what a receiver says of a whole file. A refused file rejects every claim in it that still waits.

    Returns None for a number that is not the clinic's. Audited per claim.
    """
    batch = ClaimBatch.objects.select_for_update().filter(control_number=control_number).first()
    if batch is None:
        return None
    batch.state = ClaimBatch.State.ACCEPTED if is_accepted else ClaimBatch.State.REFUSED
    batch.words = words[:300]
    batch.save()
    if not is_accepted:
        for claim in batch.claims.filter(state=SENT).order_by("pk"):
            locked = lock_claim(claim)
            locked.answers = [{"field": "", "words": words, "code": "999", "verdict": REJECTED}]
            move(by=by, claim=locked, to=REJECTED, kind=REJECTED, words=words, batch=batch, at=at)
    return batch
