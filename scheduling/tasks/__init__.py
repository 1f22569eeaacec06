"""Tasks of scheduling, imported here so that the worker knows them by name."""

from scheduling.tasks import reminders, visits

__all__ = ["reminders", "visits"]
