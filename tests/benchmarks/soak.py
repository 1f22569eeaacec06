"""`make soak`: thirty people do their day through HTTP for minutes, while locks and memory are watched.

Ends with 1 on any error, on a wait for a lock of more than a second, or when memory keeps growing.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg

from clinic.runtime.postgres import OWNER, SUPERUSER
from tests.benchmarks import floors
from tests.benchmarks.client import Client
from tests.benchmarks.facts import Facts
from tests.benchmarks.scenarios import PASSWORD, Scenario, scenarios
from tests.benchmarks.servers import FOLDER, Data, clinic_processes, proportional_memory, stack

# Who works there: login, how many, and what they do, by name of the operation with its weight.
STAFF: tuple[tuple[str, int, dict[str, int]], ...] = (
    (
        "frontdesk",
        8,
        {"find": 4, "day": 4, "book": 3, "check-in": 3, "check-out": 2, "find-phone": 2, "find-dob": 1},
    ),
    ("leadma", 10, {"vitals": 4, "chart": 3, "vaccine": 2, "poll-changed": 2, "find": 1}),
    ("provider", 8, {"chart": 6, "poll-changed": 2, "find": 2, "day": 1}),
    ("biller", 2, {"queue": 3, "find": 1, "takings": 1}),
    ("manager", 1, {"manager": 2, "day": 1, "poll-changed": 1}),
    ("privacy", 1, {"audit": 1}),
)
PAGES = {"queue": "/billing/", "takings": "/billing/day/"}
THINK = (1.5, 7.0)  # seconds between two acts
POLL = 3.0  # how often an open board asks
LONGEST_WAIT = 1.0
GROWTH = 1.10  # the most that the last third may hold of the middle third's memory


@dataclass
class Diary:
    """What everybody saw."""

    acts: Counter[str] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, took: float) -> None:
        with self.lock:
            self.acts[name] += 1
            self.times.setdefault(name, []).append(took)

    def fault(self, words: str) -> None:
        with self.lock:
            self.errors.append(words)


@dataclass
class Watch:
    """Waits for locks and memory, sampled."""

    longest_wait: float = 0.0
    memory: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """Memory of the last third as a multiple of the middle third's; 1 with too few samples."""
        third = len(self.memory) // 3
        if third < 2:
            return 1.0
        return statistics.mean(self.memory[-third:]) / statistics.mean(self.memory[third : 2 * third])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--patients", type=int, default=50_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--visits", type=int)
    options = parser.parse_args()
    with Data(FOLDER / f"{options.patients}") as data:
        data.seed(
            "--patients",
            str(options.patients),
            "--visits",
            str(options.visits or options.patients * 4),
            "--years",
            "3",
        )
        with psycopg.connect(data.postgres.url(OWNER), autocommit=True) as owner:
            owner.execute(floors.TABLES)
            acts = {one.name: one for one in scenarios(Facts(owner))}
            with (
                stack(data) as running,
                psycopg.connect(data.postgres.url(SUPERUSER, "clinic"), autocommit=True) as eye,
            ):
                owner.execute("DELETE FROM core_ratewindow")
                return soak(running.base, acts, eye, options.minutes * 60)


def soak(base: str, acts: dict[str, Scenario], eye: psycopg.Connection, seconds: float) -> int:
    diary, watch, stop = Diary(), Watch(), threading.Event()
    people = [
        threading.Thread(
            target=_work, args=(_signed_in(base, login), number, weights, acts, diary, stop), daemon=True
        )
        for login, count, weights in STAFF
        for number in range(count)
    ]
    print(f"{len(people)} people at work for {seconds / 60:.0f} minutes", flush=True)
    pids = [pid for group in clinic_processes(base).values() for pid in group]
    for person in people:
        person.start()
    _observe(eye, pids, watch, diary, seconds)
    stop.set()
    for person in people:
        person.join(timeout=60)
    return report(diary, watch)


def _signed_in(base: str, login: str) -> Client:
    client = Client(base)
    client.sign_in(login, PASSWORD)
    return client


def _work(
    client: Client, number: int, weights: dict[str, int], acts, diary: Diary, stop: threading.Event
) -> None:
    """One person's day: an act, a pause with the board open, the next act."""
    dice = random.Random(f"{weights}{number}")
    for name in _chosen(dice, weights):
        if stop.is_set():
            return
        _do(diary, name, lambda name=name: _act(client, acts, name))
        until = time.monotonic() + dice.uniform(*THINK)
        while time.monotonic() < until and not stop.wait(min(POLL, max(0.0, until - time.monotonic()))):
            if "poll" in acts and "audit" not in weights and "queue" not in weights:
                _do(diary, "poll", lambda: acts["poll"].page(client))


def _chosen(dice: random.Random, weights: dict[str, int]) -> Iterator[str]:
    while True:
        yield from dice.choices(list(weights), list(weights.values()), k=16)


def _act(client: Client, acts: dict[str, Scenario], name: str) -> float:
    if name in PAGES:
        status, text, took = client.request(PAGES[name])
        if status != 200:
            raise SystemExit(f"{name}: unexpected answer {status}: {text[:300]}")
        return took
    return acts[name].page(client)


def _do(diary: Diary, name: str, act: Callable[[], float]) -> None:
    try:
        diary.note(name, act())
    except (SystemExit, OSError, EOFError) as error:
        diary.fault(f"{time.strftime('%H:%M:%S')} {name}: {str(error)[:300]}")


def _observe(eye: psycopg.Connection, pids: list[int], watch: Watch, diary: Diary, seconds: float) -> None:
    end, next_memory, next_word = time.monotonic() + seconds, 0.0, time.monotonic() + 30
    while time.monotonic() < end:
        row = eye.execute(
            "SELECT coalesce(extract(epoch FROM max(clock_timestamp() - waitstart)), 0)::float FROM pg_locks WHERE NOT granted"
        ).fetchone()
        watch.longest_wait = max(watch.longest_wait, row[0] if row else 0.0)
        if time.monotonic() >= next_memory:
            watch.memory.append(proportional_memory(pids))
            next_memory = time.monotonic() + 5
        if time.monotonic() >= next_word:
            print(f"  {sum(diary.acts.values())} acts, {len(diary.errors)} errors, longest wait for a lock "
                  f"{watch.longest_wait:.2f} s, {watch.memory[-1]:.0f} MiB", flush=True)  # fmt: skip
            next_word += 30
        time.sleep(0.2)


def report(diary: Diary, watch: Watch) -> int:
    """Prints what was seen; 0 only when nothing went wrong."""
    print(f"\n{'act':<14}{'times':>7}{'p50 ms':>9}{'p95 ms':>9}{'slowest':>9}")
    for name, times in sorted(diary.times.items()):
        ordered = sorted(times)
        print(
            f"{name:<14}{len(ordered):>7}{statistics.median(ordered):>9.0f}{ordered[int(len(ordered) * 0.95)]:>9.0f}{ordered[-1]:>9.0f}"
        )
    print(f"errors {len(diary.errors)}; longest wait for a lock {watch.longest_wait:.2f} s; "
          f"memory {watch.memory[0]:.0f} to {watch.memory[-1]:.0f} MiB, last third {watch.growth:.3f} of the middle one")  # fmt: skip
    for words in diary.errors[:20]:
        print("  " + words)
    is_well = not diary.errors and watch.longest_wait <= LONGEST_WAIT and watch.growth <= GROWTH
    print("held" if is_well else "DID NOT HOLD")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
