"""The limits in force on a day, as the rules want them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from clinic.core.kept import kept
from records.models import VitalLimit
from records.rules.vitals.catalog import LABELS, VITALS
from records.rules.vitals.limits import Limit, plain


@kept
def limits_on(day: dt.date) -> tuple[Limit, ...]:
    """Every limit in force on a day, all ages."""
    rows = VitalLimit.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=day), effective_from__lte=day
    ).values_list(
        "vital",
        "tier",
        "low",
        "low_counts",
        "high",
        "high_counts",
        "from_months",
        "to_months",
        "condition",
        "source",
    )
    return tuple(Limit(*row) for row in rows)


@dataclass(frozen=True)
class LimitLine:
    """One version of a limit, in words."""

    id: UUID
    vital: str
    unit: str
    ages: str
    condition: str
    tier: str
    low: str
    high: str
    effective_from: dt.date
    effective_to: dt.date | None
    source: str
    approved_by: str
    is_changeable: bool
    is_past: bool


def limit_lines(on: dt.date, *, with_past: bool = False) -> list[LimitLine]:
    """Every limit that holds on or after a day, by vital and age, the ended ones too with `with_past`. One query."""
    rows = VitalLimit.objects.order_by("vital", "from_months", "condition", "tier", "-effective_from")
    if not with_past:
        rows = rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on))
    order = {code: number for number, code in enumerate(LABELS)}
    lines = sorted(rows, key=lambda row: order.get(row.vital, len(order)))
    return [_line(row, on) for row in lines]


def limit_title(row: VitalLimit) -> str:
    """Pulse, red flag, 18 years and older."""
    return f"{label_of(row.vital)}, {row.get_tier_display().lower()}, {ages_of(row)}"


def _line(row: VitalLimit, on: dt.date) -> LimitLine:
    return LimitLine(
        id=row.pk,
        vital=label_of(row.vital),
        unit=unit_of(row.vital),
        ages=ages_of(row),
        condition=row.condition,
        tier=row.tier,
        low=_bound(row.low, "≤" if row.low_counts else "<"),
        high=_bound(row.high, "≥" if row.high_counts else ">"),
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        source=row.source,
        approved_by=row.approved_by,
        is_changeable=row.effective_to is None,
        is_past=row.effective_to is not None and row.effective_to < on,
    )


def _bound(value: Decimal | None, sign: str) -> str:
    return "" if value is None else f"{sign} {plain(value)}"


def label_of(vital: str) -> str:
    """The vital's name as staff read it; derived ones too."""
    return LABELS.get(vital) or vital.replace("_", " ").capitalize()


def unit_of(vital: str) -> str:
    """The canonical unit, in which bounds are kept."""
    return VITALS[vital].canonical.label if vital in VITALS else ""


def ages_of(row: VitalLimit) -> str:
    """All ages, under 1 month, 3 to 12 months, 1 to 5 years, 18 years and older."""
    start, end = row.from_months, row.to_months
    if not start and end is None:
        return "all ages"
    if end is None:
        return f"{_age(start)} and older"
    return f"under {_age(end)}" if not start else f"{_age(start)} to {_age(end)}"


def _age(months: Decimal) -> str:
    if months >= 24 and months % 12 == 0:
        return f"{plain(months / 12)} years"
    if months < 1:
        return "28 days"
    return f"{plain(months)} month" + ("" if months == 1 else "s")
