"""The envelope: interchange, group and transaction sets around segments, counted while they pass by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from billing.edi.characters import COMPONENT, ELEMENT, REPETITION, TERMINATOR, plain
from billing.edi.writers.segments import Unwritable, segment

GROUP_OF = {"270": "HS", "271": "HB", "276": "HR", "277": "HN", "835": "HP", "837": "HC", "999": "FA"}
_MOST = 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Partners:
    """Who sends to whom: the names that both sides agreed on, up to 15 characters each in the envelope.

    `group_sender` and `group_receiver` are used inside where they differ from those of the envelope. `is_test` marks the
    file so that no payer acts on it.
    """

    sender: str
    receiver: str
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    group_sender: str = ""
    group_receiver: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlNumbers:
    """What names a file among all that one receiver gets: the caller sees to it that none is used twice.

    `first_set` is the number of the first transaction set; the others count on.
    """

    interchange: int
    group: int
    first_set: int = 1

    def __post_init__(self) -> None:
        for value in (self.interchange, self.group, self.first_set):
            if not 1 <= value <= _MOST:
                raise Unwritable(f"{value} can't be a control number: 1 to {_MOST:,} can.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionSet:
    """`kind` ("270"), `version` ("005010X279A1") and the segments between ST and SE, taken as they come."""

    kind: str
    version: str
    segments: Iterable[str]
    names_version: bool = True  # all but the 835 repeat the version in ST


def interchange_lines(
    partners: Partners, numbers: ControlNumbers, at: dt.datetime, sets: Iterable[TransactionSet]
) -> Iterator[str]:
    """One interchange with one group, segment by segment with terminator and newline, so that any size passes by.

    `at` is the clinic's local time. All sets are of one kind and version, at least one: ValueError otherwise.
    Raises Unwritable for names that don't fit.
    """
    rest = iter(sets)
    first = next(rest, None)
    if first is None:
        raise ValueError("An interchange holds at least one transaction set.")
    yield _isa(partners, numbers, at) + TERMINATOR + "\n"
    yield _ended(segment(
        "GS", GROUP_OF[first.kind], _name(partners.group_sender or partners.sender),
        _name(partners.group_receiver or partners.receiver), at.strftime("%Y%m%d"), at.strftime("%H%M"),
        str(numbers.group), "X", first.version,
    ))  # fmt: skip
    count = 0
    for one in _chain(first, rest):
        if (one.kind, one.version) != (first.kind, first.version):
            raise ValueError("One group holds one kind of transaction.")
        yield from _set_lines(one, f"{numbers.first_set + count:04d}")
        count += 1
    yield _ended(segment("GE", str(count), str(numbers.group)))
    yield _ended(segment("IEA", "1", f"{numbers.interchange:09d}"))


def write_interchange(
    partners: Partners, numbers: ControlNumbers, at: dt.datetime, sets: Iterable[TransactionSet]
) -> str:
    """The whole text of `interchange_lines`."""
    return "".join(interchange_lines(partners, numbers, at, sets))


def _chain(first: TransactionSet, rest: Iterator[TransactionSet]) -> Iterator[TransactionSet]:
    yield first
    yield from rest


def _set_lines(one: TransactionSet, number: str) -> Iterator[str]:
    yield _ended(segment("ST", one.kind, number, one.version if one.names_version else ""))
    count = 2
    for text in one.segments:
        count += 1
        yield _ended(text)
    yield _ended(segment("SE", str(count), number))


def _ended(text: str) -> str:
    return f"{text}{TERMINATOR}\n"


def _isa(partners: Partners, numbers: ControlNumbers, at: dt.datetime) -> str:
    """The header, each element in its fixed width: 105 characters before the terminator."""
    parts = (
        "ISA", "00", " " * 10, "00", " " * 10,
        _qualifier(partners.sender_qualifier), _name(partners.sender).ljust(15),
        _qualifier(partners.receiver_qualifier), _name(partners.receiver).ljust(15),
        at.strftime("%y%m%d"), at.strftime("%H%M"), REPETITION, "00501", f"{numbers.interchange:09d}",
        "0", "T" if partners.is_test else "P", COMPONENT,
    )  # fmt: skip
    return ELEMENT.join(parts)


def _qualifier(text: str) -> str:
    if len(text) != 2:
        raise Unwritable(f"The qualifier {text!r} of a sender or receiver has to have two characters.")
    return text


def _name(text: str) -> str:
    if not text or len(text) > 15 or plain(text) != text:
        raise Unwritable(f"{text!r} can't name a sender or receiver: 1 to 15 plain characters can.")
    return text
