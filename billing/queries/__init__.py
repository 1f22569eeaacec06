"""What others read about money."""

from .balances import balance, balances, copay_due, copay_paid
from .days import collected, drawer_totals
from .queue import visits_without_charges

__all__ = [
    "balance",
    "balances",
    "collected",
    "copay_due",
    "copay_paid",
    "drawer_totals",
    "visits_without_charges",
]
