"""Writes questions to a payer: 270 (is this person covered?) and 276 (what became of this claim?)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from billing.edi.claims import Payer, Person
from billing.edi.inquiries import EligibilityInquiry, StatusInquiry
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, write_interchange
from billing.edi.writers.segments import (
    Unwritable,
    address,
    amount,
    code,
    date_segment,
    day,
    demographics,
    needed,
    organization_name,
    person_name,
    provider_name,
    repeated,
    segment,
)

ELIGIBILITY_VERSION = "005010X279A1"
STATUS_VERSION = "005010X212"


def write_eligibility(
    inquiries: list[EligibilityInquiry], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 270 for each inquiry in one interchange; real-time payers take one at a time. `at` is the clinic's local time.

    Raises Unwritable where a name, birth date or number is missing or can't be sent.
    """
    sets = (
        TransactionSet(kind="270", version=ELIGIBILITY_VERSION, segments=list(_eligibility(inquiry, at)))
        for inquiry in inquiries
    )
    return write_interchange(partners, numbers, at, sets)


def write_status(
    inquiries: list[StatusInquiry], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 276 for each inquiry in one interchange. Raises Unwritable like `write_eligibility`."""
    sets = (
        TransactionSet(kind="276", version=STATUS_VERSION, segments=list(_status(inquiry, at)))
        for inquiry in inquiries
    )
    return write_interchange(partners, numbers, at, sets)


def _eligibility(inquiry: EligibilityInquiry, at: dt.datetime) -> Iterator[str]:
    trace = needed(code(inquiry.trace, "The trace number"), "The trace number")
    yield segment("BHT", "0022", "13", trace, day(at), at.strftime("%H%M"))
    yield segment("HL", "1", "", "20", "1")
    yield _payer(inquiry.payer)
    yield segment("HL", "2", "1", "21", "1")
    yield provider_name("1P", inquiry.provider)
    yield segment("HL", "3", "2", "22", "1" if inquiry.dependent else "0")
    if not inquiry.dependent:
        yield _eligibility_trace(inquiry, trace)
    yield _member(inquiry.subscriber, inquiry.member_id)
    if inquiry.group_number:
        yield segment("REF", "6P", code(inquiry.group_number, "The group number"))
    if not inquiry.dependent:
        yield from _asked(inquiry, inquiry.subscriber)
        return
    if inquiry.subscriber.birth_date:
        yield demographics(inquiry.subscriber, "the subscriber", is_sex_needed=False)
    yield segment("HL", "4", "3", "23", "0")
    yield _eligibility_trace(inquiry, trace)
    yield person_name("03", inquiry.dependent)
    yield from _asked(inquiry, inquiry.dependent)


def _eligibility_trace(inquiry: EligibilityInquiry, trace: str) -> str:
    origin = code(inquiry.trace_origin, "The asker's number", 10)
    if len(origin) != 10:
        raise Unwritable("The asker's number has to have ten characters.")
    return segment("TRN", "1", trace, origin)


def _asked(inquiry: EligibilityInquiry, patient: Person) -> Iterator[str]:
    """Who exactly, on which day, about what."""
    yield from address(patient.address, "the patient")
    yield demographics(patient, "the patient", is_sex_needed=False)
    if inquiry.dependent and inquiry.dependent_relationship:
        yield segment("INS", "N", inquiry.dependent_relationship)
    yield date_segment("291", inquiry.service_on)
    yield segment("EQ", repeated(inquiry.service_types))


def _status(inquiry: StatusInquiry, at: dt.datetime) -> Iterator[str]:
    trace = needed(code(inquiry.trace, "The trace number"), "The trace number")
    yield segment("BHT", "0010", "13", trace, day(at), at.strftime("%H%M"))
    yield segment("HL", "1", "", "20", "1")
    yield _payer(inquiry.payer)
    yield segment("HL", "2", "1", "21", "1")
    yield organization_name("41", inquiry.submitter_name, "46", inquiry.submitter_id, "the submitter")
    yield segment("HL", "3", "2", "19", "1")
    yield provider_name("1P", inquiry.provider)
    yield segment("HL", "4", "3", "22", "1" if inquiry.dependent else "0")
    if not inquiry.dependent:
        yield demographics(inquiry.subscriber, "the patient", is_sex_needed=False)
    yield _member(inquiry.subscriber, inquiry.member_id)
    if inquiry.dependent:
        yield segment("HL", "5", "4", "23")
        yield demographics(inquiry.dependent, "the patient", is_sex_needed=False)
        yield person_name("QC", inquiry.dependent)
    yield segment("TRN", "1", trace)
    if inquiry.payer_control:
        yield segment("REF", "1K", code(inquiry.payer_control, "The payer's claim number"))
    yield segment("REF", "EJ", code(inquiry.account, "The account number", 38))
    yield segment("AMT", "T3", amount(inquiry.charge))
    yield date_segment("472", inquiry.service_from, inquiry.service_to)


def _payer(payer: Payer) -> str:
    return organization_name("PR", payer.name, payer.id_qualifier, payer.payer_id, "the payer")


def _member(subscriber: Person, member_id: str) -> str:
    member = needed(code(member_id, "The member number", 80), "The member number")
    return person_name("IL", subscriber, "MI", member)
