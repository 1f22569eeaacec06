"""Automated calls over a Twilio-compatible HTTP interface.

The same rules as for texts: no idempotency key, so a lost answer is never followed by a blind second call.
What is said stands in `twiml`, and is fetched from us when somebody picks up.
"""

from datetime import UTC, datetime

import httpx
from django.conf import settings

from clinic.messaging.gateways.base import (
    Accepted,
    CannotTell,
    Found,
    Later,
    NeverSeen,
    NoAnswer,
    NotSent,
    Outgoing,
)
from clinic.messaging.gateways.twilio import CLOCK_SLACK, NEVER_LEFT, TwilioGateway
from clinic.messaging.gateways.twilio_voice.callbacks import address

RING_SECONDS = 25
EVENTS = ("initiated", "ringing", "answered", "completed")


class TwilioVoiceGateway(TwilioGateway):
    name = "twilio_voice"
    listed, listed_facts = "calls", ("sid", "status")

    @classmethod
    def from_settings(cls) -> "TwilioVoiceGateway":
        """A call comes from a number: the one for calls, else that of texts."""
        gateway = super().from_settings()
        gateway.sender = settings.TWILIO.get("VOICE_FROM") or gateway.sender
        return gateway

    @property
    def _calls_url(self) -> str:
        return f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}/Calls"

    @property
    def _list_url(self) -> str:
        return f"{self._calls_url}.json"

    def send(self, message: Outgoing) -> Accepted:
        if not self.sender.startswith("+"):
            raise NotSent("No number is set up that calls could come from.", code="no_number")
        data = {
            "To": message.address,
            "From": self.sender,
            "Url": address("hooks:voice-answer", message.id),
            "StatusCallback": address("hooks:voice-status", message.id),
            "StatusCallbackEvent": list(EVENTS),
            # Waits for the end of a greeting, so that a voicemail is left whole.
            "MachineDetection": "DetectMessageEnd",
            "Timeout": str(RING_SECONDS),
        }
        try:
            with self._client() as client:
                answer = client.post(f"{self._calls_url}.json", data=data)
        except NEVER_LEFT as error:
            raise Later("The provider can't be reached.") from error
        except httpx.HTTPError as error:
            raise NoAnswer("The provider did not answer.") from error
        return self._read(answer)

    def ask(
        self, message: Outgoing, *, since: datetime, known_refs: frozenset[str]
    ) -> Found | NeverSeen | CannotTell:
        """A call in the list is ours when it went to this number since the try and belongs to no other message."""
        try:
            with self._client() as client:
                listed = self._list(client, message.address, since - CLOCK_SLACK)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return CannotTell(f"The provider's call list can't be read ({type(error).__name__}).")
        ours = [
            row for row in listed if row["created"] >= since - CLOCK_SLACK and row["sid"] not in known_refs
        ]
        if ours:
            first = min(ours, key=lambda row: row["created"])
            return Found(ref=first["sid"], status=first["status"])
        if datetime.now(UTC) - since < self.list_delay:
            return CannotTell("Too early to ask the provider.")
        return NeverSeen()

    def look(self, ref: str) -> str | None:
        """The provider's present word on one call; None when it can't be had now."""
        try:
            with self._client() as client:
                answer = client.get(f"{self._calls_url}/{ref}.json")
                answer.raise_for_status()
                return str(answer.json()["status"])
        except (httpx.HTTPError, ValueError, KeyError):
            return None
