"""Vaccines of a patient, and what can be given now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Min, Q, QuerySet, Sum

from clinic.core.errors import NotFound
from clinic.core.ids import uuid_of
from inventory.models import Item, Lot
from inventory.queries.lots import PickableLot, pickable_lots
from records.models import Coverage, Immunization, Patient
from records.rules import vaccines
from records.rules.names import fold


@dataclass(frozen=True)
class DoseLine:
    """One dose ready to show."""

    row: Immunization
    maker: str
    route: str
    site: str

    @property
    def where(self) -> str:
        return " · ".join(part for part in (self.route, self.site) if part)


def dose_rows(patient_id: UUID) -> QuerySet[Immunization]:
    """Every dose, refusal and error, newest first, with who gave it. One query."""
    return (
        Immunization.objects.filter(patient_id=patient_id)
        .select_related("given_by", "recorded_by")
        .order_by("-given_at", "-id")
    )


def dose_line(row: Immunization) -> DoseLine:
    return DoseLine(row, vaccines.makers().get(row.mvx, row.mvx), row.route, row.site)


@dataclass(frozen=True)
class VaccineLine:
    """A vaccine that the clinic stocks, with what may be used of it."""

    item: Item
    on_hand: Decimal
    first_expiry: dt.date | None


def vaccine_lines(on: dt.date) -> list[VaccineLine]:
    """Vaccines that the clinic stocks, by name, with usable doses at hand. One query."""
    usable = Q(levels__lot__status=Lot.Status.USABLE, levels__lot__expires_on__gte=on, levels__on_hand__gt=0)
    rows = (
        Item.objects.filter(kind=Item.Kind.VACCINE, is_active=True)
        .exclude(cvx="")
        .annotate(
            usable=Sum("levels__on_hand", filter=usable), first=Min("levels__lot__expires_on", filter=usable)
        )
        .order_by("name")
    )
    return [VaccineLine(row, row.usable or Decimal(0), row.first) for row in rows]


def vaccine_item(pk: str) -> Item:
    """The vaccine of this key; whatever is no key names none. Raises NotFound."""
    found = (
        Item.objects.filter(pk=uuid_of(pk), kind=Item.Kind.VACCINE, is_active=True).exclude(cvx="").first()
    )
    if found is None:
        raise NotFound("This vaccine is not in stock.")
    return found


def eligibility_of(patient: Patient, on: dt.date) -> str:
    """What VFC eligibility the patient's age and coverage suggest. One query."""
    kinds = [
        row.payer.kind
        for row in Coverage.objects.filter(patient=patient).select_related("payer")
        if row.is_effective(on)
    ]
    return vaccines.suggested_eligibility(patient.age(on), kinds)


def vaccine_at_hand(key: str, on: dt.date) -> tuple[Item, Sequence[PickableLot]]:
    """A vaccine and its lots with something left, first expiry first. One query; two where nothing is left.

    Raises NotFound for a key that is none, and for an item that is no vaccine or not in use.
    """
    lots = pickable_lots(uuid_of(key), on=on)
    item = lots[0].lot.item if lots else None
    if item is None or item.kind != Item.Kind.VACCINE or not item.is_active or not item.cvx:
        item = vaccine_item(key)
    return item, lots


def search_vaccines(text: str, limit: int = 12) -> list[vaccines.Vaccine]:
    """Vaccines whose code is, or whose names hold every word of, the text; active ones first."""
    words = fold(text).split()
    if not words:
        return []
    found = [
        one
        for one in vaccines.vaccines().values()
        if one.cvx == text.strip().zfill(2)
        or all(word in fold(f"{one.short} {one.name} {' '.join(one.groups)}") for word in words)
    ]
    return sorted(found, key=lambda one: (not one.is_active, one.short.lower()))[:limit]
