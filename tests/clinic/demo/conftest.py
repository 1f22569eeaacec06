"""Running the whole seeding takes some seconds: each time it is asked for it is done once."""

import pytest


@pytest.fixture
def no_samples(monkeypatch, tmp_path):
    """The demo is whole without the samples folder."""
    monkeypatch.setenv("CLINIC_SAMPLES", str(tmp_path / "nowhere"))
