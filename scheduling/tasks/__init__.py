"""Tasks of scheduling, imported here so that the worker knows them by name."""

from scheduling.tasks import filling, reminders, visits

__all__ = ["filling", "reminders", "visits"]
