"""Every test here runs at six in the morning of one Tuesday unless it says otherwise."""

from datetime import UTC, datetime

import pytest
import time_machine

# Six in the morning in Chicago, as in tests.factories.scheduling, which needs Django and so comes later.
EARLY = datetime(2026, 3, 10, 11, tzinfo=UTC)


@pytest.fixture
def early():
    with time_machine.travel(EARLY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(db, early):
    from tests.factories.scheduling import Clinic

    return Clinic()
