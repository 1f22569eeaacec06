"""Lots: what came with one batch number, one expiry and one source of funding."""

from django.db import models

from clinic.core.models import Versioned

from .items import Item


class Lot(Versioned):
    """One lot of an item. The same number under another funding source is another lot, kept apart."""

    class Funding(models.TextChoices):
        PRIVATE = "private", "Private"
        VFC = "vfc", "VFC"
        STATE = "state", "State"

    class Status(models.TextChoices):
        USABLE = "usable", "Usable"
        QUARANTINED = "quarantined", "Quarantined"
        RECALLED = "recalled", "Recalled"

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField("lot number", max_length=40)
    expires_on = models.DateField()
    manufacturer = models.CharField("maker (MVX)", max_length=8, blank=True)
    ndc = models.CharField("NDC", max_length=14, blank=True)
    funding = models.CharField(max_length=8, choices=Funding.choices, default=Funding.PRIVATE)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.USABLE)
    status_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number", "funding"],
                name="%(app_label)s_%(class)s_once_per_funding",
                violation_error_message="This lot is on file already.",
            ),
        ]

    def __str__(self):
        return f"{self.item} lot {self.number}"
