"""How much to order, and when. Formulae: domain notes on inventory (reorder point, order quantity)."""

from decimal import Decimal
from math import sqrt

from .packs import packs_for


def reorder_point(daily_use: Decimal, lead_days: int, safety: Decimal) -> Decimal:
    """Average daily use x lead time in days + safety stock, in units of use."""
    return daily_use * lead_days + safety


def safety_stock(z: float, daily_use_sd: float, lead_days: int) -> float:
    """z x standard deviation of daily use x square root of the lead time, in units of use."""
    return z * daily_use_sd * sqrt(lead_days)


def is_low(on_hand: Decimal, par: Decimal, reorder_at: Decimal | None) -> bool:
    """Whether stock is at or under its reorder point; without one, under par."""
    return on_hand <= reorder_at if reorder_at is not None else on_hand < par


def packs_to_order(
    *,
    par: Decimal,
    on_hand: Decimal,
    units_per_pack: int,
    on_order: Decimal = Decimal(0),
    reserved: Decimal = Decimal(0),
) -> int:
    """Par - (on hand + on order - reserved), rounded up to whole packs; never negative."""
    return packs_for(par - (on_hand + on_order - reserved), units_per_pack)
