"""What each patient owes, kept by the ledger."""

from django.db import models
from django.db.models import Q

from clinic.core.money import MoneyField
from clinic.core.refs import PATIENT


class PatientBalance(models.Model):
    """What a patient owes and what payers owe for them, in dollars, and the last business day of a receivable.

    `owed` is the sum of the receivable postings without a payer, `insured` of those with one.

    Written by the ledger's trigger alone, so that lists over every patient need not add up the whole ledger;
    `manage.py verify_ledger` holds it against the sums.
    """

    patient = models.OneToOneField(PATIENT, on_delete=models.PROTECT, related_name="+", primary_key=True)
    owed = MoneyField()
    insured = MoneyField(default=0)
    last_day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["-owed"], condition=Q(owed__gt=0), name="%(app_label)s_%(class)s_most")
        ]

    def __str__(self):
        return f"{self.patient_id}: {self.owed}"


class OpenBalance(models.Model):
    """What one party (empty: the patient) owes of one visit (empty: at no visit), in dollars; below zero is a credit.

    Written by the ledger's trigger alone, as `PatientBalance` is: what is old is found without adding up the ledger.
    """

    patient = models.ForeignKey(PATIENT, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey("records.Encounter", on_delete=models.PROTECT, null=True, related_name="+")
    payer = models.ForeignKey("records.Payer", on_delete=models.PROTECT, null=True, related_name="+")
    open = MoneyField()
    # The day of the visit on the clinic's clock; of the first entry where there is no visit.
    service_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "encounter", "payer"],
                name="%(app_label)s_%(class)s_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["service_on", "payer"],
                include=["open"],
                condition=~Q(open=0),
                name="%(app_label)s_%(class)s_age",
            )
        ]

    def __str__(self):
        return f"{self.patient_id}: {self.open}"
