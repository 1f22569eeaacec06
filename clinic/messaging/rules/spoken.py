"""How long a script takes to say. An automated call may take a minute at most (47 CFR 64.1200(a)(9)(iv))."""

import re

LONGEST_SECONDS = 60
# An unhurried voice on the telephone: whichever of the two measures is longer counts.
WORDS_PER_MINUTE = 140
CHARACTERS_PER_SECOND = 14.0
# A digit is said as a word of its own; with its space about this many characters.
_DIGIT_CHARACTERS = 5
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def seconds_to_say(text: str) -> float:
    """Seconds, by words a minute or by characters a second, whichever is longer. Digits are said one by one."""
    digits = len(_DIGIT.findall(text))
    words = len(_WORD.findall(text)) + digits
    characters = len(_DIGIT.sub("", " ".join(text.split()))) + digits * _DIGIT_CHARACTERS
    return round(max(words * 60 / WORDS_PER_MINUTE, characters / CHARACTERS_PER_SECOND), 1)


def readings(question: str, goodbye: str, most: int = 2) -> int:
    """How often a question may be read in one call, 1 to `most`, so that call and goodbye stay within a minute."""
    each = seconds_to_say(question)
    room = LONGEST_SECONDS - seconds_to_say(goodbye)
    return max(1, min(most, int(room // each))) if each else 1
