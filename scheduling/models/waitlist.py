"""Who waits for an earlier time, what came free, and who was offered it when and with what answer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base, Versioned
from clinic.core.refs import PATIENT
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.places import WEEKDAYS, Location
from scheduling.models.rosters import VisitType
from scheduling.rules.waitlist import PART_WORDS


class WaitlistEntry(Versioned):
    """One patient's wish for a time. Empty lists and dates mean "any"."""

    class Urgency(models.IntegerChoices):
        URGENT = 1, "Urgent: as soon as possible"
        SOON = 2, "Soon"
        ROUTINE = 3, "Routine"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        BOOKED = "booked", "Booked"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Last day has passed"

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="waitlist")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    providers = models.ManyToManyField("staff.Member", blank=True, related_name="+")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS))), default=list, blank=True
    )
    day_parts = ArrayField(
        models.CharField(max_length=10, choices=[(part.value, words) for part, words in PART_WORDS.items()]),
        default=list,
        blank=True,
    )
    earliest_on = models.DateField("not before", null=True, blank=True)
    latest_on = models.DateField("not after", null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.ROUTINE)
    notice_minutes = models.PositiveIntegerField(
        "can come within (min)", default=120, help_text="How long before a visit the patient has to know."
    )
    # A visit that stands already: a yes moves it to the new time instead of booking a second one.
    moves = models.ForeignKey(
        Appointment, models.PROTECT, related_name="waiting_to_move", null=True, blank=True
    )
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    added_by = member(null=True)
    added_by_label = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=120, blank=True)
    close_note = models.CharField(max_length=200, blank=True)
    visit = models.ForeignKey(Appointment, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["urgency", "created_at"]
        indexes = [
            models.Index(
                fields=["location", "urgency", "created_at"],
                name="scheduling_wait_order",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["patient", "-created_at"], name="scheduling_wait_patient"),
            models.Index(
                fields=["location", "-closed_at"],
                name="scheduling_wait_closed_at",
                condition=~Q(state="waiting"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "visit_type"],
                condition=Q(state="waiting"),
                name="scheduling_waitlistentry_once",
                violation_error_message="The patient is on the waitlist for this kind of visit already.",
            ),
            models.CheckConstraint(
                condition=Q(earliest_on__isnull=True)
                | Q(latest_on__isnull=True)
                | Q(latest_on__gte=F("earliest_on")),
                name="scheduling_waitlistentry_dates",
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", closed_at__isnull=True, visit__isnull=True)
                | Q(state="booked", closed_at__isnull=False, visit__isnull=False)
                | Q(state__in=("withdrawn", "expired"), closed_at__isnull=False, visit__isnull=True),
                name="scheduling_waitlistentry_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"waitlist {self.pk}"


class FreedTime(Base):
    """A time to be filled: given back by a cancelled or moved visit, or chosen at the desk.

    `starts_at` and `ends_at` are the main person's time (the provider's, or the MA's where no provider is
    seen). `settled_at` is when it was filled, taken by an ordinary booking, passed, or stopped.
    """

    class Cause(models.TextChoices):
        CANCELLED = "cancelled", "Cancelled"
        MOVED = "rescheduled", "Moved"
        DESK = "desk", "Chosen at the desk"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FILLED = "filled", "Filled from the waitlist"
        TAKEN = "taken", "Booked by somebody else"
        LAPSED = "lapsed", "Not filled in time"
        STOPPED = "stopped", "Stopped by staff"

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    member = member("freed_times", null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cause = models.CharField(max_length=12, choices=Cause.choices)
    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="freed", null=True, blank=True)
    freed_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    visit = models.ForeignKey(Appointment, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["starts_at"], name="scheduling_freed_open", condition=Q(state="open")),
            models.Index(fields=["freed_at"], name="scheduling_freed_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["appointment", "freed_at"], name="scheduling_freedtime_once"),
            models.UniqueConstraint(
                fields=["location", "member", "starts_at"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="scheduling_freedtime_open_once",
                violation_error_message="This time is being offered already.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="scheduling_freedtime_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | ~Q(state="open") & Q(settled_at__isnull=False),
                name="scheduling_freedtime_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"freed time {self.pk}"


class Offer(Base):
    """One time offered to one patient of the waitlist. The whole trail is these rows."""

    class State(models.TextChoices):
        OUT = "out", "Waiting for an answer"
        ACCEPTED = "accepted", "Yes"
        DECLINED = "declined", "No"
        EXPIRED = "expired", "No answer in time"
        LOST = "lost", "Somebody else was faster"
        WITHDRAWN = "withdrawn", "Taken back"
        UNREACHED = "unreached", "Could not be told"

    class Way(models.TextChoices):
        SMS = "sms", "Text message"
        EMAIL = "email", "E-mail"
        CALL = "call", "Call"

    entry = models.ForeignKey(WaitlistEntry, models.PROTECT, related_name="offers")
    freed = models.ForeignKey(FreedTime, models.PROTECT, related_name="offers")
    way = models.CharField(max_length=6, choices=Way.choices)
    why_call = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OUT)
    offered_at = models.DateTimeField()
    offered_by = member(null=True)
    offered_by_label = models.CharField(max_length=120)
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by_label = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)
    visit = models.ForeignKey(Appointment, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["offered_at", "id"]
        indexes = [
            models.Index(fields=["expires_at"], name="scheduling_offer_out", condition=Q(state="out")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state="out"),
                name="scheduling_offer_one_out",
                violation_error_message="This patient has an offer that waits for an answer.",
            ),
            models.UniqueConstraint(
                fields=["entry", "freed"],
                name="scheduling_offer_once",
                violation_error_message="This patient was offered that time already.",
            ),
            models.CheckConstraint(
                condition=Q(state="out", settled_at__isnull=True)
                | ~Q(state="out") & Q(settled_at__isnull=False),
                name="scheduling_offer_settled",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", visit__isnull=False)
                | ~Q(state="accepted") & Q(visit__isnull=True),
                name="scheduling_offer_accepted_visit",
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"
