"""Writes answers to questions: 271 (benefits, or why there is no answer) and 277 (how far a claim has come)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from billing.edi.answers import Benefit, BenefitEntity, EligibilityAnswer, StatusAnswer
from billing.edi.claims import Person
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, write_interchange
from billing.edi.writers.inquiries import ELIGIBILITY_VERSION, STATUS_VERSION
from billing.edi.writers.segments import (
    address,
    amount,
    code,
    composite,
    date_segment,
    day,
    demographics,
    number,
    organization_name,
    person_name,
    provider_name,
    repeated,
    segment,
    words,
)


def write_eligibility_answers(
    answers: Iterable[EligibilityAnswer], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 271 for each answer."""
    sets = (
        TransactionSet(kind="271", version=ELIGIBILITY_VERSION, segments=list(_answer(one, at)))
        for one in answers
    )
    return write_interchange(partners, numbers, at, sets)


def _answer(answer: EligibilityAnswer, at: dt.datetime) -> Iterator[str]:
    """Levels end where a refusal stands: nothing below a payer that can't answer is told."""
    inquiry = answer.inquiry
    levels = {one.level for one in answer.refusals}
    yield segment("BHT", "0022", "11", code(inquiry.trace, "The trace number"), day(at), at.strftime("%H%M"))
    yield segment("HL", "1", "", "20", "0" if "payer" in levels else "1")
    yield organization_name(
        "PR", inquiry.payer.name, inquiry.payer.id_qualifier, inquiry.payer.payer_id, "the payer"
    )
    yield from _refusals(answer, "payer")
    if "payer" in levels:
        return
    yield segment("HL", "2", "1", "21", "0" if "provider" in levels else "1")
    yield provider_name("1P", inquiry.provider)
    yield from _refusals(answer, "provider")
    if "provider" in levels:
        return
    has_dependent = bool(inquiry.dependent) and "subscriber" not in levels
    yield segment("HL", "3", "2", "22", "1" if has_dependent else "0")
    if not has_dependent:
        yield _trace(answer)
    subscriber = answer.subscriber or inquiry.subscriber
    yield person_name("IL", subscriber, "MI", code(inquiry.member_id, "The member number", 80))
    if answer.group_number:
        yield segment("REF", "6P", code(answer.group_number, "The group number"))
    if not has_dependent:
        yield from _patient(answer, subscriber, "subscriber")
        return
    yield from address(subscriber.address, "the subscriber")
    if subscriber.birth_date:
        yield demographics(subscriber, "the subscriber")
    yield segment("HL", "4", "3", "23", "0")
    yield _trace(answer)
    dependent = answer.dependent or inquiry.dependent
    assert dependent is not None  # noqa: S101 - has_dependent says so
    yield person_name("03", dependent)
    yield from _patient(answer, dependent, "dependent")


def _trace(answer: EligibilityAnswer) -> str:
    return segment("TRN", "2", code(answer.inquiry.trace, "The trace number"), answer.inquiry.trace_origin)


def _refusals(answer: EligibilityAnswer, level: str) -> Iterator[str]:
    for one in answer.refusals:
        if one.level == level:
            yield segment("AAA", "Y" if one.is_request_valid else "N", "", one.code, one.follow_up)


def _patient(answer: EligibilityAnswer, person: Person, level: str) -> Iterator[str]:
    yield from address(person.address, "the patient")
    yield from _refusals(answer, level)
    if person.birth_date:
        yield demographics(person, "the patient")
    if level == "dependent" and answer.inquiry.dependent_relationship and not answer.refusals:
        yield segment("INS", "N", answer.inquiry.dependent_relationship)
    for qualifier, first, last in answer.plan_dates:
        yield date_segment(qualifier, first, last)
    for benefit in answer.benefits:
        yield from _benefit(benefit)


def _benefit(benefit: Benefit) -> Iterator[str]:
    yield segment(
        "EB", benefit.kind, benefit.level, repeated(benefit.service_types), benefit.insurance_type,
        words(benefit.plan, 50), benefit.period, amount(benefit.amount) if benefit.amount is not None else "",
        number(benefit.percent) if benefit.percent is not None else "", "", "", benefit.authorization, benefit.network,
    )  # fmt: skip
    for qualifier, first, last in benefit.dates:
        yield date_segment(qualifier, first, last)
    for message in benefit.messages:
        yield segment("MSG", words(message, 264))
    if benefit.entity:
        yield segment("LS", "2120")
        yield _entity(benefit.entity)
        yield segment("LE", "2120")


def _entity(entity: BenefitEntity) -> str:
    return segment("NM1", entity.role, "1" if entity.is_person else "2", words(entity.name, 60),
                   words(entity.first_name, 35), "", "", "", entity.id_qualifier if entity.identifier else "",
                   code(entity.identifier, "The number of another payer or provider", 80))  # fmt: skip


def write_status_answers(
    answers: Iterable[StatusAnswer], partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:
    """A 277 for each answer."""
    sets = (
        TransactionSet(kind="277", version=STATUS_VERSION, segments=list(_status(one, at))) for one in answers
    )
    return write_interchange(partners, numbers, at, sets)


def _status(answer: StatusAnswer, at: dt.datetime) -> Iterator[str]:
    inquiry = answer.inquiry
    trace = code(inquiry.trace, "The trace number")
    yield segment("BHT", "0010", "08", trace, day(at), at.strftime("%H%M"), "DG")
    yield segment("HL", "1", "", "20", "1")
    yield organization_name(
        "PR", inquiry.payer.name, inquiry.payer.id_qualifier, inquiry.payer.payer_id, "the payer"
    )
    yield segment("HL", "2", "1", "21", "1")
    yield organization_name("41", inquiry.submitter_name, "46", inquiry.submitter_id, "the submitter")
    yield segment("HL", "3", "2", "19", "1")
    yield provider_name("1P", inquiry.provider)
    yield segment("HL", "4", "3", "22", "1" if inquiry.dependent else "0")
    yield person_name("IL", inquiry.subscriber, "MI", code(inquiry.member_id, "The member number", 80))
    if inquiry.dependent:
        yield segment("HL", "5", "4", "23")
        yield person_name("QC", inquiry.dependent)
    yield segment("TRN", "2", trace)
    paid_on = day(answer.paid_on) if answer.paid_on else ""
    yield segment(
        "STC", composite(answer.category, answer.status, answer.entity), day(answer.effective_on), "",
        amount(answer.charge), amount(answer.paid), paid_on, "", paid_on if answer.payment_trace else "",
        code(answer.payment_trace, "The trace number of the payment"),
    )  # fmt: skip
    if answer.payer_control:
        yield segment("REF", "1K", code(answer.payer_control, "The payer's claim number"))
    yield segment("REF", "EJ", code(inquiry.account, "The account number", 38))
    yield date_segment("472", inquiry.service_from, inquiry.service_to)
