"""The question to a payer as a file (270): who asks, about whom, for which day."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from billing.edi.claims import Payer, Person, Provider
from billing.edi.inquiries import EligibilityInquiry
from billing.edi.writers.envelope import ControlNumbers, Partners
from billing.edi.writers.inquiries import write_eligibility
from billing.edi.writers.segments import Unwritable
from billing.models import EligibilityRequest
from billing.rules.subscribers import SEXES, split_name
from clinic.core import time
from clinic.core.errors import Refused
from clinic.core.profile import clinic, clinic_zone
from records.models import Coverage, Patient

# The plan as a whole, and office visits.
SERVICES = ("30", "98")
# A question knows fewer relationships than a claim.
RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "34"}


def next_control_number() -> int:
    """A number for a file that leaves, 1 to 999,999,999, never given twice (whoever the receiver is)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('billing_interchange_number')")
        return cursor.fetchone()[0]


def partners() -> Partners:
    """The clinic and its clearinghouse, as both sides call each other in files."""
    given = settings.CLEARINGHOUSE
    return Partners(
        sender=given["SENDER_ID"] or "CLINIC",
        receiver=given["RECEIVER_ID"] or "CLEARINGHOUSE",
        is_test=given["KIND"] == "simulated",
    )


def question_of(row: EligibilityRequest) -> str:
    """The file that asks. Refuses (Refused) what a payer can't be asked with: no payer ID, no NPI, no birth date."""
    coverage = row.coverage
    _complete(coverage)
    patient = _person(coverage.patient)
    is_own = coverage.relationship == Coverage.Relationship.SELF
    number = next_control_number()
    inquiry = EligibilityInquiry(
        payer=Payer(name=coverage.payer.name, payer_id=coverage.payer.payer_id),
        provider=Provider(last_name=clinic().name, npi=clinic().npi),
        subscriber=patient if is_own else _holder(coverage),
        dependent=None if is_own else patient,
        dependent_relationship="" if is_own else RELATIONSHIPS.get(coverage.relationship, "34"),
        member_id=coverage.member_id,
        group_number=coverage.group_number,
        service_on=row.service_on,
        service_types=SERVICES,
        trace=row.trace,
        trace_origin=clinic().npi,
    )
    at = time.now().astimezone(time.zone(clinic_zone()))
    try:
        return write_eligibility([inquiry], partners(), ControlNumbers(interchange=number, group=number), at)
    except Unwritable as error:
        raise Refused(f"This can’t be asked electronically: {error}") from error


def _complete(coverage: Coverage) -> None:
    if not coverage.payer.payer_id:
        raise Refused(f"{coverage.payer.name} has no payer ID.", field="payer")
    if not clinic().npi:
        raise Refused("The clinic’s own NPI is not on file.", field="clinic")


def _person(patient: Patient) -> Person:
    return Person(
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        birth_date=patient.birth_date,
        sex=SEXES.get(patient.sex_at_birth, "U"),
    )


def _holder(coverage: Coverage) -> Person:
    """The subscriber from the name on file, taken apart as on a claim."""
    last, first, suffix = split_name(coverage.subscriber_name)
    first, _, middle = first.partition(" ")
    return Person(
        last_name=last,
        first_name=first,
        middle_name=middle,
        suffix=suffix,
        birth_date=coverage.subscriber_birth_date,
    )
