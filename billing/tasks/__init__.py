"""Tasks of billing, imported here so that the worker knows them by name."""

from billing.tasks import money

__all__ = ["money"]
