"""A browser's worth of HTTP: one kept connection, cookies, the CSRF token."""

from __future__ import annotations

import http.client
import re
import time
import uuid
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Client:
    """Keeps one connection open, as a browser does."""

    def __init__(self, base: str):
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._link = http.client.HTTPConnection(self._host, self._port, timeout=30)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def request(
        self, path: str, form: dict[str, object] | None = None, **headers: str
    ) -> tuple[int, str, float]:
        """Status, body and milliseconds of one request; POST where a form is given."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), **headers}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self._token, **form})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        try:
            self._link.request("GET" if form is None else "POST", path, body, sent)
            answer = self._link.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._link.close()  # the server ended an idle connection; a browser asks again
            self._link.request("GET" if form is None else "POST", path, body, sent)
            answer = self._link.getresponse()
        text = answer.read().decode("utf-8", "replace")
        took = (time.perf_counter() - started) * 1000
        for value in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
        if found := _TOKEN.search(text):
            self._token = found[1]
        return answer.status, text, took

    def sign_in(self, login: str, password: str) -> None:
        self.request("/sign-in/")
        status, text, _ = self.request("/sign-in/", {"login": login, "password": password})
        if status != 302:
            raise SystemExit(f"{login} could not sign in: {status} {text[:300]}")
        self.request("/schedule/book/")  # any page with a form, for the token of the new session


def form_key() -> str:
    """What makes a form count once."""
    return str(uuid.uuid4())
