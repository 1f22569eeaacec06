"""The one way into the stock ledger: lock the shelf, look at it, add the row, leave a trace."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from clinic import audit
from clinic.core import time
from clinic.core.db import insert_together
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, Movement, Place, StockLevel
from inventory.rules.packs import ZERO


@dataclass(frozen=True)
class Shelf:
    """An item (and lot) in a place: what the ledger keeps a sum for."""

    item: Item
    lot: Lot | None
    place: Place

    @property
    def key(self) -> str:
        return f"stock:{self.item.pk}:{self.lot.pk if self.lot else '-'}"

    def look(self) -> tuple[Decimal, Lot | None]:
        """Units of use that stand there, and the lot as it stands now. Call after `lock`: it may just have been held."""
        rows = StockLevel.objects.filter(item=self.item, lot=self.lot, place=self.place).select_related("lot")
        if level := rows.first():
            return level.on_hand, level.lot
        return ZERO, Lot.objects.get(pk=self.lot.pk) if self.lot else None

    def words(self) -> str:
        lot = f" lot {self.lot.number}" if self.lot else ""
        return f"{self.item.name}{lot} in {self.place.name}"


def lock(shelves: Iterable[Shelf]) -> None:
    """Wait for everybody else who moves these lots, in key order so that nobody waits in a circle."""
    lock_keys(*{shelf.key for shelf in shelves})


def check_shelf(shelf: Shelf) -> None:
    """Refuse a lot of another item, a tracked item without a lot, and a place no longer in use."""
    if shelf.item.is_lot_tracked and shelf.lot is None:
        raise Refused(f"{shelf.item.name} is tracked by lot. Choose the lot.", field="lot")
    if shelf.lot is not None and shelf.lot.item_id != shelf.item.pk:
        raise Refused(f"Lot {shelf.lot.number} is not a lot of {shelf.item.name}.", field="lot")
    if not shelf.place.is_active:
        raise Refused(f"{shelf.place.name} is no longer in use.", field="place")


def check_amount(quantity: Decimal) -> Decimal:
    """A quantity in units of use: more than nothing, no finer than a thousandth, and no slip of the keys."""
    quantity = Decimal(quantity)
    if not quantity.is_finite() or quantity <= 0:
        raise Refused("The quantity must be more than zero.", field="quantity")
    if quantity != quantity.quantize(Decimal("0.001")) or quantity >= Decimal("1000000"):
        raise Refused("Check the quantity.", field="quantity")
    return quantity


def check_enough(shelf: Shelf, quantity: Decimal, left: Decimal | None = None) -> None:
    """Refuse to take more than stands there (`left`, where the caller has looked). Call after `lock`."""
    left = shelf.look()[0] if left is None else left
    if quantity > left:
        words = f"{left.normalize():f}" if left else "none"
        raise Refused(f"There is not enough {shelf.words()}: {words} left.", field="quantity")


def add(
    *,
    by,
    shelf: Shelf,
    kind: str,
    quantity: Decimal,
    act,
    reason: str = "",
    reference: str = "",
    at=None,
    on=None,
    unit_cost=None,
    reverses: Movement | None = None,
) -> Movement:
    """Add one row to the ledger and the trail. The caller has locked the shelf and checked the act."""
    at = at or time.now()
    movement = Movement(
        item=shelf.item,
        lot=shelf.lot,
        place=shelf.place,
        kind=kind,
        quantity=quantity,
        act=act,
        reason=reason.strip(),
        reference=reference,
        unit_cost=unit_cost,
        reverses=reverses,
        at=at,
        on_day=on or at.astimezone(time.zone(clinic_zone())).date(),
        by_id=by.member_id,
        by_label=by.label,
    )
    verb = "reversed" if reverses else kind
    event = audit.event(
        by,
        f"stock.{verb}",
        obj=movement,
        item=str(shelf.item.pk),
        lot=str(shelf.lot.pk) if shelf.lot else "",
        place=str(shelf.place.pk),
        quantity=str(quantity),
        reference=reference,
    )
    insert_together(movement, event)
    return movement
