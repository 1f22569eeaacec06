"""The bulk load as a whole: ground, patients and visits in two processes, trail, indexes, statistics."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict

from django.db import connection, connections

from billing.models import OpenBalance, PatientBalance, UnchargedVisit
from clinic.audit.models import AuditEvent, AuditLink
from clinic.demo.scale import bones
from clinic.demo.scale.doses import receive_lots
from clinic.demo.scale.ground import clinic_day, lay_ground
from clinic.demo.scale.people import People
from clinic.demo.scale.plan import SLOTS, Plan, Size
from clinic.demo.scale.present import minute_of, write_present
from clinic.demo.scale.text import Dice
from clinic.demo.scale.trail import write_trail
from clinic.demo.scale.visits import Visits
from inventory.models import StockLevel

Progress = Callable[[str, int, int], None]
HANDS = 2


def load(size: Size, progress: Progress) -> dict[str, int]:
    """Fills an empty clinic; returns the number of rows by table. Runs as the database's owner.

    `progress(step, done, total)` is told how far it is. Killed in the middle, it leaves its mark: `bones.state()`
    then says that the database is of no use.
    """
    bones.begin(asdict(size) | {"day": clinic_day()})
    progress("clinic", 0, 1)
    plan = lay_ground(size)
    tables = _tables(plan)
    bones.take_down(tables)
    connections.close_all()  # a connection is not for two processes
    counts = _bulk(plan, progress)
    counts.update(write_present(plan))
    _after_receipts()
    receive_lots(plan)
    sum_balances()
    list_uncharged()
    _settle(tables, progress)
    bones.put_back(
        tables, hands=HANDS, progress=lambda done, total: progress("indexes and rules", done, total)
    )
    bones.finish()
    return {table: _count(table) for table in sorted(counts)}


def sum_balances() -> None:
    """What every patient owes, which the ledger's trigger keeps from here on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_patientbalance (patient_id, owed, insured, last_day) "
            "SELECT p.patient_id, coalesce(sum(p.amount) FILTER (WHERE p.payer_id IS NULL), 0), "
            "coalesce(sum(p.amount) FILTER (WHERE p.payer_id IS NOT NULL), 0), max(e.business_day) FROM billing_posting p "
            "JOIN billing_journalentry e ON e.id = p.entry_id WHERE p.account = 'receivable' GROUP BY 1"
        )
        cursor.execute(
            "INSERT INTO billing_openbalance (patient_id, encounter_id, payer_id, open, service_on) "
            "SELECT p.patient_id, p.encounter_id, p.payer_id, sum(p.amount), "
            "min(coalesce((v.started_at AT TIME ZONE (SELECT zone FROM core_clinicprofile))::date, e.business_day)) "
            "FROM billing_posting p JOIN billing_journalentry e ON e.id = p.entry_id "
            "LEFT JOIN records_encounter v ON v.id = p.encounter_id "
            "WHERE p.account = 'receivable' GROUP BY 1, 2, 3"
        )


def list_uncharged() -> None:
    """Visits that ended without a charge, which triggers list from here on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_unchargedvisit (encounter_id) SELECT e.id FROM records_encounter e "
            "WHERE e.ended_at IS NOT NULL "
            "AND NOT EXISTS (SELECT FROM billing_charge c WHERE c.encounter_id = e.id AND c.state <> 'void')"
        )


def _tables(plan: Plan) -> list[str]:
    sheets = (*People(plan).sheets, *Visits(plan).sheets)
    beside = (AuditEvent, AuditLink, StockLevel, PatientBalance, OpenBalance, UnchargedVisit)
    return [*(sheet.table for sheet in sheets), *(model._meta.db_table for model in beside)]


def _bulk(plan: Plan, progress: Progress) -> Counter[str]:
    counts: Counter[str] = Counter()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(HANDS, mp_context=context) as pool:
        # The chain is one after the other: it takes one of the two hands while the other makes patients.
        trail = pool.submit(_trail, plan)
        jobs: list[Future] = [pool.submit(_chunk, plan, number) for number in range(len(plan.chunks))]
        progress("patients and visits", 0, plan.patients)
        done = 0
        for job in as_completed(jobs):
            size, written = job.result()
            counts.update(written)
            done += size
            progress("patients and visits", done, plan.patients)
        progress("audit trail", 0, 1)
        counts[AuditEvent._meta.db_table] = trail.result()
    return counts


def _trail(plan: Plan) -> int:
    return write_trail(plan, lambda _count: None)


def _chunk(plan: Plan, number: int) -> tuple[int, dict[str, int]]:
    """One portion of patients with their past visits, in one of the two processes."""
    patients = plan.chunks[number]
    dice = plan.dice("chunk", number)
    people, visits = People(plan), Visits(plan)
    visits.receipt = number * 100_000
    owned: dict[int, list[int]] = {}
    for visit, owner in _owners(plan, patients, dice):
        owned.setdefault(owner, []).append(visit)
    days = plan.days
    for patient in patients:
        one = people.write(patient, dice)
        seen: set[int] = set()
        for visit in owned.get(patient, ()):
            slot = _scattered(plan, visit)
            provider = plan.providers[slot % len(plan.providers)]
            day, place = divmod(slot // len(plan.providers), SLOTS)
            midnight = days[day % len(days)]
            visits.past(dice, one, provider, midnight, minute_of(place), is_first=midnight not in seen)
            seen.add(midnight)
    sheets = (*people.sheets, *visits.sheets)
    for sheet in sheets:
        sheet.flush()
    return len(patients), {sheet.table: sheet.written for sheet in sheets}


def _owners(plan: Plan, patients: range, dice: Dice) -> list[tuple[int, int]]:
    """Which patient of a portion each of its visits belongs to: a few come often, some never."""
    first = plan.visits * patients.start // plan.patients
    last = plan.visits * patients.stop // plan.patients
    weights = [(1, 2, 3, 3, 4, 5, 6, 9, 14, 0)[number % 10] for number in patients]
    owners = dice.choices(patients, weights, k=last - first)
    return list(zip(range(first, last), owners, strict=True))


def _scattered(plan: Plan, visit: int) -> int:
    """A slot of its own for every visit, spread over all providers and days (a step prime to the number)."""
    slots = len(plan.providers) * len(plan.days) * SLOTS
    return visit * 7_368_787 % slots


def _after_receipts() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO billing_receiptcounter ("only", last) SELECT true, max(receipt_number) FROM billing_payment '
            'ON CONFLICT ("only") DO UPDATE SET last = excluded.last'
        )


def _settle(tables: list[str], progress: Progress) -> None:
    """One pass over the rows while they have no index: frozen and known to be visible to all, so that building an
    index does not write every page once more and an index alone can answer later; and the planner's statistics,
    which the checks of foreign keys use already."""
    jobs = [[f'VACUUM (FREEZE, ANALYZE) "{table}"'] for table in tables]
    for done, _ in enumerate(bones.side_by_side(jobs, HANDS), 1):
        progress("statistics", done, len(jobs))
    with connection.cursor() as cursor:
        others = set(connection.introspection.table_names(cursor)) - set(tables)
        cursor.execute("ANALYZE " + ", ".join(f'"{table}"' for table in sorted(others)))


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a table of our own models
        return cursor.fetchone()[0]


def elapsed(started: float) -> str:
    """Minutes and seconds since a monotonic instant."""
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    return f"{minutes} min {seconds} s"
