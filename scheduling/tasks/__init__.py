"""Tasks of scheduling, imported here so that the worker knows them by name."""

from scheduling.tasks import follow_ups, reminders, visits

__all__ = ["follow_ups", "reminders", "visits"]
