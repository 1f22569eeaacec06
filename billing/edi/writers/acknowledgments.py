"""Writes receipts: 999 (was the file readable?) and 277CA (was each claim taken?)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from decimal import Decimal

from billing.edi.answers import (
    ClaimReceipt,
    ClaimReceipts,
    GroupAcknowledgment,
    SegmentError,
    SetAcknowledgment,
)
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, write_interchange
from billing.edi.writers.segments import (
    amount,
    code,
    composite,
    date_segment,
    day,
    organization_name,
    person_name,
    provider_name,
    segment,
    words,
)

ACKNOWLEDGMENT_VERSION = "005010X231A1"
RECEIPT_VERSION = "005010X214"


def write_acknowledgment(
    groups: Iterable[GroupAcknowledgment], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 999 for each group that came in."""
    sets = (
        TransactionSet(kind="999", version=ACKNOWLEDGMENT_VERSION, segments=list(_group(group)))
        for group in groups
    )
    return write_interchange(partners, numbers, at, sets)


def _group(group: GroupAcknowledgment) -> Iterator[str]:
    yield segment("AK1", group.functional_id, group.control, group.version)
    for one in group.sets:
        yield segment("AK2", one.kind, one.control, one.version)
        for error in one.errors:
            yield from _error(error)
        yield segment("IK5", one.verdict, *_codes(one))
    count = str(len(group.sets))
    yield segment("AK9", group.verdict, count, count, str(group.accepted))


def _codes(one: SetAcknowledgment) -> tuple[str, ...]:
    """Why a set was refused: 5 says that segments have faults."""
    return one.codes or (("5",) if one.errors else ())


def _error(error: SegmentError) -> Iterator[str]:
    yield segment("IK3", error.tag, str(error.place), error.loop, error.code)
    for one in error.elements:
        yield segment("IK4", str(one.element), "", one.code, words(one.value, 99))


def write_claim_receipts(
    files: Iterable[ClaimReceipts], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 277CA for each file of claims that came in."""
    sets = (TransactionSet(kind="277", version=RECEIPT_VERSION, segments=_receipts(one, at)) for one in files)
    return write_interchange(partners, numbers, at, sets)


def _receipts(file: ClaimReceipts, at: dt.datetime) -> Iterator[str]:
    trace = code(file.trace, "The trace number")
    yield segment("BHT", "0085", "08", trace, day(at), at.strftime("%H%M"), "TH")
    yield segment("HL", "1", "", "20", "1")
    yield organization_name("PR", file.payer.name, "PI", file.payer.payer_id, "the payer")
    yield segment("TRN", "1", trace)
    yield date_segment("050", file.received_on)
    yield date_segment("009", at.date())
    yield segment("HL", "2", "1", "21", "1")
    yield organization_name("41", file.submitter_name, "46", file.submitter_id, "the submitter")
    yield segment("TRN", "2", code(file.file_reference, "The reference of the file"))
    yield from _totals(file.receipts, day(at), ("90", "AA"))
    numbers = itertools.count(3)
    for billing, together in itertools.groupby(file.receipts, key=lambda one: one.billing):
        parent, some = next(numbers), list(together)
        yield segment("HL", str(parent), "2", "19", "1")
        yield provider_name("85", billing)
        yield segment("TRN", "1", "0")
        yield from _totals(some, "", ("QA", "QC"))
        for one in some:
            yield segment("HL", str(next(numbers)), str(parent), "PT")
            yield from _receipt(one, at)


def _totals(receipts: Iterable[ClaimReceipt], on: str, counts: tuple[str, str]) -> Iterator[str]:
    """How many claims were taken and rejected, and what they come to; the day stands for a whole file only."""
    taken = [one.charge for one in receipts if one.is_accepted]
    rejected = [one.charge for one in receipts if not one.is_accepted]
    verdict = "A1" if taken else "A8"
    yield segment("STC", composite(verdict, "19" if taken else "21", "PR"), on, "WQ" if taken else "U",
                  amount(sum([*taken, *rejected], Decimal(0))))  # fmt: skip
    for qualifier, some in zip(counts, (taken, rejected), strict=True):
        if some:
            yield segment("QTY", qualifier, str(len(some)))
    for qualifier, some in (("YU", taken), ("YY", rejected)):
        if some:
            yield segment("AMT", qualifier, amount(sum(some, Decimal(0))))


def _receipt(one: ClaimReceipt, at: dt.datetime) -> Iterator[str]:
    yield person_name("QC", one.patient, "MI", code(one.member_id, "The member number", 80))
    yield segment("TRN", "2", code(one.account, "The account number", 38))
    yield segment("STC", composite(one.category, one.status, one.entity), day(at), "WQ" if one.is_accepted else "U",
                  amount(one.charge), *([""] * 7), words(one.message, 264))  # fmt: skip
    if one.payer_control:
        yield segment("REF", "1K", code(one.payer_control, "The payer's claim number"))
    yield date_segment("472", one.service_from, one.service_to)
