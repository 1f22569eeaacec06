"""Blind counts: what people found on a shelf, compared with the ledger afterwards."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from clinic.core.refs import MEMBER

from .items import QUANTITY, Item, Place
from .ledger import Movement
from .lots import Lot


class Count(Base):
    """One count of one place, from the sheet to the posted corrections."""

    class State(models.TextChoices):
        OPEN = "open", "Being counted"
        REVIEW = "review", "To review"
        POSTED = "posted", "Posted"
        VOID = "void", "Given up"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="counts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    started_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, related_name="+")
    counted_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"],
                condition=Q(state__in=["open", "review"]),
                name="%(app_label)s_%(class)s_one_running",
                violation_error_message="This place is being counted already.",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", posted_at__isnull=False)
                | (~Q(state="posted") & Q(posted_at__isnull=True)),
                name="%(app_label)s_%(class)s_posted_paired",
                violation_error_message="A posted count has a time.",
            ),
        ]

    def __str__(self):
        return f"Count of {self.place}"


class CountLine(Base):
    """One shelf on a count sheet. `expected` is filled in only when the number found has been entered."""

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counted = models.DecimalField(**QUANTITY, null=True, blank=True)
    expected = models.DecimalField(**QUANTITY, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    movement = models.OneToOneField(
        Movement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["item__name", "lot__expires_on", "lot__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "item", "lot"],
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_once",
                violation_error_message="This shelf is on the sheet already.",
            ),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="A count cannot be negative.",
            ),
        ]

    def __str__(self):
        return f"{self.item} on {self.count}"

    @property
    def variance(self):
        """Counted - expected, in units of use; None until counted."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected
