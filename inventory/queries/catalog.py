"""Items, places and par levels as lists."""

from uuid import UUID

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404

from inventory.models import Equipment, Item, Lot, Movement, ParLevel, Place


def as_uuid(text: str) -> str:
    """The text if it is an id, else nothing: an address typed by hand is no error."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def place_choices():
    """Places in use, for a filter."""
    return list(Place.objects.filter(is_active=True))


def place_rows():
    """Every place with how many shelves hold something. One query."""
    return Place.objects.annotate(shelves=Count("levels", filter=Q(levels__on_hand__gt=0))).order_by(
        "-is_active", "name"
    )


def item_rows(text: str = ""):
    """Every item, those no longer in use last. One query."""
    rows = Item.objects.order_by("-is_active", "name")
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(ndc__icontains=word) | Q(barcode=word))
    return rows


def par_levels(item: Item):
    """An item's par levels with their places. One query."""
    return list(ParLevel.objects.filter(item=item).select_related("place").order_by("place__name"))


def par_level(item: Item, place_id) -> ParLevel | None:
    """The par level of an item in one place."""
    return ParLevel.objects.filter(item=item, place_id=place_id).first()


def place_or_404(pk) -> Place:
    """One place."""
    return get_object_or_404(Place, pk=pk)


def lot_or_404(pk) -> Lot:
    """One lot with its item."""
    return get_object_or_404(Lot.objects.select_related("item"), pk=pk)


def movement_or_404(pk) -> Movement:
    """One movement with what it names."""
    return get_object_or_404(Movement.objects.select_related("item", "lot", "place"), pk=pk)


def equipment_or_404(pk) -> Equipment:
    """One device."""
    return get_object_or_404(Equipment, pk=pk)


def lot_ledger(lot: Lot, limit: int = 100) -> list[Movement]:
    """The latest movements of a lot. One query."""
    return list(Movement.objects.filter(lot=lot).select_related("place", "lot", "by", "reversed_by")[:limit])
