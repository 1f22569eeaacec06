"""Three hundred due messages, several workers at once, one answer in twenty lost: each leaves exactly once."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connections, transaction

from clinic.core.time import now
from clinic.messaging.gateways.twilio import TwilioGateway
from clinic.messaging.models import ContactConsent, Message
from clinic.messaging.rules.states import State
from clinic.messaging.services import reports, sending
from tests.clinic.messaging.conftest import NOON
from tests.factories.messaging import make_message
from tests.fakes.sms_provider import SmsProvider

DUE = 300


def _fill_outbox() -> None:
    """Three hundred copies of one planned message, each to a number of its own that agreed to texts."""
    model = make_message()
    kept = {f.attname: getattr(model, f.attname) for f in Message._meta.fields}
    for name in ("id", "key", "address", "link_token"):
        kept.pop(name)
    numbers = [f"+1312556{n:04d}" for n in range(DUE - 1)]
    agreed = {"channel": "sms", "purpose": "all", "is_granted": True, "how": "spoken", "at": now()}
    ContactConsent.objects.bulk_create(ContactConsent(address=number, **agreed) for number in numbers)
    Message.objects.bulk_create(Message(key=f"copy:{number}", address=number, **kept) for number in numbers)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_three_hundred_due_with_lost_answers_are_accepted_once_each(settings, monkeypatch):
    monkeypatch.setattr(TwilioGateway, "list_delay", timedelta(0))
    with time_machine.travel(NOON, tick=True) as clock, SmsProvider(lose_share=0.05) as provider:
        settings.MESSAGE_GATEWAYS = {"sms": "twilio"}
        settings.TWILIO = provider.settings()
        _fill_outbox()
        _in_threads(4, lambda: sending.send_due(run_seconds=60))
        lost = Message.objects.filter(state=State.UNCERTAIN).count()
        _in_threads(2, reports.resolve_uncertain)
        for _ in range(4):  # on a slow machine a call may also never arrive, and is tried again after a pause
            clock.shift(timedelta(minutes=5))
            sending.send_due()
            reports.resolve_uncertain()
        assert lost > 0
        assert len(provider.taken) == DUE
        assert max(Counter(m.to for m in provider.taken).values()) == 1
        assert dict(Counter(Message.objects.values_list("state", flat=True))) == {State.SENT: DUE}


def _in_threads(count, do):
    def run():
        try:
            do()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_message():
    with time_machine.travel(NOON, tick=True):
        for _ in range(20):
            make_message()
        claimed: list = []
        lock = threading.Lock()

        def claim():
            _, rows = sending.claim(15)
            with lock:
                claimed.extend(row.pk for row in rows)

        _in_threads(4, claim)
        assert len(claimed) == len(set(claimed)) == 20


@pytest.mark.django_db(transaction=True)
def test_a_message_and_its_cause_are_saved_together_or_not_at_all():
    def cause_that_fails():
        with transaction.atomic():
            make_message()
            raise RuntimeError("the cause fails")

    with time_machine.travel(NOON), pytest.raises(RuntimeError):
        cause_that_fails()
    assert Message.objects.count() == 0
