"""How long the clinic makes patients wait for an appointment, looked at once a week and kept."""

from django.db import models

from clinic.core.models import Base
from scheduling.models._shared import member
from scheduling.models.places import Location
from scheduling.models.rosters import VisitType


class AccessSample(Base):
    """Third next available of one provider and kind of visit, as it stood at the week's fixed time.

    `days` are calendar days, weekends counted; empty when fewer than three times were open. Never changed:
    what was open last month can't be worked out any more.
    """

    week = models.DateField()
    sampled_at = models.DateTimeField()
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    provider = member()
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["week", "location", "provider", "visit_type"],
                name="scheduling_accesssample_once",
                violation_error_message="This week's sample has been taken.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week}: {self.days}"
