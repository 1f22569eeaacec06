"""Clinics to destroy: migrated once, copied for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clinic.runtime.processes import make_folder
from tests.support.own_clinic import OwnClinic


def _folder(name: str) -> Path:
    """Beside the test run's own servers: pytest closes its temporary folders to PostgreSQL's account at will."""
    return make_folder(Path(tempfile.mkdtemp(prefix=f"{name}-", dir=os.environ["CLINIC_TEST_FOLDER"])))


@pytest.fixture(scope="session")
def pattern(django_db_setup):
    """A migrated, stopped clinic."""
    own = OwnClinic(_folder("pattern"))
    try:
        own.start().manage("migrate", "--verbosity", "0")
        own.server.stop()
        yield own
    finally:
        own.server.destroy()
        shutil.rmtree(own.folder)


@contextmanager
def _copy(pattern: OwnClinic, *, fast: bool) -> Iterator[OwnClinic]:
    own = OwnClinic(_folder("clinic"), fast=fast)
    try:
        own.copy_of(pattern)
        yield own.start()
    finally:
        own.server.destroy()
        shutil.rmtree(own.folder)


@pytest.fixture
def clinic(pattern, django_db_blocker):
    """A running clinic of its own, with the migrated database and nobody in it."""
    with django_db_blocker.unblock(), _copy(pattern, fast=True) as own:
        yield own


@pytest.fixture
def durable_clinic(pattern, django_db_blocker):
    """The same, with every promise to write kept."""
    with django_db_blocker.unblock(), _copy(pattern, fast=False) as own:
        yield own
