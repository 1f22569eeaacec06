"""Equipment: what is booked, serviced and one day retired."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Versioned

from .items import Place


class Equipment(Versioned):
    """One device. `kind` is what a visit type asks for ("ecg", "spirometer")."""

    class Status(models.TextChoices):
        IN_SERVICE = "in_service", "In service"
        OUT_OF_SERVICE = "out_of_service", "Out of service"
        RETIRED = "retired", "Retired"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    serial = models.CharField("serial number", max_length=60, blank=True)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="equipment"
    )
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.IN_SERVICE)
    service_due_on = models.DateField(null=True, blank=True)
    service_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "equipment"
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="%(app_label)s_%(class)s_name_once",
                violation_error_message="Equipment with this name exists already.",
            ),
            models.UniqueConstraint(
                fields=["serial"],
                condition=~Q(serial=""),
                name="%(app_label)s_%(class)s_serial_once",
                violation_error_message="Other equipment carries this serial number.",
            ),
        ]

    def __str__(self):
        return self.name
