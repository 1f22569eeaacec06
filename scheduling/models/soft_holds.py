"""Time kept for a caller while somebody is on the phone."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from scheduling.models._shared import member
from scheduling.models.places import Location
from scheduling.querysets import SoftHoldQuerySet
from scheduling.rules.holds import Resource


class SoftHold(Base):
    """One resource kept for a few minutes; all rows of one call share `call`, and end at `expires_at`.

    Whether it still counts is compared when it is read: nothing has to run for the time to be free again.
    """

    call = models.UUIDField()
    location = models.ForeignKey(Location, models.CASCADE, related_name="+")
    held_by = member()
    resource_kind = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Resource])
    resource_id = models.UUIDField()
    during = DateTimeRangeField(default_bounds="[)")
    expires_at = models.DateTimeField()

    objects = SoftHoldQuerySet.as_manager()

    class Meta:
        indexes = [
            GistIndex(fields=["resource_id", "during"], name="scheduling_softhold_of"),
            models.Index(fields=["held_by"], name="scheduling_softhold_by"),
            models.Index(fields=["expires_at"], name="scheduling_softhold_until"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="scheduling_softhold_ends_after_start",
                violation_error_message="A hold ends after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_kind} kept until {self.expires_at:%H:%M}"
