"""Beat only ever wakes tasks that a worker knows."""

from __future__ import annotations

from django.conf import settings

from clinic.celery import app


def test_every_task_of_the_schedule_is_registered():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert len(wanted) >= 5
    assert wanted - set(app.tasks) == set()
