"""Professional claims (837P), one at a time, as the same values that the writer takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from billing.edi.claims import SELF, Address, Claim, Dependent, Provider, Subscriber
from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.claim_loops import ClaimLoops
from billing.edi.readers.levels import DEPENDENT, PAYER, SUBSCRIBER, Level, levels
from billing.edi.readers.parties import Party
from billing.edi.tokens import Segment


@dataclass(slots=True)
class ReadClaim:
    """A claim and all segments from its CLM on.

    `problems` say what of it cannot be relied on: an amount that is none stands as 0 in the claim, a date that is none as None, and
    a problem tells so. `is_charge_known` and `unknown_lines` (counted from 1) say which amounts these are.
    """

    claim: Claim
    segments: list[Segment] = field(default_factory=list, repr=False)
    problems: list[str] = field(default_factory=list)
    is_charge_known: bool = True
    unknown_lines: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Heads:
    """Whose claims are being read: the levels above, as far as they have been seen."""

    billing: Provider = field(default_factory=lambda: Party().provider())
    pay_to: Address | None = None
    policy: tuple[str, ...] = ("P", "", "", "", "", "")
    subscriber: Party = field(default_factory=Party)
    payer: Party = field(default_factory=Party)
    patient: Party | None = None
    relationship: str = ""


def read_claims(source: TransactionSet) -> Iterator[ReadClaim]:
    """Each claim, in order; what is odd is also a warning of `source`. Refused with `EdiError`: a set of another kind."""
    source.check()
    if source.kind != "837P":
        raise EdiError(f"These are no professional claims (837P) but a {source.kind}.")
    heads = _Heads()
    for level in levels(source):
        starts = [at for at, segment in enumerate(level.segments) if segment.id == "CLM"]
        _take_head(heads, level, level.segments[: starts[0] if starts else None], source)
        for start, end in zip(starts, [*starts[1:], None], strict=False):
            yield _claim(heads, level, level.segments[start:end], source)


def _take_head(heads: _Heads, level: Level, segments: list[Segment], source: TransactionSet) -> None:
    for segment in segments:
        if not (segment.id.isalnum() and segment.id.isupper() and 2 <= len(segment.id) <= 3):
            source.warn("the segment's identifier is none.", segment)
    if level.code == PAYER:  # the same code stands for the billing provider here
        parties = _parties(segments)
        heads.billing = parties.get("85", Party()).provider()
        heads.pay_to = parties["87"].address if "87" in parties else None
        heads.subscriber, heads.payer, heads.patient = Party(), Party(), None
    elif level.code == SUBSCRIBER:
        parties = _parties(segments)
        heads.subscriber, heads.payer = parties.get("IL", Party()), parties.get("PR", Party())
        heads.policy = next(
            (tuple(segment[at] for at in (1, 2, 3, 4, 5, 9)) for segment in segments if segment.id == "SBR"),
            _Heads().policy,
        )
        heads.patient = None
        for role, words in (("IL", "subscriber"), ("PR", "payer")):
            if role not in parties:
                source.warn(f"the {words} is not named.", segments[0] if segments else None)
    elif level.code == DEPENDENT:
        heads.patient = _parties(segments).get("QC", Party())
        heads.relationship = next((segment[1] for segment in segments if segment.id == "PAT"), "")


def _parties(segments: list[Segment]) -> dict[str, Party]:
    """Those that the segments name, by role. A taxonomy code that stands before the first belongs to the billing provider."""
    found: dict[str, Party] = {}
    current = before = Party()
    for segment in segments:
        if segment.id == "NM1":
            current = found.setdefault(segment[1], Party())
            if segment[1] == "85":
                current.taxonomy = before.taxonomy
        current.take(segment)
    return found


def _claim(heads: _Heads, level: Level, segments: list[Segment], source: TransactionSet) -> ReadClaim:
    loops = ClaimLoops(segments)
    order, _, group_number, group_name, secondary_type, filing_code = heads.policy
    is_dependent = level.code == DEPENDENT and heads.patient is not None
    claim = Claim(
        billing=heads.billing,
        pay_to=heads.pay_to,
        subscriber=Subscriber(
            person=heads.subscriber.person(), member_id=heads.subscriber.named.id, order=order,
            group_number=group_number, group_name=group_name, filing_code=filing_code, secondary_type=secondary_type,
        ),
        payer=heads.payer.payer(),
        dependent=Dependent(person=heads.patient.person(), relationship=heads.relationship) if is_dependent else None,
        **loops.claim_fields(),
    )  # fmt: skip
    if not is_dependent and heads.policy[1] not in (SELF, ""):
        loops.problem(segments[0], "the patient is somebody else than the subscriber, but is not named.")
    if loops.is_charge_known and not loops.unknown_lines and claim.charge != claim.lines_total:
        source.warn(f"the claim's charge is {claim.charge}, its lines' {claim.lines_total}.", segments[0])
    source.warnings += loops.problems
    return ReadClaim(claim, segments, loops.problems, loops.is_charge_known, loops.unknown_lines)
