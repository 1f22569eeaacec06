"""The vital-sign limits in force, as the rules take them."""

from __future__ import annotations

from clinic.core.profile import clinic_zone
from clinic.core.time import today
from records.models import VitalLimit
from records.rules.vitals.limits import Limit


def current_limits() -> list[Limit]:
    """Every limit that is effective today."""
    day = today(clinic_zone())
    rows = VitalLimit.objects.filter(effective_from__lte=day).exclude(effective_to__lt=day)
    return [
        Limit(
            r.vital,
            r.tier,
            r.low,
            r.low_counts,
            r.high,
            r.high_counts,
            r.from_months,
            r.to_months,
            r.condition,
        )
        for r in rows
    ]
