"""The switch that keeps every message inside."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from clinic.core.refs import MEMBER


class SendingHold(Base):
    """One row: whether sending is held, since when, by whom and why. The audit trail keeps earlier holds."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    is_held = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(null=True)
    by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="messaging_sendinghold_one_row"),
            models.CheckConstraint(
                condition=Q(is_held=False) | (Q(since__isnull=False) & ~Q(reason="")),
                name="messaging_sendinghold_says_why",
                violation_error_message="Say why nothing may leave.",
            ),
        ]

    def __str__(self) -> str:
        return "held" if self.is_held else "not held"
