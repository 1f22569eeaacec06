"""Appointments and the resources they hold."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.refs import PATIENT
from scheduling.models._shared import member
from scheduling.models.places import Location, Room
from scheduling.models.rosters import VisitType
from scheduling.querysets import AppointmentQuerySet, HoldQuerySet
from scheduling.rules.holds import OVERBOOKABLE, Resource, Timing
from scheduling.rules.visit_states import IN_CLINIC, IN_ROOM, LABELS, State


class CancelReason(models.TextChoices):
    """Why a visit was cancelled. Source: domain specification 3.4."""

    PATIENT_BETTER = "patient_better", "Patient: feels better"
    PATIENT_CONFLICT = "patient_conflict", "Patient: other commitment"
    PATIENT_TRANSPORT = "patient_transport", "Patient: no transport"
    PATIENT_COST = "patient_cost", "Patient: cost"
    PATIENT_WEATHER = "patient_weather", "Patient: weather"
    PATIENT_INSURANCE = "patient_insurance", "Patient: insurance"
    PATIENT_OTHER = "patient_other", "Patient: no reason given"
    PROVIDER = "provider", "Provider not available"
    CLINIC_CLOSED = "clinic_closed", "Clinic closed"
    DUPLICATE = "duplicate", "Booked twice"
    DECEASED = "deceased", "Patient deceased"
    MOVED = "moved", "Patient moved away"
    UNCONFIRMED = "unconfirmed", "Never confirmed"


class Source(models.TextChoices):
    """How the booking came in."""

    PHONE = "phone", "Phone"
    DESK = "desk", "At the desk"
    WALK_IN = "walk_in", "Walk-in"
    CHECKOUT = "checkout", "At checkout"
    PATIENT_LINK = "patient_link", "Patient link"
    IMPORT = "import", "Import"


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old), exclude=["updated_at", "state_since", "created_at"]
)
class Appointment(Versioned):
    """One visit, from booking to departure. What it keeps others from taking stands in its holds.

    `starts_at` and `ends_at` are instants; `zone`, `local_day` and `local_time` say what the clock on
    the wall shows then, which is what the patient was told.
    """

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, models.PROTECT, related_name="appointments")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    provider = member("appointments", null=True)
    ma = member(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    local_day = models.DateField()
    local_time = models.TimeField()
    state = models.CharField(max_length=16, choices=list(LABELS.items()), default=State.SCHEDULED)
    state_since = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.PHONE)
    is_walk_in = models.BooleanField(default=False)
    is_interpreter_needed = models.BooleanField(default=False)
    booked_by = member(null=True)
    booked_by_label = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=20, choices=CancelReason.choices, blank=True)
    cancel_note = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    is_late_cancel = models.BooleanField(default=False)
    # Why a limit of the visit type was passed over, in the words of who allowed it.
    exception_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    series = models.ForeignKey(
        "scheduling.AppointmentSeries", models.PROTECT, related_name="visits", null=True, blank=True
    )
    series_number = models.PositiveSmallIntegerField(null=True, blank=True)
    rescheduled_to = models.OneToOneField(
        "self", models.PROTECT, related_name="rescheduled_from", null=True, blank=True
    )
    encounter = models.OneToOneField(
        "records.Encounter", models.PROTECT, related_name="appointment", null=True, blank=True
    )
    # Set only while the patient is in it; the intervals keep where they were.
    room = models.ForeignKey(Room, models.PROTECT, related_name="visits", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["location", "local_day"], name="scheduling_appt_day"),
            models.Index(fields=["patient", "-starts_at"], name="scheduling_appt_patient"),
            models.Index(fields=["provider", "starts_at"], name="scheduling_appt_provider"),
            models.Index(fields=["starts_at"], name="scheduling_appt_start"),
            models.Index(
                fields=["location"],
                name="scheduling_appt_in_clinic",
                condition=Q(state__in=sorted(IN_CLINIC)),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="scheduling_appointment_ends_after_start",
                violation_error_message="A visit ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CANCELLED, cancelled_at__isnull=False) & ~Q(cancel_reason="")
                | ~Q(state=State.CANCELLED) & Q(cancelled_at__isnull=True, cancel_reason=""),
                name="scheduling_appointment_cancelled_why",
                violation_error_message="A cancelled visit has a reason and a time.",
            ),
            both_or_neither(
                "series",
                "series_number",
                "scheduling_appointment_series_numbered",
                "A visit of a series has a number in it.",
            ),
            models.UniqueConstraint(
                fields=["room"],
                condition=Q(room__isnull=False),
                name="scheduling_appointment_room_once",
                violation_error_message="Another patient is in this room.",
            ),
            models.CheckConstraint(
                condition=Q(room__isnull=True) | Q(state__in=sorted(IN_ROOM)),
                name="scheduling_appointment_room_while_in_it",
                violation_error_message="Only a patient who is being seen is in a room.",
            ),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"

    @property
    def state_words(self) -> str:
        return LABELS[State(self.state)]

    @property
    def has_provider(self) -> bool:
        return self.provider_id is not None

    @property
    def minutes(self) -> int:
        """How long the visit stands in the book, buffers left out."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    @property
    def own_minutes(self) -> int | None:
        """The same where somebody changed it, None where it is what the type takes."""
        usual = self.visit_type.timing(with_interpreter=self.is_interpreter_needed).visit_minutes
        return None if self.minutes == usual else self.minutes

    @property
    def timing(self) -> Timing:
        """Minutes of the visit as it is booked."""
        usual = self.visit_type.timing(with_interpreter=self.is_interpreter_needed)
        return usual.lasting(self.minutes)

    @cached_property
    def added_steps(self) -> list:
        """The added steps in order of time, with their kinds; whoever books the visit knows them already."""
        return list(self.steps.select_related("visit_type"))


class ResourceHold(Base):
    """One resource kept for one visit. Live holds of the same resource never overlap.

    A deliberate overbook is its own kind: it names who allowed it and why, and it exists only for
    people, never for a room, a device or the patient.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="holds")
    resource_kind = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Resource])
    resource_id = models.UUIDField()
    during = DateTimeRangeField(default_bounds="[)")
    is_live = models.BooleanField(default=True)
    is_overbook = models.BooleanField(default=False)
    overbook_by = member(null=True)
    overbook_reason = models.CharField(max_length=200, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        indexes = [
            GistIndex(
                fields=["resource_id", "during"],
                name="scheduling_hold_overbooks",
                condition=Q(is_live=True, is_overbook=True),
            ),
        ]
        constraints = [
            # The id alone: a member booked as provider is not free as MA either.
            ExclusionConstraint(
                name="scheduling_resourcehold_no_overlap",
                expressions=[("resource_id", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(is_live=True, is_overbook=False),
                violation_error_message="That time has just been taken.",
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="scheduling_resourcehold_ends_after_start",
                violation_error_message="A hold ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(is_overbook=False, overbook_by__isnull=True, overbook_reason="")
                | Q(is_overbook=True, overbook_by__isnull=False, resource_kind__in=sorted(OVERBOOKABLE))
                & ~Q(overbook_reason=""),
                name="scheduling_resourcehold_overbook_why",
                violation_error_message=(
                    "Only a person's time can be overbooked, and it needs a name and a reason."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_kind} of {self.appointment_id}"
