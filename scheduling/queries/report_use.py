"""How far sessions were filled, and how much of them became visits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from clinic.core.time import now
from scheduling.queries.report_scope import VISITS, VisitScope, all_locations, run
from scheduling.queries.rosters import load_roster
from scheduling.rules.slots import without


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a session that somebody could be booked in: leave, meetings and closed days taken out."""

    member_id: UUID
    location_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int

    @property
    def minutes(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Use:
    """Minutes of one stretch: offered, booked (overbooks once), and of visits that were completed."""

    stretch: Stretch
    booked: float
    completed: float
    is_over: bool

    @property
    def slots(self) -> float:
        return self.stretch.minutes / self.stretch.slot_minutes

    @property
    def booked_slots(self) -> float:
        return self.booked / self.stretch.slot_minutes


def stretches(scope: VisitScope) -> Iterator[Stretch]:
    """What the rosters of the scope's locations offered, day by day."""
    for place in all_locations():
        if scope.location_id not in (None, place.pk):
            continue
        roster = load_roster(place, scope.first, scope.last)
        members = [scope.provider_id] if scope.provider_id else roster.member_ids()
        away = {member: [absence.span for absence in roster.away(member)] for member in members}
        for offset in range(scope.days):
            day = scope.first + timedelta(days=offset)
            # Sessions that overlap offer their common time once.
            offered: dict[UUID, list] = {}
            for session in roster.sessions(day):
                member = session.block.member_id
                if member in away:
                    before = offered.setdefault(member, [])
                    spans = without([session.span], [*away[member], *before])
                    before += spans
                    for span in spans:
                        yield Stretch(member, place.pk, day, span.start, span.end, session.block.slot_minutes)


def use_of_sessions(scope: VisitScope) -> tuple[list[Use], int]:
    """Each stretch with what became of it, and how many visits lie in none. One statement besides the rosters."""
    offered = list(stretches(scope))
    parameters = scope.parameters() | {
        "members": [one.member_id for one in offered],
        "places": [one.location_id for one in offered],
        "days": [one.day for one in offered],
        "starts": [one.starts_at for one in offered],
        "ends": [one.ends_at for one in offered],
    }
    sql = f"""
        WITH {VISITS}, offered AS MATERIALIZED (
            SELECT no, member, place, day, tstzrange(starts_at, ends_at) AS during
            FROM unnest(%(members)s::uuid[], %(places)s::uuid[], %(days)s::date[], %(starts)s::timestamptz[],
                %(ends)s::timestamptz[]) WITH ORDINALITY AS o (member, place, day, starts_at, ends_at, no)
        ), standing AS MATERIALIZED (
            SELECT coalesce(provider_id, ma_id) AS member, location_id AS place, local_day AS day, outcome,
                tstzrange(starts_at, ends_at) AS during
            FROM visits WHERE outcome NOT IN ('cancel', 'late_cancel', 'rescheduled')
        ), taken AS (
            SELECT member, place, day, range_agg(during) AS booked,
                coalesce(range_agg(during) FILTER (WHERE outcome = 'completed'), '{{}}') AS completed
            FROM standing GROUP BY member, place, day
        )
        SELECT o.no,
            (SELECT sum(extract(epoch FROM upper(r) - lower(r))) FROM unnest(t.booked * o.during::tstzmultirange) r),
            (SELECT sum(extract(epoch FROM upper(r) - lower(r))) FROM unnest(t.completed * o.during::tstzmultirange) r)
        FROM offered o JOIN taken t USING (member, place, day)
        UNION ALL
        SELECT 0, count(*), 0 FROM standing s WHERE NOT EXISTS (
            SELECT 1 FROM offered o WHERE o.member = s.member AND o.place = s.place AND o.day = s.day AND o.during && s.during)
    """  # noqa: S608 - constants of this module; every value is a parameter
    found = {
        no: (float(booked or 0) / 60, float(done or 0) / 60) for no, booked, done in run(sql, parameters)
    }
    outside = round(found.pop(0)[0] * 60)
    at = now()
    uses = [Use(one, *found.get(no, (0.0, 0.0)), one.ends_at <= at) for no, one in enumerate(offered, 1)]
    return uses, outside
