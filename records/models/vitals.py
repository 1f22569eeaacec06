from django.db import models

from clinic.core.models import Base
from records.models._shared import SourceKey, instant, member, paired, set_once
from records.models.encounter import Encounter
from records.models.patient import Patient


class VitalSet(SourceKey, Base):
    """What was measured together. Append-only; a wrong set is retracted, and may be replaced."""

    class Pregnancy(models.TextChoices):
        NONE = "", "Not pregnant or not asked"
        PREGNANT = "pregnant", "Pregnant"
        POSTPARTUM = "postpartum", "Within 6 weeks after birth"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="vital_sets")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="vital_sets", null=True, blank=True)
    measured_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = member(null=True)
    pregnancy = models.CharField(max_length=12, choices=Pregnancy.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    is_late = models.BooleanField(
        default=False, help_text="Recorded more than two hours after it was measured."
    )
    replaces = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    retracted_at = instant()
    retracted_by = member(null=True)
    retract_reason = set_once(200)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-measured_at"], name="records_vitalset_patient"),
            models.Index(fields=["encounter"], name="records_vitalset_encounter"),
        ]
        constraints = [
            paired("retracted", name="records_vitalset_retracted"),
            models.CheckConstraint(
                condition=models.Q(measured_at__lte=models.F("recorded_at")),
                name="records_vitalset_not_ahead",
                violation_error_message="Vitals can’t be measured in the future.",
            ),
        ]

    def __str__(self) -> str:
        return f"vitals {self.pk}"


class VitalReading(Base):
    """One value as it was entered and in its canonical unit, or the coded reason why there is none."""

    class Tier(models.TextChoices):
        OK = "ok", "In range"
        CONFIRM = "confirm", "Unusual, re-checked"
        RED = "red", "Red flag"

    class NotDone(models.TextChoices):
        REFUSED = "refused", "Refused"
        UNABLE = "unable", "Unable to obtain"
        NOT_INDICATED = "not_indicated", "Not indicated"
        CONTRAINDICATED = "contraindicated", "Contraindicated"
        EQUIPMENT = "equipment", "Equipment unavailable"
        DEFERRED = "deferred", "Deferred by provider"

    set = models.ForeignKey(VitalSet, models.PROTECT, related_name="readings")
    vital = models.CharField(max_length=20)
    sequence = models.PositiveSmallIntegerField(default=1)
    entered_value = models.CharField(max_length=24, blank=True)
    entered_unit = models.CharField(max_length=12, blank=True)
    value = models.DecimalField("canonical value", max_digits=9, decimal_places=3, null=True, blank=True)
    code_value = models.CharField(max_length=24, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    device = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=8, choices=Tier.choices, default=Tier.OK)
    confirmed_at = instant()
    confirmed_by = member(null=True)
    not_done_reason = models.CharField(max_length=16, choices=NotDone.choices, blank=True)
    is_excluded = models.BooleanField("left out of the average", default=False)
    exclude_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            paired("confirmed", name="records_vitalreading_confirmed"),
            models.UniqueConstraint(fields=["set", "vital", "sequence"], name="records_vitalreading_once"),
            models.CheckConstraint(
                condition=(
                    models.Q(value__isnull=True, code_value="") & ~models.Q(not_done_reason="")
                    | (models.Q(value__isnull=False) | ~models.Q(code_value=""))
                    & models.Q(not_done_reason="")
                ),
                name="records_vitalreading_value_or_reason",
                violation_error_message="A vital sign needs a value or a reason why there is none.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vital} {self.set_id}"


class VitalLimit(Base):
    """One threshold, as data: a vital, an age band, a tier, the bounds and whether they are included.

    Bounds are in the vital's canonical unit. A changed threshold is a new row with a later effective
    date, so that an old set can be read with the limits of its day.
    """

    class Tier(models.TextChoices):
        REJECT = "reject", "Reject"
        CONFIRM = "confirm", "Confirm"
        RED = "red", "Red flag"

    vital = models.CharField(max_length=24)
    from_months = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    to_months = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    condition = models.CharField(max_length=12, blank=True)
    tier = models.CharField(max_length=8, choices=Tier.choices)
    low = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    low_counts = models.BooleanField(default=False, help_text="The low bound itself triggers.")
    high = models.DecimalField(max_digits=9, decimal_places=3, null=True, blank=True)
    high_counts = models.BooleanField(default=False, help_text="The high bound itself triggers.")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = instant()

    class Meta:
        ordering = ["vital", "from_months", "tier"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(low__isnull=False) | models.Q(high__isnull=False),
                name="records_vitallimit_bound",
                violation_error_message="A limit needs a low or a high bound.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vital} {self.tier}"


class RedFlag(Base):
    """A value the provider has to see before the visit goes on; stays open until acknowledged."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="red_flags")
    encounter = models.ForeignKey(Encounter, models.PROTECT, related_name="red_flags", null=True, blank=True)
    set = models.ForeignKey(VitalSet, models.PROTECT, related_name="red_flags")
    reading = models.ForeignKey(VitalReading, models.PROTECT, related_name="red_flags", null=True, blank=True)
    text = models.CharField(max_length=200)
    raised_at = models.DateTimeField()
    acknowledged_at = instant()
    acknowledged_by = member(null=True)
    action = set_once(300)

    class Meta:
        ordering = ["raised_at"]
        indexes = [
            models.Index(
                fields=["patient"],
                name="records_redflag_open",
                condition=models.Q(acknowledged_at__isnull=True),
            ),
            models.Index(fields=["encounter"], name="records_redflag_encounter"),
        ]
        constraints = [paired("acknowledged", name="records_redflag_acknowledged")]

    def __str__(self) -> str:
        return f"red flag {self.pk}"
