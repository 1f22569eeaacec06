"""Rules about money that the clinic sets, and requests that a second person decides."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from clinic.core.guards import both_or_neither
from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT

from .ledger import JournalEntry


class MoneyPolicy(Base):
    """The clinic's rules about money from a day on; dollars. A change is a new row. Without any, these defaults hold."""

    effective_from = models.DateField()
    biller_limit = MoneyField(
        "a biller writes off alone up to", default=Decimal("100.00"), help_text="Above it, somebody approves."
    )
    approver_limit = MoneyField(
        "who approves decides up to", null=True, blank=True, help_text="Empty: any amount."
    )
    small_balance = MoneyField(
        "a balance is small up to",
        default=Decimal("5.00"),
        help_text="It may be written off without a letter.",
    )
    small_balance_days = models.PositiveSmallIntegerField(
        "and nothing new for days", default=90, help_text="Days since the last charge or payment."
    )
    statement_minimum = MoneyField(
        "no statement below", default=Decimal("5.00"), help_text="A smaller balance waits."
    )
    statement_days = models.PositiveSmallIntegerField("days between statements", default=30)
    statements_by_themselves = models.BooleanField(
        "statements are made by themselves",
        default=False,
        help_text="Once a patient’s are due. They wait in the pile until somebody mails them.",
    )
    collection_after = models.PositiveSmallIntegerField(
        "collections after statements",
        default=3,
        validators=[MinValueValidator(1)],
        help_text="That many in a row without a payment.",
    )
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-effective_from", "-set_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(biller_limit__gte=0, small_balance__gte=0, statement_minimum__gte=0)
                & (Q(approver_limit__isnull=True) | Q(approver_limit__gte=F("biller_limit"))),
                name="%(app_label)s_%(class)s_limits_fit",
                violation_error_message="Who approves decides at least as much as a biller alone, and nothing is negative.",
            ),
        ]

    def __str__(self):
        return f"money rules from {self.effective_from}"


class MoneyRequest(Versioned):
    """A write-off above somebody's limit, or a refund: asked by one, decided by another."""

    class Kind(models.TextChoices):
        WRITE_OFF = "write_off", "Write-off"
        REFUND = "refund", "Refund"

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"

    class Reason(models.TextChoices):
        SMALL = "small", "Small balance"
        COURTESY = "courtesy", "Courtesy"
        HARDSHIP = "hardship", "Hardship"
        BAD_DEBT = "bad_debt", "Bad debt"
        LATE = "late", "Filed too late"
        OUR_ERROR = "our_error", "Our error"
        OVERPAID = "overpaid", "Paid too much"
        TWICE = "twice", "Paid twice"
        NOT_DONE = "not_done", "Service was not given"
        PAYER_ASKED = "payer_asked", "The payer asks it back"

    class Method(models.TextChoices):
        CHECK = "check", "Check"
        CASH = "cash", "Cash"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey(
        "records.Encounter", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # Whose debt or whose credit it is; empty is the patient's.
    payer = models.ForeignKey(
        "records.Payer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    amount = MoneyField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=160, blank=True)
    method = models.CharField(max_length=8, choices=Method.choices, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    drawer = models.ForeignKey(
        "billing.Drawer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # A payer's money must be given back within 60 days of being found.
    due_on = models.DateField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision_note = models.CharField(max_length=160, blank=True)
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )

    class Meta:
        ordering = ["asked_at"]
        indexes = [models.Index(fields=["state", "asked_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(app_label)s_%(class)s_amount_positive",
                violation_error_message="The amount must be more than zero.",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True, entry__isnull=True)
                | Q(state="approved", decided_at__isnull=False, entry__isnull=False)
                | Q(state="refused", decided_at__isnull=False, entry__isnull=True),
                name="%(app_label)s_%(class)s_state_fits",
                violation_error_message="This request has been decided.",
            ),
            both_or_neither("decided_at", "decided_by", "%(app_label)s_%(class)s_decided_by"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(asked_by__isnull=True)
                | ~Q(decided_by=F("asked_by")),
                name="%(app_label)s_%(class)s_two_people",
                violation_error_message="A second person decides: not the one who asked.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="refund") | ~Q(method="") & (~Q(method="cash") | Q(drawer__isnull=False)),
                name="%(app_label)s_%(class)s_refund_says_how",
                violation_error_message="A refund says how it is paid, and cash comes out of a drawer.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.amount}"


WRITE_OFF_REASONS = (
    MoneyRequest.Reason.SMALL,
    MoneyRequest.Reason.COURTESY,
    MoneyRequest.Reason.HARDSHIP,
    MoneyRequest.Reason.BAD_DEBT,
    MoneyRequest.Reason.LATE,
    MoneyRequest.Reason.OUR_ERROR,
)
REFUND_REASONS = (
    MoneyRequest.Reason.OVERPAID,
    MoneyRequest.Reason.TWICE,
    MoneyRequest.Reason.NOT_DONE,
    MoneyRequest.Reason.PAYER_ASKED,
)
