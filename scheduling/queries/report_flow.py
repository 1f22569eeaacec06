"""Patient flow over many visits in one statement. The rules of one visit stand in `scheduling.rules.flow_measures`.

They are written a second time here, in SQL, because a quarter of a busy clinic is a million rows of
intervals; a test computes both ways from the same rows and asks for the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduling.queries.report_scope import DIMENSIONS, VISITS, Statement, VisitScope, run, where
from scheduling.rules.flow_measures import Why

# Code, words, and which visits can have it: those whose kind takes a room, has a provider, or both.
MEASURES: dict[str, tuple[str, str]] = {
    "lobby_wait": ("Wait for a room", "needs_room"),
    "late_adjusted_wait": ("Wait for a room after the scheduled time", "needs_room"),
    "rooming_time": ("Rooming", "needs_room AND needs_provider"),
    "provider_wait": ("Wait for the provider", "needs_room AND needs_provider"),
    "door_to_provider": ("Door to provider", "needs_provider"),
    "provider_time": ("Time with the provider", "needs_provider"),
    "cycle_time": ("Door to door", "TRUE"),
    "value_added": ("Part of the stay with care", "TRUE"),
}


@dataclass(frozen=True)
class Spread:
    """Many readings of one measure: seconds (or a share from 0 to 1 for `value_added`)."""

    counted: int = 0
    median: float | None = None
    p90: float | None = None
    excluded: dict[Why, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return sum(self.excluded.values())


def _span(start: str, end: str) -> tuple[str, str]:
    """SQL of the length in seconds between two stamps, and of why it doesn't count."""
    length = f"date_part('epoch', s.{end}_at - s.{start}_at)"
    why = (
        f"CASE WHEN s.{start}_at IS NULL OR s.{end}_at IS NULL THEN 'missing' "
        f"WHEN s.{end}_rec - s.{start}_rec < interval '5 seconds' "
        f"AND s.{start}_rec - s.{end}_rec < interval '5 seconds' THEN 'burst' "
        f"WHEN s.{end}_at < s.{start}_at THEN 'negative' "
        f"WHEN s.{end}_at - s.{start}_at > interval '6 hours' THEN 'too_long' END"
    )
    return length, why


def _sum(name: str) -> tuple[str, str]:
    """The same for the periods of a state added up."""
    why = (
        f"CASE WHEN s.{name}_n = 0 THEN 'missing' WHEN s.{name}_burst THEN 'burst' "
        f"WHEN s.{name}_negative THEN 'negative' WHEN s.{name}_long OR s.{name} > interval '6 hours' "
        "THEN 'too_long' END"
    )
    return f"date_part('epoch', s.{name})", why


def _first(name: str, *states: str) -> str:
    """Columns for the first stretch in one of the states: when it began and when that was recorded."""
    chosen = ", ".join(f"'{state}'" for state in states)
    return ", ".join(
        f"min({column}) FILTER (WHERE state IN ({chosen})) AS {name}_{short}"
        for column, short in (("started_at", "at"), ("recorded_at", "rec"))
    )


def _periods(name: str, state: str) -> str:
    """Columns for all closed stretches in a state: how many, how long, and what is wrong with any of them."""
    closed = f"FILTER (WHERE state = '{state}' AND until_at IS NOT NULL)"
    return f"""
        count(*) {closed} AS {name}_n,
        sum(until_at - started_at) {closed} AS {name},
        coalesce(bool_or(until_rec - recorded_at < interval '5 seconds') {closed}, FALSE) AS {name}_burst,
        coalesce(bool_or(until_at < started_at) {closed}, FALSE) AS {name}_negative,
        coalesce(bool_or(until_at - started_at > interval '6 hours') {closed}, FALSE) AS {name}_long"""


