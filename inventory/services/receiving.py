"""Stock that comes in."""

import datetime as dt
from decimal import Decimal

from clinic.audit import record
from clinic.core import time
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.ids import uuid7
from clinic.core.locks import lock_keys
from clinic.core.profile import clinic_zone
from inventory.models import Item, Lot, Movement, Place
from inventory.rules.expiry import is_usable_on
from inventory.rules.packs import ZERO, to_units

from ._ledger import Shelf, add, check_amount, check_shelf, lock


@service
def receive_stock(
    *,
    by,
    item: Item,
    place: Place,
    quantity: Decimal = ZERO,
    packs: Decimal = ZERO,
    lot_number: str = "",
    expires_on: dt.date | None = None,
    manufacturer: str = "",
    ndc: str = "",
    funding: str = "private",
    unit_cost: Decimal | None = None,
    reference: str = "",
    at: dt.datetime | None = None,
) -> Movement:
    """Put `packs` packs and `quantity` loose units of use on a shelf; a new lot is put on file.

    Refuses a tracked item without lot and expiry, a lot that has expired, a lot on file with another
    expiry, a held lot, and nothing at all. Audited as stock.receive (and lot.created).
    """
    try:
        units = check_amount(to_units(Decimal(packs), Decimal(quantity), item.units_per_pack))
    except ValueError as error:
        raise Refused(str(error), field="quantity") from error
    at = at or time.now()
    day = at.astimezone(time.zone(clinic_zone())).date()
    lot = None
    if item.is_lot_tracked:
        lot = _lot(
            by=by,
            item=item,
            number=lot_number,
            expires_on=expires_on,
            manufacturer=manufacturer,
            ndc=ndc,
            funding=funding,
            day=day,
        )
    shelf = Shelf(item, lot, place)
    check_shelf(shelf)
    lock([shelf])
    cost = unit_cost if unit_cost is not None else item.default_cost
    return add(
        by=by,
        shelf=shelf,
        kind=Movement.Kind.RECEIVE,
        quantity=units,
        act=uuid7(),
        at=at,
        on=day,
        unit_cost=cost,
        reference=reference,
    )


def _lot(*, by, item, number, expires_on, manufacturer, ndc, funding, day) -> Lot:
    number = " ".join(number.split()).upper()
    if not number:
        raise Refused("Enter the lot number from the carton.", field="lot_number")
    if expires_on is None:
        raise Refused("Enter the expiry from the carton.", field="expires_on")
    if not is_usable_on(expires_on, day):
        raise Refused(
            f"Lot {number} expired on {expires_on:%m/%d/%Y}. Send it back instead of shelving it.",
            field="expires_on",
        )
    # Two people unpacking one delivery put the same new lot on file once.
    lock_keys(f"lot:{item.pk}:{number}:{funding}")
    lot = Lot.objects.filter(item=item, number=number, funding=funding).first()
    if lot is None:
        lot = Lot.objects.create(
            item=item,
            number=number,
            funding=funding,
            expires_on=expires_on,
            manufacturer=manufacturer or item.mvx,
            ndc=ndc or item.ndc,
        )
        record(by, "lot.created", obj=lot, item=str(item.pk), number=number, expires_on=str(expires_on))
    elif lot.expires_on != expires_on:
        raise Refused(
            f"Lot {number} is on file with expiry {lot.expires_on:%m/%d/%Y}. Check the carton.",
            field="expires_on",
        )
    elif lot.status != Lot.Status.USABLE:
        raise Refused(
            f"Lot {number} is {lot.get_status_display().lower()}. Do not shelve it.", field="lot_number"
        )
    return lot
