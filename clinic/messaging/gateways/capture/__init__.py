"""Keeps messages inside: nothing leaves, the outbox page shows what would have.

The outbox row itself is what is stored, so a second hand-over of the same row is the same message.
"""

from datetime import datetime

from clinic.messaging.gateways.base import Accepted, Found, Outgoing, Reason


class CaptureGateway:
    name = "capture"
    can_be_asked = True
    is_remote = False

    @classmethod
    def from_settings(cls) -> "CaptureGateway":
        return cls()

    def explain(self, code: str, status: str) -> Reason:
        return Reason(f"Reported {status}.")

    def send(self, message: Outgoing) -> Accepted:
        return Accepted(ref=f"kept-{message.id}", status=_first_word(message))

    def ask(self, message: Outgoing, *, since: datetime, known_refs: frozenset[str]) -> Found:
        return Found(ref=f"kept-{message.id}", status=_first_word(message))

    def look(self, ref: str) -> str:
        """A call that stayed inside and that nobody has played the patient for was not answered."""
        return "no-answer"


def _first_word(message: Outgoing) -> str:
    """A text that is kept is there to be read; a call rings until its page is answered."""
    return "ringing" if message.channel == "voice" else "delivered"
