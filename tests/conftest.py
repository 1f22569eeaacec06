"""Real PostgreSQL and Redis for every test; the database is used as the application's own limited role."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support import cluster, database, network

_CLUSTER = pytest.StashKey[cluster.Cluster]()


def pytest_configure(config: pytest.Config) -> None:
    """Servers first, then Django, because settings read the servers' addresses."""
    if config.option.help:
        return
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    if hasattr(config, "workerinput"):  # an xdist worker: the controller's environment was inherited
        cluster.set_environment(cluster.Path(os.environ["CLINIC_TEST_FOLDER"]))
    else:
        servers = config.stash[_CLUSTER] = cluster.Cluster()
        servers.start()
    import django

    import clinic.celery  # noqa: F401  (services queue into the configured broker, as under wsgi)

    django.setup()  # pytest-django would only do this for a settings module named before any conftest
    _lighten_settings()
    network.forbid_outside()


def _lighten_settings() -> None:
    """Argon2 at its cheapest, and static files by plain name, so that no test waits for collectstatic."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.support.hashers.FastArgon2"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def log_watch() -> Iterator:
    """One watcher on the root logger for the whole run."""
    import logging

    from tests.support.log_watch import LogWatch

    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def nobody_is_named_in_the_log(log_watch) -> Iterator[None]:
    """Fails the test during which a patient's name or number reached a log line."""
    log_watch.caught.clear()
    yield
    assert log_watch.caught == []


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(_CLUSTER, None)
    if servers is not None:
        servers.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing: a worker's database is named below, not by a suffix."""


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker) -> Iterator[None]:
    """A copy of the migrated template, reached as clinic_app; committed tests end with a new copy."""
    from django.conf import settings
    from django.db import connections
    from django.test import TransactionTestCase

    database.make_worker_database()
    connections["default"].close()
    for entry in (settings.DATABASES["default"], connections["default"].settings_dict):
        entry["NAME"] = database.worker_name()
    settings.DATABASE_OWNER["NAME"] = database.worker_name()
    os.environ["DATABASE_URL"] = database.app_url()  # what a test starts as a process works on the same rows
    os.environ["DATABASE_OWNER_URL"] = database.owner_url(database.worker_name())

    def renew(self: TransactionTestCase) -> None:
        connections.close_all()
        database.reset_worker_database()

    TransactionTestCase._fixture_teardown = renew
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def raw_connections(transactional_db: None) -> Iterator[Callable[[int], list]]:
    """`raw_connections(50)` opens that many psycopg connections as clinic_app, past Django altogether."""
    import psycopg

    opened: list[psycopg.Connection] = []

    def connect(count: int) -> list[psycopg.Connection]:
        fresh = [psycopg.connect(database.app_url()) for _ in range(count)]
        opened.extend(fresh)
        return fresh

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator:
    """One autocommit psycopg connection as clinic_owner, for what the application itself may not do."""
    import psycopg

    with psycopg.connect(database.owner_url(database.worker_name()), autocommit=True) as connection:
        yield connection


@pytest.fixture
def redis_client() -> Iterator:
    """The real Redis, emptied."""
    import redis

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def celery_worker_thread(transactional_db: None, redis_client) -> Iterator:
    """A real Celery worker inside this process, fed by the real Redis; ends with the test."""
    from celery.contrib.testing.worker import start_worker

    from clinic.celery import app

    app.loader.import_default_modules()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30) as worker:
        yield worker
