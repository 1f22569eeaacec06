"""What others read about stock."""

from .lots import LotPlace, PickableLot, lot_places, pickable_lots
from .reorder import expiring, low_items, reorder_list, restock_list
from .stock import on_hand

__all__ = [
    "LotPlace",
    "PickableLot",
    "expiring",
    "lot_places",
    "low_items",
    "on_hand",
    "pickable_lots",
    "reorder_list",
    "restock_list",
]
