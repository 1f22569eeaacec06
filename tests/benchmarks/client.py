"""A browser's worth of HTTP on one kept connection, with as little of Python as possible: it shares the cores."""

from __future__ import annotations

import re
import socket
import time
import uuid
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_COOKIE = re.compile(rb"^set-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
_HEADER = r"^%s: ([^\r]*)"
Answer = tuple[int, str, float]
HTMX = {"HX-Request": "true"}


class Client:
    """One person's browser. `request` raises OSError when the server does not answer within 30 seconds."""

    def __init__(self, base: str):
        parts = urlsplit(base)
        self._address = (parts.hostname or "", parts.port or 80)
        self._link: socket.socket | None = None
        self._cookies: dict[str, str] = {}
        self._token = ""
        self._head = b""

    def request(self, path: str, form: dict[str, object] | None = None, **headers: str) -> Answer:
        """Status, body and milliseconds of one request; POST where a form is given."""
        body = b""
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self._token, **form}).encode()
        sent = self._sent(path, form is not None, body, headers)
        started = time.perf_counter()
        try:
            head, text = self._exchange(sent)
        except (ConnectionError, EOFError):
            self.close()  # the server ended an idle connection; a browser asks again
            head, text = self._exchange(sent)
        took = (time.perf_counter() - started) * 1000
        for name, value in _COOKIE.findall(head):
            self._cookies[name.decode()] = value.decode()
        if b"csrfmiddlewaretoken" in text and (found := _TOKEN.search(text)):
            self._token = found[1].decode()
        self._head = head
        return int(head[9:12]), text.decode("utf-8", "replace"), took

    def header(self, name: str) -> str:
        """A header of the last answer, "" where it has none."""
        found = re.search((_HEADER % name).encode(), self._head, re.IGNORECASE | re.MULTILINE)
        return found[1].decode() if found else ""

    def sign_in(self, login: str, password: str) -> None:
        self.request("/sign-in/")
        status, text, _ = self.request("/sign-in/", {"login": login, "password": password})
        if status != 302:
            raise SystemExit(f"{login} could not sign in: {status} {text[:300]}")
        self.request("/me/")  # any page with a form, for the token of the new session

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _sent(self, path: str, is_post: bool, body: bytes, headers: dict[str, str]) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        lines = [
            f"{'POST' if is_post else 'GET'} {path} HTTP/1.1",
            f"Host: {self._address[0]}:{self._address[1]}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if cookies:
            lines.append(f"Cookie: {cookies}")
        if is_post:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def _exchange(self, sent: bytes) -> tuple[bytes, bytes]:
        if self._link is None:
            self._link = socket.create_connection(self._address, timeout=30)
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._link.sendall(sent)
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[: end + 2], data[end + 4 :]
        found = _LENGTH.search(head)
        size = int(found[1]) if found else 0  # every answer of the clinic that has a body names its length
        parts, have = [body], len(body)
        while have < size:
            parts.append(more := self._more())
            have += len(more)
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return head, b"".join(parts)

    def _more(self) -> bytes:
        assert self._link is not None
        data = self._link.recv(65_536)
        if not data:
            raise EOFError
        return data


def form_key() -> str:
    """What makes a form count once."""
    return str(uuid.uuid4())
