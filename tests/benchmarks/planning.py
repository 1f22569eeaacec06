"""How fast one sweep plans the reminders of many coming visits that have none.

Run it with `python -m tests.benchmarks.planning`; VISITS says how many (each has four messages). It prints reminders a
second, the statements that the sweep took, and the same for a second sweep, which finds everything planned.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta

from tests.benchmarks.reminders import migrate

VISITS = int(os.environ.get("VISITS", "2500"))


def fill(visits: int) -> None:
    """`visits` booked visits of as many patients who agreed to texts, in five days' time, without any message."""
    from clinic.core.ids import uuid7
    from clinic.core.time import now
    from clinic.messaging.models import ContactConsent, Message
    from records.models import ContactPoint, Patient
    from scheduling.models import Appointment
    from scheduling.services.preparation import save_preparation
    from tests.factories.messaging import make_reachable
    from tests.factories.scheduling import Clinic, visit_type
    from tests.reliability.fill import awake_zone, times_ahead

    zone = awake_zone(now())
    clinic = Clinic()
    save_preparation(by=clinic.by, visit_type=visit_type(), language="en", body="Bring your list.")
    model = clinic.book(starts_at=next(times_ahead()), patient=make_reachable(zone=zone))
    Message.objects.all().update(next_try_at=now() + timedelta(days=30))
    soon = now() + timedelta(days=4)

    def copies(row, **changes):
        kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        return [
            type(row)(**{**kept, "id": uuid7(), **{name: make(n) for name, make in changes.items()}})
            for n in range(visits)
        ]

    def number(n):
        return f"+1312{5560000 + n:07d}"

    patients = copies(model.patient, mrn=lambda n: f"bench-{n}")
    Patient.objects.bulk_create(patients, batch_size=1000)
    mobile, agreed = model.patient.contacts.get(kind="mobile"), ContactConsent.objects.first()
    ContactPoint.objects.bulk_create(
        copies(mobile, patient_id=lambda n: patients[n].pk, value=number), batch_size=1000
    )
    ContactConsent.objects.bulk_create(
        copies(agreed, patient_id=lambda n: patients[n].pk, address=number), batch_size=1000
    )
    Appointment.objects.bulk_create(
        copies(
            model,
            patient_id=lambda n: patients[n].pk,
            starts_at=lambda n: soon + timedelta(seconds=n),
            ends_at=lambda n: soon + timedelta(seconds=n, minutes=20),
        ),
        batch_size=1000,
    )


def sweep() -> dict:
    """One sweep: messages planned, seconds of the clock and of this process, statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from clinic.core import kept
    from scheduling.services.reminder_sweep import plan_missing

    wall, cpu = time.perf_counter(), time.process_time()
    kept.begin()  # as in a task: the settings are known to hold until it ends
    try:
        with CaptureQueriesContext(connection) as log:
            planned = plan_missing(run_seconds=600)
    finally:
        kept.end()
    return {
        "planned": planned,
        "seconds": round(time.perf_counter() - wall, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "statements": len(log),
    }


def main() -> int:
    from clinic.runtime.postgres import OWNER, PostgresServer
    from clinic.runtime.redis import RedisServer
    from tests.support import cluster

    folder = cluster.ROOT / ".cache" / "bench-planning"
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
        fill(VISITS)
        first, second = sweep(), sweep()
        rate = round(first["planned"] / first["seconds"]) if first["seconds"] else 0
        print(json.dumps({"visits": VISITS, "first": first, "second": second, "per_second": rate}, indent=1))
    finally:
        queue.stop()
        postgres.destroy()
    return 0


if __name__ == "__main__":
    sys.exit(main())
