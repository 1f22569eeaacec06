"""Follow-up calls in number: due, tried, reached, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduling.queries.report_scope import Statement, VisitScope, run
from scheduling.rules.follow_ups import REACHED, Attempt

# Given to the provider: a concern, a red flag, or nobody reached.
ESCALATED = (Attempt.CONCERN, Attempt.RED_FLAG, Attempt.LETTER)
# What a reader may ask the rows for.
FLAGS = {
    "attempted": "Tried",
    "missed": "Never tried",
    "on_time": "Tried in the window",
    "reached": "Reached",
    "red": "Red flag found",
    "escalated": "Given to the provider",
    "early": "Window not open yet",
}

_DUE = """
    due AS (
        SELECT f.*, (f.opens_at AT TIME ZONE f.zone)::date AS day, r.code AS rule_code, r.name AS rule_name,
            t.tries, t.first_at, coalesce(t.reached, FALSE) AS is_reached, coalesce(t.red, FALSE) AS is_red,
            coalesce(t.escalated, FALSE) AS is_escalated
        FROM scheduling_followup f JOIN scheduling_followuprule r ON r.id = f.rule_id
            LEFT JOIN scheduling_appointment a ON a.id = f.appointment_id
            LEFT JOIN LATERAL (
                SELECT count(*) AS tries, min(at) AS first_at, bool_or(outcome = ANY(%(reached)s)) AS reached,
                    bool_or(outcome = %(red)s) AS red, bool_or(outcome = ANY(%(escalated)s)) AS escalated
                FROM scheduling_followupattempt WHERE follow_up_id = f.id
            ) t ON TRUE
        WHERE f.opens_at >= %(first)s::date - interval '1 day' AND f.opens_at < %(last)s::date + interval '2 days'
            AND (%(provider)s::uuid IS NULL OR f.provider_id = %(provider)s)
            AND (NOT %(one_place)s OR a.location_id = ANY(%(locations)s))
    ), asked AS (
        SELECT *, tries > 0 AS is_attempted, coalesce(first_at <= closes_at, FALSE) AS is_on_time,
            opens_at > %(now)s AND tries = 0 AS is_early
        FROM due WHERE day BETWEEN %(first)s AND %(last)s
    )"""

_BUCKETS = {
    "day": "day",
    "week": "date_trunc('week', day)::date",
    "month": "date_trunc('month', day)::date",
}
_WHERE = {
    "attempted": "is_attempted AND NOT is_early",
    "missed": "NOT is_attempted AND NOT is_early",
    "on_time": "is_on_time",
    "reached": "is_reached",
    "red": "is_red",
    "escalated": "is_escalated",
    "early": "is_early",
}


@dataclass(frozen=True, slots=True)
class Calls:
    """Follow-ups of one group. `early` are those whose window is not open yet; they are in no other number."""

    due: int = 0
    attempted: int = 0
    on_time: int = 0
    reached: int = 0
    red: int = 0
    escalated: int = 0
    early: int = 0


def _parameters(scope: VisitScope) -> dict[str, Any]:
    return scope.parameters() | {
        "reached": [one.value for one in REACHED],
        "red": Attempt.RED_FLAG.value,
        "escalated": [one.value for one in ESCALATED],
        "one_place": scope.location_id is not None,
    }


def call_groups(scope: VisitScope) -> tuple[dict[tuple[str, str], Calls], dict[str, str]]:
    """Follow-ups whose window opens in the scope, under ("", ""), by bucket, rule and provider; and the rules' names.

    One statement. A follow-up without a visit belongs to no location.
    """
    counts = ", ".join(
        f"count(*) FILTER (WHERE {_WHERE[name]})"
        for name in ("attempted", "on_time", "reached", "red", "escalated", "early")
    )
    sql = f"""
        WITH {_DUE}, classed AS (SELECT asked.*, ({_BUCKETS[scope.bucket]})::text AS bucket FROM asked)
        SELECT GROUPING(bucket), GROUPING(rule_code), GROUPING(provider_id), bucket, rule_code, provider_id::text,
            max(rule_name), count(*) FILTER (WHERE NOT is_early), {counts}
        FROM classed GROUP BY GROUPING SETS ((), (bucket), (rule_code), (provider_id))
    """  # noqa: S608 - constants of this module; every value is a parameter
    names = (scope.bucket, "rule", "provider")
    found: dict[tuple[str, str], Calls] = {}
    words: dict[str, str] = {}
    for row in run(sql, _parameters(scope)):
        at = next((n for n in range(3) if row[n] == 0), None)
        key = ("", "") if at is None else (names[at], row[3 + at] or "")
        if key[0] == "rule":
            words[key[1]] = row[6]
        found[key] = Calls(*row[7:])
    return found, words


def call_rows(scope: VisitScope, *, flag: str = "", rule: str = "") -> Statement:
    """The follow-ups behind a number, by window.

    Columns: follow-up, patient, last name, first name, opens_at, zone, rule, provider, state, attempts, last outcome.
    """
    condition = _WHERE.get(flag, "NOT is_early")
    parameters = _parameters(scope) | {"rule": rule or None}
    sql = f"""
        WITH {_DUE}
        SELECT f.id, f.patient_id, p.last_name, p.first_name, f.opens_at, f.zone, f.rule_name, f.provider_id::text,
            f.state, f.tries, f.last_outcome
        FROM asked f JOIN records_patient p ON p.id = f.patient_id
        WHERE {condition} AND (%(rule)s::text IS NULL OR f.rule_code = %(rule)s)
        ORDER BY f.opens_at, f.id
    """  # noqa: S608 - constants of this module; every value is a parameter
    return Statement(sql, parameters)
