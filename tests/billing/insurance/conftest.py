"""A clinic with an NPI and a payer inside the program, on Tuesday morning."""

import pytest
import time_machine


@pytest.fixture
def clinic_open(db, settings):
    """The simulated payer is connected, and the clock stands at six in the morning."""
    from tests.factories.insurance import make_clinic
    from tests.factories.scheduling import EARLY

    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "simulated"}
    with time_machine.travel(EARLY, tick=False) as clock:
        make_clinic()
        yield clock


@pytest.fixture
def connection(clinic_open, monkeypatch):
    """Puts a connection of the test's own in the place of the simulated payer: `connection(says)`."""
    from tests.factories.insurance import Connection

    def put(says=None, files=()):
        house = Connection(says, files)
        monkeypatch.setattr("billing.services.asking.clearinghouse", lambda: house)
        monkeypatch.setattr("billing.services.answers.clearinghouse", lambda: house)
        return house

    return put
