"""How long the nightly sweep takes for 200 visits: finding what to ask, asking, reading, and writing the answers down.

The payer is the one inside the program, so that what is measured is ours. Beside it the floor: the same two hundred
answers made by that payer and inserted in one statement each. Run it with `python -m tests.benchmarks.eligibility_sweep`
against a database of its own; `measure()` returns the figures.
"""

from __future__ import annotations

import json
import os
import sys
import time

VISITS = 200


def prepare() -> None:
    """200 patients with a visit tomorrow and a coverage that nobody has asked about."""
    import datetime as dt

    from clinic.core.time import now
    from records.models import Patient
    from scheduling.models import Appointment
    from tests.factories import insurance
    from tests.factories.scheduling import Clinic, visit_type

    insurance.make_clinic()
    clinic, kind = Clinic(), visit_type()
    start = now() + dt.timedelta(days=1)
    for number in range(VISITS):
        patient = Patient.objects.create(
            mrn=f"8{number:06d}", first_name="Maria", last_name=f"Bench{number}", birth_date=dt.date(1988, 3, 4),
            sex_at_birth="female", search=f" maria bench{number}",
        )  # fmt: skip
        insurance.make_insured(f"{number % 60:02d}", patient)
        Appointment.objects.create(
            patient=patient, location=clinic.location, visit_type=kind, starts_at=start,
            ends_at=start + dt.timedelta(minutes=20), zone="America/Chicago", local_day=start.date(),
            local_time=dt.time(9, 0),
        )  # fmt: skip


def measure() -> dict:
    """Seconds, and statements for each visit."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from billing.edi.payer import answer_eligibility
    from billing.models import EligibilityCheck
    from billing.services import asking
    from clinic.core.actor import Actor

    by = Actor.system("bench")
    prepare()
    began = time.perf_counter()
    added = asking.request_soon(by=by)
    found = time.perf_counter()
    with CaptureQueriesContext(connection) as log:
        while asking.ask_due(by=by):
            pass
    asked = time.perf_counter()
    questions = list(EligibilityCheck.objects.values_list("raw_question", flat=True))
    ready = time.perf_counter()
    answers = [answer_eligibility(question) for question in questions]
    payer = time.perf_counter() - ready
    active = EligibilityCheck.objects.filter(status="active").count()
    return {
        "visits": added, "answers": len(answers), "active": active,
        "finding_s": round(found - began, 3), "asking_s": round(asked - found, 2),
        "of_that_the_payer_s": round(payer, 2), "visits_per_s": round(added / (asked - began), 1),
        "statements_per_visit": round(len(log) / added, 1),
    }  # fmt: skip


def main() -> int:
    """Brings up servers and a migrated database as the tests do, and measures once."""
    from tests.support import cluster, database

    servers = cluster.Cluster()
    servers.start()
    try:
        os.environ["CLEARINGHOUSE"] = "simulated"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.db import connections

        database.make_worker_database()
        connections["default"].close()
        for entry in (settings.DATABASES["default"], connections["default"].settings_dict):
            entry["NAME"] = database.worker_name()
        print(json.dumps(measure()))
        connections.close_all()
    finally:
        servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
