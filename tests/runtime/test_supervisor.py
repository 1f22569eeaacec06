"""The whole demo as a person starts it: one process, killed and stopped in every way."""

from __future__ import annotations

import contextlib
import http.client
import re
import signal
import socket
import ssl
import subprocess
import sys

import pytest

from clinic.runtime.supervisor import free_port_from
from tests.runtime.waiting import descendants, is_alive, open_way, wait_for
from tests.support.cluster import ROOT
from tests.support.demo_process import clean_environment

pytestmark = [pytest.mark.runtime, pytest.mark.slow]


class Demo:
    """One `manage.py demo --no-seed` in a folder."""

    def __init__(self, folder, port: int, *options: str):
        self.log = folder.parent / f"{folder.name}.{port}.out"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--no-seed", "--port", str(port), "--data-dir", str(folder),
                 *options],
                cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_ready(self) -> str:
        wait_for(
            lambda: "\nready " in self.output or self.process.poll() is not None,
            seconds=300,
            what="demo ready",
        )
        found = re.search(r"^ready (\S+)$", self.output, re.MULTILINE)
        assert found, self.output
        return found[1]

    def end(self, how: int = signal.SIGTERM) -> set[int]:
        """Signals the supervisor alone and returns what had been running below it."""
        below = descendants(self.process.pid)
        self.process.send_signal(how)
        self.process.wait(timeout=120)
        return below


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("demo")
    open_way(base)
    return base / "a demo folder with spaces in its rather long name"


@pytest.fixture
def started():
    """Ends what a failing test leaves behind."""
    demos: list[Demo] = []
    yield lambda *arguments: demos.append(Demo(*arguments)) or demos[-1]
    for demo in demos:
        if demo.process.poll() is None:
            demo.end(signal.SIGKILL)


def _answer(url: str) -> int:
    return _ask(http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)).status


def _ask(link: http.client.HTTPConnection, host: str = "127.0.0.1") -> http.client.HTTPResponse:
    with contextlib.closing(link):
        link.request("GET", "/healthz", headers={"Host": host})
        response = link.getresponse()
        response.read()
        return response


def _wait_gone(pids: set[int]) -> None:
    wait_for(lambda: not any(map(is_alive, pids)), seconds=60, what=f"nothing of {sorted(pids)} is left")


def test_killed_supervisor_leaves_nothing_and_the_data_starts_again(folder, started):
    port = free_port_from(18_400, "127.0.0.1")
    first = started(folder, port)
    url = first.wait_ready()
    assert url == f"http://127.0.0.1:{port}"
    assert _answer(url) == 200
    for login in ("frontdesk", "ma", "leadma", "provider", "biller", "manager", "privacy", "admin"):
        assert re.search(rf"^  {login} +maple-street-demo$", first.output, re.MULTILINE)
    key = (folder / "secret-key").read_text()

    second = started(folder, port)
    assert second.process.wait(timeout=60) == 1
    assert f"Already in use by process {first.process.pid}" in second.output
    assert _answer(url) == 200

    below = first.end(signal.SIGKILL)
    assert len(below) >= 6  # PostgreSQL with its helpers, Redis, web, worker, beat
    _wait_gone(below)

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen(1)
        third = started(folder, port)
        moved = third.wait_ready()
    assert f"Port {port} is in use; taking " in third.output
    assert moved != url
    assert _answer(moved) == 200
    assert (folder / "secret-key").read_text() == key
    _wait_gone(third.end(signal.SIGINT))
    assert third.process.returncode == 0
    assert "Stopped. The data stays in" in third.output
    assert not re.search(r"was not properly shut down", (folder / "postgres.log").read_text())


def test_stop_while_starting_leaves_nothing(folder, started):
    demo = started(folder.with_name("stopped early"), free_port_from(18_450, "127.0.0.1"))
    wait_for(lambda: bool(descendants(demo.process.pid)), seconds=60, what="the first server is up")
    _wait_gone(demo.end(signal.SIGTERM))


def test_other_devices_are_served_over_tls_alone(folder, started):
    port = free_port_from(18_500, "127.0.0.1")
    demo = started(folder, port, "--lan", "--host", "clinic.test")
    url = demo.wait_ready()
    assert url == f"https://clinic.test:{port}"
    context = ssl.create_default_context(cafile=folder / "tls-certificate.pem")
    answer = _ask(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=5), "clinic.test")
    assert answer.status == 200
    assert answer.getheader("Strict-Transport-Security", "").startswith("max-age=31536000")
    with pytest.raises((http.client.HTTPException, OSError)):
        _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "clinic.test")
    assert (folder / "tls-key.pem").stat().st_mode & 0o777 == 0o600
    _wait_gone(demo.end())
