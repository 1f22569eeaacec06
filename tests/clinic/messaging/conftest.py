"""What the tests of messages share: noon in the clinic, and a provider that can be told to misbehave."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.fakes.sms_provider import SmsProvider

# Tuesday, March 10, 2026, noon in Chicago.
NOON = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def provider(settings, noon):
    """The stub provider, in force for texts. Its clock is the test's."""
    with SmsProvider() as stub:
        settings.MESSAGE_GATEWAYS = {"sms": "twilio", "email": "capture"}
        settings.TWILIO = stub.settings()
        yield stub
