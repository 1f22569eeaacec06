"""What to buy, what to carry to the rooms, and what is about to expire."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from clinic.core import time
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, ParLevel, Place, StockLevel
from inventory.rules.expiry import days_left
from inventory.rules.packs import ZERO
from inventory.rules.reorder import is_low, packs_to_order

from .stock import USABLE, StockRow, stock_rows


@dataclass(frozen=True)
class OrderLine:
    """One item to buy. `units` is what `packs` whole packs hold."""

    item: Item
    on_hand: Decimal
    par: Decimal
    packs: int

    @property
    def units(self) -> Decimal:
        return Decimal(self.packs * self.item.units_per_pack)

    @property
    def cost(self) -> Decimal | None:
        return None if self.item.default_cost is None else self.item.default_cost * self.units


@dataclass(frozen=True)
class RestockLine:
    """One shelf under par that another place could fill."""

    item: Item
    place: Place
    on_hand: Decimal
    par: Decimal
    source: Place | None

    @property
    def missing(self) -> Decimal:
        return self.par - self.on_hand


@dataclass(frozen=True)
class ExpiringLot:
    """A lot on a shelf that expires soon or has expired."""

    lot: Lot
    place: Place
    on_hand: Decimal
    days: int

    @property
    def band(self) -> str:
        return "expired" if self.days < 0 else next((str(n) for n in (30, 60, 90) if self.days <= n), "later")


def reorder_list() -> list[OrderLine]:
    """Items at or under their reorder point: par - usable on hand, rounded up to packs. Three queries."""
    return [OrderLine(row.item, row.usable, row.par, packs) for row in stock_rows() if (packs := _packs(row))]


def _packs(row: StockRow) -> int:
    if not row.low:
        return 0
    return packs_to_order(par=row.par, on_hand=row.usable, units_per_pack=row.item.units_per_pack)


def restock_list() -> list[RestockLine]:
    """Places other than a store that are under par, with the place that holds most to fill them from."""
    today = time.today(clinic_zone())
    usable = defaultdict(lambda: ZERO)
    for level in StockLevel.objects.filter(on_hand__gt=0).select_related("lot", "place"):
        if level.lot is None or (level.lot.status == Lot.Status.USABLE and level.lot.expires_on >= today):
            usable[level.item_id, level.place] += level.on_hand
    lines = []
    pars = ParLevel.objects.filter(item__is_active=True).select_related("item", "place")
    for par in pars.exclude(place__kind=Place.Kind.STORE).order_by("place__name", "item__name"):
        here = usable[par.item_id, par.place]
        if is_low(here, par.par, par.reorder_at):
            others = [
                (units, place)
                for (item, place), units in usable.items()
                if item == par.item_id and place.pk != par.place_id and units > 0
            ]
            source = max(others, key=lambda pair: pair[0])[1] if others else None
            lines.append(RestockLine(par.item, par.place, here, par.par, source))
    return lines


def expiring(days: int = 90) -> list[ExpiringLot]:
    """Lots on a shelf that have expired or expire within `days` days, soonest first. One query."""
    today = time.today(clinic_zone())
    levels = (
        expiring_levels(days)
        .select_related("lot__item", "place")
        .order_by("lot__expires_on", "lot__item__name")
    )
    return [
        ExpiringLot(level.lot, level.place, level.on_hand, days_left(level.lot.expires_on, today))
        for level in levels
    ]


def expiring_levels(days: int) -> QuerySet[StockLevel]:
    """Where lots stand that have expired or expire within `days` days."""
    limit = time.today(clinic_zone()) + dt.timedelta(days=days)
    return StockLevel.objects.filter(on_hand__gt=0, lot__expires_on__lte=limit)


def low_items() -> QuerySet[Item]:
    """Items in use at or under their reorder point: those of `stock_rows` that are `low`, added up by the database.

    Only items with a par count; a place without a reorder point of its own is low under its par.
    """
    today = time.today(clinic_zone())
    usable = StockLevel.objects.filter(USABLE, item=OuterRef("pk"), on_hand__gt=0).exclude(
        lot__expires_on__lt=today
    )
    pars = ParLevel.objects.filter(item=OuterRef("pk"))
    return (
        Item.objects.filter(is_active=True)
        .annotate(
            usable=Coalesce(_total(usable, "on_hand"), ZERO),
            par=_total(pars, "par"),
            reorder_at=_total(pars, Coalesce("reorder_at", F("par") - 1)),
        )
        .filter(par__gt=0, usable__lte=F("reorder_at"))
    )


def _total(rows: QuerySet, amount) -> Subquery:
    summed = rows.order_by().values("item").annotate(total=Sum(amount)).values("total")
    return Subquery(summed, output_field=DecimalField())
