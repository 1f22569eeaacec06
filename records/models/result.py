from django.db import models

from clinic.core.models import Base
from records.models._shared import SourceKey, instant, member, paired, set_once
from records.models.encounter import Encounter
from records.models.patient import Patient


class Result(SourceKey, Base):
    """An observation that came from elsewhere. Append-only; a correction replaces, it does not edit."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="results")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="results", null=True, blank=True)
    category = models.CharField(max_length=40, blank=True)
    loinc = models.CharField("LOINC", max_length=16, blank=True)
    name = models.CharField(max_length=255)
    value_text = models.CharField(max_length=400, blank=True)
    value_number = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    reference_range = models.CharField(max_length=80, blank=True)
    flag = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=20, default="final")
    observed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    retracted_at = instant()
    retracted_by = member(null=True)
    retract_reason = set_once(200)

    class Meta:
        ordering = ["-observed_at"]
        indexes = [
            models.Index(fields=["patient", "-observed_at"], name="records_result_patient"),
            models.Index(fields=["patient", "loinc"], name="records_result_loinc"),
        ]
        constraints = [paired("retracted", name="records_result_retracted")]

    def __str__(self) -> str:
        return f"{self.loinc or 'result'} {self.pk}"
