"""Reads the questions that come to a payer: 270 and 276, and the envelope that the answer turns round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from billing.edi.claims import Address, Payer, Person, Provider
from billing.edi.envelopes import Reading, TransactionSet
from billing.edi.errors import EdiError
from billing.edi.inquiries import EligibilityInquiry, StatusInquiry
from billing.edi.tokens import Segment
from billing.edi.values import date, money, period
from billing.edi.writers.envelope import ControlNumbers, Partners


@dataclass(frozen=True, slots=True)
class Envelope:
    """Of an answer: sender and receiver turned round, number and time of what is answered."""

    partners: Partners
    numbers: ControlNumbers
    at: dt.datetime


def envelope_of(asked: TransactionSet) -> Envelope:
    """The envelope of the answer to a set. Raises EdiError where the file has no usable number or date."""
    header, group = asked.interchange, asked.group
    number = int(header.control) if header.control.isascii() and header.control.isdigit() else 0
    if group is None or not number or header.sent_on is None:
        raise EdiError("The envelope has no control number or no date to answer to.")
    clock = header.sent_at if len(header.sent_at) == 4 and header.sent_at.isdigit() else "0000"
    partners = Partners(
        sender=header.receiver, receiver=header.sender, sender_qualifier=header.receiver_qualifier,
        receiver_qualifier=header.sender_qualifier, group_sender=group.receiver, group_receiver=group.sender,
        is_test=header.is_test,
    )  # fmt: skip
    at = dt.datetime.combine(header.sent_on, dt.time(int(clock[:2]) % 24, int(clock[2:]) % 60))
    return Envelope(partners, ControlNumbers(interchange=number, group=number), at)


def questions(text: str, kind: str) -> tuple[Envelope, list]:
    """Every EligibilityInquiry (kind 270) or StatusInquiry (276) of a file, and the envelope of the answer.

    Raises EdiError for a file that isn't one of that kind, or leaves out what is needed to answer.
    """
    envelope, found = None, []
    for one in Reading(text).sets():
        if one.kind != kind:
            raise EdiError(f"A {kind} is asked for here, this is a {one.kind}.")
        envelope = envelope or envelope_of(one)
        found.append(_QUESTIONS[kind](one.segments))
    assert envelope is not None  # noqa: S101 - a file without a set is refused by the reader
    return envelope, found


def _eligibility(segments: Iterator[Segment]) -> EligibilityInquiry:
    seen = _People()
    trace, origin, group, relationship, types = "", "", "", "", ("30",)
    asked_for: dt.date | None = None
    for one in segments:
        seen.take(one)
        if one.id == "TRN":
            trace, origin = one[2], one[3]
        elif one.id == "REF" and one[1] == "6P":
            group = one[2]
        elif one.id == "INS":
            relationship = one[2]
        elif one.id == "DTP" and one[1] == "291":
            asked_for = period(one[2], one[3])[0]
        elif one.id == "EQ":
            types = tuple(one.repeats(1)) or types
    payer, provider, subscriber = seen.needed()
    if asked_for is None or not trace:
        raise EdiError("The question has no day or no trace number.")
    return EligibilityInquiry(
        payer=payer, provider=provider, subscriber=subscriber, member_id=seen.member_id, service_on=asked_for,
        trace=trace, trace_origin=origin, dependent=seen.dependent, dependent_relationship=relationship,
        group_number=group, service_types=types,
    )  # fmt: skip


def _status(segments: Iterator[Segment]) -> StatusInquiry:
    seen = _People()
    trace, account, control, charge = "", "", "", None
    first: dt.date | None = None
    last: dt.date | None = None
    for one in segments:
        seen.take(one)
        if one.id == "TRN":
            trace = one[2]
        elif one.id == "REF" and one[1] == "EJ":
            account = one[2]
        elif one.id == "REF" and one[1] == "1K":
            control = one[2]
        elif one.id == "AMT" and one[1] == "T3":
            charge = money(one[2])
        elif one.id == "DTP" and one[1] == "472":
            first, last = period(one[2], one[3])
    payer, provider, subscriber = seen.needed()
    if charge is None or first is None or not trace:
        raise EdiError("The question has no amount, no day or no trace number.")
    return StatusInquiry(
        payer=payer, submitter_name=seen.submitter[0], submitter_id=seen.submitter[1], provider=provider,
        subscriber=subscriber, member_id=seen.member_id, trace=trace, account=account, charge=charge,
        service_from=first, service_to=last, dependent=seen.dependent, payer_control=control,
    )  # fmt: skip


class _People:
    """Payer, provider, subscriber and dependent, gathered while the segments pass."""

    def __init__(self) -> None:
        self.payer: Payer | None = None
        self.provider: Provider | None = None
        self.subscriber: Person | None = None
        self.dependent: Person | None = None
        self.submitter = ("", "")
        self.member_id = ""
        self._birth: Segment | None = None
        self._is_named = False  # whether the present level has said whom it is about

    def take(self, one: Segment) -> None:
        if one.id == "HL":
            self._birth, self._is_named = None, False
        elif one.id == "NM1":
            self._name(one)
        elif one.id == "DMG":
            # A 276 has the birth date before the name, a 270 after it.
            self._birth = one
            if self._is_named:
                self._born()
        elif one.id in ("N3", "N4"):
            self._address(one)

    def needed(self) -> tuple[Payer, Provider, Person]:
        """Those without whom there is no question."""
        if not (self.payer and self.provider and self.subscriber):
            raise EdiError("The question names no payer, no provider or no subscriber.")
        return self.payer, self.provider, self.subscriber

    def _name(self, one: Segment) -> None:
        role = one[1]
        if role == "PR":
            self.payer = Payer(name=one[3], payer_id=one[9], id_qualifier=one[8])
        elif role == "41":
            self.submitter = (one[3], one[9])
        elif role == "1P":
            self.provider = Provider(
                last_name=one[3], first_name=one[4], middle_name=one[5], suffix=one[7], is_person=one[2] == "1",
                npi=one[9] if one[8] == "XX" else "", other_id="" if one[8] == "XX" else one[9],
                other_id_qualifier="" if one[8] == "XX" else one[8],
            )  # fmt: skip
        elif role in ("IL", "03", "QC"):
            person = Person(last_name=one[3], first_name=one[4], middle_name=one[5], suffix=one[7])
            if role == "IL":
                self.subscriber, self.member_id = person, one[9]
            else:
                self.dependent = person
            self._is_named = True
            self._born()

    def _current(self, changes: dict) -> None:
        if self.dependent:
            self.dependent = replace(self.dependent, **changes)
        elif self.subscriber:
            self.subscriber = replace(self.subscriber, **changes)

    def _born(self) -> None:
        if self._birth:
            self._current({"birth_date": date(self._birth[2]), "sex": self._birth[3]})

    def _address(self, one: Segment) -> None:
        person = self.dependent or self.subscriber
        if person is None:
            return
        if one.id == "N3":
            place = Address(line1=one[1], line2=one[2])
        else:
            place = replace(person.address, city=one[1], state=one[2], postal_code=one[3])
        self._current({"address": place})


_QUESTIONS = {"270": _eligibility, "276": _status}
