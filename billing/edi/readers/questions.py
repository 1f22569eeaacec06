"""Questions to a payer, read back: 270 (is this person covered?) and 276 (what became of this claim?)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from billing.edi.envelopes import TransactionSet
from billing.edi.errors import EdiError
from billing.edi.readers.levels import DEPENDENT, PAYER, PROVIDER, RECEIVER, SUBSCRIBER, Level, levels
from billing.edi.readers.names import Named, named
from billing.edi.tokens import Segment
from billing.edi.values import date, money, period


@dataclass(slots=True)
class Question:
    """One question. `asked_from` to `asked_to` are the days it is about; `account`, `charge` and `payer_control` are those of a 276."""

    payer: Named | None
    provider: Named | None
    subscriber: Named | None
    patient: Named | None
    birth_date: dt.date | None = None
    trace: str = ""
    service_types: list[str] = field(default_factory=list)
    asked_from: dt.date | None = None
    asked_to: dt.date | None = None
    account: str = ""
    payer_control: str = ""
    charge: Decimal | None = None
    segments: list[Segment] = field(default_factory=list, repr=False)


def read_questions(source: TransactionSet) -> Iterator[Question]:
    """Each question of a 270 or 276, in order. Refused with `EdiError`: a set of another kind."""
    source.check()
    if source.kind not in ("270", "276"):
        raise EdiError(f"This is no question to a payer (270, 276) but a {source.kind}.")
    for level in levels(source):
        if level.code not in (SUBSCRIBER, DEPENDENT):
            continue
        starts = [at for at, segment in enumerate(level.segments) if segment.id == "TRN"]
        if source.kind == "270" and not starts and any(one.id == "EQ" for one in level.segments):
            starts = [0]  # a 270 may go without a number to trace it by
        for start, end in zip(starts, [*starts[1:], None], strict=False):
            yield _question(level, start, end if source.kind == "276" else None)
            if source.kind == "270":
                break


def _question(level: Level, start: int, end: int | None) -> Question:
    upper = level.above(PROVIDER) or level.above(RECEIVER)
    found = Question(
        payer=_name(level.above(PAYER)), provider=_name(upper), subscriber=_name(level.above(SUBSCRIBER)),
        patient=_name(level), segments=level.segments[start:end],
    )  # fmt: skip
    birth = next((segment for segment in level.segments if segment.id == "DMG"), None)
    found.birth_date = date(birth[2]) if birth else None
    for segment in found.segments:
        match segment.id:
            case "TRN":
                found.trace = found.trace or segment[2]
            case "EQ":
                found.service_types += segment.repeats(1)
            case "DTP" if segment[1] in ("291", "472") and found.asked_from is None:
                found.asked_from, found.asked_to = period(segment[2], segment[3])
            case "REF" if segment[1] == "EJ":
                found.account = segment[2]
            case "REF" if segment[1] == "1K":
                found.payer_control = segment[2]
            case "AMT" if segment[1] == "T3":
                found.charge = money(segment[2])
    return found


def _name(level: Level | None) -> Named | None:
    return next((named(one) for one in level.segments if one.id == "NM1"), None) if level else None
