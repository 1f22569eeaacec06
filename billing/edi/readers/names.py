"""Who a segment names: NM1, in every transaction set with the same elements."""

from __future__ import annotations

from dataclasses import dataclass

from billing.edi.tokens import Segment
from billing.edi.values import name


@dataclass(frozen=True, slots=True)
class Named:
    """A person or an organisation (then `last_name` is its name). `role` is the code of what they are here.

    `id_qualifier` says what kind of number `id` is: MI member, XX NPI, PI payer, FI tax number ...
    """

    role: str
    is_person: bool
    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    id_qualifier: str
    id: str

    @property
    def name(self) -> str:
        """First, middle, last name and suffix, as far as they are given."""
        return name(self.first_name, self.middle_name, self.last_name, self.suffix)

    @property
    def npi(self) -> str:
        """The NPI, "" where another number or none is given."""
        return self.id if self.id_qualifier == "XX" else ""


def named(segment: Segment) -> Named:
    """What an NM1 segment says."""
    return Named(
        role=segment[1], is_person=segment[2] == "1", last_name=segment[3], first_name=segment[4],
        middle_name=segment[5], suffix=segment[7], id_qualifier=segment[8], id=segment[9],
    )  # fmt: skip