_LOBBY, _LOBBY_WHY = _span("arrived", "roomed")
_ROOMING, _ROOMING_WHY = _span("roomed", "ready")
_CYCLE, _CYCLE_WHY = _span("arrived", "departed")
_SEEN, _SEEN_WHY = _sum("seen")
_DONE, _DONE_WHY = _sum("done")
_LATE = "date_part('epoch', greatest(interval '0', s.roomed_at - greatest(s.arrived_at, v.starts_at)))"
_PARTS = " + ".join(
    f"coalesce(CASE WHEN {why} IS NULL THEN {length} END, 0)"
    for length, why in ((_ROOMING, "m.rooming_why"), (_SEEN, "m.seen_why"), (_DONE, "m.done_why"))
)
_VALUE_WHY = f"""CASE
    WHEN m.cycle_why = 'missing' THEN 'missing'
    {
    " ".join(
        f"WHEN '{why}' IN (m.cycle_why, m.rooming_why, m.seen_why, m.done_why) THEN '{why}'"
        for why in (Why.BURST, Why.NEGATIVE, Why.TOO_LONG)
    )
}
    WHEN (m.rooming_why IS NOT NULL AND m.seen_why IS NOT NULL AND m.done_why IS NOT NULL)
        OR {_CYCLE} = 0 THEN 'missing' END"""

_READINGS = {
    "lobby_wait": (_LOBBY, _LOBBY_WHY),
    "late_adjusted_wait": (_LATE, _LOBBY_WHY),
    "rooming_time": (_ROOMING, "m.rooming_why"),
    "provider_wait": _span("ready", "provider"),
    "door_to_provider": _span("arrived", "provider"),
    "provider_time": (_SEEN, "m.seen_why"),
    "cycle_time": (_CYCLE, "m.cycle_why"),
    "value_added": (f"least(1, ({_PARTS}) / nullif({_CYCLE}, 0))", _VALUE_WHY),
}
_VALUES = ", ".join(
    f"('{code}', {MEASURES[code][1]}, {length}, {why})" for code, (length, why) in _READINGS.items()
)

# `read` has one row per visit that is over and measure that its kind can have: its value, or why there is none.
READ = f"""
over AS MATERIALIZED (
    SELECT v.*, t.needs_room, t.needs_provider FROM visits v JOIN scheduling_visittype t ON t.id = v.visit_type_id
    WHERE v.outcome IN ('completed', 'left', 'unclosed')
), written AS MATERIALIZED (
    SELECT i.id, i.appointment_id, i.state, i.started_at, i.recorded_at, i.undo_of_id FROM over v JOIN scheduling_visitinterval i ON i.appointment_id = v.id
    WHERE i.state NOT IN ('scheduled', 'confirmed') OR i.undo_of_id IS NOT NULL
), stays AS (
    SELECT appointment_id, state, started_at, recorded_at,
        lead(started_at) OVER in_order AS until_at, lead(recorded_at) OVER in_order AS until_rec
    FROM written
    WHERE undo_of_id IS NULL
        AND id NOT IN (SELECT undo_of_id FROM written WHERE undo_of_id IS NOT NULL)
    WINDOW in_order AS (PARTITION BY appointment_id ORDER BY recorded_at, id)
), stamped AS (
    SELECT appointment_id, {_first("arrived", "arrived")}, {_first("roomed", "roomed")},
        {_first("ready", "ready")}, {_first("provider", "with_provider")}, {_first("departed", "completed", "left")},
        {_periods("seen", "with_provider")}, {_periods("done", "orders")}
    FROM stays GROUP BY appointment_id
), read AS MATERIALIZED (
    SELECT v.id, one.code, one.value, one.why
    FROM over v JOIN stamped s ON s.appointment_id = v.id
    CROSS JOIN LATERAL (SELECT {_ROOMING_WHY} AS rooming_why, {_SEEN_WHY} AS seen_why, {_DONE_WHY} AS done_why,
        {_CYCLE_WHY} AS cycle_why OFFSET 0) m
    CROSS JOIN LATERAL (VALUES {_VALUES}) AS one (code, applies, value, why)
    WHERE one.applies
)"""  # noqa: S608 - constants of this file

_SPREAD = """
    count(*) FILTER (WHERE r.why IS NULL),
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY r.value) FILTER (WHERE r.why IS NULL),
    """ + ", ".join(f"count(*) FILTER (WHERE r.why = '{why}')" for why in Why)


