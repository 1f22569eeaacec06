"""Proof that the shelves are what the ledger says."""

from collections import defaultdict

from django.db.models import Sum

from inventory.models import Movement, StockLevel
from inventory.rules.packs import ZERO


def verify_stock() -> tuple[int, list[str]]:
    """Number of shelves, and those whose sum differs from their movements."""
    sums = {
        (item, lot, place): total
        for item, lot, place, total in Movement.objects.order_by()
        .values_list("item_id", "lot_id", "place_id")
        .annotate(total=Sum("quantity"))
    }
    levels = defaultdict(lambda: ZERO)
    for level in StockLevel.objects.all():
        levels[level.item_id, level.lot_id, level.place_id] = level.on_hand
    wrong = [
        f"shelf {'/'.join(str(part) for part in key)}: {levels[key]} on the shelf, {sums.get(key, ZERO)} in the ledger"
        for key in {*sums, *levels}
        if levels[key] != sums.get(key, ZERO)
    ]
    return len(sums), wrong
