"""What an import brings that has no place in the chart itself, and the table an import works from."""

from django.db import models

from clinic.core.models import Base
from clinic.core.money import MoneyField
from records.models._shared import SourceKey
from records.models.encounter import Encounter
from records.models.patient import Patient


class OutsideParty(SourceKey, Base):
    """A clinician or organization elsewhere, as an imported chart names it. Has no sign-in here."""

    class Kind(models.TextChoices):
        PRACTITIONER = "practitioner", "Clinician"
        ORGANIZATION = "organization", "Organization"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=200)
    npi = models.CharField("NPI", max_length=20, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=254, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "outside parties"
        indexes = [models.Index(fields=["kind", "npi"], name="records_outsideparty_npi")]

    def __str__(self) -> str:
        return self.name


class ImportedClaim(SourceKey, Base):
    """What another practice billed for a visit, in total. History only: it never enters our ledger."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="imported_claims")
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="imported_claims", null=True, blank=True
    )
    kind = models.CharField(max_length=40, blank=True)
    service_on = models.DateField(null=True, blank=True)
    service_until = models.DateField(null=True, blank=True)
    billed_on = models.DateField(null=True, blank=True)
    total = MoneyField()
    currency = models.CharField(max_length=3, default="USD")
    payer_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-service_on"]
        indexes = [models.Index(fields=["patient", "-service_on"], name="records_importedclaim_patient")]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class FhirStage(models.Model):
    """Resources on their way in, keyed by the patient they are about; emptied as each patient is done.

    The table is unlogged (see the migration): it holds copies of files that are still there.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.UUIDField()
    owner = models.CharField(max_length=200)
    resource_type = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    body = models.TextField()
    staged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["run", "owner", "id"], name="records_fhirstage_owner")]

    def __str__(self) -> str:
        return f"{self.resource_type} of run {self.run}"
