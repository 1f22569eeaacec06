"""Units of use and units of purchase."""

from decimal import ROUND_CEILING, Decimal

ZERO = Decimal("0")


def to_units(packs: Decimal, loose: Decimal, units_per_pack: int) -> Decimal:
    """Units of use in so many packs and loose units. Refuses less than nothing."""
    if packs < 0 or loose < 0:
        raise ValueError("A quantity cannot be negative.")
    return packs * units_per_pack + loose


def packs_for(units: Decimal, units_per_pack: int) -> int:
    """Whole packs that hold at least `units`; none for nothing or less."""
    if units <= 0:
        return 0
    return int((units / units_per_pack).to_integral_value(rounding=ROUND_CEILING))


def in_words(units: Decimal, unit: str, pack_unit: str, units_per_pack: int) -> str:
    """"2 boxes + 3 doses" as a shelf is counted; just the units when an item has no pack."""
    if units_per_pack <= 1 or units <= 0:
        return f"{_plain(units)} {unit}"
    packs, loose = divmod(units, units_per_pack)
    parts = []
    if packs:
        parts.append(f"{_plain(packs)} {pack_unit}")
    if loose or not packs:
        parts.append(f"{_plain(loose)} {unit}")
    return " + ".join(parts)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"
