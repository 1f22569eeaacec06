"""Background work that raises: bounded tries with growing pauses, then a list that people see.

The program's own messages keep their tries in the outbox; this is for every other sweep and for whole tasks.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet

from clinic.core.models import FailedWork
from clinic.core.time import now

log = logging.getLogger(__name__)

MAX_TRIES = 5
FIRST_PAUSE, LONGEST_PAUSE = 60, 3600


def pause_after(times: int) -> timedelta:
    """How long work rests that has failed so often: a minute, doubling up to an hour, spread by chance."""
    seconds = min(FIRST_PAUSE * 2 ** (times - 1), LONGEST_PAUSE)
    return timedelta(seconds=seconds * (0.5 + 0.5 * random.random()))  # noqa: S311


def each(
    task: str, items: Iterable[Any], do: Callable[[Any], Any], *, key: Callable[[Any], Any] = str
) -> int:
    """Runs `do(item)` for every item in a transaction (or savepoint) of its own; returns how many went well.

    An item that raises stops nobody else: it rests, is tried five times, and then stays in the list of failed
    work until somebody presses "try again". `key` names an item by its id. A database that is away is no
    item's fault and is raised.
    """
    rows = list(items)
    failed = {row.item: row for row in FailedWork.objects.filter(task=task, item__gt="")}
    done = 0
    for row in rows:
        item = str(key(row))[:64]
        before = failed.get(item)
        if before and (before.times >= MAX_TRIES or before.next_try_at > now()):
            continue
        try:
            with transaction.atomic():
                do(row)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            note_failure(task, item, error)
            continue
        done += 1
        if before:
            before.delete()
    return done


def note_failure(task: str, item: str, error: Exception) -> None:
    """Counts one failure of one piece of work and says when it is tried next."""
    log.exception("background work failed", extra={"task": task, "event": type(error).__name__})
    present = now()
    with transaction.atomic():
        row, is_new = FailedWork.objects.select_for_update().get_or_create(
            task=task,
            item=item[:64],
            defaults={
                "error": type(error).__name__[:80],
                "first_at": present,
                "last_at": present,
                "next_try_at": present + pause_after(1),
            },
        )
        if not is_new:
            row.times, row.error = row.times + 1, type(error).__name__[:80]
            row.last_at, row.next_try_at = present, present + pause_after(row.times)
            row.save()


def note_success(task: str, item: str = "") -> None:
    """A task went well: an earlier failure of it is history."""
    FailedWork.objects.filter(task=task, item=item[:64]).delete()


def failing_tasks() -> str:
    """A readiness check: whole tasks that have failed five times in a row. A single row that was given up is
    for people to see, and no reason to call the server unready."""
    tasks = FailedWork.objects.filter(item="", times__gte=MAX_TRIES).order_by("task")
    names = list(tasks.values_list("task", flat=True))
    return f"failing again and again: {', '.join(names)}" if names else ""


def try_again(pk: int) -> FailedWork | None:
    """Gives one piece of failed work its five tries back, due at once. None when it has gone meanwhile."""
    row = FailedWork.objects.select_for_update().filter(pk=pk).first()
    if row is not None:
        row.times, row.next_try_at = 0, now()
        row.save()
    return row


def given_up() -> QuerySet[FailedWork]:
    """The pieces of work that wait for a person, for the manager's day."""
    return FailedWork.objects.filter(times__gte=MAX_TRIES)


def failed_work():
    """Everything that failed and has not succeeded since, what was given up first."""
    return FailedWork.objects.order_by(F("times").desc(), "-last_at", "pk")
