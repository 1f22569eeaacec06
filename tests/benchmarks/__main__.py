"""Runs the real server and the bare limit side by side, interleaved, and prints ratios of medians.

A machine's speed changes within seconds, so a single time says little: both sides take turns in every
round, and only the ratio is worth keeping. The numbers also go to .cache/bench/result.json.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from clinic.runtime.postgres import OWNER, PostgresServer
from clinic.runtime.processes import free_port, spawn, stop
from clinic.runtime.redis import RedisServer
from tests.benchmarks import bare
from tests.benchmarks.client import Client, form_key
from tests.support.cluster import ROOT
from tests.support.demo_process import clean_environment, demo

PASSWORD = "maple-street-demo"
ROUNDS = int(os.environ.get("ROUNDS", "7"))
EACH = int(os.environ.get("EACH", "6"))
FOLDER = ROOT / ".cache" / "bench"

Pair = tuple[Callable[[], float], Callable[[], float]]


class Facts:
    """Ids of the demo clinic that the requests need."""

    def __init__(self, owner: psycopg.Connection):
        def rows(sql: str) -> list:
            return owner.execute(sql).fetchall()

        self.day = rows(
            "SELECT local_day FROM scheduling_appointment GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )[0][0]
        self.patients = [row[0] for row in rows("SELECT id FROM records_patient ORDER BY id LIMIT 400")]
        self.chart = rows(
            "SELECT patient_id FROM records_vitalset GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )[0][0]
        self.encounter = rows(
            "SELECT e.id FROM records_encounter e JOIN records_patient p ON p.id = e.patient_id "
            "WHERE e.status = 'open' AND p.birth_date < current_date - 9000 ORDER BY e.id LIMIT 1"
        )[0][0]
        self.location = rows("SELECT id FROM scheduling_location ORDER BY id LIMIT 1")[0][0]
        self.type = rows(
            "SELECT id FROM scheduling_visittype WHERE is_bookable AND needs_provider AND needs_room "
            "AND provider_minutes <= 20 AND min_age IS NULL ORDER BY max_horizon_days DESC, name LIMIT 1"
        )[0][0]
        self.sessions = rows(
            "SELECT provider_id, weekday, starts FROM scheduling_providersession WHERE effective_to IS NULL "
            "AND provider_id IN (SELECT id FROM staff_member WHERE 'provider' = ANY(roles)) ORDER BY 1, 2, 3"
        )
        last = rows("SELECT max(local_day) FROM scheduling_appointment WHERE reason = 'bench'")[0][0]
        self.first_day = max(last or dt.date.min, dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20))
        self.words = [
            row[0][:4].lower() for row in rows("SELECT DISTINCT last_name FROM records_patient LIMIT 200")
        ]

    def slots(self) -> Iterator[tuple[uuid.UUID, dt.date, dt.time]]:
        """Free times far ahead, each once: the first two hours of every provider's sessions."""
        for ahead in range(1, 300):
            day = self.first_day + dt.timedelta(days=ahead)  # after what an earlier run has booked
            for provider, weekday, starts in self.sessions:
                if weekday == day.weekday():
                    for step in (0, 60):
                        begins = dt.datetime.combine(day, starts) + dt.timedelta(minutes=step)
                        yield provider, day, begins.time()


