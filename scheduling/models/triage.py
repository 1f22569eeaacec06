"""How urgent a patient is who is here: set by whoever looked, with the time, never rewritten."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.core.models import Base, Versioned
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment


class TriageLevel(Versioned):
    """One level of urgency and within how many minutes a provider should see the patient."""

    level = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=40)
    see_within_minutes = models.PositiveSmallIntegerField("seen within (min)")

    class Meta:
        ordering = ["level"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5),
                name="scheduling_triagelevel_range",
                violation_error_message="Levels go from 1, the most urgent, to 5.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.name}"


class TriageAssessment(Base):
    """One look at a waiting patient. The newest counts."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="triage")
    level = models.PositiveSmallIntegerField(choices=[(n, str(n)) for n in range(1, 6)])
    red_flags = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = member()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["appointment", "-at"], name="scheduling_triage_of")]

    def __str__(self) -> str:
        return f"triage {self.level}"
