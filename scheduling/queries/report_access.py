"""Access in numbers: weekly samples of the third next available, and how far ahead visits were booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from scheduling.models import AccessSample
from scheduling.queries.report_scope import DIMENSIONS, VISITS, VisitScope, run


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: days to the third open time, None when fewer than three were open."""

    week: date
    provider_id: UUID
    visit_type_id: UUID
    days: int | None


def samples(scope: VisitScope) -> list[Sample]:
    """The looks of every week that the scope touches, oldest first. One statement."""
    monday = scope.first - timedelta(days=scope.first.weekday())
    rows = AccessSample.objects.filter(week__range=(monday, scope.last))
    if scope.location_id:
        rows = rows.filter(location_id=scope.location_id)
    if scope.provider_id:
        rows = rows.filter(provider_id=scope.provider_id)
    return [
        Sample(*row)
        for row in rows.order_by("week").values_list("week", "provider_id", "visit_type_id", "days")
    ]


@dataclass(frozen=True, slots=True)
class Lead:
    """Calendar days from booking to the visit: how many visits, median, 90th percentile."""

    counted: int
    median: int
    p90: int


def leads(scope: VisitScope, dimensions: Sequence[str]) -> tuple[dict[tuple[str, str], Lead], dict[str, int]]:
    """Lead times under ("", "") and for each value of each dimension; and who was left out, why. One statement.

    Left out are walk-ins, which nobody booked, and visits moved to another time, which count where they went.
    """
    spread = "count(*), percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY v.lead_days)"
    parts = [f"SELECT '', '', {spread} FROM booked v"]  # noqa: S608 - constants of this module
    parts += [
        f"SELECT '{name}', ({DIMENSIONS[name]})::text, {spread} FROM booked v GROUP BY 2"  # noqa: S608
        for name in dimensions
    ]
    sql = f"""
        WITH {VISITS}, booked AS MATERIALIZED (
            SELECT * FROM visits WHERE NOT is_walk_in AND outcome <> 'rescheduled'
        ) {" UNION ALL ".join(parts)}
        UNION ALL SELECT 'left out', CASE WHEN is_walk_in THEN 'walk-in' ELSE 'rescheduled' END, count(*), NULL
        FROM visits WHERE is_walk_in OR outcome = 'rescheduled' GROUP BY 2
    """  # noqa: S608 - constants of this module; every value is a parameter
    found: dict[tuple[str, str], Lead] = {}
    left_out: dict[str, int] = {}
    for name, value, count, both in run(sql, scope.parameters()):
        if name == "left out":
            left_out[value] = count
        elif both:
            found[(name, value or "")] = Lead(count, *both)
    return found, left_out
