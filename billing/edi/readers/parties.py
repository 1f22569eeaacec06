"""People and organisations of a claim (837P), put together from NM1 and the segments that follow it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from billing.edi.claims import Address, Contact, Payer, Person, Provider
from billing.edi.readers.names import Named, named
from billing.edi.tokens import Segment
from billing.edi.values import date

_NOBODY = Named("", False, "", "", "", "", "", "")
_OTHER_NUMBERS = ("G2", "1G", "0B", "LU")
_TAX_NUMBERS = ("EI", "SY")


@dataclass(slots=True)
class Party:
    """What is known so far of somebody."""

    named: Named = _NOBODY
    lines: tuple[str, str] = ("", "")
    place: tuple[str, str, str] = ("", "", "")
    references: dict[str, str] = field(default_factory=dict)
    birth_date: dt.date | None = None
    sex: str = ""
    taxonomy: str = ""
    contact: Contact = field(default_factory=Contact)

    def take(self, segment: Segment) -> bool:
        """Takes in a segment that describes this party; False where it is none of those."""
        match segment.id:
            case "NM1":
                self.named = named(segment)
            case "N3":
                self.lines = (segment[1], segment[2])
            case "N4":
                self.place = (segment[1], segment[2], segment[3])
            case "REF":
                self.references.setdefault(segment[1], segment[2])
            case "DMG":
                self.birth_date, self.sex = date(segment[2]), segment[3]
            case "PRV":
                self.taxonomy = segment[3]
            case "PER":
                self._ask(segment)
            case _:
                return False
        return True

    def _ask(self, segment: Segment) -> None:
        ways = {segment[at]: segment[at + 1] for at in (3, 5, 7) if segment[at]}
        if not self.contact.phone:  # the first of two contacts
            self.contact = Contact(
                name=segment[2], phone=ways.get("TE", ""), extension=ways.get("EX", ""), email=ways.get("EM", "")
            )  # fmt: skip

    @property
    def address(self) -> Address:
        """Street and place."""
        (line1, line2), (city, state, postal_code) = self.lines, self.place
        return Address(line1=line1, line2=line2, city=city, state=state, postal_code=postal_code)

    def person(self) -> Person:
        """As subscriber or patient."""
        who = self.named
        return Person(
            last_name=who.last_name, first_name=who.first_name, middle_name=who.middle_name, suffix=who.suffix,
            birth_date=self.birth_date, sex=self.sex, address=self.address,
        )  # fmt: skip

    def payer(self) -> Payer:
        """As payer."""
        return Payer(
            name=self.named.last_name, payer_id=self.named.id, id_qualifier=self.named.id_qualifier, address=self.address
        )  # fmt: skip

    def provider(self) -> Provider:
        """As billing, rendering, referring, supervising provider or as facility."""
        who = self.named
        tax = next((kind for kind in _TAX_NUMBERS if kind in self.references), "")
        other, kind = ("", "") if who.npi else (who.id, who.id_qualifier)
        if not other:
            kind = next((one for one in _OTHER_NUMBERS if one in self.references), "")
            other = self.references.get(kind, "")
        return Provider(
            last_name=who.last_name, first_name=who.first_name, middle_name=who.middle_name, suffix=who.suffix,
            is_person=who.is_person, npi=who.npi, tax_id=self.references.get(tax, ""), is_tax_id_ssn=tax == "SY",
            taxonomy=self.taxonomy, other_id=other, other_id_qualifier=kind, address=self.address, contact=self.contact,
        )  # fmt: skip
