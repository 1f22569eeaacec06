"""Processor time of one request inside this process: unlike the clock's time, it holds on a machine that others share.

The application is called as a web server calls it (WSGI, whole middleware), by a signed-in member, and only the
thread's own processor time counts: waiting for the database does not, nor does what PostgreSQL spends. A fixed
loop (`spin_ms`) beside it tells how fast the machine is just then.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.client import Answer
from tests.benchmarks.scenarios import PASSWORD, Scenario

EMPTY = "/an-empty-page/"


class Caller:
    """Answers like the benchmarks' Client, by calling the WSGI application; `request` tells processor milliseconds."""

    def __init__(self, application: Callable) -> None:
        self._application = application
        self._cookies: dict[str, str] = {}
        self._headers: dict[str, str] = {}

    def request(self, path: str, form: dict | None = None, **headers: str) -> Answer:
        environ = self._environ(path, form, headers)
        status: list[str] = []
        sent: list[tuple[str, str]] = []

        def start_response(line: str, fields: list[tuple[str, str]], *_: object) -> None:
            status.append(line)
            sent.extend(fields)

        began = time.thread_time()
        answer = self._application(environ, start_response)
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        took = (time.thread_time() - began) * 1000
        self._headers = {name.lower(): value for name, value in sent}
        for name, value in sent:
            if name.lower() == "set-cookie":
                self._cookies |= {key: crumb.value for key, crumb in SimpleCookie(value).items()}
        return int(status[0][:3]), body.decode("utf-8", "replace"), took

    def _environ(self, path: str, form: dict | None, headers: dict[str, str]) -> dict:
        parts = urlsplit(path)
        sent = b""
        if form is not None:
            sent = urlencode({"csrfmiddlewaretoken": self._cookies.get("csrf", ""), **form}).encode()
        return {
            "REQUEST_METHOD": "GET" if form is None else "POST", "SCRIPT_NAME": "", "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1", "CONTENT_LENGTH": str(len(sent)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        }  # fmt: skip

    def header(self, name: str) -> str:
        return self._headers.get(name.lower(), "")

    def sign_in(self, login: str) -> None:
        self.request("/sign-in/")
        status, text, _ = self.request("/sign-in/", {"login": login, "password": PASSWORD})
        if status != 302:
            raise SystemExit(f"{login} could not sign in: {status} {text[:300]}")
        self.request("/me/")


def _application() -> Callable:
    """The clinic's, with one more page that does nothing: what the middleware alone costs."""
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import path

    from clinic import urls
    from clinic.staff.access import allow_signed_in

    application = get_wsgi_application()
    urls.urlpatterns.append(path(EMPTY[1:], allow_signed_in(lambda request: HttpResponse(b"nothing"))))
    return application


def empty_page() -> Scenario:
    """A view that does nothing, behind the whole middleware."""
    return Scenario(
        "stack", "a view that does nothing", "frontdesk", lambda client: client.request(EMPTY), "poll", dict
    )


def measure(chosen: list[Scenario], calls: int = 200) -> dict[str, float]:
    """Median processor milliseconds of a request of each operation. The operations take turns."""
    application = _application()
    every = [empty_page(), *chosen]
    callers: dict[str, Caller] = {}
    for one in every:
        if one.login not in callers:
            callers[one.login] = Caller(application)
            callers[one.login].sign_in(one.login)
        for _ in range(5):
            one.page(callers[one.login])
    took: dict[str, list[float]] = {one.name: [] for one in every} | {"spin_ms": []}
    for _ in range(calls):
        for one in every:
            took[one.name].append(one.page(callers[one.login]))
        took["spin_ms"].append(_spin())
    return {name: statistics.median(times) for name, times in took.items()}


def _spin() -> float:
    began = time.thread_time()
    sum(number * number for number in range(20_000))
    return (time.thread_time() - began) * 1000
