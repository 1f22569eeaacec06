"""Items, places and par levels."""

from decimal import Decimal

from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from inventory.models import Item, Movement, ParLevel, Place


@service
def save_item(*, by, item: Item | None = None, version: int | None = None, **fields) -> Item:
    """Put an item on file or change it. Refuses to change the unit or the lot tracking once it has moved."""
    if item is not None:
        current = Item.objects.get(pk=item.pk)
        changes_meaning = any(
            name in fields and fields[name] != getattr(current, name) for name in ("unit", "is_lot_tracked")
        )
        if changes_meaning and Movement.objects.filter(item=current).exists():
            raise Refused(
                "This item has a ledger in its present unit and lot tracking. Put a new item on file."
            )
    return _save(by, Item, "item", item, version, fields)


@service
def save_place(*, by, place: Place | None = None, version: int | None = None, **fields) -> Place:
    """Put a place on file or change it. Refuses to close a place that still holds stock."""
    if place is not None and fields.get("is_active") is False and place.levels.filter(on_hand__gt=0).exists():
        raise Refused(f"{place.name} still holds stock. Move it first.", field="is_active")
    return _save(by, Place, "place", place, version, fields)


@service
def set_par(
    *, by, item: Item, place: Place, par: Decimal | None, reorder_at: Decimal | None = None
) -> ParLevel | None:
    """Set the par level of an item in a place; None takes it away. Audited as par.set or par.removed."""
    level = ParLevel.objects.select_for_update().filter(item=item, place=place).first()
    before = str(level.par) if level else ""
    if par is None:
        if level:
            record(by, "par.removed", obj=level, item=str(item.pk), place=str(place.pk), before=before)
            level.delete()
        return None
    level = level or ParLevel(item=item, place=place)
    level.par, level.reorder_at = par, reorder_at
    level.save()
    record(by, "par.set", obj=level, item=str(item.pk), place=str(place.pk), before=before, after=str(par))
    return level


def _save(by, model, word, row, version, fields):
    if row is None:
        row = model.objects.create(**fields)
        record(by, f"{word}.created", obj=row)
        return row
    current = model.objects.select_for_update().get(pk=row.pk)
    if version is not None and version != current.version:
        raise Stale(f"Somebody else changed {current} meanwhile. Check their values and save again.")
    changed = [name for name, value in fields.items() if getattr(current, name) != value]
    for name in changed:
        setattr(current, name, fields[name])
    if changed:
        current.version += 1
        current.save()
        record(by, f"{word}.changed", obj=current, fields=changed)
    return current
