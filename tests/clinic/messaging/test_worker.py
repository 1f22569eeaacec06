"""The whole way with a real worker and a real broker: a commit wakes it, nobody waits for the beat."""

import threading
from datetime import timedelta

import pytest
from celery.signals import task_postrun

from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.rules.states import State
from clinic.messaging.tasks import send_due
from tests.factories.messaging import make_message

SECONDS = 30


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_worker(celery_worker_thread):
    ran = threading.Event()

    def note(sender, **_):
        if sender.name == "messaging.send_due":
            ran.set()

    task_postrun.connect(note)
    try:
        message = make_message(purpose="receipt", not_after=now() + timedelta(hours=1))
        assert ran.wait(SECONDS)
    finally:
        task_postrun.disconnect(note)
    assert Message.objects.get(pk=message.pk).state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_lost_wake_up_is_found_by_the_sweep(redis_client):
    """Redis forgot everything: the row is still due, and the next sweep sends it."""
    message = make_message(purpose="receipt", not_after=now() + timedelta(hours=1))
    redis_client.flushall()
    send_due()
    message.refresh_from_db()
    assert message.state == State.DELIVERED
