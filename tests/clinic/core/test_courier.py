"""Waking a task never waits for the broker."""

import threading

import pytest
from django.db import transaction

from clinic.core import courier as module
from clinic.core.courier import Courier
from clinic.core.tasks import enqueue


class Broker:
    """Takes tasks while its gate is open; else the sender hangs, as before a Redis that does not answer."""

    def __init__(self):
        self.gate = threading.Event()
        self.asked = threading.Event()
        self.taken = []
        self.error = None

    def send_task(self, name, args, retry):
        self.asked.set()
        assert self.gate.wait(10)
        if self.error:
            raise self.error
        self.taken.append((name, args))


@pytest.fixture
def broker(monkeypatch):
    broker = Broker()
    monkeypatch.setattr(module, "current_app", broker)
    yield broker
    broker.gate.set()


@pytest.mark.django_db(transaction=True)
def test_a_commit_returns_while_the_broker_hangs(broker, monkeypatch):
    fresh = Courier()
    monkeypatch.setattr("clinic.core.tasks.courier", fresh)
    with transaction.atomic():
        enqueue("audit.seal")
        enqueue("staff.send_mail", "7")
        assert not broker.asked.wait(0)  # nothing before the commit
    assert broker.asked.wait(10)
    assert broker.taken == []  # this line is reached although the broker hangs
    broker.gate.set()
    assert fresh.wait_idle(10)
    assert broker.taken == [("audit.seal", []), ("staff.send_mail", ["7"])]


def test_the_same_task_waiting_twice_goes_once(broker):
    fresh = Courier()
    fresh.carry("a.first", ())
    assert broker.asked.wait(10)
    for _ in range(5):
        fresh.carry("messaging.send_due", ())
    broker.gate.set()
    assert fresh.wait_idle(10)
    assert broker.taken == [("a.first", []), ("messaging.send_due", [])]


def test_a_broker_that_fails_is_given_up_until_the_next_one(broker):
    fresh = Courier()
    broker.error = OSError("away")
    broker.gate.set()
    fresh.carry("messaging.send_due", ())
    assert fresh.wait_idle(10)
    broker.error = None
    fresh.carry("audit.seal", ())
    assert fresh.wait_idle(10)
    assert broker.taken == [("audit.seal", [])]


def test_what_waits_is_bounded(broker):
    fresh = Courier()
    fresh.carry("a.first", ())
    assert broker.asked.wait(10)
    for number in range(module.MOST_WAITING + 50):
        fresh.carry("staff.send_mail", (number,))
    broker.gate.set()
    assert fresh.wait_idle(10)
    assert len(broker.taken) == module.MOST_WAITING + 1
