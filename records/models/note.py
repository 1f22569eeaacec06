from django.db import models

from clinic.core.models import Versioned
from records.models._shared import instant, member, paired
from records.models.encounter import Encounter
from records.models.patient import Patient


class Note(Versioned):
    """A visit note: a draft until signed, then fixed; what comes later is an addendum of its own."""

    class Kind(models.TextChoices):
        VISIT = "visit", "Visit note"
        NURSE = "nurse", "Nurse note"
        ADDENDUM = "addendum", "Addendum"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="notes")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="notes")
    author = member("notes")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.VISIT)
    addends = models.ForeignKey("self", models.PROTECT, related_name="addenda", null=True, blank=True)
    sections = models.JSONField(default=dict)
    signed_at = instant()
    signed_by = member(null=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["encounter"], name="records_note_encounter"),
            models.Index(fields=["patient", "-created_at"], name="records_note_patient"),
            models.Index(
                fields=["author"], name="records_note_unsigned", condition=models.Q(signed_at__isnull=True)
            ),
        ]
        constraints = [
            paired("signed", name="records_note_signed"),
            models.UniqueConstraint(
                fields=["encounter", "author"],
                condition=models.Q(signed_at__isnull=True, addends__isnull=True),
                name="records_note_one_draft",
                violation_error_message="You already have a draft for this visit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
