"""What others read about money."""

from .balances import balance, balances, copay_due, copay_paid
from .days import collected, drawer_totals
from .queue import uncharged_encounters

__all__ = [
    "balance",
    "balances",
    "collected",
    "copay_due",
    "copay_paid",
    "drawer_totals",
    "uncharged_encounters",
]
