"""Rows that a billing report counts: grouped for its tables, one by one for who opens a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clinic.core import time
from clinic.core.errors import NotFound
from clinic.core.profile import clinic_zone
from clinic.reports.scope import Scope
from scheduling.queries.report_scope import Statement, run

LONGEST_VALUE = 40
_BUCKETS = {
    "day": "day",
    "week": "date_trunc('week', day)::date",
    "month": "date_trunc('month', day)::date",
}
# The place and the provider of a visit: `a` is its appointment, `e` its encounter.
OF_VISIT = """(%(location)s::uuid IS NULL OR a.location_id = %(location)s)
    AND (%(provider)s::uuid IS NULL OR e.provider_id = %(provider)s)"""
# The same where there is no encounter yet.
OF_APPOINTMENT = """(%(location)s::uuid IS NULL OR a.location_id = %(location)s)
    AND (%(provider)s::uuid IS NULL OR a.provider_id = %(provider)s)"""
# The first insurance that holds on the day of the appointment `a`; none is a row of nothing.
FIRST_COVERAGE = """
    LEFT JOIN LATERAL (
        SELECT c.id, c.copay_office, c.payer_id, c.version, p.kind AS payer_kind, p.name AS payer_name
        FROM records_coverage c JOIN records_payer p ON p.id = c.payer_id
        WHERE c.patient_id = a.patient_id AND (c.starts_on IS NULL OR c.starts_on <= a.local_day)
            AND (c.ends_on IS NULL OR c.ends_on >= a.local_day)
        ORDER BY c.rank, c.created_at, c.id LIMIT 1
    ) c ON TRUE"""
Groups = dict[tuple[str, str], tuple]


def bucket_of(scope: Scope) -> str:
    """How a course over the scope is cut: by day, by week from three months on, by month from a year on."""
    return "day" if scope.days <= 92 else "week" if scope.days <= 366 else "month"


def parameters(scope: Scope) -> dict[str, Any]:
    """What every statement of a report may name."""
    zone, today = clinic_zone(), time.today(clinic_zone())
    return {
        "first": scope.first,
        "last": scope.last,
        "as_of": min(scope.last, today),
        "location": scope.location,
        "provider": scope.provider,
        "zone": zone,
        "today": today,
        "now": time.now(),
    }


@dataclass(frozen=True)
class Source:
    """`rows` are common table expressions, the last one named `classed`; it has a column `day` where courses are drawn.

    `dimensions` name what may be grouped by or asked for, as expressions over `classed`; `measures` are aggregates.
    All of them are constants of the modules that make a source; values travel as parameters.
    """

    rows: str
    dimensions: Mapping[str, str]
    measures: tuple[str, ...]

    def groups(self, scope: Scope, *names: str, **more: Any) -> Groups:
        """The measures over all, under ("", ""), and for each value of each dimension. One statement."""
        known = {**_BUCKETS, **self.dimensions}
        columns = "".join(f", coalesce(({known[name]})::text, '') AS by_{name}" for name in names)
        marks = "".join(f"GROUPING(by_{name}), by_{name}, " for name in names)
        sets = "".join(f", (by_{name})" for name in names)
        sql = f"""
            WITH {self.rows}, grouped AS (SELECT classed.*{columns} FROM classed)
            SELECT {marks}{", ".join(self.measures)} FROM grouped GROUP BY GROUPING SETS ((){sets})
        """  # noqa: S608 - constants of the modules; every value is a parameter
        found: Groups = {}
        for row in run(sql, parameters(scope) | more):
            at = next((n for n in range(len(names)) if row[2 * n] == 0), None)
            key = ("", "") if at is None else (names[at], row[2 * at + 1] or "")
            found[key] = tuple(row[2 * len(names) :])
        return found

    def picked(
        self, scope: Scope, picks: Iterable[str], *, columns: str, order: str, joins: str = "", **more: Any
    ) -> Statement:
        """The rows that fall under every pick (`name:value`). Raises NotFound for a name that does not exist."""
        values = parameters(scope) | more
        parts = ["TRUE"]
        for number, pick in enumerate(picks):
            name, _, value = pick.partition(":")
            if name not in self.dimensions or len(value) > LONGEST_VALUE:
                raise NotFound("There are no such rows.")
            parts.append(f"coalesce(({self.dimensions[name]})::text, '') = %(pick_{number})s")
            values[f"pick_{number}"] = value
        sql = f"""
            WITH {self.rows}, chosen AS (SELECT * FROM classed WHERE {" AND ".join(parts)})
            SELECT {columns} FROM chosen AS classed {joins} ORDER BY {order}
        """  # noqa: S608 - constants of the modules; every value is a parameter
        return Statement(sql, values)
