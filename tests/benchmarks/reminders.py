"""How fast due reminders are worked off without the network: claimed, looked at, marked, recorded.

Both sides take turns in every round. The floor does the least that any outbox has to do for each message: its
own claim, its own attempt row and its own record, each committed, by bare SQL. Run it with
`python -m tests.benchmarks.reminders`; `measure()` returns the figures.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

import psycopg

DUE = int(os.environ.get("DUE", "10000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
FLOOR = 2000
WORKERS = 2
GOAL = 1600

_FLOOR_TABLES = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.message (id int PRIMARY KEY, state text NOT NULL, lease timestamptz, body text);
CREATE TABLE bench.attempt (id serial PRIMARY KEY, message int UNIQUE, outcome text NOT NULL DEFAULT '');
"""


def fill(due: int) -> None:
    """`due` reminders of as many visits, patients and numbers, all due now, every number agreed to."""
    from clinic.core.ids import uuid7
    from clinic.core.time import now
    from clinic.messaging.models import ContactConsent, Message
    from records.models import ContactPoint, Patient
    from scheduling.models import Appointment
    from scheduling.rules.reminders import instant_key
    from tests.factories.messaging import make_message, make_reachable
    from tests.factories.scheduling import Clinic
    from tests.reliability.fill import awake_zone, times_ahead

    zone = awake_zone(now())
    clinic = Clinic()
    model_visit = clinic.book(starts_at=next(times_ahead()), patient=make_reachable(zone=zone))
    model = make_message(model_visit.patient, subject=f"appointment:{model_visit.pk}", zone=zone)
    Message.objects.exclude(pk=model.pk).update(next_try_at=now() + timedelta(days=30))
    Message.objects.filter(pk=model.pk).update(next_try_at=now() + timedelta(days=30))

    def copies(row, **changes):
        kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        return [
            type(row)(**{**kept, "id": uuid7(), **{name: make(n) for name, make in changes.items()}})
            for n in range(due)
        ]

    def number(n):
        return f"+1312{5560000 + n:07d}"

    patients = copies(model_visit.patient, mrn=lambda n: f"bench-{n}")
    Patient.objects.bulk_create(patients, batch_size=1000)
    mobile = model_visit.patient.contacts.get(kind="mobile")
    ContactPoint.objects.bulk_create(
        copies(mobile, patient_id=lambda n: patients[n].pk, value=number), batch_size=1000
    )
    visits = copies(model_visit, patient_id=lambda n: patients[n].pk)
    Appointment.objects.bulk_create(visits, batch_size=1000)
    agreed = ContactConsent.objects.filter(patient=model_visit.patient).first()
    ContactConsent.objects.bulk_create(
        copies(agreed, patient_id=lambda n: patients[n].pk, address=number), batch_size=1000
    )
    instant = instant_key(model_visit.starts_at)
    Message.objects.bulk_create(
        copies(
            model,
            key=lambda n: f"appointment:{visits[n].pk}|24|{instant}|sms|{n}",
            subject=lambda n: f"appointment:{visits[n].pk}",
            patient_id=lambda n: patients[n].pk,
            address=number,
            link_token=lambda n: f"bench-{n}",
            state=lambda n: "due",
            next_try_at=lambda n: now(),
        ),
        batch_size=1000,
    )


def rewind(owner: psycopg.Connection) -> None:
    """Every reminder is due again, and nothing has been tried."""
    owner.execute("DELETE FROM messaging_attempt")
    owner.execute(
        "UPDATE messaging_message SET state = 'due', attempts = 0, gateway = '', gateway_ref = '', left_at = NULL, "
        "settled_at = NULL, next_try_at = now() WHERE link_token LIKE 'bench-%'"
    )
    owner.execute("VACUUM ANALYZE messaging_message, messaging_attempt")


def work_off(gate, finished, spent) -> None:
    """One worker: waits at the gate, sends what is due until nothing is, and says what processor time that
    took: its own and that of its database session, in seconds."""
    import django

    django.setup()
    from django.db import connection

    from clinic.messaging.services import sending

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = cursor.fetchone()[0]
    gate.wait()
    before = time.process_time(), cpu_of(session)
    sending.send_due(run_seconds=600)
    spent.put((time.process_time() - before[0], cpu_of(session) - before[1]))
    finished.wait()


