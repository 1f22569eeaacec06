"""Message templates: the few variables they may use, how they are filled, and what is wrong with one.

A reminder says who (first name), which practice, when, and how to answer: never a last name, a reason, a
visit type, a specialty, a balance or a date of birth (minimum necessary; HHS guidance on reminders). A text
is one GSM-7 segment: at most 160 characters with the longest values there are.
"""

import re
import unicodedata
from dataclasses import dataclass

from clinic.messaging.rules.spoken import LONGEST_SECONDS, seconds_to_say
from clinic.messaging.rules.telling import telling_words

VARIABLES = ("first_name", "clinic", "date", "time", "phone", "link")
SMS_LENGTH = 160
# What answers a patient needs no word on how to stop.
ANSWERS = ("receipt", "answer")
ANSWER_PARTS = 2
# A call names the practice within so many characters.
IDENTIFY_WITHIN = 60
# The longest value that each variable can have after `shorten`; links depend on the clinic's address.
LONGEST = {"first_name": 12, "clinic": 24, "date": 11, "time": 8, "phone": 12}
LINK_TOKEN = 22
# In a call nothing is cut: a long name of eight syllables, and the day in full.
LONGEST_SPOKEN = {
    "first_name": "Bartholomew Maximiliano",
    "clinic": "Community Neighborhood Family Health Associates of the County",
    "date": "Wednesday, September 30",
    "time": "12:45 PM",
    "phone": "312-555-0142",
}

_GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = "^{}\\[~]|€\f"
_ALLOWED = ", ".join("{" + name + "}" for name in VARIABLES)
_PRESS_NINE = re.compile(r"\b(?:press|oprima|marque|presione)\W+(?:el |la )?9\b", re.IGNORECASE)
_PRESS_TWO = re.compile(r"\b(?:press|oprima|marque|presione)\W+(?:el |la )?2\b", re.IGNORECASE)
# On a voicemail no key can be pressed: it says how else to end the calls.
_NO_CALLS = re.compile(r"\bno automated calls|no desea llamadas autom", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a template, in words that the editor of it can act on."""

    rule: str
    words: str


class UnknownVariable(ValueError):
    """A template names a variable that messages may not hold."""


def gsm7_length(text: str) -> int | None:
    """Septets that a text needs as GSM-7 (extended characters need two), or None when it can't be."""
    total = 0
    for char in text:
        if char in _GSM_BASIC:
            total += 1
        elif char in _GSM_EXTENDED:
            total += 2
        else:
            return None
    return total


def to_gsm7(text: str) -> str:
    """The text with every character that GSM-7 lacks replaced: accents dropped, dashes and quotes made
    plain, anything else left out."""
    swaps = {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
    }
    out = []
    for char in text:
        char = swaps.get(char, char)
        if all(c in _GSM_BASIC or c in _GSM_EXTENDED for c in char):
            out.append(char)
            continue
        bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        out.append("".join(c for c in bare if c in _GSM_BASIC))
    return "".join(out)


def shorten(name: str, value: str) -> str:
    """The value of one variable cut to what one text can carry: a name at its first space or hyphen, then by
    length. Control characters go."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    limit = LONGEST.get(name)
    if limit is None or len(clean) <= limit:
        return clean
    if name == "first_name":
        first = re.split(r"[\s\-]", clean)[0]
        if 1 < len(first) <= limit:
            return first
    cut = clean[:limit]
    if name == "clinic" and " " in cut and not clean[limit : limit + 1].isspace():
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip(" ,&-")


def fill(body: str, variables: dict[str, str], *, channel: str) -> str:
    """The text of one message. Refuses (UnknownVariable) a variable outside the allowed ones or without a
    value. Values are data: braces or markup inside them stay what they are."""
    needed = set(_PLACEHOLDER.findall(body))
    strange = needed - set(VARIABLES)
    if strange:
        raise UnknownVariable(f"Messages may not hold: {', '.join(sorted(strange))}")
    missing = {name for name in needed if not variables.get(name)}
    if missing:
        raise UnknownVariable(f"No value for: {', '.join(sorted(missing))}")

    def value(match):
        text = str(variables[match.group(1)])
        if channel == "sms":
            return to_gsm7(shorten(match.group(1), text))
        return " ".join("".join(c if c.isprintable() else " " for c in text).split())

    return _PLACEHOLDER.sub(value, body)


def longest_example(body: str, *, public_url: str, channel: str = "sms") -> str:
    """The template filled with the longest values that it can meet."""
    values = {name: "W" * length for name, length in LONGEST.items()}
    if channel == "voice":
        values = dict(LONGEST_SPOKEN)
    values["link"] = f"{public_url.rstrip('/')}/v/" + "A" * LINK_TOKEN
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), ""), body)


def _telling(text: str) -> list[Finding]:
    found = telling_words(_PLACEHOLDER.sub(" ", text))
    return [Finding("telling", f"“{word}” tells {what}; a message may not.") for word, what in found]


def lint(
    body: str, *, channel: str, purpose: str = "reminder", public_url: str, heading: str = ""
) -> list[Finding]:
    """Everything that is wrong with a template, worst first; an empty list means that it may be used."""
    found: list[Finding] = []
    names = set(_PLACEHOLDER.findall(body)) | set(_PLACEHOLDER.findall(heading))
    found += [
        Finding("variable", f"{{{name}}} is not one of {_ALLOWED}.")
        for name in sorted(names - set(VARIABLES))
    ]
    loose = _PLACEHOLDER.sub("", body + heading)
    if "{" in loose or "}" in loose:
        found.append(Finding("variable", "A brace is open: write variables as {first_name}."))
    found += _telling(f"{heading} {body}")
    if "{clinic}" not in body:
        found.append(Finding("clinic", "Name the practice: {clinic} is missing."))
    if channel == "sms":
        found += _lint_sms(body, purpose=purpose, public_url=public_url)
    elif channel == "email":
        if not heading.strip():
            found.append(Finding("heading", "An e-mail needs a subject line."))
        if purpose not in ANSWERS and "{phone}" not in body:
            found.append(Finding("contact", "Say how to reach the practice: {phone} is missing."))
    elif channel == "voice":
        found += _lint_voice(body, purpose=purpose)
    if not body.strip():
        found.append(Finding("empty", "The message is empty."))
    return found


def _lint_sms(body: str, *, purpose: str, public_url: str) -> list[Finding]:
    found = []
    example = longest_example(body, public_url=public_url)
    length = gsm7_length(example)
    if length is None:
        odd = next(c for c in example if c not in _GSM_BASIC and c not in _GSM_EXTENDED)
        found.append(
            Finding("gsm7", f"“{odd}” is not in the alphabet of one-part texts; use a plain letter.")
        )
    elif length > SMS_LENGTH:
        found.append(
            Finding("length", f"{length} characters with the longest names; one text holds {SMS_LENGTH}.")
        )
    if purpose not in ANSWERS:
        if not re.search(r"\bSTOP\b|\bALTO\b", body):
            found.append(Finding("optout", "Say how to stop: the word STOP (or ALTO) is missing."))
        if "{phone}" not in body and "{link}" not in body:
            found.append(Finding("contact", "Say how to reach the practice: {phone} or {link} is missing."))
    return found


def _lint_voice(body: str, *, purpose: str) -> list[Finding]:
    found = []
    seconds = seconds_to_say(longest_example(body, public_url="", channel="voice"))
    if seconds > LONGEST_SECONDS:
        found.append(
            Finding(
                "length", f"{seconds:.0f} seconds with the longest names; a call may take {LONGEST_SECONDS}."
            )
        )
    if purpose not in ANSWERS and "{clinic}" not in body[:IDENTIFY_WITHIN]:
        found.append(Finding("identify", "Say who is calling in the first words: {clinic} comes too late."))
    if "{link}" in body:
        found.append(Finding("variable", "A link can't be said: leave {link} out of a call."))
    if "{phone}" not in body and not _PRESS_TWO.search(body):
        found.append(Finding("contact", "Say how to reach the practice: {phone} is missing."))
    if purpose not in ANSWERS and not (_PRESS_NINE.search(body) or _NO_CALLS.search(body)):
        found.append(Finding("optout", "Say how to stop: “press 9” (or “oprima 9”) is missing."))
    return found


def lint_answer(text: str) -> list[Finding]:
    """What is wrong with a text that staff write to one patient: it is no template, so braces and variables are
    refused; it may take two parts, and tells no more than a template may."""
    found = []
    if not text.strip():
        found.append(Finding("empty", "Write the message."))
    if "{" in text or "}" in text:
        found.append(Finding("variable", "Write the words themselves; there are no variables here."))
    found += _telling(text)
    if segments(to_gsm7(text)) > ANSWER_PARTS:
        found.append(Finding("length", f"Too long: at most {ANSWER_PARTS} parts. Ask the patient to call."))
    return found


def segments(text: str) -> int:
    """Parts that a text is sent in: 160 GSM-7 septets alone or 153 each, 70 or 67 characters when it needs more
    than that alphabet. 0 for an empty text."""
    if not text:
        return 0
    septets = gsm7_length(text)
    if septets is not None:
        return 1 if septets <= SMS_LENGTH else -(-septets // 153)
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)
