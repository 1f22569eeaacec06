"""Cancelled, moved or opted out between planning and sending: nothing stale leaves, at whatever point it comes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections, transaction

from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State
from clinic.messaging.services import sending
from clinic.messaging.services.replies import receive_text
from clinic.messaging.tasks import send_due
from scheduling.services.booking import cancel_appointment, reschedule_appointment
from tests.factories.messaging import consent, make_reachable, number_of
from tests.factories.scheduling import Clinic, at
from tests.fakes.sms_provider import SmsProvider

# Friday, March 6, 2026, 10 AM in Chicago; the visit is on Tuesday.
FRIDAY = datetime(2026, 3, 6, 16, tzinfo=UTC)
DAY_BEFORE = at("10:00") - timedelta(hours=24)


@pytest.fixture
def monday(settings):
    """A visit of Tuesday with its reminder due on Monday, and the provider that would get it."""
    with time_machine.travel(FRIDAY, tick=False) as traveller, SmsProvider() as provider:
        settings.MESSAGE_GATEWAYS = {"sms": "twilio"}
        settings.TWILIO = provider.settings()
        clinic = Clinic()
        visit = clinic.book("10:00", patient=make_reachable())
        Message.objects.exclude(key__contains="|reminder-24h|").delete()
        traveller.move_to(DAY_BEFORE)
        yield clinic, visit, provider


def cancel(clinic, visit):
    cancel_appointment(by=clinic.by, appointment=visit, reason="patient_conflict")


def move(clinic, visit):
    reschedule_appointment(by=clinic.by, appointment=visit, starts_at=at("11:00"))


def text_stop(clinic, visit):
    receive_text(
        gateway="twilio", ref="SMin1", from_address=number_of(visit.patient), to_address="+13125550100", body="STOP",
        received_at=now(), is_answered_by_carrier=True,
    )  # fmt: skip


def refuse_at_the_desk(clinic, visit):
    consent(visit.patient, number_of(visit.patient), is_granted=False)


def restrict(clinic, visit):
    visit.patient.restrictions = {"no_text": True}
    visit.patient.save()


def drop_the_number(clinic, visit):
    visit.patient.contacts.update(is_active=False)


def stale(provider) -> list[str]:
    """What the provider got that is no longer true: everything but the word of the new time."""
    return [taken.body for taken in provider.taken if "11:00 AM" not in taken.body]


CHANGES = [cancel, move, text_stop, refuse_at_the_desk, restrict, drop_the_number]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_changed_while_it_waits(monday, change):
    clinic, visit, provider = monday
    change(clinic, visit)
    send_due()
    old = Message.objects.get(subject=f"appointment:{visit.pk}", key__contains="|reminder-24h|")
    assert (old.state, stale(provider)) == (State.VOID, [])


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_changed_when_a_worker_has_claimed_it(monday, change):
    clinic, visit, provider = monday
    token, claimed = sending.claim(10)
    change(clinic, visit)
    sending.send_group(claimed, token)
    send_due()
    old = Message.objects.get(pk=claimed[0].pk)
    assert (old.state, stale(provider)) == (State.VOID, [])
    assert not old.tries.exists()


@pytest.mark.django_db(transaction=True)
def test_cancelled_while_the_worker_looks_at_it(monday):
    """The worker waits for the row that the cancelling transaction holds, and sees what that has made of it."""
    clinic, visit, provider = monday
    token, claimed = sending.claim(10)
    done = threading.Event()

    def work():
        try:
            sending.send_group(claimed, token)
        finally:
            connections.close_all()
            done.set()

    with transaction.atomic():
        lock_rows(Message.objects.filter(pk=claimed[0].pk))
        worker = threading.Thread(target=work)
        worker.start()
        assert not done.wait(0.4)
        cancel(clinic, visit)
    assert done.wait(20)
    worker.join()
    assert Message.objects.get(pk=claimed[0].pk).state == State.VOID
    assert provider.taken == []
