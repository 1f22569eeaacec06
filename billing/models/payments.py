"""Money taken at the desk, and the drawer it went into."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT

from .ledger import JournalEntry


class Drawer(Versioned):
    """A cash drawer (or card terminal) that is counted on its own at the end of a day."""

    name = models.CharField(max_length=60)
    location = models.ForeignKey(
        "scheduling.Location", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="%(app_label)s_%(class)s_name_once",
                violation_error_message="A drawer with this name exists already.",
            ),
        ]

    def __str__(self):
        return self.name


class ReceiptCounter(models.Model):
    """The last receipt number. Locked while a payment is saved, so that no number is skipped or used twice."""

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="billing_receiptcounter_one_row")]

    def __str__(self):
        return str(self.last)


class Payment(Base):
    """Money received from or for a patient. Never changed; taken back by a reversal of its entry."""

    class Method(models.TextChoices):
        CASH = "cash", "Cash"
        CHECK = "check", "Check"
        CARD = "card", "Card"
        OTHER = "other", "Other"

    class Purpose(models.TextChoices):
        COPAY = "copay", "Copay"
        BALANCE = "balance", "Balance"
        DEPOSIT = "deposit", "Deposit"

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    amount = MoneyField()
    method = models.CharField(max_length=8, choices=Method.choices)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.COPAY)
    reference = models.CharField(max_length=40, blank=True)
    drawer = models.ForeignKey(Drawer, on_delete=models.PROTECT, related_name="payments")
    receipt_number = models.BigIntegerField(unique=True)
    business_day = models.DateField(db_index=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_by_label = models.CharField(max_length=120, blank=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="payment")

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["patient", "-received_at"]),
            models.Index(fields=["appointment"]),
            models.Index(
                fields=["business_day", "method"], include=["amount"], name="%(app_label)s_%(class)s_of_day"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(app_label)s_%(class)s_amount_positive",
                violation_error_message="The amount must be more than zero.",
            ),
        ]

    def __str__(self):
        return f"payment {self.receipt_number}"

    @property
    def is_reversed(self) -> bool:
        """Whether a reversal took this payment back."""
        return hasattr(self.entry, "reversed_by")
