"""Builders used by several chart tables, so that each rule is written down once."""

import pghistory
from django.conf import settings
from django.db import models


def keep_earlier() -> pghistory.UpdateEvent:
    """Keeps the row as it was before each edit; what is inserted needs no copy, as the row itself holds it."""
    return pghistory.UpdateEvent("before", row=pghistory.Old)


def member(related_name: str = "+", *, null: bool = False) -> models.ForeignKey:
    """A member of staff who did something. Never deleted from under a clinical row."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name=related_name, null=null, blank=null
    )


def instant(**options) -> models.DateTimeField:
    return models.DateTimeField(null=True, blank=True, **options)


def set_once(max_length: int, **options) -> models.CharField:
    """Text that an append-only row may gain once, later: NULL until then (see clinic.core.guards)."""
    return models.CharField(max_length=max_length, null=True, blank=True, **options)


def paired(stem: str, *, name: str) -> models.CheckConstraint:
    """`<stem>_at` and `<stem>_by` are both set or both empty: nothing is signed by nobody."""
    both = models.Q(**{f"{stem}_at__isnull": False, f"{stem}_by__isnull": False})
    neither = models.Q(**{f"{stem}_at__isnull": True, f"{stem}_by__isnull": True})
    return models.CheckConstraint(
        condition=both | neither,
        name=name,
        violation_error_message=f"“{stem}” needs both a time and a person.",
    )


class SourceKey(models.Model):
    """Where an imported row came from; a second import finds it by this and changes nothing."""

    source_key = models.CharField(max_length=160, null=True, blank=True, unique=True, editable=False)

    class Meta:
        abstract = True
