"""Numbers and addresses that do not work, for whoever corrects them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db.models import F

from clinic.core.refs import PATIENT
from clinic.core.time import now
from clinic.messaging.models import ContactConsent
from clinic.messaging.models.choices import REACHES

# How long a number that staff called fixed stands on the page, to be put back.
UNDO_FOR = timedelta(days=7)


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
    rows = ContactConsent.objects.filter(pk__in=_newest().values("pk"), is_granted=False)
    return _with_owners(list(rows.order_by("-at", "-id")[:limit]))


def lately_fixed(limit: int = 20) -> list[BadNumber]:
    """What staff took off that list within the last days, the newest first, to be put back; two statements."""
    since = now() - UNDO_FOR
    rows = ContactConsent.objects.filter(
        pk__in=_newest().values("pk"), is_granted=True, how=ContactConsent.How.SPOKEN, at__gte=since
    )
    return _with_owners(list(rows.order_by("-at", "-id")[:limit]))


def _newest():
    """The last word on each number and address."""
    rows = ContactConsent.objects.filter(purpose=REACHES)
    return rows.order_by("address", "channel", "-at", "-id").distinct("address", "channel")


def _with_owners(rows: list[ContactConsent]) -> list[BadNumber]:
    owners: dict[str, list] = {}
    patients = apps.get_model(PATIENT).objects.filter(
        contacts__value__in={row.address for row in rows}, contacts__is_active=True
    )
    for patient in patients.annotate(address=F("contacts__value")).order_by("last_name", "first_name", "pk"):
        owners.setdefault(patient.address, []).append(patient)
    return [BadNumber(row, owners.get(row.address, [])) for row in rows]
