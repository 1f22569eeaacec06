"""What somebody means by what they typed into the finder. Pure: text in, conditions out."""

import datetime as dt
import re
from dataclasses import dataclass

from records.rules.names import digits, fold, parse_birth_date

SHORTEST = 2
LONGEST = 80
_NUMBERISH = re.compile(r"^\+?[\d()\-. ]{7,}$")


@dataclass(frozen=True)
class Wanted:
    """A date of birth, words to be found all together, or neither (`is_empty`)."""

    birth_date: dt.date | None
    words: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return self.birth_date is None and not self.words

    @property
    def patterns(self) -> tuple[str, ...]:
        """LIKE patterns: a word start from two letters, any part of a word from three."""
        return tuple(f"% {word}%" if len(word) == SHORTEST else f"%{word}%" for word in self.words)


def understand(text: str, today: dt.date) -> Wanted:
    """Reads a finder box: names in any order, a date of birth in any usual form, phone, MRN, member id.

    A stretch of one to three tokens that reads as a date of birth is one; the rest are words. A whole
    line of digits and phone punctuation is one number.
    """
    line = text.strip()[:LONGEST]
    born, rest = _take_date(line, today)
    if _NUMBERISH.fullmatch(rest):
        number = digits(rest)
        return Wanted(born, (number,) if number else ())
    words = [word for token in rest.split() for word in _words(token)]
    return Wanted(born, tuple(dict.fromkeys(word for word in words if len(word) >= SHORTEST))[:6])


def _words(token: str) -> list[str]:
    """A token as stored: numbers without their punctuation, names folded."""
    if any(char.isdigit() for char in token):
        plain = re.sub(r"[^a-z0-9]", "", fold(token))
        return [plain] if plain else []
    return fold(token).split()


def _take_date(line: str, today: dt.date) -> tuple[dt.date | None, str]:
    tokens = line.split()
    for width in (3, 2, 1):
        for start in range(len(tokens) - width + 1):
            piece = " ".join(tokens[start : start + width])
            if not any(char.isdigit() for char in piece) or _looks_like_phone(piece):
                continue
            born = parse_birth_date(piece, today)
            if born:
                return born, " ".join(tokens[:start] + tokens[start + width :])
    return None, line


def _looks_like_phone(piece: str) -> bool:
    return len(digits(piece)) >= 9 or piece.startswith(("+", "("))


def slips(word: str) -> tuple[str, ...]:
    """LIKE patterns for a word typed with one slip: a wrong, missing or extra letter, or two swapped.

    For words of four letters and more; `_` stands for any one letter.
    """
    if len(word) < 4 or not word.isalpha():
        return ()
    found: list[str] = []
    for i in range(len(word)):
        found.append(word[:i] + "_" + word[i + 1 :])
        found.append(word[:i] + "_" + word[i:])
        found.append(word[:i] + word[i + 1 :])
        if i + 1 < len(word) and word[i] != word[i + 1]:
            found.append(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    return tuple(f"% {pattern}%" for pattern in dict.fromkeys(found))
