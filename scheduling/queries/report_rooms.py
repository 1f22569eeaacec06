"""How long rooms stand between two patients."""

from __future__ import annotations

from scheduling.queries.report_flow import Spread
from scheduling.queries.report_scope import VisitScope, run
from scheduling.rules.flow_measures import Why


def turnovers(scope: VisitScope) -> Spread:
    """From a patient leaving a room to the room being available again, by the day on which the patient left.

    A room taken out of service in between counts as missing; over 6 hours (left dirty overnight) it is left out.
    Rooms know no provider: a scope of one provider has none. One statement.
    """
    if scope.provider_id:
        return Spread()
    sql = """
        WITH turned AS (
            SELECT c.state, c.at, lead(c.state) OVER later AS next_state, lead(c.at) OVER later AS next_at,
                (c.at AT TIME ZONE l.zone)::date AS day
            FROM scheduling_roomchange c JOIN scheduling_room r ON r.id = c.room_id
                JOIN scheduling_location l ON l.id = r.location_id
            WHERE r.location_id = ANY(%(locations)s) AND c.state <> 'cleaning'
                AND c.at >= %(first)s::date - interval '1 day' AND c.at < %(last)s::date + interval '3 days'
            WINDOW later AS (PARTITION BY c.room_id ORDER BY c.at, c.id)
        ), read AS (
            SELECT extract(epoch FROM next_at - at)::float8 AS value,
                CASE WHEN next_at IS NULL OR next_state <> 'available' THEN 'missing'
                    WHEN next_at - at > interval '6 hours' THEN 'too_long' END AS why
            FROM turned WHERE state = 'dirty' AND day BETWEEN %(first)s AND %(last)s
        )
        SELECT count(*) FILTER (WHERE why IS NULL),
            percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY value) FILTER (WHERE why IS NULL),
            count(*) FILTER (WHERE why = 'missing'), count(*) FILTER (WHERE why = 'too_long')
        FROM read
    """
    ((counted, both, missing, too_long),) = run(sql, scope.parameters())
    median, p90 = both or (None, None)
    excluded = {why: n for why, n in ((Why.MISSING, missing), (Why.TOO_LONG, too_long)) if n}
    return Spread(counted, median, p90, excluded)
