"""Handing a file of claims over: the try is written down before it is made, and an unclear one waits for a person."""

import datetime as dt

from billing.clearinghouse import LONGEST_PAUSE, Answer, Later, NoAnswer, NotTaken, clearinghouse
from billing.models import ClaimBatch
from billing.rules.claim_states import READY, SENT
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.tasks import enqueue

from ._claims import lock_claim, move
from .answers import keep_file

TASK = "billing.send_batch"
# After so long a try that has not ended is one of which nobody knows whether the file arrived.
TRY_ENDS = dt.timedelta(minutes=10)
MOST_TRIES = 20
_PAUSES = (1, 5, 15, 60)
State = ClaimBatch.State


def hand_over(*, by, pk) -> tuple[Answer, ...]:
    """Try once to hand a waiting batch over; what came back at once is returned. Safe to call again.

    The other side being busy means another try later, with growing pauses; its refusal gives the claims back as
    ready; and silence leaves the batch uncertain until a person says whether it arrived.
    """
    batch = _begin(by=by, pk=pk)
    if batch is None:
        return ()
    tries = batch.tries
    try:
        receipt = clearinghouse().claims(batch.text, key=f"B{batch.control_number:09d}")
    except Later as later:
        _end(by=by, pk=pk, tries=tries, state=State.WAITING, words=str(later), retry_after=later.retry_after)
    except NoAnswer as silence:
        _end(by=by, pk=pk, tries=tries, state=State.UNCERTAIN, words=str(silence))
    except NotTaken as refusal:
        _end(by=by, pk=pk, tries=tries, state=State.REFUSED, words=str(refusal))
    else:
        _end(by=by, pk=pk, tries=tries, state=State.SENT, words=receipt.ref)
        return receipt.answers
    return ()


def send_and_keep(*, by, pk) -> None:
    """Hand a batch over, and keep what came back at once for whoever reads it."""
    for answer in hand_over(by=by, pk=pk):
        keep_file(by=by, answer=answer, connection=clearinghouse().name)


def due_batches() -> list:
    """Keys of batches that wait for a try, and of tries that should have ended by now."""
    waiting = ClaimBatch.objects.filter(state__in=[State.WAITING, State.SENDING], next_try_at__lte=time.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:20])


@service
def _begin(*, by, pk) -> ClaimBatch | None:
    batch = ClaimBatch.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    now = time.now()
    if batch is None or (batch.next_try_at and batch.next_try_at > now):
        return None
    if batch.state == State.SENDING:
        batch.state, batch.words = State.UNCERTAIN, "The connection ended in the middle."
        batch.save()
        return None
    if batch.state != State.WAITING:
        return None
    batch.state, batch.tries, batch.next_try_at = State.SENDING, batch.tries + 1, now + TRY_ENDS
    batch.save()
    return batch


@service
def _end(*, by, pk, tries: int, state: str, words: str, retry_after: float | None = None) -> None:
    """What came of a try. One that ends after the receiver's answer, or after somebody else took the batch on, is no
    news any more; only that the file has arrived still counts while nobody knew it."""
    batch = ClaimBatch.objects.select_for_update().get(pk=pk)
    unknown = {State.SENDING, State.UNCERTAIN, State.WAITING} if state == State.SENT else {State.SENDING}
    if batch.tries != tries or batch.state not in unknown:
        return
    now = time.now()
    if state == State.WAITING and batch.tries >= MOST_TRIES:
        state, words = State.REFUSED, f"Given up after {batch.tries} tries. {words}"
    batch.state, batch.words = state, words[:300]
    batch.next_try_at = None
    if state == State.WAITING:
        minutes = _PAUSES[min(batch.tries, len(_PAUSES)) - 1]
        asked_for = dt.timedelta(seconds=min(retry_after or 0, LONGEST_PAUSE))
        batch.next_try_at = now + max(dt.timedelta(minutes=minutes), asked_for)
    elif state == State.SENT:
        batch.sent_at = now
    batch.save()
    if state == State.REFUSED:
        _give_back(by=by, batch=batch, words=words)


@service
def settle_batch(*, by, batch: ClaimBatch, has_arrived: bool) -> ClaimBatch:
    """A person found out whether an uncertain file arrived; if not, the same file is sent again. Audited per claim.

    Refuses a batch that is not uncertain.
    """
    batch = ClaimBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.UNCERTAIN:
        raise Refused("It is known what became of this file.")
    now = time.now()
    if has_arrived:
        batch.state, batch.sent_at, batch.words = State.SENT, now, "Found at the clearinghouse by a person."
    else:
        batch.state, batch.next_try_at, batch.words = State.WAITING, now, "To be sent again."
        enqueue(TASK, batch.pk)
    batch.save()
    return batch


def _give_back(*, by, batch: ClaimBatch, words: str) -> None:
    for claim in batch.claims.filter(state=SENT).order_by("pk"):
        claim = lock_claim(claim)
        move(by=by, claim=claim, to=READY, kind="given_back", words=words, batch=batch)
