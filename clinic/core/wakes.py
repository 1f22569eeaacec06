"""What an app above wants to look at soon after something happened below.

A lower app says only that it happened, with the row's id; which task of an upper app that wakes, it does not know.
Nothing depends on it: the task finds its work by its own query, and a sweep finds what was not woken.
"""

from __future__ import annotations

from uuid import UUID

from clinic.core.tasks import enqueue

_tasks: dict[str, list[str]] = {}


def wakes(happening: str, task: str) -> None:
    """Registers a task, by name, for a happening such as `appointment.booked`. Called from `AppConfig.ready()`."""
    names = _tasks.setdefault(happening, [])
    if task not in names:
        names.append(task)


def happened(happening: str, pk: UUID) -> None:
    """Wakes after commit whoever waits for this, with the row's id."""
    for task in _tasks.get(happening, ()):
        enqueue(task, str(pk))
