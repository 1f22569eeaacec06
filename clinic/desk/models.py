"""What the front desk went through with the patient at check-in and check-out."""

from django.db import models

from clinic.core.models import Base
from clinic.core.refs import MEMBER


class DeskBlock(Base):
    """One block of the check-in or check-out page, done. Doing it again replaces it; the audit trail keeps both."""

    class Block(models.TextChoices):
        IDENTITY = "identity", "Identity"
        DEMOGRAPHICS = "demographics", "Address and contacts"
        COVERAGE = "coverage", "Coverage"
        COPAY = "copay", "Copay"
        SUMMARY = "summary", "After-visit summary"
        FOLLOW_UP = "follow_up", "Follow-up"

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        CHANGED = "changed", "Changed"
        NOT_DUE = "not_due", "Not due"
        NOT_DONE = "not_done", "Not done"

    appointment = models.ForeignKey("scheduling.Appointment", models.PROTECT, related_name="desk_blocks")
    block = models.CharField(max_length=16, choices=Block.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(MEMBER, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("appointment", "block"), name="desk_deskblock_once")]

    def __str__(self) -> str:
        return f"{self.block} of {self.appointment_id}"
