"""The voice side of the stub provider: it places calls, listens to what the clinic wants said, and presses keys.

The server takes orders and answers questions as `SmsProvider` does, misbehaving on demand. `Handset` then plays one
call against the clinic's own addresses, with signatures, in whatever order and number of times a test asks for.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from django.test import Client
from twilio.request_validator import RequestValidator

from tests.fakes.sms_provider import TOKEN, SmsProvider, _Handler


@dataclass
class Ordered:
    """One call that the provider took on."""

    sid: str
    to: str
    url: str
    callback: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "queued"

    @property
    def message_id(self) -> str:
        return parse_qs(urlsplit(self.callback).query).get("m", [""])[0].split(".")[0]


class VoiceProvider(SmsProvider):
    """Takes calls instead of texts; the words of `script` mean the same."""

    def accept(self, form: dict[str, str]) -> Ordered:
        with self._lock:
            call = Ordered(
                sid=f"CA{len(self.taken):032d}",
                to=form["To"],
                url=form["Url"],
                callback=form["StatusCallback"],
            )
            self.taken.append(call)
        return call

    def accepted_ids(self) -> Counter[str]:
        with self._lock:
            return Counter(call.message_id for call in self.taken)

    def known(self, sid: str) -> Ordered | None:
        return next((call for call in self.taken if call.sid == sid), None)

    def listed(self, to: str) -> list[dict]:
        with self._lock:
            self.questions += 1
            return [
                {"sid": c.sid, "to": c.to, "status": c.status, "date_created": format_datetime(c.at)}
                for c in reversed(self.taken)
                if c.to == to
            ]

    def _handler(self):
        return type("Handler", (_VoiceHandler,), {"provider": self})


class _VoiceHandler(_Handler):
    def do_GET(self):
        if self.provider.is_deaf_to_questions:
            self._answer(500, {})
            return
        one = re.search(r"/Calls/(CA\d+)\.json", self.path)
        if one:
            call = self.provider.known(one.group(1))
            self._answer(200 if call else 404, {"sid": one.group(1), "status": call.status} if call else {})
            return
        to = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
        self._answer(200, {"calls": self.provider.listed(to), "next_page_uri": None})


@dataclass(frozen=True)
class Heard:
    """What the clinic wanted said: the words, and where the next key goes."""

    words: str
    action: str
    status: int


class Handset:
    """One call from the provider's side. Each post is signed; `again` repeats any of them."""

    def __init__(self, call: Ordered):
        self.call, self.client = call, Client()
        self.action = ""
        self.said: list[str] = []

    def post(self, url: str, token: str = TOKEN, **told: str):
        parts = urlsplit(url)
        params = {"CallSid": self.call.sid, **told}
        signature = RequestValidator(token).compute_signature(url, params)
        return self.client.post(
            f"{parts.path}?{parts.query}", params, headers={"X-Twilio-Signature": signature}
        )

    def picks_up(self, who: str = "human") -> Heard:
        return self._listen(self.post(self.call.url, CallStatus="in-progress", AnsweredBy=who))

    def presses(self, key: str) -> Heard:
        return self._listen(self.post(self.action, CallStatus="in-progress", Digits=key))

    def reports(self, status: str) -> int:
        return self.post(self.call.callback, CallStatus=status).status_code

    def _listen(self, answer) -> Heard:
        """Reads the provider's XML as the provider would: anything it would not understand is an error here."""
        assert answer.status_code == 200, answer.content
        root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
        assert root.tag == "Response"
        assert {node.tag for node in root} <= {"Say", "Gather", "Hangup"}
        gathers = root.findall("Gather")
        if gathers:
            self.action = gathers[0].get("action", "")
        words = " ".join(node.text or "" for node in root.iter("Say"))
        self.said.append(words)
        return Heard(words, gathers[0].get("action", "") if gathers else "", answer.status_code)
