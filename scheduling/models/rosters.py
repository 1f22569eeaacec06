"""What can be booked, and who works when."""

import pghistory
from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base, Versioned
from scheduling.models._shared import member
from scheduling.models.places import WEEKDAYS, Location, Room
from scheduling.rules.holds import Timing
from scheduling.rules.steps import Place


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class VisitType(Versioned):
    """A kind of visit: how long it takes whom, and what it needs. Minutes throughout."""

    class Modality(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        PHONE = "phone", "Telephone"
        VIDEO = "video", "Video"

    class ForSex(models.TextChoices):
        ANY = "", "Anyone"
        FEMALE = "female", "Female"
        MALE = "male", "Male"

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    provider_minutes = models.PositiveSmallIntegerField(default=20)
    ma_before_minutes = models.PositiveSmallIntegerField("MA minutes before", default=10)
    buffer_after_minutes = models.PositiveSmallIntegerField("minutes kept free after", default=0)
    interpreter_extra_minutes = models.PositiveSmallIntegerField("more with an interpreter", default=10)
    needs_provider = models.BooleanField(default=True)
    needs_room = models.BooleanField(default=True)
    room_kind = models.CharField(
        "room held from booking",
        max_length=12,
        choices=Room.Kind.choices,
        blank=True,
        help_text="Left empty, any clean room is chosen when the patient is roomed.",
    )
    equipment_kind = models.CharField("equipment held", max_length=40, blank=True)
    color = models.CharField(max_length=12, default="blue")
    is_bookable = models.BooleanField(default=True)
    prep_note = models.CharField("what to bring or do before", max_length=200, blank=True)
    min_age = models.PositiveSmallIntegerField("youngest (years)", null=True, blank=True)
    max_age = models.PositiveSmallIntegerField("oldest (years)", null=True, blank=True)
    min_notice_minutes = models.PositiveIntegerField("booked at least (min) ahead", default=0)
    max_horizon_days = models.PositiveSmallIntegerField("booked at most (days) ahead", default=365)
    daily_cap = models.PositiveSmallIntegerField("at most a day per provider", null=True, blank=True)
    modality = models.CharField(
        "how the patient is seen",
        max_length=9,
        choices=Modality.choices,
        default=Modality.IN_PERSON,
        db_default=Modality.IN_PERSON,
    )
    for_sex = models.CharField(
        "for patients of sex at birth",
        max_length=6,
        choices=ForSex.choices,
        blank=True,
        default="",
        db_default="",
    )
    is_for_new_patients = models.BooleanField(
        "for new patients",
        default=False,
        db_default=False,
        help_text="Counts towards a session's limit of new patients.",
    )
    add_on = models.CharField(
        "can be added to another visit",
        max_length=6,
        choices=[("", "No"), (Place.BEFORE, "Before its main part"), (Place.AFTER, "After its main part")],
        blank=True,
        default="",
        db_default="",
        help_text="A blood draw or an ECG in the same visit; only for kinds without a provider.",
    )
    rank = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["rank", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_provider=True, provider_minutes__gt=0)
                | Q(needs_provider=False, provider_minutes=0, ma_before_minutes__gt=0),
                name="scheduling_visittype_has_minutes",
                violation_error_message=(
                    "A visit with a provider needs provider minutes; one without needs MA minutes and no others."
                ),
            ),
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(max_age__gte=F("min_age")),
                name="scheduling_visittype_ages",
                violation_error_message="The oldest age is below the youngest.",
            ),
            models.CheckConstraint(
                condition=Q(modality="in_person") | Q(needs_room=False, room_kind=""),
                name="scheduling_visittype_remote_takes_no_room",
                violation_error_message="A telephone or video visit takes no room.",
            ),
            models.CheckConstraint(
                condition=Q(add_on="") | Q(needs_provider=False),
                name="scheduling_visittype_add_on_without_provider",
                violation_error_message="Only a kind without a provider can be added to another visit.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def timing(self, *, with_interpreter: bool = False) -> Timing:
        """Minutes for the slot rules, longer for a patient who needs an interpreter."""
        timing = Timing(self.provider_minutes, self.ma_before_minutes, self.buffer_after_minutes)
        return timing.longer_by(self.interpreter_extra_minutes) if with_interpreter else timing


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class ProviderSession(Versioned):
    """One block of a weekly pattern, in local wall time, valid between two dates.

    Also for members who see patients without a provider (nurse visits): their visits then stand in a
    column of their own.
    """

    provider = member("sessions")
    location = models.ForeignKey(Location, models.PROTECT, related_name="sessions")
    weekday = models.PositiveSmallIntegerField(choices=list(enumerate(WEEKDAYS)))
    starts = models.TimeField()
    ends = models.TimeField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    visit_types = models.ManyToManyField(VisitType, blank=True, related_name="+")
    slot_minutes = models.PositiveSmallIntegerField("grid (min)", default=10)
    overbook_per_slot = models.PositiveSmallIntegerField("overbooks at one time", default=1)
    overbook_per_session = models.PositiveSmallIntegerField("overbooks in the session", default=2)
    release_hours = models.PositiveSmallIntegerField(
        "held until (hours before)",
        null=True,
        blank=True,
        help_text="Kept for same-day requests: can be booked only from this many hours before it starts.",
    )
    new_patient_cap = models.PositiveSmallIntegerField(
        "new patients in the session", null=True, blank=True, help_text="Left empty: no limit."
    )

    class Meta:
        ordering = ["weekday", "starts"]
        indexes = [models.Index(fields=["location", "weekday"], name="scheduling_session_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="scheduling_providersession_ends_after_start",
                violation_error_message="A session ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="scheduling_providersession_dates",
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6, slot_minutes__gte=5),
                name="scheduling_providersession_grid",
                violation_error_message="The grid has at least 5 minutes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.starts:%H:%M}-{self.ends:%H:%M}"


class SessionPart(Base):
    """A part of a session with a rule of its own, in local wall time: a break, or time kept back for some visits.

    Kept time can be booked from `release_hours` before it starts (never before, when empty), and at any
    time by the kinds of visit it is kept for.
    """

    class Kind(models.TextChoices):
        BREAK = "break", "Break"
        KEPT = "kept", "Kept back"

    session = models.ForeignKey(ProviderSession, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.KEPT)
    starts = models.TimeField()
    ends = models.TimeField()
    label = models.CharField("words", max_length=60, blank=True)
    release_hours = models.PositiveSmallIntegerField("released (hours before)", null=True, blank=True)
    kept_for = models.ManyToManyField(VisitType, blank=True, related_name="+")

    class Meta:
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="scheduling_sessionpart_ends_after_start",
                violation_error_message="It has to end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(kind="kept") | Q(release_hours__isnull=True),
                name="scheduling_sessionpart_break_stays",
                violation_error_message="A break is not released.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts:%H:%M}-{self.ends:%H:%M}"


class SessionException(Base):
    """Time taken out of someone's sessions: leave, a meeting, a break."""

    class Kind(models.TextChoices):
        LEAVE = "leave", "Leave"
        MEETING = "meeting", "Meeting"
        BREAK = "break", "Break"

    provider = member("session_exceptions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.LEAVE)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["provider", "ends_at"], name="scheduling_exception_ends")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="scheduling_sessionexception_ends_after_start",
                violation_error_message="It has to end after it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
