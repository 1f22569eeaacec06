"""The statements and the profile of one request, inside this process: what the driver over HTTP can't see."""

from __future__ import annotations

import cProfile
import io
import pstats
import re
from urllib.parse import parse_qsl, urlsplit

from tests.benchmarks.measure import p95
from tests.benchmarks.scenarios import PASSWORD, Scenario

_NOT_COUNTED = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET )", re.IGNORECASE)


class InProcess:
    """Answers like benchmarks' Client, by Django's test client: no server, the same middleware."""

    def __init__(self) -> None:
        from django.test import Client

        self.browser = Client(enforce_csrf_checks=False, SERVER_NAME="127.0.0.1")
        self._answer = None

    def sign_in(self, login: str) -> None:
        self.browser.get("/sign-in/")
        answer = self.browser.post("/sign-in/", {"login": login, "password": PASSWORD})
        if answer.status_code != 302:
            raise SystemExit(f"{login} could not sign in: {answer.status_code}")

    def request(self, path: str, form: dict | None = None, **headers: str):
        if form is None:
            parts = urlsplit(path)
            self._answer = self.browser.get(parts.path, dict(parse_qsl(parts.query)), headers=headers)
        else:
            self._answer = self.browser.post(path, {k: str(v) for k, v in form.items()}, headers=headers)
        return self._answer.status_code, self._answer.content.decode(), 0.0

    def header(self, name: str) -> str:
        return self._answer.headers.get(name, "")


def statements(scenario: Scenario) -> list[str]:
    """The SQL of the last request of one call, without transaction control. Warmed up first."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = InProcess()
    client.sign_in(scenario.login)
    for _ in range(2):
        scenario.call(client)
    marks: list[int] = []
    request = client.request

    def marked(*args, **kwargs):
        marks.append(len(connection.queries_log))
        return request(*args, **kwargs)

    client.request = marked
    with CaptureQueriesContext(connection) as caught:
        start = len(connection.queries_log)
        status, text, _ = scenario.call(client)
        seen = [query["sql"] for query in caught.captured_queries[marks[-1] - start :]]
    if status not in scenario.wanted:
        raise SystemExit(f"{scenario.name}: unexpected answer {status}: {text[:800]}")
    return [sql for sql in seen if not _NOT_COUNTED.match(sql)]


def finder_p95(scenario: Scenario, calls: int = 100) -> float:
    """Milliseconds at p95 of the statements that search patients, as the driver sees them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = InProcess()
    client.sign_in(scenario.login)
    times = []
    for _ in range(calls):
        with CaptureQueriesContext(connection) as caught:
            scenario.call(client)
        times.append(
            sum(float(one["time"]) for one in caught.captured_queries if "search LIKE" in one["sql"]) * 1000
        )
    return p95(times)


def profile(scenario: Scenario, calls: int = 12) -> str:
    """Where the time of a request goes, by own and by cumulative time."""
    client = InProcess()
    client.sign_in(scenario.login)
    for _ in range(3):
        scenario.call(client)
    watch = cProfile.Profile()
    watch.enable()
    for _ in range(calls):
        scenario.call(client)
    watch.disable()
    out = io.StringIO()
    for order, title in (("tottime", "own time"), ("cumulative", "cumulative")):
        out.write(f"-- {calls} calls, by {title}\n")
        stats = pstats.Stats(watch, stream=out).strip_dirs()
        stats.sort_stats(order).print_stats(25)
    return out.getvalue()


def prepare() -> None:
    """Django in this process, as the application's role. The environment names the measured clinic."""
    import os

    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    os.environ.pop("CLINIC_DATABASE_ROLE", None)
    django.setup()
