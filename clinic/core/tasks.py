"""Tasks: named, ids only, woken by name after commit. The row is the truth; the message only wakes a worker."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.db import DatabaseError, connection, transaction

from clinic.core import failures, kept
from clinic.core.courier import courier
from clinic.core.locks import lock_number
from clinic.core.models import FailedWork, Heartbeat, RateWindow, Submission
from clinic.core.time import now


def enqueue(name: str, *args: str | int) -> None:
    """Wakes task `name` after the transaction commits, without waiting for the broker (`clinic.core.courier`).

    A broker that is down is no error: the beat sweep finds the row.
    """
    parcel = tuple(a if isinstance(a, int) else str(a) for a in args)
    transaction.on_commit(lambda: courier.carry(name, parcel))


def clinic_task(*, name: str, **options) -> Callable:
    """Registers a Celery task `<app>.<verb_object>`; settings are looked at afresh in each run.

    A task that raises is not queued again: the sweep that beat wakes is its next try. Until it succeeds it
    stands in the list of failed work.
    """

    def wrap(function: Callable) -> Callable:
        def run(*args, **kwargs):
            kept.begin()
            try:
                return _run(name, function, args, kwargs)
            finally:
                kept.end()

        run.__name__ = function.__name__
        run.__doc__ = function.__doc__
        run.__module__ = function.__module__
        return shared_task(name=name, **options)(run)

    return wrap


def _run(name: str, function: Callable, args: tuple, kwargs: dict):
    item = ",".join(map(str, args))
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        with contextlib.suppress(DatabaseError):  # a database that is away can't be told
            failures.note_failure(name, item, error)
        raise
    failures.note_success(name, item)
    return result


def only_one(name: str) -> bool:
    """Inside a transaction: True when no other process runs the sweep `name` (a second beat becomes harmless)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(f"sweep:{name}")])
        return cursor.fetchone()[0]


@clinic_task(name="core.beat_heartbeat")
def beat_heartbeat() -> None:
    """Proves that beat, broker, worker and database work together."""
    Heartbeat.objects.update_or_create(name="beat", defaults={"at": now()})


@clinic_task(name="core.clean_up")
def clean_up() -> None:
    """Removes form keys older than 3 days, past rate windows, and failed work that nobody has tried for a month."""
    Submission.objects.filter(at__lt=now() - timedelta(days=3)).delete()
    RateWindow.objects.filter(last_at__lt=now() - timedelta(days=2)).delete()
    FailedWork.objects.filter(last_at__lt=now() - timedelta(days=30)).delete()
