"""A Twilio-compatible provider on loopback that misbehaves on demand and can be asked what it accepted."""

from __future__ import annotations

import contextlib
import heapq
import http.client
import json
import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from twilio.request_validator import RequestValidator

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

    @property
    def message_id(self) -> str:
        """The outbox id that the clinic put, signed, into the callback's address."""
        return parse_qs(urlsplit(self.callback).query).get("m", [""])[0].split(".")[0]


class SmsProvider:
    """Start with `with SmsProvider() as provider:`.

    `script` holds what to do with the next sends, one word each; when it is empty, `lose_share` of the answers
    is lost after the message was accepted, and `shares` says how often each other word comes up. Every answer
    takes up to `latency` seconds. Words: `ok`, `lose` (accept, then hang up), `lose_before` (hang up
    without accepting), `slow` (accept, answer after `slow_seconds`), `429`, `503`, `500_taken`, `500_not`,
    `garbage` (accept, answer nonsense), or an error number such as `21610`.
    """

    def __init__(
        self,
        *,
        lose_share: float = 0.0,
        shares: dict[str, float] | None = None,
        latency: float = 0.0,
        callbacks: bool = False,
        seed: int = 7,
    ):
        self.taken: list[Taken] = []
        self.sends = 0
        self.questions = 0
        self.script: deque[str] = deque()
        self.shares = {"lose": lose_share, **(shares or {})}
        self.latency = latency
        self.postman = Postman(seed=seed) if callbacks else None
        self.slow_seconds = 0.6
        self.is_deaf_to_questions = False
        self._answered_until: int | None = None
        self._may_answer = threading.Condition()
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

    def accepted_ids(self) -> Counter[str]:
        """How often each message of the clinic was accepted, by its outbox id."""
        with self._lock:
            return Counter(message.message_id for message in self.taken)

    def __enter__(self) -> SmsProvider:
        self._thread.start()
        if self.postman:
            self.postman.start()
        return self

    def __exit__(self, *exc) -> None:
        if self.postman:
            self.postman.stop()
        self._server.shutdown()
        self._server.server_close()

    def next_word(self) -> tuple[int, str]:
        """The number of this send, counted from one, and what becomes of it."""
        with self._lock:
            self.sends += 1
            return self.sends, self.script.popleft() if self.script else self._drawn()

    def _drawn(self) -> str:
        drawn = self._chance.random()
        for word, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return word
        return "ok"

    def hold(self, *, after: int) -> int:
        """From now on `after` more sends are answered; those that follow keep their callers waiting until
        `go_on`. Returns the number of `sends` at which the first caller waits."""
        with self._may_answer:
            self._answered_until = self.sends + after
            return self._answered_until + 1

    def go_on(self) -> None:
        """Answers whoever waits, and everybody after."""
        with self._may_answer:
            self._answered_until = None
            self._may_answer.notify_all()

    def wait_for_turn(self, number: int) -> None:
        """Returns when the send of that number may be answered; no caller is patient for longer than a minute."""
        with self._may_answer:
            self._may_answer.wait_for(
                lambda: self._answered_until is None or number <= self._answered_until, 60
            )

    def pause(self) -> float:
        """How long the next answer takes, in seconds."""
        with self._lock:
            return self._chance.random() * self.latency

    def accept(self, form: dict[str, str]) -> Taken:
        with self._lock:
            message = Taken(
                sid=f"SM{len(self.taken):032d}",
                to=form["To"],
                body=form["Body"],
                callback=form.get("StatusCallback", ""),
            )
            self.taken.append(message)
        if self.postman:
            self.postman.report(message)
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


class Postman:
    """Brings the reports to the clinic as providers do on a bad day: each twice, in any order, some
    not at all, for `silent_share` of the messages none, and never a second try when the clinic is away."""

    STATUSES = ("queued", "sent", "delivered")

    def __init__(self, *, seed: int, within: float = 3.0, lost_share: float = 0.3, silent_share: float = 0.5):
        self.answers: Counter[int] = Counter()
        self._chance, self._within, self._lost = random.Random(seed + 1), within, lost_share
        self._silent = silent_share
        self._due: list[tuple[float, int, Taken, str]] = []
        self._news, self._number, self._is_over = threading.Condition(), 0, False
        self._carriers = [threading.Thread(target=self._carry, daemon=True) for _ in range(4)]

    def report(self, message: Taken) -> None:
        """Every report on one message, to be brought within the next seconds."""
        with self._news:
            message.status = "delivered"
            if self._chance.random() < self._silent:
                return
            for status in self.STATUSES * 2:
                if self._chance.random() >= self._lost:
                    self._number += 1
                    at = time.monotonic() + self._chance.random() * self._within
                    heapq.heappush(self._due, (at, self._number, message, status))
            self._news.notify_all()

    def start(self) -> None:
        for carrier in self._carriers:
            carrier.start()

    def stop(self) -> None:
        with self._news:
            self._is_over = True
            self._news.notify_all()
        for carrier in self._carriers:
            carrier.join(timeout=10)

    def _next(self) -> tuple[Taken, str] | None:
        with self._news:
            while not self._is_over:
                wait = self._due[0][0] - time.monotonic() if self._due else 1.0
                if wait <= 0:
                    _, _, message, status = heapq.heappop(self._due)
                    return message, status
                self._news.wait(min(wait, 1.0))
        return None

    def _carry(self) -> None:
        while (found := self._next()) is not None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                code = post_report(*found)
                with self._news:
                    self.answers[code] += 1


def post_report(message: Taken, status: str) -> int:
    """Posts one signed report to the address that the clinic gave, and returns the clinic's status code."""
    told = {"MessageSid": message.sid, "MessageStatus": status}
    parts = urlsplit(message.callback)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
    signature = RequestValidator(TOKEN).compute_signature(message.callback, told)
    try:
        link.request(
            "POST",
            f"{parts.path}?{parts.query}",
            urlencode(told),
            {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature},
        )
        return link.getresponse().status
    finally:
        link.close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A caller that hung up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: SmsProvider

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        number, word = self.provider.next_word()
        message = self.provider.accept(form) if word in TAKING else None
        self.provider.wait_for_turn(number)
        if self.provider.latency:
            threading.Event().wait(self.provider.pause())
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
