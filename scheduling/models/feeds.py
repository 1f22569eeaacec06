"""A member's calendar for the phone: the secret address it is read at."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from scheduling.models._shared import member


class CalendarFeed(Base):
    """One address. Its token is kept as a digest only, so that nobody can read it out of the database."""

    member = member("calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(revoked_at__isnull=True),
                name="scheduling_calendarfeed_one_live",
                violation_error_message="There is a calendar link already.",
            ),
        ]

    def __str__(self) -> str:
        return f"calendar of {self.member_id}"
