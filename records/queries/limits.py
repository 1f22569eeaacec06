"""The limits in force on a day, as the rules want them."""

import datetime as dt

from django.db.models import Q

from clinic.core.kept import kept
from records.models import VitalLimit
from records.rules.vitals.limits import Limit


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
