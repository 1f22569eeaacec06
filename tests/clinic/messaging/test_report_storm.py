"""A thousand reports at once, each repeated and out of order: every message only moves forward."""

import random
import threading
from collections import Counter
from queue import Empty, SimpleQueue

import pytest
import time_machine
from django.db import connections

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.messaging.models import Attempt, DeliveryEvent, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services.reports import record_report
from tests.clinic.messaging.conftest import NOON
from tests.factories.messaging import make_message

MESSAGES, THREADS = 40, 8
# What each message is told, and where it has to end whatever the order.
STORIES = {
    State.DELIVERED: ("queued", "sending", "sent", "failed", "delivered"),
    State.FAILED: ("queued", "sending", "sent", "undelivered", "accepted"),
}


@pytest.mark.django_db(transaction=True)
def test_a_thousand_reports_at_once():
    with time_machine.travel(NOON, tick=True):
        wanted = {}
        for number in range(MESSAGES):
            message = make_message(state=State.SENDING if number % 2 else State.UNCERTAIN)
            Attempt.objects.create(
                message=message,
                number=1,
                gateway="twilio",
                started_at=now(),
                outcome="" if number % 2 else "unknown",
            )
            wanted[message.pk] = list(STORIES)[number % 4 // 2]
        Message.objects.update(attempts=1, gateway="twilio")
        told = [(pk, word) for pk, end in wanted.items() for word in STORIES[end]] * 5
        assert len(told) == 1000
        random.Random(4).shuffle(told)
        went_wrong = in_threads(told)
        assert went_wrong == []
        found = dict(Message.objects.values_list("pk", "state"))
        assert found == wanted
        assert DeliveryEvent.objects.count() == MESSAGES * 5
        assert set(Attempt.objects.values_list("outcome", flat=True)) == {"accepted"}
        # Sent, failed, delivered: three steps forward at most, each audited once.
        steps = Counter(
            AuditEvent.objects.filter(action="message.reported").values_list("object_id", flat=True)
        )
        assert set(steps) == {str(pk) for pk in wanted}
        assert max(steps.values()) <= 3


def in_threads(told: list) -> list:
    waiting, went_wrong = SimpleQueue(), []
    for one in told:
        waiting.put(one)

    def run():
        try:
            while True:
                pk, word = waiting.get_nowait()
                record_report(gateway="twilio", ref=f"SM{pk.hex}", status=word, message_id=str(pk))
        except Empty:
            pass
        except Exception as error:
            went_wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return went_wrong
