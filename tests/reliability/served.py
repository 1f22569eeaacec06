"""The clinic as real processes on the rows of this test, with proxies where its servers' addresses would stand."""

from __future__ import annotations

import contextlib
import html
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from clinic.runtime.processes import free_port, spawn, stop, tail
from clinic.runtime.supervisor import web_command
from tests.fakes.tcp_proxy import TcpProxy
from tests.runtime.waiting import descendants, wait_for
from tests.support import database
from tests.support.cluster import ROOT

PASSWORD = "seven maples in a quiet row"
PIN = "246810"
METRICS_TOKEN = "a token of two dozen characters"


def socket_of(url: str) -> str | tuple[str, int]:
    """Where a database address leads: the path of its socket, or (host, port)."""
    parts = urlsplit(url)
    folder = dict(parse_qsl(parts.query)).get("host", "")
    if folder.startswith("/"):
        return f"{folder}/.s.PGSQL.{parts.port or 5432}"
    return parts.hostname or "127.0.0.1", parts.port or 5432


def through(url: str, port: int) -> str:
    """The same address, by way of a proxy on loopback."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != "host"])
    return f"{parts.scheme}://{user}@127.0.0.1:{port}{parts.path}{'?' + query if query else ''}"


@contextlib.contextmanager
def database_proxy(url: str = "") -> Iterator[tuple[TcpProxy, str]]:
    """A proxy before the test's database, and the address to give to a process."""
    url = url or database.app_url()
    with TcpProxy(socket_of(url)) as proxy:
        yield proxy, through(url, proxy.port)


@contextlib.contextmanager
def redis_proxy() -> Iterator[tuple[TcpProxy, str]]:
    """The same before Redis."""
    url = os.environ["REDIS_URL"]
    parts = urlsplit(url)
    with TcpProxy((parts.hostname, parts.port)) as proxy:
        yield proxy, f"redis://{parts.netloc.rpartition('@')[0]}@127.0.0.1:{proxy.port}{parts.path}"


class Web:
    """gunicorn as the demo starts it. `environment` overrides what the test run has."""

    def __init__(self, folder: Path, *, workers: int = 2, options: tuple[str, ...] = (), **environment: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"web-{self.port}.log"
        self.options = options
        self.workers = workers
        self.environment = {
            **os.environ,
            "DATABASE_REUSE_SECONDS": "-1",
            "METRICS_TOKEN": METRICS_TOKEN,
            **environment,
        }
        self.environment.pop("DATABASE_OWNER_URL", None)
        self.process = None

    def __enter__(self) -> Web:
        import sys

        argv = [sys.executable, *web_command(f"127.0.0.1:{self.port}", workers=self.workers), *self.options]
        with self.log.open("ab") as log:
            self.process = spawn(argv, env=self.environment, log=log, cwd=ROOT)
        wait_for(self._is_up, seconds=120, what="the web server answers")
        return self

    def __exit__(self, *_: object) -> None:
        stop(self.process, patience=20)

    def _is_up(self) -> bool:
        assert self.process.poll() is None, tail(self.log)
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        return False

    @property
    def worker_pids(self) -> set[int]:
        """The processes that answer requests."""
        return descendants(self.process.pid)


class Caller:
    """Somebody's browser without scripts: cookies, the form's token, and how long each answer took."""

    def __init__(self, web: Web, *, timeout: float = 60):
        self.client = httpx.Client(base_url=web.url, timeout=timeout, trust_env=False)
        self.token = ""
        self.took = 0.0

    def get(self, path: str, **options) -> httpx.Response:
        return self._ask("GET", path, **options)

    def post(self, path: str, data: dict, **options) -> httpx.Response:
        headers = {"X-CSRFToken": self.token, **options.pop("headers", {})}
        return self._ask("POST", path, data=data, headers=headers, **options)

    def answers(self) -> bool:
        """True when the server takes requests."""
        with contextlib.suppress(httpx.TransportError):
            return self.get("/healthz").status_code == 200
        return False

    def _ask(self, method: str, path: str, **options) -> httpx.Response:
        started = time.monotonic()
        try:
            response = self.client.request(method, path, **options)
        finally:
            self.took = time.monotonic() - started
        found = re.search(r'data-csrf="([^"]+)"', response.text)
        if found:
            self.token = html.unescape(found[1])
        return response

    def sign_in(self, username: str, password: str = PASSWORD) -> Caller:
        self.get("/sign-in/")
        response = self.post("/sign-in/", {"login": username, "password": password})
        assert response.status_code == 302, (response.status_code, response.text[:2000])
        self.get(response.headers["location"])
        return self


def assert_honest(response: httpx.Response) -> None:
    """503 in words, with a time to try again, and nothing of the machinery."""
    assert response.status_code == 503, (response.status_code, response.text[:500])
    assert response.headers["retry-after"] == "5"
    assert "not reachable right now" in response.text
    for word in ("Traceback", "psycopg", "OperationalError", "NoAnswer", ".py", "127.0.0.1", "SELECT"):
        assert word not in response.text
