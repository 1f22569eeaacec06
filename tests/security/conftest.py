"""A small clinic with something behind every address, and what its pages crashed with."""

import sys

import pytest
import time_machine
from django.core.signals import got_request_exception


@pytest.fixture
def paths(db):
    # Here, because a conftest is read before Django has its settings.
    from tests.architecture.test_access import GUARDED, OPEN
    from tests.support import small_clinic

    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        yield [(a, a.path(small_clinic.known_ids(a))) for a in [*GUARDED, *OPEN]]


@pytest.fixture
def crashes():
    """The exceptions that the handlers turned into a 500, newest last."""
    caught = []

    def note(sender, request, **kwargs):
        caught.append(f"{sys.exc_info()[0].__name__}: {sys.exc_info()[1]}"[:160])

    got_request_exception.connect(note)
    yield caught
    got_request_exception.disconnect(note)
