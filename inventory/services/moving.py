"""Stock that is moved, used, thrown away or sent back."""

import datetime as dt
from decimal import Decimal

from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, Movement, Place
from inventory.rules.expiry import is_usable_on

from ._ledger import Shelf, add, check_amount, check_enough, check_shelf, lock


@service
def transfer_stock(
    *,
    by,
    item: Item,
    place: Place,
    to_place: Place,
    quantity: Decimal,
    lot: Lot | None = None,
    reason: str = "",
    reference: str = "",
    at: dt.datetime | None = None,
) -> tuple[Movement, Movement]:
    """Move units of use from one place to another: one row out, one row in, one act.

    A held or expired lot may be moved, so that it can be set apart. Refuses the same place twice, and
    more than stands there. Audited as stock.transfer_out and stock.transfer_in.
    """
    quantity = check_amount(quantity)
    if place.pk == to_place.pk:
        raise Refused("Choose another place to move it to.", field="to_place")
    source, target = Shelf(item, lot, place), Shelf(item, lot, to_place)
    check_shelf(source)
    check_shelf(target)
    lock([source, target])
    check_enough(source, quantity)
    same = {"by": by, "act": uuid7(), "reason": reason, "reference": reference, "at": at or time.now()}
    out = add(shelf=source, kind=Movement.Kind.TRANSFER_OUT, quantity=-quantity, **same)
    into = add(shelf=target, kind=Movement.Kind.TRANSFER_IN, quantity=quantity, **same)
    return out, into


@service
def issue_stock(
    *,
    by,
    item: Item,
    place: Place,
    quantity: Decimal,
    lot: Lot | None = None,
    reference: str = "",
    reason: str = "",
    on: dt.date | None = None,
    at: dt.datetime | None = None,
) -> Movement:
    """Take units of use off a shelf to use them. `on` is the day of use in the clinic's zone.

    Refuses an expired lot (usable through its expiry day), a quarantined or recalled lot, and more than
    stands there. `reference` names what it was used for ("immunization:<id>"). Audited as stock.issue.
    """
    quantity = check_amount(quantity)
    shelf = Shelf(item, lot, place)
    check_shelf(shelf)
    lock([shelf])
    at = at or time.now()
    on = on or at.astimezone(time.zone(clinic_zone())).date()
    left, current = shelf.look()
    if current is not None:
        if not is_usable_on(current.expires_on, on):
            raise Refused(
                f"Lot {current.number} expired on {current.expires_on:%m/%d/%Y}. Choose another lot.",
                field="lot",
            )
        if current.status != Lot.Status.USABLE:
            raise Refused(
                f"Lot {current.number} is {current.get_status_display().lower()}. Do not use it.", field="lot"
            )
    check_enough(shelf, quantity, left)
    return add(
        by=by,
        shelf=shelf,
        kind=Movement.Kind.ISSUE,
        quantity=-quantity,
        act=uuid7(),
        reason=reason,
        reference=reference,
        at=at,
        on=on,
    )


@service
def waste_stock(
    *,
    by,
    item: Item,
    place: Place,
    quantity: Decimal,
    reason: str,
    lot: Lot | None = None,
    reference: str = "",
    at: dt.datetime | None = None,
) -> Movement:
    """Write off units of use with a reason (expired, broken, drawn and not given, temperature).

    Any lot can be wasted, held and expired ones included. Audited as stock.waste.
    """
    return _take_off(
        by=by,
        kind=Movement.Kind.WASTE,
        item=item,
        place=place,
        quantity=quantity,
        reason=reason,
        lot=lot,
        reference=reference,
        at=at,
    )


@service
def return_stock(
    *,
    by,
    item: Item,
    place: Place,
    quantity: Decimal,
    reason: str,
    lot: Lot | None = None,
    reference: str = "",
    at: dt.datetime | None = None,
) -> Movement:
    """Send units of use back to the vendor (recall, wrong delivery). Audited as stock.return."""
    return _take_off(
        by=by,
        kind=Movement.Kind.RETURN,
        item=item,
        place=place,
        quantity=quantity,
        reason=reason,
        lot=lot,
        reference=reference,
        at=at,
    )


def _take_off(*, by, kind, item, place, quantity, reason, lot, reference, at) -> Movement:
    quantity = check_amount(quantity)
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    shelf = Shelf(item, lot, place)
    check_shelf(shelf)
    lock([shelf])
    check_enough(shelf, quantity)
    return add(
        by=by,
        shelf=shelf,
        kind=kind,
        quantity=-quantity,
        act=uuid7(),
        reason=reason,
        reference=reference,
        at=at,
    )
