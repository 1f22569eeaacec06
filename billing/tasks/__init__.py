"""Tasks of billing, imported here so that the worker knows them by name."""

from billing.tasks import claims, eligibility, money

__all__ = [
    "claims",
    "eligibility",
    "money",
]
