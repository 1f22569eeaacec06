"""The visit as it went: intervals that are never rewritten."""

from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.places import Room
from scheduling.models.rosters import VisitType
from scheduling.querysets import IntervalQuerySet
from scheduling.rules.visit_states import LABELS, State, Stay


class VisitInterval(Base):
    """One stretch of a visit in one state. Exactly one is open; only its end may be set, once."""

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="intervals")
    state = models.CharField(max_length=16, choices=list(LABELS.items()))
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by = member(null=True)
    by_label = models.CharField(max_length=120)
    room = models.ForeignKey(Room, models.PROTECT, related_name="+", null=True, blank=True)
    is_backdated = models.BooleanField(default=False)
    undo_of = models.OneToOneField("self", models.PROTECT, related_name="undone_by", null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["appointment", "recorded_at"], name="scheduling_interval_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(ended_at__isnull=True),
                name="scheduling_visitinterval_one_open",
                violation_error_message="Somebody else has just moved this visit.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="scheduling_visitinterval_ends_after_start",
                violation_error_message="A step can't end before it began.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} of {self.appointment_id}"

    def as_stay(self) -> Stay:
        """The row for the pure rules."""
        return Stay(
            id=self.pk,
            state=State(self.state),
            started_at=self.started_at,
            ended_at=self.ended_at,
            recorded_at=self.recorded_at,
            undo_of=self.undo_of_id,
            room_id=self.room_id,
        )


class ReminderPolicy(Base):
    """When a patient is reminded, by which channel, with which template. Data with a first day."""

    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+", null=True, blank=True)
    hours_before = models.PositiveSmallIntegerField()
    channel = models.CharField(
        max_length=8, choices=[("sms", "Text"), ("email", "E-mail"), ("voice", "Voice")]
    )
    template_code = models.CharField(max_length=40)
    effective_from = models.DateField()
    is_active = models.BooleanField(default=True)
    # None: shipped with the program. Who changed it before is in the audit trail.
    set_by = member(null=True)

    class Meta:
        ordering = ["-hours_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit_type", "hours_before", "channel", "effective_from"],
                name="scheduling_reminderpolicy_once",
                nulls_distinct=False,
                violation_error_message="This reminder exists already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hours_before} h by {self.channel}"
