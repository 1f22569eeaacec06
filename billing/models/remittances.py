"""What payers paid and why: remittances, their claims, and denials to be worked off."""

from django.db import models
from django.db.models import Q

from billing.rules.remittances import CATEGORIES
from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT

from .claims import Claim
from .ledger import JournalEntry


class RemittanceFile(Base):
    """A file of remittances as it came: its text is kept whole, and the same file is taken once."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-received_at"]

    def __str__(self):
        return self.name or self.sha256[:8]


class Remittance(Versioned):
    """One payment of one payer. Amounts in dollars; `provider_adjusted` makes the payment smaller where positive."""

    class State(models.TextChoices):
        REVIEW = "review", "To review"
        POSTED = "posted", "Posted"

    file = models.ForeignKey(RemittanceFile, on_delete=models.PROTECT, related_name="remittances")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.REVIEW)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_identifier = models.CharField(max_length=80, blank=True)
    trace = models.CharField(max_length=80, blank=True)
    method = models.CharField(max_length=8, blank=True)
    paid_on = models.DateField(null=True, blank=True)
    payment = MoneyField(null=True, blank=True)
    claims_paid = MoneyField(default=0)
    provider_adjusted = MoneyField(default=0)
    provider_adjustments = models.JSONField(default=list, blank=True)
    claim_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="remittance"
    )
    # The line of the bank's statement that it came with.
    deposited_on = models.DateField(null=True, blank=True)
    deposit_reference = models.CharField(max_length=40, blank=True)
    deposited_by = models.ForeignKey(
        MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "number"]
        indexes = [models.Index(fields=["state", "-created_at"])]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="%(app_label)s_%(class)s_number_once"),
            models.UniqueConstraint(
                fields=["payer_identifier", "trace"],
                condition=~Q(trace="") & Q(state="posted"),
                name="%(app_label)s_%(class)s_trace_once",
                violation_error_message="This payment has been posted already.",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", posted_at__isnull=False)
                | ~Q(state="posted") & Q(posted_at__isnull=True),
                name="%(app_label)s_%(class)s_posted_has_when",
                violation_error_message="This payment has moved on.",
            ),
            both_or_neither("deposited_on", "deposited_by", "%(app_label)s_%(class)s_deposited_by"),
        ]

    def __str__(self):
        return f"{self.payer_name} {self.trace}"


class RemittanceClaim(Base):
    """A payer's decision on one claim. Posted with its remittance, or held with the reason why not."""

    class Outcome(models.TextChoices):
        POSTED = "posted", "Posted"
        HELD = "held", "To review"
        SET_ASIDE = "set_aside", "Set aside"

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="claims")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.HELD)
    why = models.CharField(max_length=300, blank=True)
    account = models.CharField(max_length=40, blank=True)
    payer_control = models.CharField(max_length=50, blank=True)
    status = models.CharField(max_length=3, blank=True)
    charge = MoneyField(null=True, blank=True)
    paid = MoneyField(null=True, blank=True)
    patient_share = MoneyField(null=True, blank=True)
    patient_name = models.CharField(max_length=120, blank=True)
    corrected_name = models.CharField(max_length=120, blank=True)
    # Adjustments, remarks and lines as the payer gave them.
    detail = models.JSONField(default=dict, blank=True)
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="remittances"
    )
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="remittance_claim"
    )
    # The later decision that took this one back.
    reversed_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reverses"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["remittance", "number"]
        indexes = [
            models.Index(fields=["claim"]),
            models.Index(
                fields=["remittance"], condition=Q(outcome="held"), name="%(app_label)s_%(class)s_held"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["remittance", "number"], name="%(app_label)s_%(class)s_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="posted") | Q(claim__isnull=False),
                name="%(app_label)s_%(class)s_posted_to_a_claim",
                violation_error_message="A payment is posted to a claim.",
            ),
        ]

    def __str__(self):
        return f"{self.account} of {self.remittance_id}"


class Denial(Versioned):
    """Money that a payer refused, to be worked off: who does it, by when, what was done, and what caused it."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    class Action(models.TextChoices):
        RESEND = "resend", "Correct and send again"
        APPEAL = "appeal", "Appeal"
        BILL_PATIENT = "bill_patient", "Bill the patient"
        WRITE_OFF = "write_off", "Write off"
        PAID = "paid", "Paid after all"

    class Cause(models.TextChoices):
        CHECK_IN = "check_in", "Check-in"
        VERIFICATION = "verification", "Verification"
        AUTHORIZATION = "authorization", "Authorization"
        DOCUMENTATION = "documentation", "Documentation"
        CODING = "coding", "Coding"
        SENDING = "sending", "Sending"
        PAYER = "payer", "The payer's error"

    decision = models.OneToOneField(RemittanceClaim, on_delete=models.PROTECT, related_name="denial")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="denials")
    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    # Group and reason of each adjustment that refuses money: ["CO-197"].
    reasons = models.JSONField(default=list)
    remarks = models.JSONField(default=list, blank=True)
    category = models.CharField(max_length=14, choices=list(CATEGORIES.items()))
    deadline = models.DateField()
    owner = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    action = models.CharField(max_length=14, choices=Action.choices, blank=True)
    root_cause = models.CharField("what caused it", max_length=14, choices=Cause.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["deadline"]
        indexes = [models.Index(fields=["state", "-amount"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="done", closed_at__isnull=False) & ~Q(action="") & ~Q(root_cause=""),
                name="%(app_label)s_%(class)s_done_says_how",
                violation_error_message="Say what was done and what caused it.",
            ),
        ]

    def __str__(self):
        return f"denial {self.claim_id} {self.amount}"
