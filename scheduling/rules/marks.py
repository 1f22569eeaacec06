"""Small warnings on a visit: what somebody has to see before the patient comes.

Each has a sign on the boards, words for a screen reader, and its line in the legend.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """Why a visit needs a look. The value names the sign."""

    UNCONFIRMED = "unconfirmed"
    COVERAGE = "coverage"
    FORMS = "forms"
    INTERPRETER = "interpreter"
    SAME_NAME = "same-name"

    @property
    def words(self) -> str:
        """The legend's line, and what a screen reader says."""
        return WORDS[self]


WORDS: dict[Mark, str] = {
    Mark.UNCONFIRMED: "Not confirmed",
    Mark.COVERAGE: "Coverage not checked",
    Mark.FORMS: "Registration incomplete",
    Mark.INTERPRETER: "Interpreter",
    Mark.SAME_NAME: "Same name today",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the warnings of one visit follow from."""

    is_upcoming: bool
    is_soon: bool
    is_confirmed: bool
    is_coverage_checked: bool
    gaps: tuple[str, ...]
    needs_interpreter: bool
    has_namesake: bool


def marks_of(facts: Facts) -> tuple[Mark, ...]:
    """The warnings of a visit in the order of the legend.

    What can still be mended before the patient comes is shown until they are here; "not confirmed" only
    today and tomorrow, when somebody would call.
    """
    ahead = facts.is_upcoming
    shown = (
        (Mark.UNCONFIRMED, ahead and facts.is_soon and not facts.is_confirmed),
        (Mark.COVERAGE, ahead and not facts.is_coverage_checked),
        (Mark.FORMS, ahead and bool(facts.gaps)),
        (Mark.INTERPRETER, facts.needs_interpreter),
        (Mark.SAME_NAME, facts.has_namesake),
    )
    return tuple(mark for mark, is_shown in shown if is_shown)


def words_of(marks: Iterable[Mark]) -> str:
    """All of them in one phrase."""
    return ", ".join(mark.words for mark in marks)
