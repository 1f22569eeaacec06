"""Writes professional claims (837P): the file around them, who bills, and who is insured."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator

from billing.edi.claims import SELF, Address, Claim, Dependent, Payer, Provider, Submission, Subscriber
from billing.edi.writers.claim_loops import claim_segments, policy
from billing.edi.writers.envelope import ControlNumbers, Partners, TransactionSet, interchange_lines
from billing.edi.writers.segments import (
    Unwritable,
    address,
    code,
    contact,
    day,
    demographics,
    needed,
    organization_name,
    person_name,
    provider_name,
    segment,
)

CLAIM_VERSION = "005010X222A1"
CLAIMS_PER_SET = 5000


def claim_lines(
    claims: Iterable[Claim], submission: Submission, partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> Iterator[str]:  # fmt: skip
    """The 837P with these claims, segment by segment: memory stays flat, whatever their number.

    Claims that follow one another with the same billing provider share its loop; after 5,000 a new transaction
    set begins. Raises Unwritable, naming the claim, where something is missing or doesn't add up: a file
    that has been begun is then to be thrown away.
    """
    return interchange_lines(partners, numbers, at, _sets(claims, submission, at))


def write_claims(
    claims: Iterable[Claim], submission: Submission, partners: Partners, numbers: ControlNumbers, at: dt.datetime
) -> str:  # fmt: skip
    """The whole text of `claim_lines`."""
    return "".join(claim_lines(claims, submission, partners, numbers, at))


def refusal_of(claim: Claim) -> str:
    """Why a claim can't be written, in words for the biller; "" where it can. So that one claim does not stop a batch."""
    try:
        for _ in itertools.chain(_billing(claim.billing, claim.pay_to), _one(claim, 1, itertools.count(2))):
            pass
    except Unwritable as error:
        return str(error)
    return ""


def _sets(claims: Iterable[Claim], submission: Submission, at: dt.datetime) -> Iterator[TransactionSet]:
    rest = iter(claims)
    for place in itertools.count(1):
        first = next(rest, None)
        if first is None:
            return
        some = itertools.chain([first], itertools.islice(rest, CLAIMS_PER_SET - 1))
        yield TransactionSet(kind="837", version=CLAIM_VERSION, segments=_set(some, submission, at, place))


def _set(claims: Iterable[Claim], submission: Submission, at: dt.datetime, place: int) -> Iterator[str]:
    reference = code(submission.reference, "The reference of the file", 30) + (
        f"-{place}" if place > 1 else ""
    )
    yield segment("BHT", "0019", "00", needed(reference, "The reference of the file"), day(at),
                  at.strftime("%H%M%S"), "CH")  # fmt: skip
    yield organization_name("41", submission.submitter_name, "46", submission.submitter_id, "the submitter")
    yield contact(submission.submitter_contact, "the submitter")
    yield organization_name("40", submission.receiver_name, "46", submission.receiver_id, "the receiver")
    numbers = itertools.count(1)
    for (billing, pay_to), together in itertools.groupby(claims, key=lambda one: (one.billing, one.pay_to)):
        first, parent = next(together), next(numbers)
        yield segment("HL", str(parent), "", "20", "1")
        yield from _named(first, _billing(billing, pay_to))
        for claim in itertools.chain([first], together):
            yield from _named(claim, _one(claim, parent, numbers))


def _named(claim: Claim, segments: Iterable[str]) -> list[str]:
    """All segments or none: what is refused is known, with the claim's name, before the first of them leaves."""
    try:
        return list(segments)
    except Unwritable as error:
        raise Unwritable(f"Claim {claim.account}: {error}") from error


def _billing(billing: Provider, pay_to: Address | None) -> Iterator[str]:
    if billing.taxonomy:
        yield segment("PRV", "BI", "PXC", code(billing.taxonomy, "The taxonomy code"))
    if billing.address == Address():
        raise Unwritable("The address of the billing provider is missing.")
    yield provider_name("85", billing)
    yield from address(billing.address, "the billing provider")
    tax_id = needed(
        code(billing.tax_id.replace("-", ""), "The tax number"), "The billing provider's tax number"
    )
    yield segment("REF", "SY" if billing.is_tax_id_ssn else "EI", tax_id)
    if billing.contact.phone or billing.contact.email:
        yield contact(billing.contact, "the billing provider")
    if pay_to:
        yield segment("NM1", "87", "1" if billing.is_person else "2")
        yield from address(pay_to, "the place that is paid")


def _one(claim: Claim, parent: int, numbers: Iterator[int]) -> Iterator[str]:
    place = next(numbers)
    yield segment("HL", str(place), str(parent), "22", "1" if claim.dependent else "0")
    yield from _subscriber(claim.subscriber, claim.dependent, claim.payer)
    if claim.dependent:
        yield segment("HL", str(next(numbers)), str(place), "23", "0")
        yield from _dependent(claim.dependent)
    yield from claim_segments(claim)


def _subscriber(subscriber: Subscriber, dependent: Dependent | None, payer: Payer) -> Iterator[str]:
    yield policy(subscriber, "" if dependent else SELF)
    person = subscriber.person
    member = needed(code(subscriber.member_id, "The member number", 80), "The member number")
    yield person_name("IL", person, "MI", member)
    if not dependent and person.address == Address():
        raise Unwritable("The patient's address is missing.")
    yield from address(person.address, "the subscriber")
    if not dependent or person.birth_date:
        yield demographics(person, "the subscriber")
    yield organization_name("PR", payer.name, payer.id_qualifier, payer.payer_id, "the payer")
    yield from address(payer.address, "the payer")


def _dependent(dependent: Dependent) -> Iterator[str]:
    yield segment("PAT", needed(dependent.relationship, "The patient's relationship to the subscriber"))
    yield person_name("QC", dependent.person)
    if dependent.person.address == Address():
        raise Unwritable("The patient's address is missing.")
    yield from address(dependent.person.address, "the patient")
    yield demographics(dependent.person, "the patient")
