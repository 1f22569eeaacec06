"""Ended visits that may lack a charge, kept by the database."""

from django.db import models


class UnchargedVisit(models.Model):
    """A visit that ended while it had no charge, or whose charge was voided.

    Written by triggers alone, as a short list of where to look: a visit on it may have a charge again, so whoever
    reads it asks for charges once more. None that lacks one is ever missing.
    """

    encounter = models.OneToOneField(
        "records.Encounter", on_delete=models.PROTECT, related_name="uncharged", primary_key=True
    )

    def __str__(self):
        return str(self.encounter_id)
