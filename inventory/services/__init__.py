"""Everything that writes stock."""

from .catalog import save_item, save_place, set_par
from .counting import enter_count, post_count, record_count, start_count, void_count
from .equipment import save_equipment, service_equipment
from .lots import quarantine_lot, recall_lot, release_lot
from .moving import issue_stock, return_stock, transfer_stock, waste_stock
from .receiving import receive_stock
from .reversing import reverse_movement

__all__ = [
    "enter_count",
    "issue_stock",
    "post_count",
    "quarantine_lot",
    "recall_lot",
    "receive_stock",
    "record_count",
    "release_lot",
    "return_stock",
    "reverse_movement",
    "save_equipment",
    "save_item",
    "save_place",
    "service_equipment",
    "set_par",
    "start_count",
    "transfer_stock",
    "void_count",
    "waste_stock",
]
