"""Taking times: page and limits in turns, and the same page under several clients at once."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from tests.benchmarks.client import Client
from tests.benchmarks.floors import FLOORS
from tests.benchmarks.scenarios import Scenario


@dataclass(frozen=True)
class Turns:
    """Medians in milliseconds of interleaved rounds; `ratio` is the median page over the median bare page."""

    page: float
    page95: float
    bare: float
    sql: float
    sql95: float
    static: float

    @property
    def ratio(self) -> float:
        return self.page / self.bare


def in_turns(
    scenario: Scenario, page: Client, limit: Client, database: psycopg.Connection, rounds: int, each: int
) -> Turns:
    """One client. Page, bare page, SQL alone and static bytes take turns in every round."""
    calls: tuple[Callable[[], float], ...] = (
        lambda: scenario.page(page), lambda: scenario.bare(limit), lambda: _sql(scenario, database),
        lambda: scenario.static(limit),
    )  # fmt: skip
    for call in (*calls, *calls, *calls):
        call()
    times: list[list[float]] = [[], [], [], []]
    for _ in range(rounds):
        for call, found in zip(calls, times, strict=True):
            found += [call() for _ in range(each)]
    middle = [statistics.median(found) for found in times]
    return Turns(middle[0], p95(times[0]), middle[1], middle[2], p95(times[2]), middle[3])


def two_sizes(
    large: Scenario, here: Client, small: Scenario, there: Client, rounds: int, each: int
) -> tuple[float, float]:
    """Medians of the same page in two clinics of different size, taken in turns: (large, small)."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        large.page(here)
        small.page(there)
    for _ in range(rounds):
        times[0].extend(large.page(here) for _ in range(each))
        times[1].extend(small.page(there) for _ in range(each))
    return statistics.median(times[0]), statistics.median(times[1])


def _sql(scenario: Scenario, database: psycopg.Connection) -> float:
    given = {name: str(value) for name, value in scenario.given().items()}
    started = time.perf_counter()
    with database.transaction(), database.cursor() as cursor:
        FLOORS[scenario.floor](cursor, given)
    return (time.perf_counter() - started) * 1000


def p95(found: list[float]) -> float:
    """The 95th percentile, by rank."""
    return sorted(found)[max(0, -(-len(found) * 95 // 100) - 1)]


@dataclass(frozen=True)
class Crowd:
    """What several clients at once saw: milliseconds, and answers per second."""

    clients: int
    median: float
    p95: float
    rate: float


def crowd(call: Callable[[Client], float], clients: list[Client], seconds: float) -> Crowd:
    """All clients ask as fast as they are answered, for `seconds`."""
    times: list[float] = []
    errors: list[BaseException] = []
    gate = threading.Barrier(len(clients) + 1)

    def work(client: Client) -> None:
        own: list[float] = []
        try:
            call(client)
            gate.wait()
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                own.append(call(client))
        except BaseException as error:  # told to the one who waits
            errors.append(error)
            gate.abort()
        times.extend(own)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    with contextlib.suppress(threading.BrokenBarrierError):  # whoever broke it has told why
        gate.wait(timeout=60)
    started = time.perf_counter()
    for thread in threads:
        thread.join(timeout=seconds + 90)
    took = time.perf_counter() - started
    if errors:
        raise errors[0]
    return Crowd(len(clients), statistics.median(times), p95(times), len(times) / took)
