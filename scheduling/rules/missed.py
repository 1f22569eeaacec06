"""What follows from a visit that did not take place as booked. Pure. Source: domain specification 3.4."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    LEFT = "left"

    @property
    def words(self) -> str:
        return KIND_WORDS[self]


KIND_WORDS = {
    Kind.NO_SHOW: "No-show",
    Kind.LATE_CANCEL: "Late cancellation",
    Kind.LEFT: "Left without being seen",
}


class Risk(StrEnum):
    RESULT = "result"
    INFANT = "infant"
    ANTICOAGULANT = "anticoagulant"

    @property
    def words(self) -> str:
        return RISK_WORDS[self]


RISK_WORDS = {
    Risk.RESULT: "abnormal result open",
    Risk.INFANT: "infant",
    Risk.ANTICOAGULANT: "takes an anticoagulant",
}
# How laboratories mark what is outside their range (HL7 table 0078, the abnormal ones).
ABNORMAL = frozenset({"H", "HH", "L", "LL", "A", "AA", ">", "<", "POS"})


def is_counted(kind: str, *, late_cancels: bool) -> bool:
    """Whether a missed visit of this kind counts toward letters and the provider's decision. Who came and left does
    not: they did come."""
    return kind == Kind.NO_SHOW or (late_cancels and kind == Kind.LATE_CANCEL)


def letter_of(number: int, decision_at: int) -> int:
    """Which letter follows the n-th missed visit that counts: the first or the second, none once the provider decides."""
    return number if 1 <= number < decision_at and number <= 2 else 0


def needs_decision(number: int, decision_at: int) -> bool:
    """Whether the provider has to decide how to go on."""
    return number >= decision_at


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of the month where there is none."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError("No such day.")  # pragma: no cover - the 28th exists in every month


def takes_any(medications: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a name of the list begins a word in any medication."""
    wanted = [re.escape(name.strip()) for name in names if name.strip()]
    if not wanted:
        return False
    pattern = re.compile(rf"\b(?:{'|'.join(wanted)})", re.IGNORECASE)
    return any(pattern.search(text) for text in medications)


def risks_of(
    *,
    born: date,
    on: date,
    infant_months: int,
    has_abnormal_result: bool,
    medications: Iterable[str],
    anticoagulants: Iterable[str],
) -> list[Risk]:
    """Why a missed visit of this patient is the provider's matter at once; empty for most."""
    return [
        risk
        for risk, is_so in (
            (Risk.RESULT, has_abnormal_result),
            (Risk.INFANT, born > months_before(on, infant_months)),
            (Risk.ANTICOAGULANT, takes_any(medications, anticoagulants)),
        )
        if is_so
    ]
