"""A Twilio-compatible provider on loopback that misbehaves on demand and can be asked what it accepted."""

from __future__ import annotations

import json
import random
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# What the provider keeps, whatever it answers.
TAKING = {"ok", "lose", "slow", "500_taken", "garbage"}
ACCOUNT, TOKEN, SENDER = "ACtest", "token-of-the-stub", "+13125550100"


@dataclass
class Taken:
    """One message that the provider accepted."""

    sid: str
    to: str
    body: str
    callback: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    status: str = "queued"


class SmsProvider:
    """Start with `with SmsProvider() as provider:`.

    `script` holds what to do with the next sends, one word each; when it is empty, `lose_share` of the answers
    is lost after the message was accepted. Words: `ok`, `lose` (accept, then hang up), `lose_before` (hang up
    without accepting), `slow` (accept, answer after `slow_seconds`), `429`, `503`, `500_taken`, `500_not`,
    `garbage` (accept, answer nonsense), or an error number such as `21610`.
    """

    def __init__(self, *, lose_share: float = 0.0, seed: int = 7):
        self.taken: list[Taken] = []
        self.sends = 0
        self.questions = 0
        self.script: deque[str] = deque()
        self.lose_share = lose_share
        self.slow_seconds = 0.6
        self.is_deaf_to_questions = False
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def settings(self) -> dict:
        """What `settings.TWILIO` has to be."""
        return {"BASE_URL": self.url, "ACCOUNT_SID": ACCOUNT, "AUTH_TOKEN": TOKEN, "FROM": SENDER}

    def bodies(self) -> list[str]:
        return [message.body for message in self.taken]

    def __enter__(self) -> SmsProvider:
        self._thread.start()
        return self

    def __exit__(self, *exc) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next_word(self) -> str:
        with self._lock:
            self.sends += 1
            if self.script:
                return self.script.popleft()
            return "lose" if self._chance.random() < self.lose_share else "ok"

    def accept(self, form: dict[str, str]) -> Taken:
        with self._lock:
            message = Taken(
                sid=f"SM{len(self.taken):032d}",
                to=form["To"],
                body=form["Body"],
                callback=form.get("StatusCallback", ""),
            )
            self.taken.append(message)
            return message

    def listed(self, to: str) -> list[dict]:
        with self._lock:
            self.questions += 1
            return [
                {
                    "sid": m.sid,
                    "to": m.to,
                    "body": m.body,
                    "status": m.status,
                    "date_created": format_datetime(m.at),
                }
                for m in reversed(self.taken)
                if m.to == to
            ]

    def _handler(self):
        return type("Handler", (_Handler,), {"provider": self})


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A caller that hung up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: SmsProvider

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        word = self.provider.next_word()
        message = self.provider.accept(form) if word in TAKING else None
        if word in ("lose", "lose_before"):
            self.close_connection = True
            return
        if word == "slow":
            threading.Event().wait(self.provider.slow_seconds)
        if word in ("ok", "slow"):
            self._answer(201, {"sid": message.sid, "status": "queued"})
        elif word == "garbage":
            self._raw(200, b"<html>hello</html>", {})
        elif word in ("429", "503"):
            self._answer(int(word), {"message": "later"}, {"Retry-After": "40"})
        elif word.startswith("500"):
            self._answer(500, {"message": "fault"})
        else:
            self._answer(400, {"code": int(word), "message": "no"})

    def do_GET(self):
        if self.provider.is_deaf_to_questions:
            self._answer(500, {})
            return
        to = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
        self._answer(200, {"messages": self.provider.listed(to), "next_page_uri": None})

    def _answer(self, status, told, headers=None):
        self._raw(status, json.dumps(told).encode(), headers or {})

    def _raw(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quiet."""
