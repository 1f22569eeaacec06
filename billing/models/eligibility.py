"""Is the patient covered? What was asked, what came back, and what somebody has to look at."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.refs import MEMBER, PATIENT

OPEN_REQUEST = ("due", "asking", "waiting")


class VerificationPolicy(Base):
    """When coverage is checked anew. A change is a new row from its day on; the newest that has begun counts."""

    effective_from = models.DateField("from")
    days_ahead = models.PositiveSmallIntegerField("days before the visit", default=3)
    stale_days = models.PositiveSmallIntegerField("a check holds for (days)", default=30)
    monthly_kinds = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="checked anew each month"
    )
    is_yearly = models.BooleanField("checked anew each January", default=True)
    most_tries = models.PositiveSmallIntegerField("times to ask a payer who does not answer", default=4)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-effective_from", "-decided_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_ahead__gte=1, days_ahead__lte=14),
                name="%(app_label)s_%(class)s_days_ahead",
                violation_error_message="Check 1 to 14 days before the visit.",
            ),
            models.CheckConstraint(
                condition=Q(stale_days__gte=1, stale_days__lte=366),
                name="%(app_label)s_%(class)s_stale_days",
                violation_error_message="A check holds for 1 to 366 days.",
            ),
            models.CheckConstraint(
                condition=Q(most_tries__gte=1, most_tries__lte=10),
                name="%(app_label)s_%(class)s_most_tries",
                violation_error_message="Ask 1 to 10 times.",
            ),
        ]

    def __str__(self):
        return f"from {self.effective_from}"


class EligibilityRequest(Base):
    """A question to a payer that is to be asked. One is open per coverage and date, however many want to know."""

    class State(models.TextChoices):
        DUE = "due", "To be asked"
        ASKING = "asking", "Being asked"
        WAITING = "waiting", "Waiting for the answer"
        ANSWERED = "answered", "Answered"
        GIVEN_UP = "given_up", "No answer"

    class Reason(models.TextChoices):
        NEW = "new", "Never checked"
        CHANGED = "changed", "Coverage was edited"
        AGAIN = "again", "No answer last time"
        STALE = "stale", "Last check is old"
        MONTHLY = "monthly", "New month"
        YEARLY = "yearly", "New year"
        HAND = "hand", "Asked for"

    coverage = models.ForeignKey("records.Coverage", models.PROTECT, related_name="eligibility_requests")
    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="+")
    service_on = models.DateField()
    reason = models.CharField(max_length=8, choices=Reason.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    # What the payer repeats in its answer: finds the question again when answers come as files.
    trace = models.CharField(max_length=40, unique=True)
    question = models.TextField(blank=True)
    trouble = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=OPEN_REQUEST), name="%(app_label)s_eligibility_open"
            ),
            models.Index(fields=["coverage", "service_on"], name="%(app_label)s_eligibility_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["coverage", "service_on"],
                condition=Q(state__in=OPEN_REQUEST),
                name="%(app_label)s_%(class)s_one_open",
                violation_error_message="The payer is being asked about this day already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_REQUEST, settled_at__isnull=True)
                | (~Q(state__in=OPEN_REQUEST) & Q(settled_at__isnull=False)),
                name="%(app_label)s_%(class)s_settled",
                violation_error_message="A question that is settled says when.",
            ),
        ]

    def __str__(self):
        return f"{self.trace}: {self.state}"


class EligibilityCheck(Base):
    """One answer about one coverage and one day, by whatever way it came. Never changed: a newer one counts.

    `card` is what the answer says (see `billing.rules.card`); `raw_answer` is its text as it came, with its SHA-256.
    """

    class Source(models.TextChoices):
        ELECTRONIC = "electronic", "Asked electronically"
        PHONE = "phone", "By phone"
        PORTAL = "portal", "On the payer's website"
        CARD = "card", "Card seen"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Not active"
        NOT_VERIFIED = "not_verified", "Could not verify"

    coverage = models.ForeignKey("records.Coverage", models.PROTECT, related_name="eligibility_checks")
    coverage_version = models.PositiveIntegerField()
    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="+")
    request = models.ForeignKey(
        EligibilityRequest, models.PROTECT, null=True, blank=True, related_name="checks"
    )
    service_on = models.DateField()
    source = models.CharField(max_length=10, choices=Source.choices)
    status = models.CharField(max_length=12, choices=Status.choices)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    checked_by_label = models.CharField(max_length=120, blank=True)
    card = models.JSONField(default=dict)
    representative = models.CharField(max_length=80, blank=True)
    reference = models.CharField("reference number", max_length=60, blank=True)
    note = models.CharField(max_length=300, blank=True)
    raw_question = models.TextField(blank=True)
    raw_answer = models.TextField(blank=True)
    answer_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-checked_at", "-id"]
        indexes = [
            models.Index(fields=["coverage", "-checked_at"], name="%(app_label)s_check_latest"),
            models.Index(fields=["patient", "-checked_at"], name="%(app_label)s_check_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="phone") | ~Q(representative="") | ~Q(reference=""),
                name="%(app_label)s_%(class)s_phone_says_who",
                violation_error_message="Of a call, keep the name or the reference number.",
            ),
            models.CheckConstraint(
                condition=Q(raw_answer="", answer_sha256="") | ~Q(raw_answer="") & ~Q(answer_sha256=""),
                name="%(app_label)s_%(class)s_has_sum",
                violation_error_message="An answer is kept with its checksum.",
            ),
            # One question is answered once: two workers with the same answer leave one row.
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(request__isnull=False),
                name="%(app_label)s_%(class)s_once",
                violation_error_message="This question has been answered.",
            ),
        ]

    def __str__(self):
        return f"{self.status} on {self.service_on}"

    @property
    def is_electronic(self) -> bool:
        return self.source == self.Source.ELECTRONIC

    @property
    def who(self) -> str:
        """Who checked, as the page says it."""
        return self.checked_by.name if self.checked_by else "Automatic"


class CoverageIssue(Versioned):
    """Something about a coverage that a person has to look at before a visit. One is open per coverage and kind."""

    class Kind(models.TextChoices):
        INACTIVE = "inactive", "Not active"
        FIX_FIELDS = "fix_fields", "Could not verify"
        OTHER_PAYER = "other_payer", "Other payer first"
        AUTHORIZATION = "authorization", "Authorization needed"
        PLAN_CHANGED = "plan_changed", "Plan changed"
        NO_ANSWER = "no_answer", "No answer"

    coverage = models.ForeignKey("records.Coverage", models.PROTECT, related_name="issues")
    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    words = models.CharField(max_length=300)
    service_on = models.DateField()
    found_in = models.ForeignKey(
        EligibilityCheck, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    opened_at = models.DateTimeField()
    owner = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by_label = models.CharField(max_length=120, blank=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["service_on", "opened_at"]
        indexes = [
            models.Index(
                fields=["service_on"], condition=Q(resolved_at__isnull=True), name="%(app_label)s_issue_open"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["coverage", "kind"],
                condition=Q(resolved_at__isnull=True),
                name="%(app_label)s_%(class)s_one_open",
                violation_error_message="This is on the list already.",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution="")
                | Q(resolved_at__isnull=False) & ~Q(resolution=""),
                name="%(app_label)s_%(class)s_resolved_how",
                violation_error_message="Say how it was resolved.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} of {self.coverage_id}"


class PayerFile(Base):
    """A file that came from payers, as it came. Kept for good; `handled_at` is set once by whoever read it.

    `kind` is the number of its first transaction set ("271", "999", "277", "835"), "" where it can't be told.
    """

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, blank=True)
    connection = models.CharField(max_length=20)
    text = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["received_at"]
        indexes = [
            models.Index(
                fields=["kind", "received_at"],
                condition=Q(handled_at__isnull=True),
                name="%(app_label)s_payerfile_waiting",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.sha256[:12]}"


class Authorization(Versioned):
    """What a payer allowed beforehand (prior authorization), or a referral: how many visits, from when to when.

    What is used up is never stored: visits that took place are counted against it (`billing.queries.authorizations`).
    """

    class Kind(models.TextChoices):
        AUTHORIZATION = "authorization", "Prior authorization"
        REFERRAL = "referral", "Referral"

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="+")
    coverage = models.ForeignKey("records.Coverage", models.PROTECT, related_name="authorizations")
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.AUTHORIZATION)
    number = models.CharField(max_length=50)
    what_for = models.CharField("for what", max_length=160)
    # Which visits use it up; empty: any visit of the patient.
    visit_type = models.ForeignKey(
        "scheduling.VisitType", models.PROTECT, null=True, blank=True, related_name="+"
    )
    units = models.PositiveSmallIntegerField("visits allowed")
    starts_on = models.DateField("from")
    ends_on = models.DateField("to")
    referred_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-ends_on"]
        indexes = [models.Index(fields=["patient", "-ends_on"], name="%(app_label)s_authorization_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(units__gte=1, units__lte=999),
                name="%(app_label)s_%(class)s_units",
                violation_error_message="An authorization allows 1 to 999 visits.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")),
                name="%(app_label)s_%(class)s_dates",
                violation_error_message="It cannot end before it starts.",
            ),
            models.UniqueConstraint(
                fields=["coverage", "number"],
                name="%(app_label)s_%(class)s_number_once",
                violation_error_message="This number is on file for this coverage already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False) & ~Q(end_reason=""),
                name="%(app_label)s_%(class)s_ended_why",
                violation_error_message="Say why it ends.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.number}"


class Estimate(Base):
    """A good-faith estimate of what one visit will cost a patient who does not use insurance.

    Never changed: another one is the next version. `due_on` is the last day to hand it over, None where the law
    names none; `lines` are code, words, units and price in dollars, as they were that day.
    """

    class Trigger(models.TextChoices):
        SCHEDULED = "scheduled", "The visit was booked"
        REQUESTED = "requested", "The patient asked"

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="+")
    appointment = models.ForeignKey("scheduling.Appointment", models.PROTECT, related_name="estimates")
    number = models.PositiveSmallIntegerField("version")
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    due_on = models.DateField(null=True, blank=True)
    lines = models.JSONField()
    diagnoses = models.JSONField(default=list)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    provider = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_how = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001 - set once on an append-only row

    class Meta:
        ordering = ["appointment", "-number"]
        indexes = [models.Index(fields=["patient", "-made_at"], name="%(app_label)s_estimate_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "number"],
                name="%(app_label)s_%(class)s_number_once",
                violation_error_message="Somebody else has just made an estimate for this visit.",
            ),
            both_or_neither("sent_at", "sent_how", "billing_estimate_sent", "Say how it was handed over."),
            models.CheckConstraint(
                condition=Q(total__gte=0),
                name="%(app_label)s_%(class)s_total",
                violation_error_message="An estimate cannot be negative.",
            ),
        ]

    def __str__(self):
        return f"estimate {self.number} of {self.appointment_id}"
