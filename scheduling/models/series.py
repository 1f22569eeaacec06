"""Visits that come back: one rule, and a row for each visit."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Versioned
from clinic.core.refs import PATIENT
from scheduling.models._shared import member
from scheduling.models.places import Location
from scheduling.models.rosters import VisitType
from scheduling.rules.recurrence import MOST, Every, Rule


class AppointmentSeries(Versioned):
    """A rule in local wall time. Its visits are appointments like any other; `left_out` are the days without one.

    `left_out` is a list of {"day": ISO day, "why": words}: holidays that were skipped, and days that
    somebody chose to leave out.
    """

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="series")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    provider = member(null=True)
    every = models.CharField(max_length=5, choices=[(one.value, one.words) for one in Every])
    interval = models.PositiveSmallIntegerField()
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    first_day = models.DateField()
    local_time = models.TimeField()
    reason = models.CharField(max_length=300, blank=True)
    left_out = models.JSONField(default=list)
    made_by = member(null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "appointment series"
        constraints = [
            models.CheckConstraint(
                condition=Q(interval__gte=1)
                & (Q(count__isnull=False, until__isnull=True) | Q(count__isnull=True, until__isnull=False)),
                name="scheduling_appointmentseries_ends",
                violation_error_message="A series ends after a number of visits or on a day.",
            ),
            models.CheckConstraint(
                condition=Q(count__isnull=True) | Q(count__gte=2, count__lte=MOST),
                name="scheduling_appointmentseries_count",
                violation_error_message=f"A series has 2 to {MOST} visits.",
            ),
        ]

    def __str__(self) -> str:
        return f"series {self.pk}"

    @property
    def rule(self) -> Rule:
        """The rule for the pure functions."""
        return Rule(every=Every(self.every), interval=self.interval, count=self.count, until=self.until)
