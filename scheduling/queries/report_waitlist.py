"""Times that were given back, and whether somebody else got them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scheduling.queries.report_scope import Statement, VisitScope, run

# Became -> words; the first two were refilled, the last two are in no rate.
BECAME = {
    "filled": "Filled from the waitlist",
    "taken": "Booked by somebody else",
    "lapsed": "Not filled in time",
    "open": "Still open",
    "stopped": "Stopped by staff",
}
NOTICE = {"0": "Under a day before", "1": "1 to 3 days before", "3": "More than 3 days before"}

_FREED = """
    freed AS (
        SELECT f.*, l.zone, (f.freed_at AT TIME ZONE l.zone)::date AS day,
            CASE WHEN f.starts_at - f.freed_at < interval '1 day' THEN '0'
                WHEN f.starts_at - f.freed_at < interval '3 days' THEN '1' ELSE '3' END AS notice,
            CASE WHEN f.state IN ('filled', 'taken') THEN date_part('epoch', f.settled_at - f.freed_at) / 60 END AS minutes
        FROM scheduling_freedtime f JOIN scheduling_location l ON l.id = f.location_id
        WHERE f.location_id = ANY(%(locations)s) AND f.cause <> 'desk'
            AND (%(provider)s::uuid IS NULL OR f.member_id = %(provider)s)
            AND f.freed_at >= %(first)s::date - interval '1 day' AND f.freed_at < %(last)s::date + interval '2 days'
    ), asked AS (SELECT * FROM freed WHERE day BETWEEN %(first)s AND %(last)s)"""

_BUCKETS = {
    "day": "day",
    "week": "date_trunc('week', day)::date",
    "month": "date_trunc('month', day)::date",
}


@dataclass
class Refill:
    """Freed times of one group by what became of them; minutes from giving back to booking."""

    became: dict[str, int] = field(default_factory=dict)
    median: float | None = None
    p90: float | None = None

    @property
    def refilled(self) -> int:
        return self.became.get("filled", 0) + self.became.get("taken", 0)

    @property
    def freed(self) -> int:
        """What the share is of: given back and settled one way or the other."""
        return self.refilled + self.became.get("lapsed", 0)


def refill_groups(scope: VisitScope) -> dict[tuple[str, str], Refill]:
    """Refills under ("", "") and by bucket of the scope, provider and notice. One statement."""
    bucket = _BUCKETS[scope.bucket]
    counts = ", ".join(f"count(*) FILTER (WHERE state = '{state}')" for state in BECAME)
    sql = f"""
        WITH {_FREED}, classed AS (SELECT asked.*, ({bucket})::text AS bucket FROM asked)
        SELECT GROUPING(bucket), GROUPING(member_id), GROUPING(notice), bucket, member_id::text, notice, {counts},
            percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY minutes) FILTER (WHERE minutes IS NOT NULL)
        FROM classed GROUP BY GROUPING SETS ((), (bucket), (member_id), (notice))
    """  # noqa: S608 - constants of this module; every value is a parameter
    names = (scope.bucket, "provider", "notice")
    found: dict[tuple[str, str], Refill] = {}
    for row in run(sql, scope.parameters()):
        at = next((n for n in range(3) if row[n] == 0), None)
        key = ("", "") if at is None else (names[at], row[3 + at] or "")
        both = row[-1] or (None, None)
        became = {state: n for state, n in zip(BECAME, row[6:-1], strict=True) if n}
        found[key] = Refill(became, *both)
    return found


def offer_counts(scope: VisitScope) -> dict[str, int]:
    """Offers of the scope's freed times by how they ended. One statement."""
    sql = f"""
        WITH {_FREED} SELECT o.state, count(*) FROM asked JOIN scheduling_offer o ON o.freed_id = asked.id GROUP BY o.state
    """  # noqa: S608 - constants of this module
    return dict(run(sql, scope.parameters()))


def freed_rows(scope: VisitScope, *, became: str = "", notice: str = "") -> Statement:
    """Freed times, the newest first: who gave them back, when, which time, whose, what became of it.

    Columns: visit, patient, last name, first name, freed_at, starts_at, zone, member, state, minutes.
    """
    parameters: dict[str, Any] = scope.parameters() | {"became": became or None, "notice": notice or None}
    sql = f"""
        WITH {_FREED}
        SELECT a.id, a.patient_id, p.last_name, p.first_name, f.freed_at, f.starts_at, f.zone, f.member_id::text,
            f.state, f.minutes
        FROM asked f LEFT JOIN scheduling_appointment a ON a.id = f.appointment_id
            LEFT JOIN records_patient p ON p.id = a.patient_id
        WHERE (%(became)s::text IS NULL OR f.state = %(became)s) AND (%(notice)s::text IS NULL OR f.notice = %(notice)s)
        ORDER BY f.freed_at DESC, f.id
    """  # noqa: S608 - constants of this module; every value is a parameter
    return Statement(sql, parameters)
