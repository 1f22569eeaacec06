"""Tasks of billing, imported here so that the worker knows them by name."""

from billing.tasks import eligibility, money

__all__ = ["eligibility", "money"]
