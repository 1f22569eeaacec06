"""The lists a visit goes through. Rows are editable but never vanish: wrong ones are marked so."""

import pghistory
from django.db import models

from clinic.core.models import Base, Versioned
from records.models._shared import SourceKey, instant, keep_earlier, member, paired
from records.models.codes import DiagnosisCode
from records.models.encounter import Encounter
from records.models.patient import Patient


class ListEntry(SourceKey, Versioned):
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="+", null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_by = member(null=True)
    recorded_at = models.DateTimeField()
    retracted_at = instant()
    retracted_by = member(null=True)
    retract_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def is_error(self) -> bool:
        return self.retracted_at is not None


@pghistory.track(keep_earlier())
class Problem(ListEntry):
    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"
        RESOLVED = "resolved", "Resolved"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="problems")
    code = models.ForeignKey(DiagnosisCode, models.PROTECT, related_name="+", null=True, blank=True)
    text = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    onset_on = models.DateField("since", null=True, blank=True)
    resolved_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "status"], name="records_problem_patient")]
        constraints = [paired("retracted", name="records_problem_retracted")]

    def __str__(self) -> str:
        return self.text


@pghistory.track(keep_earlier())
class Allergy(ListEntry):
    class Kind(models.TextChoices):
        ALLERGY = "allergy", "Allergy"
        INTOLERANCE = "intolerance", "Intolerance"

    class Category(models.TextChoices):
        MEDICATION = "medication", "Medication"
        FOOD = "food", "Food"
        ENVIRONMENT = "environment", "Environment"
        BIOLOGIC = "biologic", "Biologic"
        OTHER = "other", "Other"

    class Severity(models.TextChoices):
        MILD = "mild", "Mild"
        MODERATE = "moderate", "Moderate"
        SEVERE = "severe", "Severe"
        UNKNOWN = "unknown", "Severity not known"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="allergies")
    substance = models.CharField(max_length=160)
    category = models.CharField(max_length=12, choices=Category.choices, default=Category.MEDICATION)
    reaction = models.CharField(max_length=160, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.UNKNOWN)
    kind = models.CharField("type", max_length=12, choices=Kind.choices, default=Kind.ALLERGY)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    onset_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "allergies"
        indexes = [models.Index(fields=["patient", "status"], name="records_allergy_patient")]
        constraints = [paired("retracted", name="records_allergy_retracted")]

    def __str__(self) -> str:
        return self.substance

    @property
    def is_dangerous(self) -> bool:
        return self.severity == self.Severity.SEVERE or "anaphyla" in self.reaction.lower()


class AllergyStatement(Base):
    """“No known allergies” as the patient said it, dated; `no_known=False` withdraws it. Append-only."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="allergy_statements")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="+", null=True, blank=True)
    no_known = models.BooleanField()
    by = member()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="records_allergystatement_last")]

    def __str__(self) -> str:
        return f"{self.no_known} for {self.patient_id}"


@pghistory.track(keep_earlier())
class Medication(ListEntry):
    class Status(models.TextChoices):
        TAKING = "taking", "Taking"
        NOT_TAKING = "not_taking", "Not taking"
        DIFFERENTLY = "differently", "Taking differently"
        UNSURE = "unsure", "Unsure"
        STOPPED = "stopped", "Stopped"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="medications")
    name = models.CharField("medication", max_length=200)
    dose = models.CharField(max_length=80, blank=True)
    route = models.CharField(max_length=40, blank=True)
    frequency = models.CharField(max_length=80, blank=True)
    is_over_the_counter = models.BooleanField("over the counter", default=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.TAKING)
    started_on = models.DateField("since", null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "status"], name="records_medication_patient")]
        constraints = [paired("retracted", name="records_medication_retracted")]

    def __str__(self) -> str:
        return self.name

    @property
    def how(self) -> str:
        return " · ".join(part for part in (self.dose, self.route, self.frequency) if part)
