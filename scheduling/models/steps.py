"""What else happens in a visit: a blood draw or an ECG, each with its own people and things."""

from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.rosters import VisitType


class VisitStep(Base):
    """One added step of a visit. What it keeps stands in the visit's holds, resource by resource."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="steps")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    member = member(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "visit_type"],
                name="scheduling_visitstep_once",
                violation_error_message="That is part of this visit already.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="scheduling_visitstep_ends_after_start",
                violation_error_message="A step ends after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"step of {self.appointment_id}"
