"""Which characters may leave in an X12 file, and what becomes of the others.

Everything is written in the basic set plus the few signs of the extended set that addresses of e-mail need. Letters
with marks lose them, curly quotes and long dashes become plain ones, and what has no Latin form becomes `?`.
"""

from __future__ import annotations

import re
import unicodedata

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
DELIMITERS = ELEMENT + COMPONENT + REPETITION + TERMINATOR
ALLOWED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()+,-./;?=%@[]_{}\\|<>#$"
)
_UNALLOWED = re.compile(r"[^A-Za-z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$]")
_WORDS = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D",
    "ı": "i", "ĳ": "ij", "Ĳ": "IJ", "ŋ": "ng", "Ŋ": "NG",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʻ": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...", "•": "-", "·": "-",
    "€": "EUR", "£": "GBP", "©": "(C)", "®": "(R)", "º": "o", "ª": "a", "°": " deg", "×": "x", "÷": "/",
    "⁄": "/", ELEMENT: " ", COMPONENT: " ", REPETITION: " ", TERMINATOR: "-", "\u200b": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
_LATIN = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z])(?: WITH .+)?$")


def plain(text: str) -> str:
    """`text` in characters that X12 allows, without our delimiters, blanks single and trimmed.

    "Peña–Łoś" becomes "Pena-Los". Never longer by more than a few characters, never raises.
    """
    if _UNALLOWED.search(text):
        text = "".join(_one(character) for character in unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def _one(character: str) -> str:
    if character in ALLOWED:
        return character
    if character in _WORDS:
        return _WORDS[character]
    if character.isspace() or unicodedata.category(character) in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return ""
    apart = unicodedata.normalize("NFKD", character)
    if apart != character:
        return "".join(_one(part) for part in apart)
    match = _LATIN.match(unicodedata.name(character, ""))
    if match:
        return match[2] if match[1] == "CAPITAL" else match[2].lower()
    return "?"
