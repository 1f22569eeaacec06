"""What a gateway takes and what it may answer. Four answers to sending, three to being asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One message, ready to leave. `id` is the outbox row's; it is all the provider learns about us."""

    id: str
    channel: str
    address: str
    heading: str
    body: str
    html: str = ""


@dataclass(frozen=True)
class Accepted:
    """The provider has it. `ref` is the provider's own id, `status` its first word about it."""

    ref: str
    status: str = "sent"


class Later(Exception):
    """Not taken, and surely so: try again. `retry_after` in seconds if the provider said so."""

    def __init__(self, why: str, *, retry_after: float | None = None):
        super().__init__(why)
        self.retry_after = retry_after


class NotSent(Exception):
    """Refused for good, with the reason. `is_opt_out`: the provider says that the person opted out; `is_gone`:
    that nobody is reached at this number or address."""

    def __init__(self, why: str, *, code: str = "", is_opt_out: bool = False, is_gone: bool = False):
        super().__init__(why)
        self.code, self.is_opt_out, self.is_gone = code, is_opt_out, is_gone


@dataclass(frozen=True)
class Reason:
    """What a provider's error code means: in words for staff, and whether it closes the number or address."""

    words: str
    is_opt_out: bool = False
    is_gone: bool = False


class NoAnswer(Exception):
    """It may or may not have been taken: ask before any second try."""


@dataclass(frozen=True)
class Found:
    """The provider was asked and has it."""

    ref: str
    status: str


@dataclass(frozen=True)
class NeverSeen:
    """The provider was asked and never saw it: a second try is safe."""


@dataclass(frozen=True)
class CannotTell:
    """The provider can't be asked, or does not answer: people have to decide."""

    why: str


class Gateway(Protocol):
    name: str
    can_be_asked: bool
    # Whether a call takes the time of a network; `send` is then called from several threads at once.
    is_remote: bool

    def explain(self, code: str, status: str) -> Reason:
        """What a report with this status and error code means."""

    def send(self, message: Outgoing) -> Accepted:
        """Hands the message over. Raises Later, NotSent or NoAnswer."""

    def ask(
        self, message: Outgoing, *, since: datetime, known_refs: frozenset[str]
    ) -> Found | NeverSeen | CannotTell:
        """Whether the provider has a message that was tried at `since`. `known_refs` belong to others."""


class VoiceGateway(Gateway, Protocol):
    def look(self, ref: str) -> str | None:
        """The provider's present word on one call; None when it can't be had now."""
