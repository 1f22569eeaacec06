"""What each patient owes, kept by the ledger."""

from django.db import models
from django.db.models import Q

from clinic.core.money import MoneyField
from clinic.core.refs import PATIENT


class PatientBalance(models.Model):
    """Sum of a patient's receivable postings in dollars, and the last business day of one.

    Written by the ledger's trigger alone, so that lists over every patient need not add up the whole ledger;
    `manage.py verify_ledger` holds it against the sums.
    """

    patient = models.OneToOneField(PATIENT, on_delete=models.PROTECT, related_name="+", primary_key=True)
    owed = MoneyField()
    last_day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["-owed"], condition=Q(owed__gt=0), name="%(app_label)s_%(class)s_most")
        ]

    def __str__(self):
        return f"{self.patient_id}: {self.owed}"
