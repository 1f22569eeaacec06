"""Which lots may be picked, and where a lot stands."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from clinic.core import time
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, Place, StockLevel


@dataclass(frozen=True)
class PickableLot:
    """A lot that may be used, in one place. `on_hand` in units of use."""

    lot: Lot
    place: Place
    on_hand: Decimal
    expires_on: dt.date
    is_first: bool = False

    @property
    def key(self) -> str:
        """What a form sends: lot and place in one value."""
        return f"{self.lot.pk}:{self.place.pk}"


@dataclass(frozen=True)
class LotPlace:
    """Where some of a lot stands, in units of use."""

    place: Place
    on_hand: Decimal


def pickable_lots(
    item: Item | UUID, place: Place | None = None, on: dt.date | None = None, funding: str | None = None
) -> list[PickableLot]:
    """Usable, unexpired lots of an item (or its key) with something left, first expiry first, with the item. One query."""
    on = on or time.today(clinic_zone())
    levels = (
        StockLevel.objects.filter(
            item=item,
            on_hand__gt=0,
            lot__status=Lot.Status.USABLE,
            lot__expires_on__gte=on,
            place__is_active=True,
        )
        .select_related("lot__item", "place")
        .order_by("lot__expires_on", "lot__number", "place__name")
    )
    if place is not None:
        levels = levels.filter(place=place)
    if funding:
        levels = levels.filter(lot__funding=funding)
    return [
        PickableLot(level.lot, level.place, level.on_hand, level.lot.expires_on, is_first=n == 0)
        for n, level in enumerate(levels)
    ]


def lot_places(lot: Lot) -> list[LotPlace]:
    """Every place that still holds some of a lot, fullest first. One query."""
    levels = StockLevel.objects.filter(lot=lot, on_hand__gt=0).select_related("place").order_by("-on_hand")
    return [LotPlace(level.place, level.on_hand) for level in levels]
