"""Numbers and addresses that do not work, for whoever corrects them."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import F

from clinic.core.refs import PATIENT
from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import REACHES


@dataclass(frozen=True)
class BadNumber:
    """One number or address: since when and why it does not work, and whose it is on file."""

    decision: ContactConsent
    patients: list

    @property
    def pk(self):
        return self.decision.pk


def bad_numbers(limit: int = 200) -> list[BadNumber]:
    """What does not work and has not been mended, the newest first; two statements however many."""
    newest = (
        ContactConsent.objects.filter(purpose=REACHES)
        .order_by("address", "channel", "-at", "-id")
        .distinct("address", "channel")
    )
    rows = list(
        ContactConsent.objects.filter(pk__in=newest.values("pk"), is_granted=False).order_by("-at", "-id")[
            :limit
        ]
    )
    owners: dict[str, list] = {}
    patients = apps.get_model(PATIENT).objects.filter(
        contacts__value__in={row.address for row in rows}, contacts__is_active=True
    )
    for patient in patients.annotate(address=F("contacts__value")).order_by("last_name", "first_name", "pk"):
        owners.setdefault(patient.address, []).append(patient)
    return [BadNumber(row, owners.get(row.address, [])) for row in rows]
