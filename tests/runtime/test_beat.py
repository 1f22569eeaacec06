"""Beat only ever wakes tasks that a worker knows, and needs none of them itself."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from clinic.celery import app


def test_every_task_of_the_schedule_is_registered():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert len(wanted) >= 5
    assert wanted - set(app.tasks) == set()


def test_the_clock_has_the_schedule_and_loads_no_app(tmp_path):
    """Beat holds neither models nor pages; a mistake in one of them cannot stop it."""
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, clinic.beat as beat\n"
            "print(len(beat.app.conf.beat_schedule), beat.app.conf.broker_url)\n"
            "print([name for name in sys.modules if name.endswith(('.models', '.views', '.tasks'))"
            " and name.split('.')[0] in ('clinic', 'records', 'scheduling', 'billing', 'inventory')])",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    counted, loaded = seen.stdout.splitlines()
    assert counted == f"{len(settings.CELERY_BEAT_SCHEDULE)} {settings.REDIS_URL}"
    assert loaded == "[]"
