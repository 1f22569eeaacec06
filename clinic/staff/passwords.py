"""Two rules that Django's own password validators don't have."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from clinic.core.profile import clinic

# A password made of these and digits alone is the first thing that someone who knows the place would try.
CONTEXT_WORDS = frozenset(
    {
        "clinic",
        "medical",
        "health",
        "healthcare",
        "doctor",
        "nurse",
        "patient",
        "hospital",
        "password",
        "welcome",
        "frontdesk",
        "reception",
        "office",
        "staff",
    }
)


class MaximumLengthValidator:
    """Refuses passwords over `max_length` code points, so that hashing can't be made to take long."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"Use at most {self.max_length} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters."


class ContextWordValidator:
    """Refuses a password that consists of the clinic's name, the city and everyday words of the trade."""

    def validate(self, password: str, user: Any = None) -> None:
        words = [w for w in re.split(r"[\W\d_]+", unicodedata.normalize("NFKC", password).casefold()) if w]
        profile = clinic()
        own = {w for text in (profile.name, profile.city) for w in re.split(r"\W+", text.casefold()) if w}
        if words and all(w in own | CONTEXT_WORDS for w in words):
            raise ValidationError(
                "This is made of words that everybody here knows. Add some that have nothing to do with the clinic.",
                code="password_context",
            )

    def get_help_text(self) -> str:
        return "Not just the clinic's name and words of the trade."
