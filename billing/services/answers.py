"""Files that come from payers: fetched, kept as they came, and answers about coverage matched to their questions."""

from __future__ import annotations

import hashlib

from django.db import InterfaceError, OperationalError

from billing.clearinghouse import Answer, Later, NoAnswer, NotTaken, clearinghouse, is_set_up
from billing.models import EligibilityRequest, PayerFile
from billing.services.asking import settle
from billing.services.readings import kind_of, traces_in
from clinic import audit
from clinic.core import failures, time
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.tasks import enqueue

# Wakes who reads a kind of file. The file is the truth: a sweep of theirs finds what was not woken.
READERS = {
    "271": "billing.settle_answers",
    "277CA": "billing.settle_claim_answers",
    "835": "billing.settle_remittances",
    "999": "billing.settle_claim_answers",
}


def fetch_answers(*, by: Actor) -> int:
    """Fetches what waits at the clearinghouse; each file is stored before the other side is told. Returns how many."""
    if not is_set_up():
        return 0
    house, count = clearinghouse(), 0
    try:
        for answer in house.fetch():
            try:
                keep_file(by=by, answer=answer, connection=house.name)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:  # it stays where it is, and the others are fetched
                digest = hashlib.sha256(answer.name.encode("utf-8", "replace")).hexdigest()
                failures.note_failure("billing.fetch_answers", digest, error)
                continue
            house.done(answer)
            count += 1
    except (Later, NoAnswer, NotTaken):
        return count  # it will be there at the next look
    return count


@service
def keep_file(*, by: Actor, answer: Answer, connection: str) -> PayerFile:
    """Keeps a file as it came; the same file again gives the row that there is. Audited as `payer_file.received`."""
    text = answer.text.replace("\0", "")  # a column holds no NUL
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    row, is_new = PayerFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "name": answer.name[:200],
            "kind": kind_of(text),
            "connection": connection,
            "text": text,
            "received_at": time.now(),
        },
    )
    if is_new:
        audit.record(by, "payer_file.received", obj=row, about=row.kind)
        if row.kind in READERS:
            enqueue(READERS[row.kind])
    return row


def settle_answers(*, by: Actor) -> int:
    """Gives every fetched answer about coverage to the question that it answers. Returns how many files were read.

    A file that no reader was made for stops no other: it stands in the list of failed work.
    """
    files = list(PayerFile.objects.filter(kind="271", handled_at=None).order_by("received_at")[:50])
    return failures.each(
        "billing.settle_answers", files, lambda file: _settle_file(by=by, file=file), key=lambda file: file.pk
    )


@service
def _settle_file(*, by: Actor, file: PayerFile) -> None:
    row = PayerFile.objects.select_for_update(skip_locked=True).filter(pk=file.pk, handled_at=None).first()
    if row is None:
        return
    waiting = EligibilityRequest.objects.filter(
        trace__in=traces_in(row.text), state=EligibilityRequest.State.WAITING
    )
    for pk in waiting.values_list("pk", flat=True):
        settle(request_id=pk, by=by, question="", outcome=row.text)
    row.handled_at = time.now()
    row.save(update_fields=["handled_at"])
