"""Money: Decimal US dollars, exact to the cent."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

CENT = Decimal("0.01")


def cents(amount: Any) -> Decimal:
    """`amount` in dollars, rounded half up to the cent."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    """$1,234.50, negative amounts with a minus before the sign."""
    sign = "-" if amount < 0 else ""
    return f"{sign}${abs(cents(amount)):,}"


class MoneyField(models.DecimalField):
    """Dollars and cents, up to 9,999,999,999.99."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "clinic.core.money.MoneyField", args, kwargs
