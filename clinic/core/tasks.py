"""Tasks: named, ids only, woken by name after commit. The row is the truth; the message only wakes a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from celery import shared_task
from django.db import connection, transaction

from clinic.core import kept
from clinic.core.courier import courier
from clinic.core.locks import lock_number
from clinic.core.models import Heartbeat, RateWindow, Submission
from clinic.core.time import now


def enqueue(name: str, *args: str | int) -> None:
    """Wakes task `name` after the transaction commits, without waiting for the broker (`clinic.core.courier`).

    A broker that is down is no error: the beat sweep finds the row.
    """
    parcel = tuple(a if isinstance(a, int) else str(a) for a in args)
    transaction.on_commit(lambda: courier.carry(name, parcel))


def clinic_task(*, name: str, **options) -> Callable:
    """Registers a Celery task `<app>.<verb_object>`; settings are looked at afresh in each run."""

    def wrap(function: Callable) -> Callable:
        def run(*args, **kwargs):
            kept.begin()
            try:
                return function(*args, **kwargs)
            finally:
                kept.end()

        run.__name__ = function.__name__
        run.__doc__ = function.__doc__
        run.__module__ = function.__module__
        return shared_task(name=name, **options)(run)

    return wrap


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
    """Removes form keys older than 3 days and past rate windows."""
    Submission.objects.filter(at__lt=now() - timedelta(days=3)).delete()
    RateWindow.objects.filter(last_at__lt=now() - timedelta(days=2)).delete()
