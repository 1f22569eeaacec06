"""Takes in a file of claims as a payer does: what it calls itself, who sent it, and every claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from billing.edi.claims import Claim
from billing.edi.envelopes import Reading, TransactionSet
from billing.edi.errors import EdiError
from billing.edi.payer.requests import Envelope, envelope_of
from billing.edi.readers.claims import read_claims
from billing.edi.tokens import Segment


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """One transaction set. `reference` is the clinic's name for it, `control` its number in the envelope."""

    control: str
    reference: str
    submitter_name: str
    submitter_id: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """A whole file, and the envelope of the answers to it."""

    envelope: Envelope
    group_control: str
    version: str
    files: tuple[ClaimFile, ...]


def read_claim_file(text: str) -> Intake:
    """All claims of an 837P. Raises EdiError for another kind of file, or where an amount or a day can't be read."""
    files, envelope, group, version = [], None, "", ""
    for one in Reading(text).sets():
        envelope = envelope or envelope_of(one)
        group, version = one.group.control if one.group else "", one.version
        files.append(_file(one))
    assert envelope is not None  # noqa: S101 - a file without a set is refused by the reader
    return Intake(envelope, group, version, tuple(files))


def _file(one: TransactionSet) -> ClaimFile:
    head: list[Segment] = []
    one.segments = _watched(one.segments, head)
    claims = []
    for found in read_claims(one):
        if found.problems or not found.claim.lines:
            raise EdiError("A claim of this file can't be read; the program that wrote it is wrong.")
        claims.append(found.claim)
    names = {segment.id: segment for segment in head if segment.id != "NM1" or segment[1] == "41"}
    if "BHT" not in names or "NM1" not in names or not claims:
        raise EdiError("The file of claims has no reference, no submitter or no claim.")
    return ClaimFile(one.control, names["BHT"][3], names["NM1"][3], names["NM1"][9], tuple(claims))


def _watched(segments: Iterator[Segment], head: list[Segment]) -> Iterator[Segment]:
    """The same segments; those before the first level are kept in `head`."""
    is_head = True
    for segment in segments:
        is_head = is_head and segment.id != "HL"
        if is_head:
            head.append(segment)
        yield segment
