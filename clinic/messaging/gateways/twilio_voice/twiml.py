"""What is said on the phone, in the provider's XML. Every text is escaped; nothing else is put in."""

from django.utils.html import escape

SPOKEN = {"en": "en-US", "es": "es-US"}
KEY_SECONDS = 8


def _say(text: str, language: str) -> str:
    return f'<Say language="{SPOKEN.get(language, "en-US")}">{escape(text)}</Say>' if text else ""


def _response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}<Hangup/></Response>'


def ask_for_key(text: str, *, language: str, action: str, times: int, goodbye: str) -> str:
    """Reads the script and waits for one key, `times` times; then says goodbye."""
    gather = (
        f'<Gather input="dtmf" numDigits="1" timeout="{KEY_SECONDS}" method="POST" action="{escape(action)}">'
        f"{_say(text, language)}</Gather>"
    )
    return _response(gather * times + _say(goodbye, language))


def say(text: str, *, language: str) -> str:
    """Says one thing and hangs up; an empty text only hangs up."""
    return _response(_say(text, language))
