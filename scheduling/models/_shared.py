"""Builders used by several scheduling tables."""

from django.conf import settings
from django.db import models


def member(related_name: str = "+", *, null: bool = False) -> models.ForeignKey:
    """A member of staff; members are deactivated, never deleted from under a row."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name=related_name, null=null, blank=null
    )
