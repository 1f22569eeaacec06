"""The books: double entry, only ever added to. Triggers refuse change, and an entry that is off balance."""

from django.db import models
from django.db.models import Q

from clinic.core.models import Base
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT


class JournalEntry(Base):
    """One event with its postings, which sum to zero."""

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        PAYMENT = "payment", "Payment"
        ADJUSTMENT = "adjustment", "Adjustment"
        REVERSAL = "reversal", "Reversal"
        TRANSFER = "transfer", "Transfer"
        REFUND = "refund", "Refund"
        ALLOCATION = "allocation", "Applied"
        REMITTANCE = "remittance", "Insurance payment"

    # What may move cash beside a payment.
    OF_CASH = (Kind.REVERSAL, Kind.REFUND)

    kind = models.CharField(max_length=12, choices=Kind.choices)
    business_day = models.DateField(db_index=True)
    memo = models.CharField(max_length=200, blank=True)
    # What this entry is of ("charge:<id>"): the same event is never posted twice.
    key = models.CharField(max_length=80, unique=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_label = models.CharField(max_length=120, blank=True)
    # Set by the database: postings may join an entry only in the transaction that wrote it.
    written_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(
                fields=["business_day"],
                condition=Q(kind__in=["reversal", "refund"]),
                name="%(app_label)s_%(class)s_of_cash",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses__isnull=True)),
                name="%(app_label)s_%(class)s_reversal_names_original",
                violation_error_message="A reversal names what it takes back.",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.business_day}"


class Posting(Base):
    """One side of an entry. Debits are positive, credits negative, in dollars."""

    class Account(models.TextChoices):
        RECEIVABLE = "receivable", "Receivable"
        CASH = "cash", "Cash"
        REVENUE = "revenue", "Revenue"
        ADJUSTMENT = "adjustment", "Adjustments"
        BANK = "bank", "Bank"

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=12, choices=Account.choices)
    amount = MoneyField()
    # Empty only where a payer's money concerns no patient: interest, a fee, money taken back for somebody else.
    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    encounter = models.ForeignKey(
        "records.Encounter", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # Who owes a receivable: empty is the patient, a payer once claims are sent.
    payer = models.ForeignKey(
        "records.Payer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    drawer = models.ForeignKey(
        "billing.Drawer", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["entry", "account"]
        indexes = [
            models.Index(fields=["patient", "account"]),
            models.Index(
                fields=["payer"], condition=Q(payer__isnull=False), name="%(app_label)s_%(class)s_of_payer"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="%(app_label)s_%(class)s_not_zero",
                violation_error_message="A posting of nothing is no posting.",
            ),
            models.CheckConstraint(
                condition=Q(patient__isnull=False) | Q(account__in=["bank", "adjustment"]),
                name="%(app_label)s_%(class)s_names_a_patient",
                violation_error_message="A posting names its patient.",
            ),
        ]

    def __str__(self):
        return f"{self.account} {self.amount}"

    @property
    def size(self):
        """The amount without its sign, in dollars."""
        return abs(self.amount)
