"""A payer's answer as a card: read, and made sure that it answers the question that was asked."""

from __future__ import annotations

from typing import Any

from billing.edi.envelopes import Reading
from billing.edi.errors import EdiError
from billing.edi.readers.coverage_card import coverage_card
from billing.edi.readers.eligibility import EligibilityAnswer, read_eligibility


def card_of(text: str, *, trace: str, member_id: str = "") -> dict[str, Any]:
    """The card that a 271 gives about the question with this trace, as JSON.

    An answer that can't be read, that refuses the file as a whole (999) or that is about another question gives a card
    that could not verify: nothing of it is believed. An answer that names no question is believed when it is about
    `member_id`, or when it says no more than that it could not answer.
    """
    try:
        answers = answers_in(text)
    except EdiError as error:
        return _could_not("unread", str(error))
    if not answers:
        return _could_not("refused", "")
    mine = [one for one in answers if trace in _traces(one)]
    unmarked = [one for one in answers if not _traces(one) and (one.rejects or _is_about(one, member_id))]
    chosen = mine or unmarked
    if not chosen:
        return _could_not("other", "")
    return coverage_card(chosen[0])


def answers_in(text: str) -> list[EligibilityAnswer]:
    """Every answer about coverage in a file, none where it holds other things. Raises EdiError."""
    found: list[EligibilityAnswer] = []
    for one in Reading(text).sets():
        if one.kind == "271":
            found += read_eligibility(one)
    return found


def traces_in(text: str) -> list[str]:
    """The traces of the questions that a file answers; none where it can't be read."""
    try:
        return list(dict.fromkeys(trace for one in answers_in(text) for trace in _traces(one)))
    except EdiError:
        return []


def kind_of(text: str) -> str:
    """What the first transaction set of a file is (271, 999, 277CA, 835), "" where it can't be told."""
    try:
        return next(iter(Reading(text).sets(is_strict=False))).kind[:8]
    except (EdiError, StopIteration):
        return ""


def _traces(answer: EligibilityAnswer) -> set[str]:
    people = (answer.dependent, answer.subscriber)
    return {trace for one in people if one for trace, _ in one.traces}


def _is_about(answer: EligibilityAnswer, member_id: str) -> bool:
    said = {_plain(one.named.id) for one in (answer.dependent, answer.subscriber) if one and one.named}
    return bool(member_id) and _plain(member_id) in said


def _plain(text: str) -> str:
    """Spaces, dashes and capitals make no difference."""
    return "".join(char for char in text.lower() if char.isalnum())


def _could_not(code: str, words: str) -> dict[str, Any]:
    return {
        "status": "not_verified",
        "errors": [{"level": "file", "code": code, "follow_up": "", "words": words}],
        "benefits": [],
    }
