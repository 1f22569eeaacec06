"""/readyz turns red when a message has been due for more than five minutes and nothing sends it."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.core.health import CHECKS
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.queries.lag import outbox_lag
from clinic.messaging.rules.states import State
from clinic.messaging.services import hold_sending, release_sending, sending
from clinic.messaging.tasks import send_due
from tests.factories.messaging import SYSTEM, make_message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
MINUTE = timedelta(minutes=1)


def checked() -> str:
    return Client().get("/readyz").json()["checks"]["outbox"]


def test_five_minutes_are_fine_and_six_are_not(noon):
    make_message()
    noon.shift(5 * MINUTE)
    assert checked() == "ok"
    noon.shift(MINUTE)
    assert checked() == "a message has been due for 6 minutes and is not sent"
    assert Client().get("/readyz").status_code == 503
    send_due()
    assert checked() == "ok"


def test_what_waits_for_its_time_is_no_lag(noon):
    make_message(planned_at=now() + timedelta(hours=3))
    noon.shift(60 * MINUTE)
    assert outbox_lag() == ""


def test_a_hold_is_no_fault_and_its_end_shows_what_has_piled_up(noon):
    make_message()
    hold_sending(by=SYSTEM, reason="Restored from a backup.")
    noon.shift(30 * MINUTE)
    assert checked() == "ok"
    release_sending(by=SYSTEM)
    assert checked() == "a message has been due for 30 minutes and is not sent"


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING])
def test_a_worker_that_took_it_along_shows_too(noon, state):
    message = make_message()
    sending.claim(10)
    Message.objects.filter(pk=message.pk).update(state=state)
    noon.shift(5 * MINUTE)
    assert outbox_lag() == ""  # 45 seconds of it were the worker's
    noon.shift(MINUTE)
    assert outbox_lag() == "a message has been due for 5 minutes and is not sent"


def test_messaging_registers_it_by_itself():
    assert CHECKS["outbox"] is outbox_lag
