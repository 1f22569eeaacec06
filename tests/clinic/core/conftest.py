"""What the tests of the core share: a clock that stands at noon."""

import pytest
import time_machine

from tests.clinic.messaging.conftest import NOON


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
