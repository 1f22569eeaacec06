"""Tasks of scheduling, imported here so that the worker knows them by name."""

from scheduling.tasks import access, filling, follow_ups, reminders, visits

__all__ = ["access", "filling", "follow_ups", "reminders", "visits"]
