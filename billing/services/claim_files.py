"""Reads what receivers say of files of claims: 999 about a whole file, 277CA about each claim in it."""

import re

from django.conf import settings

from billing.edi.envelopes import Reading, TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.acknowledgments import (
    ACCEPTED,
    ACCEPTED_WITH_ERRORS,
    PARTLY,
    REJECTED,
    FileReceipt,
    read_acknowledgment,
)
from billing.edi.readers.claim_status import ClaimStatus, read_statuses
from billing.models import PayerFile
from billing.rules.claim_answers import Told, told, verdict_of
from clinic.core import failures, time
from clinic.core.db import attempt, service

from .claim_answers import answer_batch, answer_claim

KINDS = ("999", "277CA")
AT_ONCE = 50
_FILE = re.compile(r"B([0-9]{1,9})")
_GROUP = re.compile(r"[0-9]{1,9}")
_SAYS = frozenset({ACCEPTED, ACCEPTED_WITH_ERRORS, PARTLY, REJECTED})


def settle_claim_answers(*, by) -> int:
    """Give every kept answer about claims to the claims that it is about. Returns how many files were read.

    A file that no reader was made for stops no other: it stands in the list of failed work.
    """
    waiting = PayerFile.objects.filter(kind__in=KINDS, handled_at=None).order_by("received_at")
    files = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return failures.each("billing.settle_claim_answers", files, lambda pk: _settle(by=by, pk=pk))


@service
def _settle(*, by, pk) -> None:
    """One file in one transaction: a file is applied whole, and once."""
    row = PayerFile.objects.select_for_update(skip_locked=True).filter(pk=pk, handled_at=None).first()
    if row is None:
        return
    try:
        # What breaks in the middle takes back what the parts before it have moved.
        with attempt():
            for one in Reading(row.text).sets(is_strict=False):
                if one.refusal:
                    continue  # what stands beside a set that is refused is read all the same, wherever it stands
                if one.interchange.is_test and settings.CLEARINGHOUSE["KIND"] != "simulated":
                    continue  # a file marked as a test is no word about real claims
                if one.kind == "999":
                    _about_file(by, read_acknowledgment(one))
                elif one.kind == "277CA":
                    _about_claims(by, one)
    except EdiError:
        # It is kept as it came; what cannot be read moves no claim.
        pass
    row.handled_at = time.now()
    row.save(update_fields=["handled_at"])


def _about_file(by, receipt: FileReceipt) -> None:
    if receipt.group_kind != "HC" or not _GROUP.fullmatch(receipt.group_control):
        return
    # A receipt that does not say whether the file was taken is no word that it was.
    if receipt.status not in _SAYS:
        return
    is_accepted = receipt.status != REJECTED
    faults = [f"{error.segment} at place {error.place}" for one in receipt.sets for error in one.errors[:5]]
    words = "The file was taken." if is_accepted else "The receiver could not read the file"
    if not is_accepted:
        words = f"{words}: {', '.join(faults)}." if faults else f"{words}."
    answer_batch(by=by, control_number=int(receipt.group_control), is_accepted=is_accepted, words=words)


def _about_claims(by, source: TransactionSet) -> None:
    """Each claim by its account; a file that was turned away whole names no claim, only the file."""
    statuses = list(read_statuses(source))
    claims = [one for one in statuses if one.scope == "claim" and one.account]
    files = {int(found[1]) for one in statuses if (found := _FILE.fullmatch(one.trace))}
    about = next(iter(files)) if len(files) == 1 else None
    for status in claims:
        answer_claim(
            by=by,
            account=status.account,
            answers=_words(status),
            payer_control=status.payer_control,
            control_number=about,
        )
    if claims:
        return
    for status in statuses:
        number = _FILE.fullmatch(status.trace)
        answers = _words(status)
        if number and verdict_of(answers) == "rejected":
            words = " ".join(one.words for one in answers)
            answer_batch(by=by, control_number=int(number[1]), is_accepted=False, words=words)


def _words(status: ClaimStatus) -> list[Told]:
    """Each status once, those of single lines with the code that they are about."""
    found = [told(one.category, one.code, one.entity, one.message) for one in status.statuses]
    for line in status.lines:
        found += [
            told(
                one.category,
                one.code,
                one.entity,
                f"{line.code}: {one.message}" if one.message else line.code,
            )
            for one in line.statuses
        ]
    return list(dict.fromkeys(found))
