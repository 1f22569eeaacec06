"""Follow-up calls: the rules and scripts that the clinic edits, what is due, and each attempt."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base
from clinic.core.refs import PATIENT
from clinic.inbox.models.work import POOLS
from scheduling.models._shared import member
from scheduling.models.appointments import Appointment
from scheduling.models.rosters import VisitType
from scheduling.rules.follow_up_script import Level
from scheduling.rules.follow_ups import ATTEMPT_WORDS, STATE_WORDS, State


class FollowUpScript(Base):
    """One version of what is asked and how. `questions` maps the codes of `rules.follow_up_script` to words to
    read; the newest whose first day has come is used. Append-only."""

    code = models.SlugField(max_length=30)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    effective_from = models.DateField()
    opening = models.CharField(max_length=400)
    closing = models.CharField(max_length=400)
    questions = models.JSONField()
    pain_concern_from = models.PositiveSmallIntegerField(default=4)
    pain_red_from = models.PositiveSmallIntegerField(default=8)
    approved_by = member(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="scheduling_followupscript_version",
                violation_error_message="Somebody else has just saved this script.",
            ),
            models.CheckConstraint(
                condition=Q(pain_concern_from__lt=F("pain_red_from"), pain_red_from__lte=10),
                name="scheduling_followupscript_pain",
                violation_error_message="A red flag starts above a concern, and pain ends at 10.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class FollowUpRule(Base):
    """When a follow-up is due by itself (after a visit type, or after a procedure by its code on the fee list), or
    which kind can be chosen by hand. Versions; the newest whose first day has come is used. Append-only."""

    code = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+", null=True, blank=True)
    procedure_codes = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    opens_hours = models.PositiveSmallIntegerField(default=24)
    closes_hours = models.PositiveSmallIntegerField(default=72)
    script_code = models.SlugField(max_length=30, default="after-procedure")
    pool = models.CharField(max_length=16, choices=POOLS, default="ma")
    is_automated = models.BooleanField(default=True)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    effective_from = models.DateField()
    is_active = models.BooleanField(default=True)
    saved_by = member(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="scheduling_followuprule_version",
                violation_error_message="Somebody else has just saved this rule.",
            ),
            models.CheckConstraint(
                condition=Q(opens_hours__lt=F("closes_hours")),
                name="scheduling_followuprule_window",
                violation_error_message="The window closes after it opens.",
            ),
            models.CheckConstraint(
                condition=Q(max_attempts__gte=1),
                name="scheduling_followuprule_attempts",
                violation_error_message="At least one attempt.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUpLetter(Base):
    """One version of the letter to a patient who could not be reached. Append-only."""

    language = models.CharField(max_length=8, default="en")
    version = models.PositiveIntegerField()
    heading = models.CharField(max_length=120)
    body = models.TextField()
    effective_from = models.DateField()
    saved_by = member(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["language", "version"],
                name="scheduling_followupletter_version",
                violation_error_message="Somebody else has just saved this letter.",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.language} {self.version}"


class FollowUp(Base):
    """One follow-up of one patient: due in a window, tried, and closed by a person's word only."""

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="follow_ups")
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, related_name="follow_ups", null=True, blank=True
    )
    rule = models.ForeignKey(FollowUpRule, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=160)
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    provider = member(null=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    pool = models.CharField(max_length=16, choices=POOLS)
    state = models.CharField(
        max_length=10,
        choices=[(one.value, words) for one, words in STATE_WORDS.items()],
        default=State.PLANNED,
    )
    next_at = models.DateTimeField()
    is_call_wanted = models.BooleanField(default=False)
    # Attempts that count toward the most; set back when the provider asks for another round.
    counted = models.PositiveSmallIntegerField(default=0)
    last_outcome = models.CharField(
        max_length=12, blank=True, choices=[(one.value, words) for one, words in ATTEMPT_WORDS.items()]
    )
    last_at = models.DateTimeField(null=True, blank=True)
    opened_by = member(null=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=120, null=True, blank=True)  # noqa: DJ001 - paired with closed_at
    outcome_note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "next_at"], name="scheduling_followup_open", condition=~Q(state="closed")
            ),
            models.Index(fields=["patient", "-opens_at"], name="scheduling_followup_patient"),
            models.Index(fields=["opens_at"], name="scheduling_followup_opens"),
            # The list of closed ones is read newest first, and grows for years.
            models.Index(
                F("closed_at").desc(),
                F("id"),
                name="scheduling_followup_closed_at",
                condition=Q(state="closed"),
            ),
        ]
        constraints = [
            both_or_neither("closed_at", "closed_by_label", "scheduling_followup_closed"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="scheduling_followup_state",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="scheduling_followup_window",
                violation_error_message="The window closes after it opens.",
            ),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"


class FollowUpAttempt(Base):
    """One attempt as it was: a person's call, an automated call, a letter. Append-only."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Call"
        AUTOMATED = "automated", "Automated call"
        LETTER = "letter", "Letter"
        CERTIFIED = "certified", "Certified letter"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    address = models.CharField(max_length=254, blank=True)
    outcome = models.CharField(
        max_length=12, choices=[(one.value, words) for one, words in ATTEMPT_WORDS.items()]
    )
    level = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Level], blank=True)
    answers = models.JSONField(default=dict)
    findings = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)
    script = models.ForeignKey(FollowUpScript, models.PROTECT, related_name="+", null=True)
    letter = models.ForeignKey(FollowUpLetter, models.PROTECT, related_name="+", null=True)
    letter_file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    call = models.OneToOneField("inbox.PhoneCall", models.PROTECT, related_name="follow_up", null=True)
    message = models.OneToOneField("messaging.Message", models.PROTECT, related_name="follow_up", null=True)
    by = member(null=True)
    by_label = models.CharField(max_length=120)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "number"],
                name="scheduling_followupattempt_number",
                violation_error_message="Somebody else has just noted an attempt.",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="scheduling_followupatt_at")]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.outcome}"


class ReleasedWords(Base):
    """What a provider lets staff tell the patient, word for word. Told once, and by whom. Append-only but for that."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answer"
        RESULT = "result", "Result"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="words")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.ANSWER)
    text = models.CharField(max_length=500)
    released_at = models.DateTimeField()
    released_by = member()
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = member(null=True)

    class Meta:
        ordering = ["released_at", "id"]
        constraints = [both_or_neither("told_at", "told_by", "scheduling_releasedwords_told")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.follow_up_id}"
