"""Every task runs twice without a second effect: a lost, doubled or late beat or message never matters."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from clinic.celery import app
from clinic.staff.models import MemberMail
from tests.factories.staff import make_member
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


def ordered_mail() -> str:
    return str(MemberMail.objects.create(member=make_member(email="a@example.org"), kind=MemberMail.RESET).pk)


# What is not woken by beat but queued with an id, and how to make such an id.
QUEUED = {"staff.send_mail": ordered_mail}


def test_no_task_is_left_out():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert ours - set(SCHEDULED) == set(QUEUED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(QUEUED))
def test_a_second_delivery_changes_nothing(name, mailoutbox):
    app.loader.import_default_modules()
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        key = QUEUED[name]()
        app.tasks[name].run(key)
        before = small_clinic.everything()
        app.tasks[name].run(key)
        assert small_clinic.changed(before, small_clinic.everything()) == []
    assert len(mailoutbox) == 1
