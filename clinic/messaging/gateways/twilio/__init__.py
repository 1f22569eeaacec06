"""Texts over a Twilio-compatible HTTP interface.

The interface has no idempotency key, so a lost answer is never followed by a blind second call: the outcome
is learned from the status callback, whose address carries the signed outbox id, or from the provider's
message list.
"""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache

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
    Reason,
)
from clinic.messaging.gateways.twilio.callbacks import status_callback_url

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
# Words for the provider's own error numbers; anything else is shown with its number.
REASONS = {
    "21211": "This is not a phone number that can get texts.",
    "21408": "Texts to this region are switched off at the provider.",
    "21610": "This person opted out at the phone company.",
    "21612": "This number can't be reached from ours.",
    "21614": "This is not a mobile number.",
    "21617": "The text is too long.",
    "30003": "The phone is off or out of reach.",
    "30004": "The phone blocks our number.",
    "30005": "This number is not in service.",
    "30006": "This is a landline or can't be reached.",
    "30007": "The phone company filtered the text.",
}
OPT_OUT = "21610"
# No text will ever arrive there, until somebody corrects the number.
GONE = {"21211", "21614", "30005", "30006"}
# Nothing of the request has left, or the provider says it was not taken.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
CLOCK_SLACK = timedelta(minutes=2)
# The message list may run behind: only its silence after this counts.
LIST_DELAY = timedelta(seconds=45)
PAGES = 5


@cache
def trust() -> ssl.SSLContext:
    """The certificate authorities. Reading them takes longer than a call: once in a process, before threads."""
    return httpx.create_ssl_context()


class TwilioGateway:
    name = "twilio"
    can_be_asked = True
    is_remote = True
    list_delay = LIST_DELAY
    # What the provider's list is of, and what is read of each row besides when it was made.
    listed, listed_facts = "messages", ("sid", "body", "status")

    def __init__(self, *, base_url: str, account_sid: str, auth_token: str, sender: str):
        self.base_url, self.account_sid = base_url.rstrip("/"), account_sid
        self.auth_token, self.sender = auth_token, sender
        self.trust = trust()

    @classmethod
    def from_settings(cls) -> "TwilioGateway":
        told = settings.TWILIO
        return cls(
            base_url=told["BASE_URL"],
            account_sid=told["ACCOUNT_SID"],
            auth_token=told["AUTH_TOKEN"],
            sender=told["FROM"],
        )

    def explain(self, code: str, status: str) -> Reason:
        words = REASONS.get(code, f"The provider reported {status}{f' ({code})' if code else ''}.")
        return Reason(words, is_opt_out=code == OPT_OUT, is_gone=code in GONE)

    @property
    def _messages_url(self) -> str:
        return f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}/Messages.json"

    @property
    def _list_url(self) -> str:
        return self._messages_url

    def _client(self) -> httpx.Client:
        return httpx.Client(
            auth=(self.account_sid, self.auth_token),
            timeout=TIMEOUT,
            follow_redirects=False,
            verify=self.trust,
        )

    def send(self, message: Outgoing) -> Accepted:
        data = {
            "To": message.address,
            "Body": message.body,
            "StatusCallback": status_callback_url(message.id),
        }
        data["MessagingServiceSid" if self.sender.startswith("MG") else "From"] = self.sender
        try:
            with self._client() as client:
                answer = client.post(self._messages_url, data=data)
        except NEVER_LEFT as error:
            raise Later("The provider can't be reached.") from error
        except httpx.HTTPError as error:
            raise NoAnswer("The provider did not answer.") from error
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Accepted:
        if answer.status_code in (200, 201):
            told = _json(answer)
            if not told.get("sid"):
                raise NoAnswer("The provider's answer can't be read.")
            return Accepted(ref=str(told["sid"]), status=str(told.get("status") or "queued"))
        if answer.status_code in (429, 503):
            raise Later(
                f"The provider said not now ({answer.status_code}).", retry_after=_retry_after(answer)
            )
        if answer.status_code >= 500:
            # It failed after we handed over: whether it kept the message has to be asked.
            raise NoAnswer(f"The provider had a fault ({answer.status_code}).")
        if answer.status_code in (401, 403):
            raise Later("The provider refused our credentials.", retry_after=300)
        code = str(_json(answer).get("code") or answer.status_code)
        words = REASONS.get(code, f"The provider refused the message ({code}).")
        raise NotSent(words, code=code, is_opt_out=code == OPT_OUT, is_gone=code in GONE)

    def ask(
        self, message: Outgoing, *, since: datetime, known_refs: frozenset[str]
    ) -> Found | NeverSeen | CannotTell:
        try:
            with self._client() as client:
                listed = self._list(client, message.address, since - CLOCK_SLACK)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return CannotTell(f"The provider's message list can't be read ({type(error).__name__}).")
        same = [
            row
            for row in listed
            if row["body"] == message.body
            and row["created"] >= since - CLOCK_SLACK
            and row["sid"] not in known_refs
        ]
        if same:
            first = min(same, key=lambda row: row["created"])
            return Found(ref=first["sid"], status=first["status"])
        if datetime.now(UTC) - since < self.list_delay:
            return CannotTell("Too early to ask the provider.")
        return NeverSeen()

    def _list(self, client: httpx.Client, address: str, oldest: datetime) -> list[dict]:
        """What the provider has for one number, newest first, back to `oldest`."""
        rows: list[dict] = []
        url, params = self._list_url, {"To": address, "PageSize": "100"}
        for _ in range(PAGES):
            answer = client.get(url, params=params)
            answer.raise_for_status()
            page = answer.json()
            rows += [
                {name: row[name] for name in self.listed_facts}
                | {"created": parsedate_to_datetime(row["date_created"])}
                for row in page[self.listed]
            ]
            following = page.get("next_page_uri")
            if not following or (rows and rows[-1]["created"] < oldest):
                return rows
            url, params = f"{self.base_url}{following}", None
        return rows


def _json(answer: httpx.Response) -> dict:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _retry_after(answer: httpx.Response) -> float | None:
    told = answer.headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()) if told else None
    except (TypeError, ValueError):
        return None