def pairs(page: Client, limit: Client, facts: Facts) -> dict[str, Pair]:
    """For each operation, one call of the clinic and one of the bare limit; both return milliseconds."""
    patients, words, slots = iter(facts.patients * 50), iter(facts.words * 50), facts.slots()
    bare_time = iter(range(1, 1_000_000))

    def checked(answer: tuple[int, str, float], wanted: tuple[int, ...]) -> float:
        status, text, took = answer
        if status not in wanted:
            raise SystemExit(f"unexpected answer {status}: {text[:2000]}")
        return took

    def book() -> float:
        for _ in range(40):
            provider, day, clock = next(slots)
            form = {
                "form_key": form_key(), "patient": next(patients), "visit_type": facts.type, "provider": provider,
                "location": facts.location, "day": day.isoformat(), "clock": clock.strftime("%H:%M"),
                "reason": "bench",
            }  # fmt: skip
            answer = page.request("/schedule/book/", form, **{"HX-Request": "true"})
            if answer[0] not in (409, 422):  # a day off or a visit already there: the next time is tried
                break
        return checked(answer, (200, 204, 302))

    def bare_book() -> float:
        start = dt.datetime(2030, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=20 * next(bare_time))
        query = f"who={facts.chart}&from={start:%Y-%m-%dT%H:%MZ}&to={start + dt.timedelta(minutes=20):%Y-%m-%dT%H:%MZ}"
        return checked(limit.request(f"/book?{query}"), (200,))

    def vitals() -> float:
        form = {
            "form_key": form_key(),
            "v-systolic-1": 121,
            "v-diastolic-1": 78,
            "v-pulse": 72,
            "u-pulse": "/min",
        }
        answer = page.request(f"/encounters/{facts.encounter}/vitals/", form, **{"HX-Request": "true"})
        return checked(answer, (200, 204, 302))

    def find() -> float:
        return checked(page.request("/patients/find/", {"q": next(words)}, **{"HX-Request": "true"}), (200,))

    return {
        "find": (find, lambda: checked(limit.request(f"/find?q={next(words)}"), (200,))),
        "day": (
            lambda: checked(page.request(f"/schedule/?day={facts.day}"), (200,)),
            lambda: checked(limit.request(f"/day?day={facts.day}"), (200,)),
        ),
        "book": (book, bare_book),
        "vitals": (vitals, lambda: checked(limit.request(f"/vitals?encounter={facts.encounter}"), (200,))),
        "chart": (
            lambda: checked(page.request(f"/patients/{facts.chart}/"), (200,)),
            lambda: checked(limit.request(f"/chart?patient={facts.chart}"), (200,)),
        ),
    }


def measure(pair: Pair) -> tuple[float, float]:
    """Medians of the clinic's page and of the bare limit, taken in turns."""
    for call in pair * 3:
        call()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours += [pair[0]() for _ in range(EACH)]
        theirs += [pair[1]() for _ in range(EACH)]
    return statistics.median(ours), statistics.median(theirs)


def spin_ms() -> float:
    """A fixed loop: how fast this machine is at the moment."""
    started, total = time.perf_counter(), 0
    for number in range(100_000):
        total += number
    return (time.perf_counter() - started) * 1000


@contextlib.contextmanager
def bare_server(url: str, folder: Path) -> Iterator[str]:
    port = free_port()
    argv = [
        sys.executable, "-m", "gunicorn", "tests.benchmarks.bare:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "15", "--log-level", "error",
    ]  # fmt: skip
    with (folder / "bare.log").open("ab") as log:
        process = spawn(argv, env={**clean_environment(), "BENCH_DATABASE_URL": url}, log=log, cwd=ROOT)
    try:
        base, client = f"http://127.0.0.1:{port}", None
        for _ in range(100):
            with contextlib.suppress(OSError):
                client = Client(base).request("/find?q=zz")
                break
            time.sleep(0.1)
        if client is None:
            raise SystemExit(f"The bare server did not start; see {folder / 'bare.log'}.")
        yield base
    finally:
        stop(process)


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    postgres, queue = PostgresServer(FOLDER).start(), RedisServer(FOLDER).start()
    named = {
        "DATABASE_URL": postgres.url(),
        "DATABASE_OWNER_URL": postgres.url(OWNER),
        "REDIS_URL": queue.url(),
    }
    try:
        with demo(FOLDER / "demo", 8775, **named) as base:
            with psycopg.connect(postgres.url(OWNER), autocommit=True) as owner:
                owner.execute(bare.TABLES)
                facts = Facts(owner)
            with bare_server(postgres.url(OWNER), FOLDER) as limit:
                report(base, limit, facts)
    finally:
        queue.stop()
        postgres.stop()
    return 0


def report(base: str, limit: str, facts: Facts) -> None:
    front, nurse, bare_client = Client(base), Client(base), Client(limit)
    front.sign_in("frontdesk", PASSWORD)
    nurse.sign_in("leadma", PASSWORD)
    found = {}
    print(
        f"\n{'operation':<10}{'page ms':>9}{'bare ms':>9}{'ratio':>7}   (medians of {ROUNDS} rounds x {EACH})"
    )
    for name in ("find", "day", "book", "vitals", "chart"):
        client = nurse if name in ("vitals", "chart") else front
        page, floor = measure(pairs(client, bare_client, facts)[name])
        found[name] = {"page_ms": round(page, 2), "bare_ms": round(floor, 2), "ratio": round(page / floor, 2)}
        print(f"{name:<10}{page:>9.1f}{floor:>9.1f}{page / floor:>7.1f}", flush=True)
    found["spin_ms"] = round(statistics.median(spin_ms() for _ in range(9)), 2)
    print(f"spin {found['spin_ms']} ms")
    (FOLDER / "result.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
