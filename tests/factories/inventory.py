"""Stock for tests: items, places and deliveries, made through the services."""

import datetime as dt
import itertools
from decimal import Decimal

from clinic.core.actor import Actor
from inventory.models import Equipment, Item, Lot, Place
from inventory.services import receive_stock

_numbers = itertools.count(1)
SYSTEM = Actor.system("tests.stock")


def make_item(**fields) -> Item:
    """An item counted in units, untracked unless asked for."""
    defaults = {"name": f"Gauze pad {next(_numbers)}", "unit": "pad"}
    return Item.objects.create(**defaults | fields)


def make_vaccine(**fields) -> Item:
    """A vaccine, tracked by lot, ten doses in a box."""
    defaults = {
        "name": f"Influenza vaccine {next(_numbers)}",
        "kind": "vaccine",
        "unit": "dose",
        "pack_unit": "box",
        "units_per_pack": 10,
        "is_lot_tracked": True,
        "cvx": "150",
        "mvx": "SKB",
    }
    return Item.objects.create(**defaults | fields)


def make_place(**fields) -> Place:
    """A store room."""
    return Place.objects.create(**{"name": f"Store {next(_numbers)}"} | fields)


def make_lot(item: Item, **fields) -> Lot:
    """A usable lot far from its expiry, with nothing on a shelf."""
    defaults = {"item": item, "number": f"L{next(_numbers):04d}", "expires_on": dt.date(2030, 12, 31)}
    return Lot.objects.create(**defaults | fields)


def stocked(item: Item | None = None, place: Place | None = None, quantity=1, by: Actor = SYSTEM, **fields):
    """(item, lot or None, place) with `quantity` units received."""
    item = item or make_vaccine()
    place = place or make_place()
    if item.is_lot_tracked:
        fields = {"lot_number": f"L{next(_numbers):04d}", "expires_on": dt.date(2030, 12, 31)} | fields
    movement = receive_stock(by=by, item=item, place=place, quantity=Decimal(quantity), **fields)
    return item, movement.lot, place


def make_equipment(**fields) -> Equipment:
    """A device in service."""
    return Equipment.objects.create(**{"name": f"ECG {next(_numbers)}", "kind": "ecg"} | fields)
