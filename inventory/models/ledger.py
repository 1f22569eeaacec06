"""The stock ledger. Rows are only ever added; what stands on a shelf is their sum."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from clinic.core.refs import MEMBER

from .items import QUANTITY, Item, Place
from .lots import Lot


class Movement(Base):
    """One change of one shelf: so many units of an item (and lot) into or out of a place.

    A database trigger refuses UPDATE and DELETE, keeps `StockLevel`, and refuses a negative shelf, an
    issue out of an expired or held lot, and a reversal that does not mirror its original.
    """

    class Kind(models.TextChoices):
        RECEIVE = "receive", "Received"
        TRANSFER_IN = "transfer_in", "Moved in"
        TRANSFER_OUT = "transfer_out", "Moved out"
        ISSUE = "issue", "Used"
        WASTE = "waste", "Wasted"
        RETURN = "return", "Returned to vendor"
        COUNT = "count", "Count correction"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="movements")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements", null=True, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="movements")
    quantity = models.DecimalField(**QUANTITY, help_text="Units of use; negative takes out.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=80, blank=True, db_index=True)
    unit_cost = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    # The legs of one act (both halves of a transfer) share this id and are reversed together.
    act = models.UUIDField(db_index=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    at = models.DateTimeField()
    on_day = models.DateField(help_text="The day of the movement in the clinic's zone.")
    by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["item", "-at"]), models.Index(fields=["lot", "place"])]
        constraints = [
            models.CheckConstraint(
                condition=(Q(reverses__isnull=False) & ~Q(quantity=0))
                | Q(kind="count") & ~Q(quantity=0)
                | Q(kind__in=["receive", "transfer_in"], quantity__gt=0)
                | Q(kind__in=["transfer_out", "issue", "waste", "return"], quantity__lt=0),
                name="%(app_label)s_%(class)s_sign_fits_kind",
                violation_error_message="The quantity must be more than zero.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["waste", "count", "return"]) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="Give a reason.",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.quantity} {self.item}"

    @property
    def is_undone(self) -> bool:
        """Whether a later movement took this one back."""
        return hasattr(self, "reversed_by")


class StockLevel(models.Model):
    """Sum of the movements of one item and lot in one place. Written by the ledger's trigger alone."""

    id = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="levels")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="levels", null=True, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="levels")
    on_hand = models.DecimalField(**QUANTITY)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "lot", "place"],
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_once",
                violation_error_message="This shelf exists already.",
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="There is not enough of this left.",
            ),
        ]

    def __str__(self):
        return f"{self.item} in {self.place}: {self.on_hand}"
