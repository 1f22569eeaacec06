"""What a connection to payers takes and what it may answer."""

from dataclasses import dataclass
from typing import Protocol

# However long the other side wants to be left alone, it is tried again the next day (seconds).
LONGEST_PAUSE = 86_400


class Later(Exception):
    """Not taken, and surely so: try again. `retry_after` in seconds if the other side said so."""

    def __init__(self, why: str, *, retry_after: float | None = None):
        super().__init__(why)
        self.retry_after = retry_after


class NoAnswer(Exception):
    """It may or may not have been taken. A question may be asked again; claims are not sent again blindly."""


class NotTaken(Exception):
    """Refused for good, with the reason in words for staff: wrong password, nothing set up."""


@dataclass(frozen=True)
class Answer:
    """One file that came back. `name` is the other side's name for it, unique there; `text` is X12 as it came."""

    name: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """Claims were handed over. `ref` is the other side's word for it ("" where it has none); `answers` are those
    that came at once."""

    ref: str
    answers: tuple[Answer, ...] = ()


class Clearinghouse(Protocol):
    """A connection. `key` is ours, unique per question or batch and the same on a second try: letters, digits, - only.

    Each call raises Later, NoAnswer or NotTaken. None of them waits longer than CLEARINGHOUSE_TIMEOUT seconds, so
    call them from tasks and never from a page.
    """

    name: str

    def eligibility(self, text: str, *, key: str) -> str | None:
        """Asks with a 270: the 271 (or 999), or None when the answer comes later by `fetch`."""

    def status(self, text: str, *, key: str) -> str | None:
        """Asks with a 276: the 277 (or 999), or None when the answer comes later by `fetch`."""

    def claims(self, text: str, *, key: str) -> Receipt:
        """Hands a file of claims (837P) over."""

    def fetch(self) -> list[Answer]:
        """Files that wait for us: 271, 277, 999, 277CA, 835. Each comes again until `done` was said of it."""

    def done(self, answer: Answer) -> None:
        """The answer is stored with us and need not come again. Saying it twice is harmless."""
