"""Every task runs twice without a second effect: a lost, doubled or late beat or message never matters."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from billing.models import ClaimBatch, EligibilityRequest
from clinic.celery import app
from clinic.core.models import ClinicProfile
from clinic.staff.models import MemberMail
from records.models import Coverage, Payer
from scheduling.models import Appointment
from scheduling.rules.visit_states import UPCOMING
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


def unchecked_coverage():
    """A coverage that can be asked about, of a patient with a visit today."""
    ClinicProfile.objects.create(name="Maple Street", phone="+13125550100", npi="1234567893")
    coverage = Coverage.objects.get(plan_name="Plan")
    Payer.objects.filter(pk=coverage.payer_id).update(payer_id="LAKE1")
    Coverage.objects.filter(pk=coverage.pk).update(member_id="LK4410", version=2)
    return coverage


def visit_to_verify() -> str:
    patient = unchecked_coverage().patient_id
    visits = Appointment.objects.filter(patient=patient, state__in=sorted(UPCOMING))
    return str(visits.earliest("starts_at").pk)


def waiting_batch() -> str:
    return str(ClaimBatch.objects.get(state="waiting").pk)


# What is not woken by beat but queued with an id, and how to make such an id.
QUEUED = {
    "staff.send_mail": ordered_mail,
    "billing.send_batch": waiting_batch,
    "billing.verify_visit": visit_to_verify,
    "billing.verify_coverage": lambda: str(unchecked_coverage().pk),
}


def test_no_task_is_left_out():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert ours - set(SCHEDULED) == set(QUEUED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(QUEUED))
def test_a_second_delivery_changes_nothing(name, mailoutbox, settings):
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "simulated"}
    app.loader.import_default_modules()
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        key = QUEUED[name]()
        app.tasks[name].run(key)
        before = small_clinic.everything()
        app.tasks[name].run(key)
        assert small_clinic.changed(before, small_clinic.everything()) == []
    assert len(mailoutbox) == (name == "staff.send_mail")
    assert EligibilityRequest.objects.count() == name.startswith("billing.verify")
