"""How likely two registrations are one person: a score of 0-100 and the reasons in words."""

import datetime as dt
from dataclasses import dataclass

import jellyfish

from records.rules.names import fold

WARN_AT = 45  # a date of birth alone is no suspicion: in a full clinic many share one
STRONG_AT = 75


@dataclass(frozen=True)
class Person:
    """What registration knows. Phones and e-mails in stored form; `names` are other names in use."""

    first: str
    last: str
    birth_date: dt.date | None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    member_ids: frozenset[str] = frozenset()
    preferred: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class Score:
    points: int
    reasons: tuple[str, ...]

    @property
    def is_warning(self) -> bool:
        return self.points >= WARN_AT

    @property
    def is_strong(self) -> bool:
        return self.points >= STRONG_AT


def sound(name: str) -> str:
    """How a name sounds, as one key: Catherine and Kathryn, Meyer and Maier fall together."""
    folded = fold(name).replace(" ", "")
    return jellyfish.metaphone(folded) if folded else ""


def score(new: Person, known: Person) -> Score:
    """Compares two people. Name up to 45 points, date of birth 40, phone, e-mail and member id the rest."""
    reasons: list[str] = []
    points = _last_name(new, known, reasons) + _first_name(new, known, reasons)
    points += _birth_date(new.birth_date, known.birth_date, reasons)
    for mine, theirs, worth, words in (
        (new.member_ids, known.member_ids, 30, "same insurance member ID"),
        (new.phones, known.phones, 20, "same phone"),
        (new.emails, known.emails, 15, "same e-mail"),
    ):
        if mine & theirs:
            points += worth
            reasons.append(words)
    if not any("birth" in reason for reason in reasons) and points > 0:
        # A household shares names, phones and plans; without a date that fits it is rarely one person.
        points -= 25
    return Score(max(0, min(points, 100)), tuple(reasons))


def _last_name(new: Person, known: Person, reasons: list[str]) -> int:
    mine, theirs = fold(new.last), fold(known.last)
    if not mine or not theirs:
        return 0
    if mine == theirs:
        reasons.append("same last name")
        return 25
    if set(mine.split()) & set(theirs.split()):
        reasons.append("last names share a part")
        return 18
    if sound(new.last) == sound(known.last) or jellyfish.jaro_winkler_similarity(mine, theirs) >= 0.92:
        reasons.append("last name sounds alike")
        return 18
    # Names swapped between the two fields are a common slip at the desk.
    if mine == fold(known.first) and theirs == fold(new.first):
        reasons.append("first and last name swapped")
        return 25
    return 0


def _first_name(new: Person, known: Person, reasons: list[str]) -> int:
    mine = {fold(name) for name in (new.first, new.preferred) if fold(name)}
    theirs = {fold(name) for name in (known.first, known.preferred) if fold(name)}
    if mine & theirs:
        reasons.append("same first name")
        return 20
    pairs = [(one, other) for one in mine for other in theirs]
    if any(sound(one) == sound(other) for one, other in pairs):
        reasons.append("first name sounds alike")
        return 15
    if any(jellyfish.jaro_winkler_similarity(one, other) >= 0.9 for one, other in pairs):
        reasons.append("first name nearly the same")
        return 12
    return 0


def _birth_date(mine: dt.date | None, theirs: dt.date | None, reasons: list[str]) -> int:
    if mine is None or theirs is None:
        return 0
    if mine == theirs:
        reasons.append("same date of birth")
        return 40
    if mine.year == theirs.year and (mine.month, mine.day) == (theirs.day, theirs.month):
        reasons.append("day and month of birth swapped")
        return 30
    same = (mine.year == theirs.year) + (mine.month == theirs.month) + (mine.day == theirs.day)
    if same == 2:
        reasons.append("date of birth differs in one part")
        return 22
    return 0
