"""Every task that beat wakes runs twice without a second effect: a lost, doubled or late beat never matters."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from clinic.celery import app
from tests.support import small_clinic

SCHEDULED = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()})
# One look says that beat is alive; its row is the time of that look.
ALIVE = {"core_heartbeat"}


@pytest.mark.django_db
@pytest.mark.parametrize("hours_later", [0, 3])
@pytest.mark.parametrize("name", SCHEDULED)
def test_a_second_run_changes_nothing(name, hours_later, settings, tmp_path):
    settings.AUDIT_HEAD_FILE = str(tmp_path / "head.log")
    settings.MEDIA_ROOT = str(tmp_path)
    app.loader.import_default_modules()
    small_clinic.build()
    moment = small_clinic.NOW + timedelta(hours=hours_later)
    with time_machine.travel(moment, tick=False):
        app.tasks[name].run()
        before = small_clinic.everything(also=("audit_auditevent", "audit_auditlink"))
        app.tasks[name].run()
        after = small_clinic.everything(also=("audit_auditevent", "audit_auditlink"))
    assert set(small_clinic.changed(before, after)) <= ALIVE
