import pghistory
from django.db import models

from clinic.core.models import Base, Versioned
from clinic.core.money import MoneyField
from records.models._shared import SourceKey, instant, keep_earlier, member
from records.models.patient import Patient


class Payer(Base):
    class Kind(models.TextChoices):
        COMMERCIAL = "commercial", "Commercial"
        MEDICARE = "medicare", "Medicare"
        MEDICAID = "medicaid", "Medicaid"
        SELF = "self", "Self-pay"

    name = models.CharField(max_length=120, unique=True)
    payer_id = models.CharField("payer ID", max_length=40, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.COMMERCIAL)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track(keep_earlier())
class Coverage(SourceKey, Versioned):
    class Rank(models.IntegerChoices):
        PRIMARY = 1, "Primary"
        SECONDARY = 2, "Secondary"
        TERTIARY = 3, "Tertiary"

    class Relationship(models.TextChoices):
        SELF = "self", "Patient is the subscriber"
        SPOUSE = "spouse", "Spouse of the subscriber"
        CHILD = "child", "Child of the subscriber"
        OTHER = "other", "Other dependent"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="coverages")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="coverages")
    plan_name = models.CharField("plan", max_length=120, blank=True)
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.PRIMARY)
    member_id = models.CharField("member ID", max_length=60, blank=True)
    group_number = models.CharField(max_length=60, blank=True)
    relationship = models.CharField(max_length=8, choices=Relationship.choices, default=Relationship.SELF)
    subscriber_name = models.CharField(max_length=160, blank=True)
    subscriber_birth_date = models.DateField(null=True, blank=True)
    starts_on = models.DateField("effective from", null=True, blank=True)
    ends_on = models.DateField("effective to", null=True, blank=True)
    copay_office = MoneyField("office copay", null=True, blank=True)
    card_front = models.ForeignKey(
        "files.StoredFile", models.PROTECT, related_name="+", null=True, blank=True
    )
    card_back = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", null=True, blank=True)
    verified_at = instant()
    verified_by = member(null=True)
    verify_note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["rank", "created_at"]
        indexes = [models.Index(fields=["patient", "rank"], name="records_coverage_rank")]
        constraints = [
            # A payer's own answer verifies without a person; a person never without a time.
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True) | models.Q(verified_at__isnull=False),
                name="records_coverage_verified",
                violation_error_message="A check names its time.",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="records_coverage_dates",
                violation_error_message="Coverage ends before it starts.",
            ),
            models.CheckConstraint(
                condition=models.Q(copay_office__isnull=True) | models.Q(copay_office__gte=0),
                name="records_coverage_copay",
                violation_error_message="A copay can’t be negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"coverage {self.rank} of {self.patient_id}"

    def is_effective(self, on) -> bool:
        starts = self.starts_on is None or self.starts_on <= on
        return starts and (self.ends_on is None or self.ends_on >= on)