def cpu_of(pid: int) -> float:
    """Processor seconds of another process of this machine so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ours(owner: psycopg.Connection, workers: int) -> tuple[float, float, float]:
    """Reminders a second by so many workers, their start not counted, and the processor time that one took:
    milliseconds in the worker and in the database."""
    rewind(owner)
    context = multiprocessing.get_context("spawn")
    gate, finished = context.Barrier(workers + 1), context.Barrier(workers + 1)
    spent = context.Queue()
    processes = [context.Process(target=work_off, args=(gate, finished, spent)) for _ in range(workers)]
    for process in processes:
        process.start()
    gate.wait(120)
    began = time.perf_counter()
    finished.wait(600)
    took = time.perf_counter() - began
    used = [spent.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    states = owner.execute(
        "SELECT state, count(*), count(DISTINCT gateway_ref) FROM messaging_message "
        "WHERE link_token LIKE 'bench-%' GROUP BY 1"
    ).fetchall()
    if states != [("delivered", DUE, DUE)]:
        raise SystemExit(f"Not every reminder went out once: {states}")
    worker, database = (1000 * sum(each) / DUE for each in zip(*used, strict=True))
    return DUE / took, worker, database


def floor(owner: psycopg.Connection) -> float:
    """Messages a second when each is claimed, tried and recorded by itself, in bare SQL by one connection."""
    owner.execute(_FLOOR_TABLES)
    owner.execute(
        "INSERT INTO bench.message SELECT n, 'due', NULL, 'x' FROM generate_series(1, %s) n", [FLOOR]
    )
    began = time.perf_counter()
    for number in range(1, FLOOR + 1):
        owner.execute("UPDATE bench.message SET state = 'claimed', lease = now() WHERE id = %s", [number])
        owner.execute("INSERT INTO bench.attempt (message) VALUES (%s)", [number])
        owner.execute(
            "WITH a AS (UPDATE bench.attempt SET outcome = 'accepted' WHERE message = %s) "
            "UPDATE bench.message SET state = 'sent' WHERE id = %s",
            [number, number],
        )
    return FLOOR / (time.perf_counter() - began)


def measure(owner_url: str) -> dict:
    """Medians of interleaved rounds, in the environment that names the database: reminders a second by one and
    by two workers, the floor, and their ratios. Nothing leaves: the gateway is the one that keeps messages."""
    fill(DUE)
    one, two, least = [], [], []
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for _ in range(ROUNDS):
            one.append(ours(owner, 1))
            least.append(floor(owner))
            two.append(ours(owner, WORKERS))
    rate = {name: [each[0] for each in rounds] for name, rounds in (("one", one), ("two", two))}
    floor_rate = statistics.median(least)
    return {
        "due": DUE, "rounds": ROUNDS, "goal_per_s": GOAL, "floor_per_s": round(floor_rate),
        "one_worker_per_s": round(statistics.median(rate["one"])),
        "two_workers_per_s": round(statistics.median(rate["two"])),
        "best_two_workers_per_s": round(max(rate["two"])),
        "ratio_one": round(statistics.median(rate["one"]) / floor_rate, 1),
        "ratio_two": round(statistics.median(rate["two"]) / floor_rate, 1),
        "worker_cpu_ms": round(statistics.median(each[1] for each in one), 3),
        "database_cpu_ms": round(statistics.median(each[2] for each in one), 3),
    }  # fmt: skip


def main() -> int:
    from clinic.runtime.postgres import OWNER, PostgresServer
    from clinic.runtime.redis import RedisServer
    from tests.support import cluster

    folder = cluster.ROOT / ".cache" / "bench-reminders"
    postgres, queue = PostgresServer(folder), RedisServer(folder, fast=True)
    try:
        postgres.start()
        queue.start()
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = postgres.url(), queue.url()
        os.environ["DATABASE_OWNER_URL"] = postgres.url(OWNER)
        cluster.set_environment(folder)
        os.environ.update(LOG_LEVEL="ERROR", DATABASE_REUSE_SECONDS="-1")
        migrate()
        import django

        django.setup()
        print(json.dumps(measure(postgres.url(OWNER)), indent=1))
    finally:
        queue.stop()
        postgres.destroy()
    return 0


def migrate() -> None:
    import subprocess

    from tests.support.cluster import ROOT

    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT, env={**os.environ, "CLINIC_DATABASE_ROLE": "owner"}, check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
