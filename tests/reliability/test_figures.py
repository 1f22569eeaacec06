"""The numbers at /metrics are those of all web processes, whichever of them is asked."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.reliability.served import METRICS_TOKEN, Caller
from tests.runtime.waiting import wait_for

pytestmark = [pytest.mark.runtime, pytest.mark.slow]


def count(servers, view: str, status: str) -> float:
    answer = Caller(servers.web).get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200
    wanted = f'clinic_request_seconds_count{{status="{status}",view="{view}"}} '
    found = [line.removeprefix(wanted) for line in answer.text.splitlines() if line.startswith(wanted)]
    return float(found[0]) if found else 0.0


def test_every_worker_tells_the_sum_of_all_and_a_dead_one_still_counts(servers, desk):
    before = count(servers, "scheduling:day", "2xx")

    def visit(_: int) -> int:
        caller = Caller(servers.web)  # a connection of its own, so that both processes get some
        caller.client.cookies = desk.client.cookies
        return caller.get("/schedule/").status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(visit, range(40))) == {200}
    assert {count(servers, "scheduling:day", "2xx") for _ in range(12)} == {before + 40}

    killed = servers.web.worker_pids
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(servers.web.worker_pids - killed) >= 2, seconds=30, what="new workers")
    wait_for(lambda: Caller(servers.web).answers(), seconds=30, what="they answer")
    assert count(servers, "scheduling:day", "2xx") == before + 40


def test_an_outage_of_the_database_still_has_figures(servers, desk):
    servers.postgres.set("refuse")
    assert desk.get("/schedule/").status_code == 503
    answer = desk.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code in (200, 503)  # with a cookie the session is asked for first
    answer = Caller(servers.web).get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 200
    assert 'clinic_figures_up{source="outbox"} 0.0' in answer.text
    assert 'clinic_figures_up{source="disk"} 1.0' in answer.text
    assert 'clinic_request_seconds_count{status="5xx"' in answer.text
