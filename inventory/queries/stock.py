"""What stands where."""

import contextlib
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum
from django.shortcuts import get_object_or_404

from clinic.core import time
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, Movement, ParLevel, Place, StockLevel
from inventory.rules import gs1
from inventory.rules.packs import ZERO, in_words
from inventory.rules.reorder import is_low

USABLE = Q(lot__isnull=True) | Q(lot__status=Lot.Status.USABLE)


def on_hand(item: Item, *, place: Place | None = None, lot: Lot | None = None) -> Decimal:
    """Units of use of an item that stand somewhere, held and expired lots included."""
    levels = StockLevel.objects.filter(item=item)
    if place is not None:
        levels = levels.filter(place=place)
    if lot is not None:
        levels = levels.filter(lot=lot)
    return levels.aggregate(total=Sum("on_hand"))["total"] or ZERO


def ledger_sum(item: Item, *, place: Place | None = None, lot: Lot | None = None) -> Decimal:
    """The same figure added up from the movements themselves, to prove the other one by."""
    rows = Movement.objects.filter(item=item)
    if place is not None:
        rows = rows.filter(place=place)
    if lot is not None:
        rows = rows.filter(lot=lot)
    return rows.aggregate(total=Sum("quantity"))["total"] or ZERO


@dataclass
class StockRow:
    """One item on the stock list. Quantities in units of use; `usable` leaves out expired and held lots."""

    item: Item
    on_hand: Decimal = ZERO
    usable: Decimal = ZERO
    par: Decimal = ZERO
    reorder_at: Decimal = ZERO
    next_expiry: dt.date | None = None
    has_expired: bool = False
    has_held: bool = False
    places: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return in_words(self.on_hand, self.item.unit, self.item.pack_unit, self.item.units_per_pack)

    @property
    def has_whole_pack(self) -> bool:
        return 1 < self.item.units_per_pack <= self.on_hand

    @property
    def low(self) -> bool:
        return bool(self.par) and is_low(self.usable, self.par, self.reorder_at)


@dataclass(frozen=True)
class StockFilter:
    """What the stock list is narrowed to."""

    text: str = ""
    place: str = ""
    kind: str = ""
    only: str = ""
    within_days: int = 90


def stock_rows(wanted: StockFilter | None = None, today: dt.date | None = None) -> list[StockRow]:
    """Items in use with what stands of each. Three queries whatever the number of rows."""
    wanted, today = wanted or StockFilter(), today or time.today(clinic_zone())
    items = Item.objects.filter(is_active=True)
    if wanted.kind:
        items = items.filter(kind=wanted.kind)
    if wanted.text:
        items = items.filter(_matching(wanted.text, today))
    rows = {item.pk: StockRow(item) for item in items.order_by("name")}
    levels = StockLevel.objects.filter(item__in=rows, on_hand__gt=0).select_related("lot", "place")
    pars = ParLevel.objects.filter(item__in=rows)
    if wanted.place:
        levels, pars = levels.filter(place=wanted.place), pars.filter(place=wanted.place)
    for level in levels:
        _add_level(rows[level.item_id], level, today)
    for par in pars:
        row = rows[par.item_id]
        row.par += par.par
        row.reorder_at += par.reorder_at if par.reorder_at is not None else par.par - 1
    return [row for row in rows.values() if _kept(row, wanted, today)]


def _matching(text: str, today: dt.date) -> Q:
    if gs1.looks_like_gs1(text):
        with contextlib.suppress(gs1.NotGs1):
            text = gs1.parse(text, today=today).gtin or text
    words = Q()
    for word in text.split():
        words &= (
            Q(name__icontains=word)
            | Q(barcode=word)
            | Q(ndc__icontains=word)
            | Q(cvx=word)
            | Q(lots__number__iexact=word)
        )
    return Q(pk__in=Item.objects.filter(words).values("pk"))


def _add_level(row: StockRow, level: StockLevel, today: dt.date) -> None:
    row.on_hand += level.on_hand
    if level.place.name not in row.places:
        row.places.append(level.place.name)
    lot = level.lot
    if lot is None:
        row.usable += level.on_hand
    elif lot.status != Lot.Status.USABLE:
        row.has_held = True
    elif lot.expires_on < today:
        row.has_expired = True
    else:
        row.usable += level.on_hand
        row.next_expiry = min(row.next_expiry or lot.expires_on, lot.expires_on)


def _kept(row: StockRow, wanted: StockFilter, today: dt.date) -> bool:
    if wanted.place and not (row.on_hand or row.par):
        return False
    if wanted.only == "low":
        return row.low
    if wanted.only == "expiring":
        limit = today + dt.timedelta(days=wanted.within_days)
        return row.has_expired or (row.next_expiry is not None and row.next_expiry <= limit)
    if wanted.only == "held":
        return row.has_held
    return True


def item_or_404(pk) -> Item:
    """One item."""
    return get_object_or_404(Item, pk=pk)


def item_levels(item: Item) -> list[StockLevel]:
    """Where an item stands, first expiry first. One query."""
    return list(
        StockLevel.objects.filter(item=item, on_hand__gt=0)
        .select_related("lot", "place", "item")
        .order_by("lot__expires_on", "lot__number", "place__name")
    )


def item_ledger(item: Item, limit: int = 100) -> list[Movement]:
    """The latest movements of an item with who, where and whether they were taken back. One query."""
    return list(
        Movement.objects.filter(item=item).select_related("lot", "place", "by", "reversed_by")[:limit]
    )


def find_by_barcode(text: str, today: dt.date | None = None) -> tuple[Item | None, gs1.Scan]:
    """The item that a scanned carton names, and what else the carton says.

    Matches the item's own barcode first, then the NDC inside the product number. Raises gs1.NotGs1.
    """
    today = today or time.today(clinic_zone())
    text = text.strip()
    scan = gs1.parse(text, today=today) if gs1.looks_like_gs1(text) else gs1.Scan(gtin=text)
    if not scan.gtin:
        return None, scan
    forms = {scan.gtin, scan.gtin.lstrip("0")}
    item = Item.objects.filter(barcode__in=forms, is_active=True).first()
    if item is None:
        candidates = Item.objects.filter(is_active=True).exclude(ndc="")
        item = next((row for row in candidates if gs1.gtin_names_ndc(scan.gtin, row.ndc)), None)
    return item, scan
