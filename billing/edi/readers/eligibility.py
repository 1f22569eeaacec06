"""The answer to an eligibility question (271): each member it speaks of, and every benefit with what belongs to it.

Nothing is summed up here; `coverage_card` makes the card that the desk sees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from billing.edi.claims import Address
from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.levels import DEPENDENT, PAYER, RECEIVER, SUBSCRIBER, Level, levels
from billing.edi.readers.names import Named, named
from billing.edi.tokens import Segment
from billing.edi.values import date, money, number, period

LEVEL_NAMES = {PAYER: "payer", RECEIVER: "provider", SUBSCRIBER: "subscriber", DEPENDENT: "dependent"}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a payer could not answer. `level` is payer, provider, subscriber or dependent; `code` and `follow_up` are the payer's."""

    level: str
    code: str
    follow_up: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A date or range with the code of what it means; `last` is None where only one day is given."""

    qualifier: str
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A number with the code of what it is, and the words beside it."""

    qualifier: str
    value: str
    words: str


@dataclass(slots=True)
class Entity:
    """Somebody whom a benefit names: the primary care provider, another payer ... `contacts` are numbers and addresses to ask at."""

    named: Named
    address: Address = field(default_factory=Address)
    contacts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Benefit:
    """One EB with all that follows it up to the next.

    `amount` is US dollars, `percent` 0 to 100 (a file's 0.2 and 20 both mean 20). `authorization` and `network` are the payer's Y, N,
    U or W; codes stand as received.
    """

    code: str
    coverage_level: str
    service_types: tuple[str, ...]
    insurance_type: str
    plan: str
    period: str
    amount: Decimal | None
    percent: Decimal | None
    quantity_qualifier: str
    quantity: Decimal | None
    authorization: str
    network: str
    procedure: str
    dates: list[Dated] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list, repr=False)


@dataclass(slots=True)
class Member:
    """A subscriber or a dependent as the payer knows them, with their benefits. `relationship` is the code of INS02 to the subscriber."""

    level: str
    named: Named | None = None
    birth_date: dt.date | None = None
    sex: str = ""
    relationship: str = ""
    address: Address = field(default_factory=Address)
    traces: list[tuple[str, str]] = field(default_factory=list)
    dates: list[Dated] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    benefits: list[Benefit] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        """Whether the payer said anything about this member: benefits, or why there are none."""
        return bool(self.benefits or self.rejects)


@dataclass(slots=True)
class EligibilityAnswer:
    """What one payer answers about one patient: the subscriber themselves, or (then `dependent`) somebody on their policy.

    `rejects` are those of all levels above and of the patient's own.
    """

    payer: Named | None
    provider: Named | None
    subscriber: Member | None
    dependent: Member | None
    rejects: list[Reject]

    @property
    def patient(self) -> Member | None:
        """Whose benefits these are; None where the payer answered about nobody."""
        return self.dependent or self.subscriber


def read_eligibility(source: TransactionSet) -> list[EligibilityAnswer]:
    """One answer for each patient, at least one. Refused with `EdiError`: a set of another kind."""
    source.check()
    if source.kind != "271":
        raise EdiError(f"This is no answer about eligibility (271) but a {source.kind}.")
    members: dict[Level, Member] = {}
    every: list[Level] = []
    for level in levels(source):
        if level.code in LEVEL_NAMES:
            every.append(level)
            members[level] = _Builder(level, source).member
    people = [level for level in every if level.code in (SUBSCRIBER, DEPENDENT)]
    parents = {level.parent for level in people if level.code == DEPENDENT}
    chosen = [level for level in people if level not in parents or members[level].is_answered]
    # a dependent's answer stands before one about their subscriber
    chosen.sort(key=lambda level: level.code != DEPENDENT)
    if not chosen:
        chosen = every[-1:]
    if not chosen:
        raise EdiError("The answer names neither payer nor patient.")
    return [_answer(level, members) for level in chosen]


def _answer(level: Level, members: dict[Level, Member]) -> EligibilityAnswer:
    def at(code: str) -> Member | None:
        found = level.above(code)
        return members[found] if found else None

    payer, provider = at(PAYER), at(RECEIVER)
    return EligibilityAnswer(
        payer=payer.named if payer else None,
        provider=provider.named if provider else None,
        subscriber=at(SUBSCRIBER),
        dependent=members[level] if level.code == DEPENDENT else None,
        rejects=[reject for above in level.path() if above in members for reject in members[above].rejects],
    )


