"""What a claim needs to know of the clinic and of each payer: who bills, rules, and contracted prices."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField


def _days(field_from="effective_from", field_to="effective_to"):
    return Func(F(field_from), F(field_to), Value("[]"), function="daterange", output_field=DateRangeField())


class BillingProvider(Versioned):
    """Who bills: one row. Name, address and NPI stand as the payers know them, which may differ from the sign."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField("legal name", max_length=60)
    npi = models.CharField("NPI", max_length=10, blank=True)
    tax_id = models.CharField("tax ID", max_length=9, blank=True)
    tax_id_kind = models.CharField(
        "kind of tax ID", max_length=3, choices=[("EIN", "EIN"), ("SSN", "SSN")], default="EIN"
    )
    taxonomy = models.CharField("taxonomy code", max_length=10, blank=True)
    clia = models.CharField("CLIA number", max_length=10, blank=True)
    address_line1 = models.CharField("address", max_length=55, blank=True)
    address_line2 = models.CharField("suite", max_length=55, blank=True)
    city = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(
        "ZIP code", max_length=10, blank=True, help_text="All nine digits: payers refuse five."
    )
    contact_name = models.CharField("contact for claims", max_length=60, blank=True)
    contact_phone = models.CharField("phone of the contact", max_length=20, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="billing_billingprovider_one_row")]

    def __str__(self):
        return self.name


class PayerTerms(Versioned):
    """How one payer wants its claims."""

    payer = models.OneToOneField("records.Payer", on_delete=models.CASCADE, related_name="+")
    filing_code = models.CharField(
        "kind of plan on the claim",
        max_length=2,
        default="CI",
        choices=[
            ("CI", "Commercial"),
            ("BL", "Blue Cross or Blue Shield"),
            ("MB", "Medicare Part B"),
            ("MC", "Medicaid"),
            ("CH", "TRICARE"),
            ("WC", "Workers' compensation"),
            ("AM", "Auto insurance"),
            ("ZZ", "Other"),
        ],
    )
    filing_days = models.PositiveSmallIntegerField(
        "days to file", default=180, help_text="From the date of service."
    )
    needs_authorization = ArrayField(
        models.CharField(max_length=16),
        default=list,
        blank=True,
        verbose_name="codes that need authorization",
    )
    is_electronic = models.BooleanField("claims go electronically", default=True)
    address_line1 = models.CharField("claims address", max_length=55, blank=True)
    city = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField("ZIP code", max_length=10, blank=True)

    def __str__(self):
        return f"terms of {self.payer_id}"


class PayerContract(Versioned):
    """What a payer agreed to pay, from a day to a day: a share of the clinic's prices, or prices by code."""

    payer = models.ForeignKey("records.Payer", on_delete=models.CASCADE, related_name="contracts")
    name = models.CharField(max_length=80)
    percent_of_fee = models.DecimalField(
        "percent of the fee schedule",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="For codes without a price of their own.",
    )
    effective_from = models.DateField("from")
    effective_to = models.DateField("to", null=True, blank=True)

    class Meta:
        ordering = ["payer", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent_of_fee__isnull=True) | Q(percent_of_fee__gt=0, percent_of_fee__lte=300),
                name="%(app_label)s_%(class)s_percent",
                violation_error_message="A share is more than 0 and at most 300 percent.",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="A contract cannot end before it starts.",
            ),
            ExclusionConstraint(
                name="%(app_label)s_%(class)s_one_a_day",
                expressions=[("payer", RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
                violation_error_message="This payer has another contract on one of these days.",
            ),
        ]

    def __str__(self):
        return self.name


class ContractRate(Base):
    """The allowed amount of one code under a contract, in dollars for one unit."""

    contract = models.ForeignKey(PayerContract, on_delete=models.CASCADE, related_name="rates")
    code = models.CharField(max_length=16)
    modifier = models.CharField(max_length=2, blank=True)
    allowed = MoneyField("allowed amount")

    class Meta:
        ordering = ["code", "modifier"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "code", "modifier"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="This code has a price in the contract already.",
            ),
            models.CheckConstraint(
                condition=Q(allowed__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="An allowed amount cannot be negative.",
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.allowed}"


class ClaimRule(Versioned):
    """One check of claims, as data: what kind of check, with what, how grave, in whose words, from when to when."""

    class Severity(models.TextChoices):
        ERROR = "error", "Stops the claim"
        WARNING = "warning", "Warns"
        OFF = "off", "Switched off"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    parameters = models.JSONField(default=dict, blank=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    words = models.CharField("explanation", max_length=300)
    payer = models.ForeignKey(
        "records.Payer", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    effective_from = models.DateField("from", null=True, blank=True)
    effective_to = models.DateField("to", null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="A rule cannot end before it starts.",
            ),
        ]

    def __str__(self):
        return self.name


class ProcedureCode(Base):
    """A HCPCS Level II code with the days it is valid on. Loaded by `import_hcpcs`; public (CMS)."""

    code = models.CharField(max_length=5)
    words = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    release = models.CharField(max_length=16)

    class Meta:
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self):
        return f"{self.code} {self.words}"
