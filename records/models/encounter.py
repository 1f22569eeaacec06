from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.core.models import Base
from records.models._shared import SourceKey, instant, member
from records.models.patient import Patient


class Encounter(SourceKey, Base):
    """One contact between patient and clinic; opened at check-in, closed at checkout."""

    class Kind(models.TextChoices):
        OFFICE = "office", "Office visit"
        NURSE = "nurse", "Nurse visit"
        TELEHEALTH = "telehealth", "Telehealth"
        PHONE = "phone", "Phone"
        OUTSIDE = "outside", "Outside visit"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        SIGNED = "signed", "Signed"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="encounters")
    provider = member("encounters", null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OFFICE)
    started_at = models.DateTimeField()
    ended_at = instant()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    location_label = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=20, default="visit")
    opened_by = member(null=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["patient", "-started_at"], name="records_encounter_patient"),
            models.Index(fields=["provider", "-started_at"], name="records_encounter_provider"),
            models.Index(
                fields=["started_at"], name="records_encounter_open", condition=models.Q(status="open")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="records_encounter_ends_after_start",
                violation_error_message="A visit can’t end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ReviewStamp(Base):
    """Somebody went through a list with the patient. Separate from the list itself, append-only."""

    class List(models.TextChoices):
        ALLERGIES = "allergies", "Allergies"
        MEDICATIONS = "medications", "Medications"
        PROBLEMS = "problems", "Problems"
        IMMUNIZATIONS = "immunizations", "Immunizations"

    class Kind(models.TextChoices):
        REVIEWED = "reviewed", "Reviewed"
        RECONCILED = "reconciled", "Reconciled"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="reviews")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="reviews", null=True, blank=True)
    list_name = models.CharField(max_length=16, choices=List.choices)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.REVIEWED)
    changed = models.BooleanField(default=False)
    by = member()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "list_name", "-at"], name="records_review_latest")]

    def __str__(self) -> str:
        return f"{self.list_name} of {self.patient_id}"


class IdentityCheck(Base):
    """Two identifiers were confirmed with the patient: which two, where in the visit, by whom."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="identity_checks")
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="identity_checks", null=True, blank=True
    )
    identifiers = ArrayField(models.CharField(max_length=12))
    moment = models.CharField(max_length=20)
    by = member()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(identifiers__len__gte=2),
                name="records_identitycheck_two",
                violation_error_message="Two identifiers are needed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.moment} of {self.patient_id}"
