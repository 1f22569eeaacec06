"""How fast a payer's remittance is posted, and how fast what is owed is read by age from a large ledger.

Run it with `python -m tests.benchmarks.money`; CLAIMS says how many claims the remittance pays (5,000), LEDGER_ROWS how
many postings the ledger holds for the ageing (1,000,000). It prints claims a second for reading and posting together,
the seconds of the same file taken again, and the median of nine readings of the ageing in milliseconds.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

import psycopg

from tests.benchmarks.reminders import migrate

CLAIMS = int(os.environ.get("CLAIMS", "5000"))
LEDGER_ROWS = int(os.environ.get("LEDGER_ROWS", "1000000"))
POSTINGS_A_VISIT, VISITS_A_PATIENT = 4, 6
TABLES = ("records_patient", "records_encounter", "billing_journalentry", "billing_posting")


def post() -> dict:
    """One remittance of CLAIMS claims, twice."""
    from decimal import Decimal

    from billing.services import take_remittances
    from tests.factories.billing import SYSTEM
    from tests.factories.remittances import Says, make_claims, remittance_text

    claims = make_claims(CLAIMS, price=Decimal("100.00"))
    says = [Says(one.account, "100.00", "70.00", {"CO-45": "10.00", "PR-2": "20.00"}) for one in claims]
    data, found = remittance_text(*says), {}
    for name in ("first", "again"):
        wall, cpu = time.perf_counter(), time.process_time()
        taken = take_remittances(by=SYSTEM, name="bench", data=data)
        seconds = time.perf_counter() - wall
        found[name] = {
            "posted": taken.new,
            "seconds": round(seconds, 2),
            "cpu_seconds": round(time.process_time() - cpu, 2),
            "claims_per_second": round(CLAIMS / seconds),
        }
    return found


def fill_ledger(owner: psycopg.Connection) -> None:
    """Visits over three years with a charge and a payment each: half of them open, some of them with the payer."""
    from billing.models import Posting
    from clinic.demo.scale.load import sum_balances
    from records.models import Encounter

    visits = LEDGER_ROWS // POSTINGS_A_VISIT
    encounter = Encounter.objects.first()
    posting = Posting.objects.filter(encounter=encounter).select_related("entry").first()
    payer = owner.execute("SELECT id FROM records_payer LIMIT 1").fetchone()[0]
    for table in TABLES:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute(
        "CREATE TEMP TABLE p AS SELECT gen_random_uuid() id, n FROM generate_series(1, %s) n",
        [visits // VISITS_A_PATIENT + 1],
    )
    owner.execute(
        "CREATE TEMP TABLE v AS SELECT gen_random_uuid() id, gen_random_uuid() charge, gen_random_uuid() paid, g.n, "
        "now() - (g.n %% 1095) * interval '1 day' AS at, p.id patient FROM generate_series(1, %s) g(n) "
        "JOIN p ON p.n = g.n / %s + 1",
        [visits, VISITS_A_PATIENT],
    )
    for table, rows, source in (
        (
            "records_patient",
            "SELECT jsonb_build_object('id', id, 'mrn', 'B' || n) c FROM p",
            encounter.patient_id,
        ),
        (
            "records_encounter",
            "SELECT jsonb_build_object('id', id, 'patient_id', patient, 'started_at', at, 'ended_at', at) c FROM v",
            encounter.pk,
        ),
        (
            "billing_journalentry",
            "SELECT jsonb_build_object('id', e, 'key', k || e, 'kind', k, 'business_day', at::date, 'at', at) c "
            "FROM v, LATERAL (VALUES (charge, 'charge'), (paid, 'payment')) x(e, k)",
            posting.entry_id,
        ),
        (
            "billing_posting",
            "SELECT jsonb_build_object('id', gen_random_uuid(), 'entry_id', e, 'account', a, 'amount', m, "
            f"'patient_id', patient, 'encounter_id', id, 'payer_id', CASE WHEN a = 'receivable' AND n % 3 = 0 THEN '{payer}' END) c "
            "FROM v, LATERAL (VALUES (charge, 'receivable', 100), (charge, 'revenue', -100), "
            "(paid, 'bank', 50 + 50 * (n % 2)), (paid, 'receivable', -50 - 50 * (n % 2))) x(e, a, m)",
            posting.pk,
        ),
    ):
        owner.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(one, r.c)).* "
            f"FROM {table} one, ({rows}) r WHERE one.id = '{source}'"
        )
    for table in ("billing_patientbalance", "billing_openbalance"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(f"DELETE FROM {table}")
    owner.commit()
    sum_balances()
    for table in (*TABLES, "billing_patientbalance", "billing_openbalance"):
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.commit()
    owner.autocommit = True
    owner.execute("VACUUM ANALYZE billing_openbalance")


def read_ageing() -> dict:
    """Nine readings of the whole table of ages."""
    from billing.models import OpenBalance, Posting
    from billing.queries.ageing import ageing
    from clinic.core.time import today

    day, took = today("UTC"), []
    for _ in range(9):
        began = time.perf_counter()
        page = ageing(day)
        took.append((time.perf_counter() - began) * 1000)
    return {
        "ledger_rows": Posting.objects.count(),
        "open_visits": OpenBalance.objects.exclude(open=0).count(),
        "owed": str(page.total.owed),
        "median_ms": round(statistics.median(took), 1),
        "slowest_ms": round(max(took), 1),
    }


def main() -> int:
    from clinic.runtime.postgres import OWNER, PostgresServer
    from clinic.runtime.redis import RedisServer
    from tests.support import cluster

    folder = cluster.ROOT / ".cache" / "bench-money"
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
        found = {"claims": CLAIMS, "remittance": post()}
        print(json.dumps(found), flush=True)
        with psycopg.connect(postgres.url(OWNER)) as owner:
            fill_ledger(owner)
        print(json.dumps({"ageing": read_ageing()}), flush=True)
    finally:
        queue.stop()
        postgres.destroy()
    return 0


if __name__ == "__main__":
    sys.exit(main())