def flow(
    scope: VisitScope, *, measure: str = "", dimensions: Sequence[str] = ()
) -> dict[tuple[str, str], dict[str, Spread]]:
    """Spread of every measure over the scope, and of `measure` for each value of each dimension. One statement.

    `{("", ""): {"lobby_wait": Spread}, ("provider", "<id>"): {"lobby_wait": Spread}}`.
    """
    parameters: dict[str, Any] = scope.parameters() | {"measure": measure}
    parts = [f"SELECT '', '', r.code, {_SPREAD} FROM read r GROUP BY r.code"]  # noqa: S608 - constants of this file
    parts += [
        f"SELECT '{name}', ({DIMENSIONS[name]})::text, r.code, {_SPREAD} FROM read r JOIN over v USING (id) "  # noqa: S608
        f"WHERE r.code = %(measure)s GROUP BY 2, 3"
        for name in dimensions
    ]
    sql = f"WITH {VISITS}, {READ} " + " UNION ALL ".join(parts)
    found: dict[tuple[str, str], dict[str, Spread]] = {("", ""): {}}
    for name, value, code, counted, both, *whys in run(sql, parameters):
        median, p90 = both or (None, None)
        excluded = {why: count for why, count in zip(Why, whys, strict=True) if count}
        found.setdefault((name, value or ""), {})[code] = Spread(counted, median, p90, excluded)
    return found


def flow_rows(
    scope: VisitScope, *, measure: str, why: str = "", within: Sequence[tuple[str, str]] = ()
) -> Statement:
    """The visits behind a figure, longest first: those that count, or those left out for the reason `why`.

    Columns: visit, patient, last name, first name, starts_at, zone, type, provider, outcome, value (seconds, or
    the share), reason.
    """
    parameters = scope.parameters() | {"measure": measure, "why": why or None}
    condition = where(within, parameters)
    sql = f"""
        WITH {VISITS}, {READ}
        SELECT v.id, v.patient_id, p.last_name, p.first_name, v.starts_at, l.zone, v.visit_type_id::text,
            coalesce(v.provider_id, v.ma_id)::text, v.outcome, r.value, r.why
        FROM read r JOIN over v USING (id) JOIN records_patient p ON p.id = v.patient_id
            JOIN scheduling_location l ON l.id = v.location_id
        WHERE r.code = %(measure)s AND r.why IS NOT DISTINCT FROM %(why)s::text AND {condition}
        ORDER BY r.value DESC NULLS LAST, v.starts_at, v.id
    """  # noqa: S608 - constants of this file; every value is a parameter
    return Statement(sql, parameters)


def start_delays(scope: VisitScope) -> Spread:
    """How late sessions began: first time with a provider after the first scheduled start in the session.

    A session is one block of a provider's weekly pattern on one day. Sessions without a visit that came are
    not counted; an early start is no delay.
    """
    sql = f"""
        WITH {VISITS}, begun AS (
            SELECT s.id, v.local_day, min(v.starts_at) AS scheduled_at, min(i.started_at) AS in_at
            FROM visits v
            JOIN scheduling_providersession s ON s.provider_id = v.provider_id AND s.location_id = v.location_id
                AND s.weekday = extract(isodow FROM v.local_day) - 1 AND v.local_time >= s.starts AND v.local_time < s.ends
                AND s.effective_from <= v.local_day AND coalesce(s.effective_to, v.local_day) >= v.local_day
            LEFT JOIN LATERAL (
                SELECT w.started_at FROM scheduling_visitinterval w
                WHERE w.appointment_id = v.id AND w.state = 'with_provider' AND w.undo_of_id IS NULL
                    AND NOT EXISTS (SELECT 1 FROM scheduling_visitinterval u WHERE u.undo_of_id = w.id)
                ORDER BY w.recorded_at, w.id LIMIT 1
            ) i ON TRUE
            WHERE v.outcome IN ('completed', 'unclosed') AND NOT v.is_walk_in
            GROUP BY s.id, v.local_day
        ), r AS (
            SELECT date_part('epoch', greatest(interval '0', in_at - scheduled_at)) AS value,
                CASE WHEN in_at IS NULL THEN 'missing'
                    WHEN in_at - scheduled_at > interval '6 hours' THEN 'too_long' END AS why
            FROM begun
        )
        SELECT {_SPREAD} FROM r
    """  # noqa: S608 - constants of this file
    ((counted, both, *whys),) = run(sql, scope.parameters())
    median, p90 = both or (None, None)
    return Spread(counted, median, p90, {why: n for why, n in zip(Why, whys, strict=True) if n})
