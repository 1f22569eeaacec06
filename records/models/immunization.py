from django.db import models

from clinic.core.models import Base
from records.models._shared import SourceKey, instant, member, paired, set_once
from records.models.encounter import Encounter
from records.models.patient import Patient


class Immunization(SourceKey, Base):
    """A dose given here, given elsewhere, or refused. Append-only; a mistake is retracted.

    For a dose given here federal law wants date, maker, lot, name and title of the giver, and the
    edition of the information statement and the day it was handed out (42 USC 300aa-25, -26).
    """

    class Source(models.TextChoices):
        ADMINISTERED = "administered", "Given here"
        HISTORICAL = "historical", "History"

    class Status(models.TextChoices):
        COMPLETED = "completed", "Given"
        REFUSED = "refused", "Refused"

    class Funding(models.TextChoices):
        PRIVATE = "private", "Private"
        VFC = "vfc", "VFC"
        STATE = "state", "State"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="immunizations")
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="immunizations", null=True, blank=True
    )
    source = models.CharField(max_length=14, choices=Source.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.COMPLETED)
    refusal_reason = models.CharField(max_length=120, blank=True)
    cvx = models.CharField("CVX", max_length=6)
    vaccine = models.CharField(max_length=160)
    mvx = models.CharField("MVX", max_length=6, blank=True)
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, related_name="+", null=True, blank=True)
    lot_number = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    ndc = models.CharField("NDC", max_length=20, blank=True)
    dose_ml = models.DecimalField("dose (mL)", max_digits=5, decimal_places=2, null=True, blank=True)
    route = models.CharField(max_length=6, blank=True)
    site = models.CharField(max_length=6, blank=True)
    given_at = models.DateTimeField()
    is_day_only = models.BooleanField(default=False, help_text="Only the day of the dose is known.")
    given_by = member(null=True)
    given_by_label = models.CharField(max_length=160, blank=True)
    ordered_by = models.CharField(max_length=160, blank=True)
    vis_edition_on = models.DateField("VIS edition", null=True, blank=True)
    vis_given_on = models.DateField("VIS handed out", null=True, blank=True)
    funding = models.CharField(max_length=8, choices=Funding.choices, blank=True)
    eligibility = models.CharField(max_length=4, blank=True)
    movement = models.ForeignKey(
        "inventory.Movement", models.PROTECT, related_name="+", null=True, blank=True
    )
    note = models.CharField(max_length=300, blank=True)
    recorded_by = member(null=True)
    recorded_at = models.DateTimeField()
    retracted_at = instant()
    retracted_by = member(null=True)
    retract_reason = set_once(200)

    class Meta:
        ordering = ["-given_at"]
        indexes = [
            models.Index(fields=["patient", "-given_at"], name="records_immunization_patient"),
            models.Index(fields=["lot"], name="records_immunization_lot"),
            models.Index(fields=["encounter"], name="records_immunization_enc"),
        ]
        constraints = [
            paired("retracted", name="records_immunization_retracted"),
            models.CheckConstraint(
                condition=~models.Q(source="administered", status="completed")
                | models.Q(
                    lot__isnull=False,
                    given_by__isnull=False,
                    movement__isnull=False,
                    vis_edition_on__isnull=False,
                    vis_given_on__isnull=False,
                ),
                name="records_immunization_complete",
                violation_error_message=(
                    "A dose given here needs its lot, who gave it, and the information statement’s dates."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"CVX {self.cvx}"
