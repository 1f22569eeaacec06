"""PostgreSQL is restarted and crashes under load: nothing that was acknowledged is lost, and no form counts twice."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest

from clinic.runtime.postgres import OWNER, PostgresServer, find_binaries
from clinic.runtime.processes import StartError
from tests.reliability.served import Caller, Web, database_proxy, socket_of
from tests.reliability.today import payment_form
from tests.runtime.waiting import open_way, wait_for
from tests.support import database

pytestmark = [pytest.mark.runtime, pytest.mark.slow, pytest.mark.reliability]
WRITERS, ROUNDS, RECOVERY = 4, 6, 5


def copy_into(server: PostgresServer) -> None:
    """The test's database, as it stands, into a server of our own that keeps its promises (fsync on)."""
    tools = find_binaries() / "bin"

    def connect(url: str) -> tuple[list[str], dict[str, str]]:
        parts = urlsplit(url)
        host = dict(parse_qsl(parts.query)).get("host") or parts.hostname or ""
        options = ["--host", host, "--username", parts.username or "", "--dbname", parts.path.lstrip("/")]
        return options, {**os.environ, "PGPASSWORD": unquote(parts.password or "")}

    options, env = connect(database.owner_url(database.worker_name()))
    dump = subprocess.run(
        [tools / "pg_dump", *options, "--format", "custom"], env=env, capture_output=True, check=True
    )
    server.run_sql(
        "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent;"
        "GRANT ALL ON SCHEMA public TO clinic_owner", database="clinic",
    )  # fmt: skip
    options, env = connect(server.url(OWNER))
    subprocess.run(
        [tools / "pg_restore", *options], env=env, input=dump.stdout, capture_output=True, check=False
    )


class Writer(threading.Thread):
    """Somebody who takes payments one after the other, and sends a form again until it is acknowledged."""

    def __init__(self, number: int, caller: Caller, clinic, over: threading.Event):
        super().__init__(daemon=True)
        self.number, self.caller, self.clinic, self.over = number, caller, clinic, over
        self.acknowledged: list[str] = []
        self.statuses: dict[int | str, int] = {}
        self.slowest = 0.0

    def run(self) -> None:
        for n in count(1):
            if self.over.is_set():
                return
            amount = f"{n}.{self.number:02d}"
            address, form = payment_form(self.clinic, amount=amount)
            while self._send(address, form) not in (200, 302):
                self.over.wait(0.1)  # the person looks, and presses again
            self.acknowledged.append(amount)

    def _send(self, address: str, form: dict) -> int | str:
        try:
            answer = self.caller.post(address, form)
        except httpx.TransportError as error:
            status: int | str = type(error).__name__
        else:
            status = answer.status_code
            for word in ("Traceback", "psycopg"):
                assert word not in answer.text
        self.slowest = max(self.slowest, self.caller.took)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        return status


def test_nothing_acknowledged_is_lost_and_no_form_counts_twice(clinic_today, tmp_path):
    open_way(tmp_path)
    server = PostgresServer(Path(tmp_path, "own")).start()
    try:
        copy_into(server)
        with database_proxy(server.url()) as (proxy, url), Web(tmp_path, DATABASE_URL=url) as web:
            over = threading.Event()
            writers = [
                Writer(n, Caller(web).sign_in("frontdesk"), clinic_today, over) for n in range(WRITERS)
            ]
            for writer in writers:
                writer.start()
            recoveries = [_interrupted(server, proxy, writers, crash=turn % 2 == 1) for turn in range(ROUNDS)]
            over.set()
            for writer in writers:
                writer.join(timeout=60)
        rows = server.run_sql("SELECT amount FROM billing_payment", database="clinic").split()
        acknowledged = [amount for writer in writers for amount in writer.acknowledged]
        statuses: dict = {}
        for writer in writers:
            for status, n in writer.statuses.items():
                statuses[status] = statuses.get(status, 0) + n
        print(f"  {len(acknowledged)} acknowledged, {len(rows)} on file, answers {statuses}")
        print(
            f"  back after (s): {[round(one, 2) for one in recoveries]}; slowest answer {max(w.slowest for w in writers):.2f} s"
        )
        assert sorted(rows) == sorted(set(rows))
        assert set(acknowledged) <= set(rows)
        assert sorted(acknowledged) == sorted(set(rows))
        assert set(statuses) <= {200, 302, 503}
        assert max(writer.slowest for writer in writers) < 10
    finally:
        server.destroy()


def _interrupted(server: PostgresServer, proxy, writers, *, crash: bool) -> float:
    """Stops or kills the server under load and starts it again; seconds from its readiness to the next payment."""
    _some_more(writers, 5, seconds=60)
    if crash:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(timeout=20)
        server.process = None
    else:
        server.stop()
    threading.Event().wait(1.0)  # the outage itself
    for left in range(50, 0, -1):  # after a kill, the old children need a moment to let go of the data folder
        try:
            server.start()
            break
        except StartError:
            if left == 1:
                raise
            threading.Event().wait(0.2)
    proxy.target = socket_of(server.url())
    started = time.monotonic()
    _some_more(writers, 1, seconds=RECOVERY)
    return time.monotonic() - started


def _some_more(writers, each: int, *, seconds: float) -> None:
    """Waits until every writer has had `each` more payments acknowledged."""
    goal = {writer: len(writer.acknowledged) + each for writer in writers}
    wait_for(
        lambda: all(len(writer.acknowledged) >= n for writer, n in goal.items()), seconds=seconds,
        what=f"payments are taken again {[(len(w.acknowledged), w.statuses, w.is_alive()) for w in writers]}",
    )  # fmt: skip
