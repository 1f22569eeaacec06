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
    """ "2 boxes + 3 doses" as a shelf is counted; just the units when an item has no pack."""
    if units_per_pack <= 1 or units <= 0:
        return f"{_plain(units)} {plural(unit, units)}"
    packs, loose = divmod(units, units_per_pack)
    parts = []
    if packs:
        parts.append(f"{_plain(packs)} {plural(pack_unit, packs)}")
    if loose or not packs:
        parts.append(f"{_plain(loose)} {plural(unit, loose)}")
    return " + ".join(parts)


def plural(word: str, units: Decimal) -> str:
    """A unit beside a quantity: "1 box", "2 boxes". Measures (mL, g) and words with digits stay as they are."""
    if units == 1 or len(word) <= 2 or not word.isalpha() or not word.islower():
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"
