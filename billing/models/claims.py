"""Claims to payers: what is asked of whom, its lines, its batch, and its trail."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from billing.rules.claim_states import FREQUENCIES, STATES
from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT

from .charges import Charge

MAX_LINES, MAX_MODIFIERS = 50, 4


class ClaimBatch(Base):
    """Claims that went out in one file. The text is kept as it was sent; a second try sends the same text."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "File accepted"
        REFUSED = "refused", "File refused"
        UNCERTAIN = "uncertain", "Not known whether it arrived"

    control_number = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    count = models.PositiveIntegerField()
    total = MoneyField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    words = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="billing_claimbatch_due",
            )
        ]

    def __str__(self):
        return f"batch {self.control_number}"


class Claim(Versioned):
    """One claim for one visit to one payer. Amounts in dollars.

    `rank` is the payer's place (1 primary, 2 secondary, 3 tertiary). `frequency` 7 replaces and 8 voids the
    claim that `replaces` names, by the payer's own number for it. Diagnoses are ICD-10-CM codes without a dot,
    the main one first; lines point at them by place. `paid`, `adjusted` and `patient_owes` are what the payer's
    remittances said, added up; the ledger holds the postings behind them.
    """

    account = models.CharField(max_length=20, unique=True)
    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey("records.Encounter", on_delete=models.PROTECT, related_name="claims")
    coverage = models.ForeignKey("records.Coverage", on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey("records.Payer", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)
    frequency = models.CharField(max_length=1, choices=list(FREQUENCIES.items()), default="1")
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    payer_control = models.CharField("payer's claim number", max_length=50, blank=True)

    state = models.CharField(max_length=10, choices=list(STATES.items()), default="draft")
    state_since = models.DateTimeField()
    hold_reason = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(
        ClaimBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="claims"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    file_by = models.DateField(null=True, blank=True)

    service_from = models.DateField()
    service_to = models.DateField()
    diagnoses = ArrayField(models.CharField(max_length=8), default=list)
    total = MoneyField()
    expected = MoneyField(null=True, blank=True)
    paid = MoneyField(default=0)
    adjusted = MoneyField(default=0)
    patient_owes = MoneyField(default=0)

    rendering = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    supervising = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    referring_first = models.CharField("referring first name", max_length=35, blank=True)
    referring_last = models.CharField("referring last name", max_length=60, blank=True)
    referring_npi = models.CharField("referring NPI", max_length=10, blank=True)
    authorization = models.CharField("prior authorization number", max_length=50, blank=True)
    related_to = models.CharField(
        "related to",
        max_length=10,
        blank=True,
        choices=[("work", "Work"), ("auto", "Auto accident"), ("other", "Other accident")],
    )
    accident_on = models.DateField("accident on", null=True, blank=True)
    accident_state = models.CharField("state of the accident", max_length=2, blank=True)
    onset_on = models.DateField("first symptoms on", null=True, blank=True)
    accepts_assignment = models.BooleanField("accepts assignment", default=True)
    note = models.CharField("note to the payer", max_length=80, blank=True)

    # What the rules last said, and what the payer's answer asked to be fixed: lists of problems as
    # `billing.rules.problems` writes them.
    problems = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=list, blank=True)
    errors = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    # What this payer decided, for the next payer in line: see docs/claims.md.
    adjudication = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["state", "-total"]),
            models.Index(fields=["patient", "-service_from"]),
            models.Index(
                fields=["payer", "payer_control"],
                condition=~Q(payer_control=""),
                name="billing_claim_control",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "rank"],
                condition=Q(frequency="1") & ~Q(state="closed"),
                name="%(app_label)s_%(class)s_one_original",
                violation_error_message="This visit has a claim to this payer already.",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False) & ~Q(state="closed"),
                name="%(app_label)s_%(class)s_one_successor",
                violation_error_message="This claim is being replaced already.",
            ),
            models.CheckConstraint(
                condition=Q(frequency="1", replaces__isnull=True)
                | Q(frequency__in=["7", "8"], replaces__isnull=False),
                name="%(app_label)s_%(class)s_frequency_fits",
                violation_error_message="A replacement or void names the claim it is about.",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=3),
                name="%(app_label)s_%(class)s_rank_1_to_3",
                violation_error_message="A payer is first, second or third.",
            ),
            models.CheckConstraint(
                condition=Q(service_to__gte=F("service_from")),
                name="%(app_label)s_%(class)s_dates",
                violation_error_message="The services end before they begin.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "accepted", "paid", "denied"]) | Q(sent_at__isnull=False),
                name="%(app_label)s_%(class)s_sent_has_when",
                violation_error_message="A claim that was sent says when.",
            ),
        ]

    def __str__(self):
        return f"claim {self.account}"


class ClaimLine(Base):
    """One service of a claim, copied from its charge when the claim was built. `amount` in dollars."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="claim_lines")
    code = models.CharField(max_length=16)
    words = models.CharField(max_length=160)
    modifiers = ArrayField(models.CharField(max_length=2), size=MAX_MODIFIERS, default=list, blank=True)
    pointers = ArrayField(models.PositiveSmallIntegerField(), size=4, default=list, blank=True)
    units = models.PositiveSmallIntegerField(default=1)
    amount = MoneyField()
    expected = MoneyField(null=True, blank=True)
    service_on = models.DateField()
    place_of_service = models.CharField(max_length=2)
    ndc = models.CharField("NDC", max_length=11, blank=True)
    ndc_quantity = models.DecimalField(max_digits=11, decimal_places=3, null=True, blank=True)
    ndc_unit = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="%(app_label)s_%(class)s_number_once"),
            models.UniqueConstraint(
                fields=["claim", "charge"],
                name="%(app_label)s_%(class)s_charge_once",
                violation_error_message="This charge is on the claim already.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_LINES),
                name="%(app_label)s_%(class)s_number_1_to_50",
                violation_error_message="A claim carries up to 50 lines.",
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.code}"


class ClaimEvent(Base):
    """What happened to a claim, when and by whom. Only ever added to."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10, blank=True)
    words = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    batch = models.ForeignKey(ClaimBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["claim", "-at", "-id"]
        indexes = [models.Index(fields=["claim", "-at"])]

    def __str__(self):
        return f"{self.kind} of {self.claim_id}"

    @property
    def words_of_kind(self) -> str:
        """The event as a heading: "Taken back"."""
        return self.kind.replace("_", " ").capitalize()
