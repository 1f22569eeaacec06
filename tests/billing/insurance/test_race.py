"""Two workers, one coverage: one question, one answer. Over real connections."""

import threading

import pytest
import time_machine
from django.db import connection, connections

from billing.models import EligibilityCheck, EligibilityRequest
from billing.services import asking
from clinic.core.actor import Actor
from tests.factories import insurance as make
from tests.factories.scheduling import EARLY, Clinic

BY = Actor.system("tests.insurance")
WORKERS = 4


def at_once(act) -> list[BaseException]:
    """Runs `act` in several threads that start together, each with a connection of its own."""
    gate, errors = threading.Barrier(WORKERS), []

    def run():
        try:
            gate.wait(20)
            act()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.mark.django_db(transaction=True)
def test_many_workers_ask_one_question_once(settings, monkeypatch):
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "simulated"}
    monkeypatch.setattr(asking, "enqueue", lambda *_args: None)
    with time_machine.travel(EARLY, tick=True):
        make.make_clinic()
        clinic = Clinic()
        coverages = [make.make_insured() for _ in range(3)]
        visits = [
            clinic.book(clock, patient=one.patient)
            for one, clock in zip(coverages, ("9:00", "10:00", "11:00"), strict=True)
        ]

        def want():
            asking.request_soon(by=BY)
            for visit in visits:
                asking.request_for_visit(by=BY, visit_id=visit.pk)
            asking.request_check(by=BY, coverage=coverages[0], service_on=visits[0].local_day)

        assert at_once(want) == []
        assert EligibilityRequest.objects.count() == 3
        assert at_once(lambda: asking.ask_due(by=BY)) == []
        assert sorted(EligibilityRequest.objects.values_list("state", "tries")) == [("answered", 1)] * 3
        assert EligibilityCheck.objects.count() == 3
    connection.close()
