"""Taking a movement back. The original stays; its mirror is added, once."""

from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from inventory.models import Movement

from ._ledger import Shelf, add, check_enough, lock


@service
def reverse_movement(*, by, movement: Movement, reason: str, at=None) -> list[Movement]:
    """Add the mirror of a movement (both halves of a transfer) and return what was added.

    Refuses a second reversal, the reversal of a reversal, a missing reason, and a mirror that would take
    more than stands there. Audited as stock.reversed.
    """
    if not reason.strip():
        raise Refused("Say why this is taken back.", field="reason")
    legs = list(
        Movement.objects.filter(act=movement.act).select_related("item", "lot", "place").order_by("id")
    )
    shelves = {leg.pk: Shelf(leg.item, leg.lot, leg.place) for leg in legs}
    lock(shelves.values())
    if any(leg.reverses_id for leg in legs):
        raise Refused("A reversal is not itself reversed. Enter the movement again instead.")
    if Movement.objects.filter(reverses__in=legs).exists():
        raise Refused("This movement has been taken back already.")
    act, at = uuid7(), at or time.now()
    for leg in legs:
        if leg.quantity > 0:
            check_enough(shelves[leg.pk], leg.quantity)
    return [
        add(
            by=by,
            shelf=shelves[leg.pk],
            kind=leg.kind,
            quantity=-leg.quantity,
            act=act,
            reason=reason,
            reference=leg.reference,
            at=at,
            unit_cost=leg.unit_cost,
            reverses=leg,
        )
        for leg in legs
    ]