class _Builder:
    """Goes through a level's segments; after EB they belong to that benefit."""

    def __init__(self, level: Level, source: TransactionSet):
        self.source = source
        self.member = Member(level=LEVEL_NAMES[level.code])
        self.benefit: Benefit | None = None
        self.entity: Entity | None = None
        for segment in level.segments:
            if self.benefit is not None and segment.id != "EB":
                self.benefit.segments.append(segment)
            if handle := self._HANDLERS.get(segment.id):
                handle(self, segment)

    def _eb(self, segment: Segment) -> None:
        amount = money(segment[7])
        if segment[7] and amount is None:
            self.source.warn("a benefit's amount cannot be read.", segment)
        self.entity = None
        self.benefit = Benefit(
            code=segment[1], coverage_level=segment[2], service_types=tuple(segment.repeats(3)),
            insurance_type=segment[4], plan=segment[5], period=segment[6], amount=amount,
            percent=self._percent(segment), quantity_qualifier=segment[9], quantity=number(segment[10]),
            authorization=segment[11], network=segment[12],
            procedure=" ".join(part for part in segment.parts(13)[1:] if part), segments=[segment],
        )  # fmt: skip
        self.member.benefits.append(self.benefit)

    def _percent(self, segment: Segment) -> Decimal | None:
        found = number(segment[8])
        if segment[8] and (found is None or not 0 <= found <= _HUNDRED):
            self.source.warn("a benefit's share cannot be read.", segment)
            return None
        return found * _HUNDRED if found is not None and found <= 1 else found

    def _aaa(self, segment: Segment) -> None:
        self.member.rejects.append(Reject(self.member.level, segment[3], segment[4]))

    def _nm1(self, segment: Segment) -> None:
        if self.benefit is None and self.member.named is None:
            self.member.named = named(segment)
            return
        self.entity = Entity(named(segment))
        (self.benefit or self.member).entities.append(self.entity)

    def _n3(self, segment: Segment) -> None:
        self._place(line1=segment[1], line2=segment[2])

    def _n4(self, segment: Segment) -> None:
        self._place(city=segment[1], state=segment[2], postal_code=segment[3])

    def _place(self, **parts: str) -> None:
        target = self.entity or self.member
        kept = {name: getattr(target.address, name) for name in Address.__dataclass_fields__}
        target.address = Address(**kept | parts)

    def _per(self, segment: Segment) -> None:
        if self.entity is not None:
            pairs = ((segment[at], segment[at + 1]) for at in (3, 5, 7))
            self.entity.contacts += [pair for pair in pairs if pair[1]]

    def _dmg(self, segment: Segment) -> None:
        self.member.birth_date = date(segment[2])
        if segment[2] and self.member.birth_date is None:
            self.source.warn("the birth date does not exist.", segment)
        self.member.sex = segment[3]

    def _ins(self, segment: Segment) -> None:
        self.member.relationship = segment[2]

    def _trn(self, segment: Segment) -> None:
        self.member.traces.append((segment[2], segment[3]))

    def _dtp(self, segment: Segment) -> None:
        first, last = period(segment[2], segment[3])
        if first is None:
            self.source.warn("there is no such date.", segment)
        found = Dated(segment[1], first, last if segment[2] == "RD8" else None)
        (self.benefit or self.member).dates.append(found)

    def _ref(self, segment: Segment) -> None:
        (self.benefit or self.member).references.append(Reference(segment[1], segment[2], segment[3]))

    def _msg(self, segment: Segment) -> None:
        if self.benefit is not None:
            self.benefit.messages.append(segment[1])

    def _le(self, segment: Segment) -> None:
        self.entity = None

    _HANDLERS: dict[str, Callable[[_Builder, Segment], None]] = {
        "EB": _eb, "AAA": _aaa, "NM1": _nm1, "N3": _n3, "N4": _n4, "PER": _per, "DMG": _dmg, "INS": _ins,
        "TRN": _trn, "DTP": _dtp, "REF": _ref, "MSG": _msg, "LE": _le,
    }  # fmt: skip
