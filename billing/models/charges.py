"""What was done, pointed at why: charges of a visit and its diagnoses."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from clinic.core.refs import MEMBER, PATIENT

from .fees import FeeItem
from .ledger import JournalEntry

MAX_DIAGNOSES, MAX_POINTERS = 12, 4


class EncounterDiagnosis(Base):
    """A diagnosis of a visit, in order of importance: rank 1 is the main reason."""

    encounter = models.ForeignKey(
        "records.Encounter", on_delete=models.PROTECT, related_name="billing_diagnoses"
    )
    code = models.ForeignKey("records.DiagnosisCode", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["encounter", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "rank"],
                name="%(app_label)s_%(class)s_rank_once",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message="Two diagnoses claim the same place.",
            ),
            models.UniqueConstraint(
                fields=["encounter", "code"],
                name="%(app_label)s_%(class)s_code_once",
                violation_error_message="This diagnosis is on the list already.",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=MAX_DIAGNOSES),
                name="%(app_label)s_%(class)s_rank_1_to_12",
                violation_error_message="A visit carries up to 12 diagnoses.",
            ),
        ]

    def __str__(self):
        return f"{self.rank}. {self.code_id}"

    @property
    def letter(self) -> str:
        """A for the first, as on the claim form."""
        return chr(64 + self.rank)


class Charge(Versioned):
    """One service of one visit. Proposed by who did it, approved by who answers for the claim."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        VOID = "void", "Void"

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey("records.Encounter", on_delete=models.PROTECT, related_name="charges")
    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    fee = models.ForeignKey(FeeItem, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    words = models.CharField(max_length=160)
    units = models.PositiveSmallIntegerField(default=1)
    unit_price = MoneyField()
    amount = MoneyField()
    service_on = models.DateField()
    modifiers = ArrayField(models.CharField(max_length=2), size=4, default=list, blank=True)
    place_of_service = models.CharField(max_length=2, blank=True)
    # A drug is billed with the National Drug Code of its package (11 digits) and the amount of it.
    ndc = models.CharField("NDC", max_length=11, blank=True)
    ndc_quantity = models.DecimalField(max_digits=11, decimal_places=3, null=True, blank=True)
    ndc_unit = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    # What proposed it by itself ("immunization:<id>"); kept when void, so that it is not proposed again.
    source = models.CharField(max_length=80, blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="charge"
    )

    class Meta:
        ordering = ["encounter", "created_at"]
        indexes = [
            models.Index(fields=["state", "service_on"]),
            models.Index(fields=["patient", "service_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(units__gte=1, units__lte=99),
                name="%(app_label)s_%(class)s_units_1_to_99",
                violation_error_message="Enter 1 to 99 units.",
            ),
            models.CheckConstraint(
                condition=Q(amount=F("unit_price") * F("units")),
                name="%(app_label)s_%(class)s_amount_adds_up",
                violation_error_message="The amount is the price times the units.",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", approved_at__isnull=False, voided_at__isnull=True)
                | Q(state="proposed", entry__isnull=True, approved_at__isnull=True, voided_at__isnull=True)
                | Q(state="void", voided_at__isnull=False),
                name="%(app_label)s_%(class)s_state_fits",
                violation_error_message="This charge has moved on.",
            ),
            # Posted when approved; only what costs nothing has nothing to post.
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, entry__isnull=True)
                | Q(approved_at__isnull=False) & (Q(entry__isnull=False) | Q(amount=0)),
                name="%(app_label)s_%(class)s_approved_is_posted",
                violation_error_message="An approved charge stands in the ledger.",
            ),
            models.UniqueConstraint(
                fields=["encounter", "source"],
                condition=~Q(source=""),
                name="%(app_label)s_%(class)s_source_once",
                violation_error_message="This service has been proposed already.",
            ),
            models.CheckConstraint(
                condition=Q(ndc="", ndc_quantity__isnull=True, ndc_unit="")
                | (~Q(ndc="") & Q(ndc_quantity__gt=0) & ~Q(ndc_unit="")),
                name="%(app_label)s_%(class)s_ndc_whole",
                violation_error_message="An NDC needs its quantity and unit, and they need an NDC.",
            ),
        ]

    def __str__(self):
        return f"{self.code} x {self.units}"


class ChargeDiagnosis(Base):
    """Which diagnosis of the visit justifies a charge; rank 1 first."""

    charge = models.ForeignKey(Charge, on_delete=models.CASCADE, related_name="pointers")
    diagnosis = models.ForeignKey(EncounterDiagnosis, on_delete=models.CASCADE, related_name="pointers")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["charge", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["charge", "rank"], name="%(app_label)s_%(class)s_rank_once"),
            models.UniqueConstraint(fields=["charge", "diagnosis"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=MAX_POINTERS),
                name="%(app_label)s_%(class)s_rank_1_to_4",
                violation_error_message="A charge points at up to 4 diagnoses.",
            ),
        ]

    def __str__(self):
        return f"{self.charge_id} -> {self.diagnosis_id}"
