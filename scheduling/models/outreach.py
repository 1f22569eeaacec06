"""Reaching patients who did not come or have to be asked: rules, attempts, missed visits, letters."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.refs import PATIENT
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.recalls import Recall
from scheduling.models.waitlist import Offer
from scheduling.rules.missed import Kind

# Generic names, matched at the start of a word in the medication list.
ANTICOAGULANTS = ["warfarin", "apixaban", "rivaroxaban", "dabigatran", "edoxaban", "enoxaparin"]


def usual_anticoagulants() -> list[str]:
    return list(ANTICOAGULANTS)


class OutreachSettings(Versioned):
    """One row: how freed time is offered, and what follows from missed visits."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    is_automatic = models.BooleanField("offer freed times by itself", default=True)
    offers_at_once = models.PositiveSmallIntegerField("patients asked at the same time", default=3)
    same_day_minutes = models.PositiveSmallIntegerField("same day: an offer stands for (min)", default=15)
    later_minutes = models.PositiveSmallIntegerField("later days: an offer stands for (min)", default=120)
    least_minutes = models.PositiveSmallIntegerField(
        "not offered later than (min) before the start", default=30
    )
    recall_pause_days = models.PositiveSmallIntegerField("days between two messages of a recall", default=14)
    count_months = models.PositiveSmallIntegerField("no-shows counted over (months)", default=12)
    decision_at = models.PositiveSmallIntegerField("the provider decides at no-show number", default=3)
    are_late_cancels_counted = models.BooleanField("late cancellations count like no-shows", default=True)
    infant_months = models.PositiveSmallIntegerField("infants are younger than (months)", default=12)
    anticoagulants = ArrayField(models.CharField(max_length=40), default=usual_anticoagulants, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="scheduling_outreachsettings_one_row"),
            models.CheckConstraint(
                condition=Q(
                    offers_at_once__gte=1, same_day_minutes__gte=5, later_minutes__gte=5, decision_at__gte=2
                ),
                name="scheduling_outreachsettings_least",
                violation_error_message=(
                    "At least one patient at a time, five minutes to answer, and a decision at the second at the earliest."
                ),
            ),
        ]

    def __str__(self) -> str:
        return "Rules for filling the day"


class MissedVisit(Base):
    """What has to follow from one visit that did not take place as booked."""

    class Decision(models.TextChoices):
        KEEP = "keep", "Go on as before"
        CALL_FIRST = "call_first", "Book only after a call the day before"
        SAME_DAY = "same_day", "Same-day visits only"
        END = "end", "End the care relationship, by the clinic's policy"

    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="missed")
    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="missed_visits")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.words) for kind in Kind])
    missed_at = models.DateTimeField()
    # Which missed visit within the counted months this is; 0 for kinds that do not count.
    number = models.PositiveSmallIntegerField(default=0)
    risks = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    raised_at = models.DateTimeField(null=True, blank=True)
    call_closed_at = models.DateTimeField(null=True, blank=True)
    letter_sent_at = models.DateTimeField(null=True, blank=True)
    letter_sent_by = member(null=True)
    letter_file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = member(null=True)

    class Meta:
        ordering = ["-missed_at"]
        indexes = [
            models.Index(fields=["-missed_at"], name="scheduling_missed_at"),
            models.Index(fields=["patient", "-missed_at"], name="scheduling_missed_patient"),
        ]
        constraints = [
            both_or_neither("letter_sent_at", "letter_sent_by", "scheduling_missedvisit_letter"),
            both_or_neither("decided_at", "decided_by", "scheduling_missedvisit_decided"),
        ]

    def __str__(self) -> str:
        return f"missed visit {self.pk}"


class ContactAttempt(Base):
    """One attempt to reach a patient about one thing, and how it ended. Append-only."""

    class Way(models.TextChoices):
        CALL = "call", "Call"
        SMS = "sms", "Text message"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letter"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed by phone"
        LEFT_MESSAGE = "left_message", "Left a message"
        OTHER_TIME = "other_time", "Wants another time"
        NO_ANSWER = "no_answer", "No answer"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        BOOKED = "booked", "Reached, visit booked"
        NO_VISIT = "no_visit", "Reached, wants no visit"
        CALL_BACK = "call_back", "Reached, asked to be called again"
        SENT = "sent", "Sent"

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="contact_attempts")
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="contact_attempts", null=True, blank=True
    )
    recall = models.ForeignKey(Recall, models.PROTECT, related_name="attempts", null=True, blank=True)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="attempts", null=True, blank=True)
    way = models.CharField(max_length=6, choices=Way.choices)
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    by = member(null=True)
    by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["appointment", "-at"], name="scheduling_attempt_visit"),
            models.Index(fields=["recall", "-at"], name="scheduling_attempt_recall"),
            models.Index(fields=["offer", "-at"], name="scheduling_attempt_offer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, recall__isnull=True, offer__isnull=True)
                | Q(appointment__isnull=True, recall__isnull=False, offer__isnull=True)
                | Q(appointment__isnull=True, recall__isnull=True, offer__isnull=False),
                name="scheduling_contactattempt_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.outcome}"


class LetterWording(Base):
    """One version of a letter's words. The newest of a code and language is used."""

    class Code(models.TextChoices):
        NO_SHOW_1 = "no_show_1", "After the first no-show"
        NO_SHOW_2 = "no_show_2", "After the second no-show"
        LATE_CANCEL_1 = "late_cancel_1", "After the first late cancellation"
        LATE_CANCEL_2 = "late_cancel_2", "After the second, a late cancellation"

    code = models.CharField(max_length=16, choices=Code.choices)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("es", "Spanish")])
    version = models.PositiveIntegerField(default=1)
    heading = models.CharField(max_length=120)
    body = models.TextField()
    approved_by = member(null=True)

    class Meta:
        ordering = ["code", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "language", "version"],
                name="scheduling_letterwording_version",
                violation_error_message="Somebody else has just saved a new wording.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} v{self.version}"
