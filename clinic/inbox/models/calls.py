"""Phone calls as they were: written once, never changed."""

from django.db import models

from clinic.core.models import Base
from clinic.core.refs import MEMBER, PATIENT
from clinic.inbox.rules.targets import CLASS_WORDS


class CallScript(Base):
    """The red flags that call takers listen for, in versions; a call keeps the one that it was taken with.

    `groups` is a list of {"code", "name", "listen_for", "act"}; `steps` what to say and do, in order.
    """

    version = models.PositiveIntegerField(unique=True)
    effective_from = models.DateField()
    groups = models.JSONField()
    steps = models.JSONField()
    approved_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"call script {self.version}"


class PhoneCall(Base):
    """One call. Source of the fields: domain specification 4.3. Append-only.

    Advice is a clinician's: `advice` keeps their words as they gave them, `advice_by` says whose they are. Nobody
    else's advice has a field here.
    """

    class Direction(models.TextChoices):
        IN = "in", "Incoming"
        OUT = "out", "Outgoing"

    class Relation(models.TextChoices):
        PATIENT = "patient", "The patient"
        GUARDIAN = "guardian", "Parent or guardian"
        FAMILY = "family", "Family"
        PHARMACY = "pharmacy", "Pharmacy"
        OFFICE = "office", "Another practice"
        PAYER = "payer", "Insurance"
        OTHER = "other", "Somebody else"

    class Identifiers(models.TextChoices):
        NAME_DOB = "name_dob", "Full name and date of birth"
        NAME_MRN = "name_mrn", "Full name and MRN"
        NONE = "none", "Not checked"

    class Outcome(models.TextChoices):
        EMERGENCY = "emergency", "Emergency script read; caller will dial 911"
        STAFF_911 = "staff_911", "Staff called 911 and stayed on the line"
        TRANSFERRED = "transferred", "Handed to a nurse or provider on the line"
        MESSAGE = "message", "Message taken for a colleague"
        DONE = "done", "Settled on the phone"
        VOICEMAIL = "voicemail", "Left a voicemail"
        NO_ANSWER = "no_answer", "No answer"
        WRONG_NUMBER = "wrong_number", "Wrong number"

    class Agreement(models.TextChoices):
        AGREED = "agreed", "Understood and agreed"
        REFUSED = "refused", "Refused"
        UNABLE = "unable", "Could not answer"

    EMERGENCY_OUTCOMES = (Outcome.EMERGENCY, Outcome.STAFF_911, Outcome.TRANSFERRED)
    NOBODY_SPOKE = (Outcome.VOICEMAIL, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER)

    direction = models.CharField(max_length=4, choices=Direction.choices, default=Direction.IN)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    caller = models.CharField(max_length=120)
    relation = models.CharField(max_length=12, choices=Relation.choices)
    patient = models.ForeignKey(PATIENT, models.PROTECT, null=True, blank=True, related_name="calls")
    identifiers = models.CharField(max_length=12, choices=Identifiers.choices, default=Identifiers.NONE)
    callback_number = models.CharField(max_length=20, blank=True)
    may_leave_voicemail = models.BooleanField(default=False)
    caller_location = models.CharField(max_length=120, blank=True)
    reason = models.TextField()
    onset = models.CharField(max_length=80, blank=True)
    script = models.ForeignKey(CallScript, models.PROTECT, null=True, related_name="+")
    red_flags = models.JSONField(default=dict)
    call_class = models.CharField(max_length=16, choices=[(c.value, w) for c, w in CLASS_WORDS.items()])
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    outcome_note = models.CharField(max_length=300, blank=True)
    # What matters clinically and was asked: allergies, pregnancy, medicines.
    clinical_context = models.CharField(max_length=300, blank=True)
    protocol = models.CharField(max_length=80, blank=True)
    words_used = models.CharField(max_length=500, blank=True)
    advice = models.CharField(max_length=500, blank=True)
    advice_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")
    agreement = models.CharField(max_length=8, choices=Agreement.choices, blank=True)
    follow_up_due_at = models.DateTimeField(null=True)
    task = models.ForeignKey("inbox.Task", models.PROTECT, null=True, related_name="calls")
    # Nobody's for an automated call; then `by_label` names the program.
    by = models.ForeignKey(MEMBER, models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("started_at")),
                name="inbox_phonecall_ends_after_start",
                violation_error_message="The call ends before it starts.",
            ),
            models.CheckConstraint(
                condition=models.Q(advice="") | models.Q(advice_by__isnull=False),
                name="inbox_phonecall_advice_by_somebody",
                violation_error_message="Say whose advice it is.",
            ),
        ]
        indexes = [
            models.Index(fields=("-started_at",), name="inbox_phonecall_started"),
            models.Index(fields=("patient", "-started_at"), name="inbox_phonecall_patient"),
        ]

    def __str__(self) -> str:
        return f"call {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def by_words(self) -> str:
        """Who spoke, as staff read it."""
        return self.by.name if self.by else "Automated call"

    @property
    def has_red_flag(self) -> bool:
        return any(self.red_flags.values())
