"""Which made-up member number gives what: the last two digits decide, an appendix such as -02 for a family member aside."""

from __future__ import annotations

import re
import zlib

# Each with the words of docs/edi.md. Everybody else is covered and paid as their plan says.
ELIGIBILITY_CASES = {
    "88": "patient not found: a dependent, or the subscriber where there is none",
    "89": "asking provider not known to the payer",
    "90": "cover ended on the last day of the month before the visit",
    "91": "subscriber not found",
    "92": "no answer at all",
    "93": "the payer can't answer just now; ask again later",
    "94": "birth date does not fit",
    "95": "another payer comes first",
    "96": "another plan since the first of the month",
    "97": "office visits need an authorization",
    "98": "the clinic is outside the network",
    "99": "nothing of a high deductible is met",
}
CLAIM_CASES = {
    "70": "denied: something is missing or wrong (CO-16, remark N290)",
    "71": "denied: no authorization (CO-197)",
    "72": "denied: too late (CO-29)",
    "73": "denied: part of another service (CO-97)",
    "74": "paid but for the last line, which the plan leaves to the patient (PR-204)",
    "75": "all of it is deductible (PR-1)",
    "76": "rejected on arrival: the number of the rendering provider (A7, 562)",
    "77": "rejected on arrival: member not known (A3, 164)",
    "78": "paid, taken back and paid again with less, in one remittance",
    "79": "paid under a corrected name",
    "80": "paid, less an earlier overpayment (PLB)",
    "81": "paid in a remittance whose payment does not add up",
    "82": "paid and sent on to the second payer",
    "83": "taken in and never decided",
    "84": "paid with adjustments of the claim as a whole, without lines",
    "85": "denied: sent before (CO-18)",
}
REFUSED_FILE = "9987"  # a claim of this member makes the whole file unreadable for the payer (999)

_FAMILY = re.compile(r"-0\d$")


class Silent(Exception):
    """The payer does not answer, as when a connection breaks in the middle."""


def ending(member_id: str, count: int = 2) -> str:
    """The last digits of a member number without the appendix of a family member; fewer where it has fewer."""
    digits = re.sub(r"\D", "", _FAMILY.sub("", member_id.strip()))
    return digits[-count:]


def dice(text: str, sides: int) -> int:
    """0 to sides - 1: always the same for the same text, and evenly spread."""
    return zlib.crc32(text.encode()) % sides
