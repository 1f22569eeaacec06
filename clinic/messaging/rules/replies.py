"""What a patient's text means. Plain words in, one `Meaning` out; what is not clear goes to a person.

Opting out: stop, quit, end, revoke, opt out, cancel and unsubscribe are enough by themselves
(47 CFR 64.1200(a)(10)), and so is any other clear wording. "Cancel" alone is both an opt-out word and the
natural word for calling off a visit, so it is asked back once and nothing more is sent meanwhile; that is
why the visit itself is called off with "2".
"""

import re
import unicodedata
from enum import StrEnum

from clinic.messaging.rules import reply_words as known


class Meaning(StrEnum):
    CONFIRM = "confirm"
    STOP = "stop"
    START = "start"
    CANCEL_VISIT = "cancel_visit"
    RESCHEDULE = "reschedule"
    ASK_BACK = "ask_back"
    HELP = "help"
    UNCLEAR = "unclear"


MEANING_WORDS = {
    Meaning.CONFIRM: "Confirms",
    Meaning.STOP: "Opts out",
    Meaning.START: "Opts in again",
    Meaning.CANCEL_VISIT: "Cancels the visit",
    Meaning.RESCHEDULE: "Wants another time",
    Meaning.ASK_BACK: "“Cancel”: asked back",
    Meaning.HELP: "Asks for help",
    Meaning.UNCLEAR: "To be read",
}

_STOP = re.compile("|".join(rf"(?:^|\b)(?:{phrase})(?:\b|$)" for phrase in known.STOP_PHRASES))
_NOT_STOP = re.compile(known.NOT_STOP)
_WRONG_NUMBER = re.compile(known.WRONG_NUMBER)
_EXACT = {
    Meaning.STOP: known.STOP,
    Meaning.ASK_BACK: known.ASK_BACK,
    Meaning.CONFIRM: known.CONFIRM,
    Meaning.CANCEL_VISIT: known.CANCEL_VISIT,
    Meaning.RESCHEDULE: known.RESCHEDULE,
    Meaning.START: known.START,
    Meaning.HELP: known.HELP,
}


def plain(text: str) -> str:
    """Lower case, no accents, no emoji or punctuation, every kind of space (Unicode ones too) made one."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("'", "")).casefold()
    kept = []
    for char in folded:
        category = unicodedata.category(char)
        if category.startswith(("L", "N")):
            kept.append(char)
        elif category.startswith(("Z", "P", "S")) or char.isspace():
            kept.append(" ")
    return " ".join("".join(kept).split())


_SENTENCE_END = re.compile(r"[.!?;\n]+")


def _opts_out(text: str, words: str) -> bool:
    """Whether a text opts out by a wording of its own: a clear phrase in it that nothing right before takes back,
    or a clear word as one of its sentences."""
    if not words:
        return "🛑" in text
    for found in _STOP.finditer(words):
        if not _is_taken_back(words[: found.start()].strip(), found.group().strip()):
            return True
    sentences = [plain(part) for part in _SENTENCE_END.split(text)]
    return len(sentences) > 1 and any(sentence in known.STOP_SENTENCES for sentence in sentences)


def _is_taken_back(before: str, phrase: str) -> bool:
    # English "no, stop texting" takes nothing back; Spanish "no dejen de mandar" does.
    if phrase.startswith(known.SPANISH_VERBS):
        return f" {before}".endswith(" no")
    return _NOT_STOP.search(before) is not None


def is_wrong_number(text: str) -> bool:
    """Whether a text says that the number is somebody else's."""
    return _WRONG_NUMBER.search(plain(text)) is not None


def read_reply(text: str) -> Meaning:
    """The meaning of one incoming text. Opting out is looked for first and wins over everything else."""
    words = plain(text)
    for meaning, phrases in _EXACT.items():
        if words in phrases:
            return meaning
    return Meaning.STOP if _opts_out(text, words) else Meaning.UNCLEAR


def read_answer(text: str) -> Meaning:
    """The meaning of the text that follows our question "cancel what?". A bare yes answers nothing here, so it
    never confirms; it goes to a person."""
    words = plain(text)
    if words in known.THE_VISIT:
        return Meaning.CANCEL_VISIT
    if words in known.THE_TEXTS:
        return Meaning.STOP
    meaning = read_reply(text)
    return Meaning.UNCLEAR if meaning is Meaning.CONFIRM else meaning
