"""Who has to be asked to come back, for what and by when."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Versioned
from clinic.core.refs import PATIENT
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.rosters import VisitType


class RecallReason(Versioned):
    """Why patients are asked back; the clinic's own list."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=60, unique=True)
    visit_type = models.ForeignKey(
        VisitType, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="usual visit type"
    )
    months = models.PositiveSmallIntegerField("usual interval (months)", default=12)
    is_active = models.BooleanField("in use", default=True)
    rank = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class Recall(Versioned):
    """One patient to be asked back. Closed only by a booking or by a coded reason."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", "Booked"
        ELSEWHERE = "elsewhere", "Done elsewhere"
        DECLINED = "declined", "Patient declined"
        RELEASED = "released", "Released by the provider"

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="recalls")
    reason = models.ForeignKey(RecallReason, models.PROTECT, related_name="recalls")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    provider = member(null=True)
    due_on = models.DateField("due")
    note = models.CharField(max_length=200, blank=True)
    # Set when a message may not be sent or did not arrive: somebody calls.
    needs_call = models.BooleanField(default=False)
    why_call = models.CharField(max_length=120, blank=True)
    added_by = member(null=True)
    added_by_label = models.CharField(max_length=120)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    outcome_note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=120, blank=True)
    visit = models.ForeignKey(Appointment, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["due_on", "created_at"]
        indexes = [
            models.Index(fields=["due_on"], name="scheduling_recall_open", condition=Q(closed_at=None)),
            models.Index(fields=["patient", "-due_on"], name="scheduling_recall_patient"),
            models.Index(
                fields=["-closed_at"],
                name="scheduling_recall_closed_at",
                condition=Q(closed_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "reason"],
                condition=Q(closed_at__isnull=True),
                name="scheduling_recall_once",
                violation_error_message="The patient is on the recall list for this already.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="", visit__isnull=True)
                | Q(closed_at__isnull=False, outcome="booked", visit__isnull=False)
                | Q(
                    closed_at__isnull=False,
                    outcome__in=("elsewhere", "declined", "released"),
                    visit__isnull=True,
                ),
                name="scheduling_recall_closed_why",
                violation_error_message="A recall is closed by a booking or by a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"recall {self.pk}"
