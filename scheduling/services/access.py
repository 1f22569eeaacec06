"""The weekly look at how long patients wait for an appointment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from clinic.core.db import service
from clinic.core.tasks import only_one
from clinic.core.time import now, zone
from scheduling.models import AccessSample, Location
from scheduling.queries.access import third_next_available
from scheduling.queries.needs import rostered
from scheduling.queries.rosters import load_roster
from scheduling.queries.settings import bookable_member, locations, visit_types
from scheduling.rules.wall_time import to_instant_shifted

# Monday at seven, before the desk opens; a clinic that was off then is looked at as soon as it is back.
SAMPLED_AT = time(7)
AHEAD = timedelta(days=180)


@service
def sample_access() -> int:
    """Takes this week's sample at every location where it is due; returns how many rows were written.

    A second run finds it taken. Not audited: it names no patient and changes nothing that anybody did.
    """
    if not only_one("scheduling.sample_access"):
        return 0
    return sum(_sample(place) for place in locations())


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def _sample(place: Location) -> int:
    at = now()
    today = at.astimezone(zone(place.zone)).date()
    week = week_of(today)
    if at < to_instant_shifted(week, SAMPLED_AT, zone(place.zone)):
        return 0
    if AccessSample.objects.filter(week=week, location=place).exists():
        return 0
    rows = list(_rows(place, week, today, at))
    AccessSample.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _rows(place: Location, week: date, today: date, at: datetime):
    roster = load_roster(place, today, today + AHEAD)
    for kind in visit_types():
        if not kind.needs_provider:
            continue
        for member_id in rostered(place, kind):
            takes = any(block.member_id == member_id and block.takes(kind.pk) for block in roster.blocks)
            provider = bookable_member(member_id)
            if takes and provider is not None:
                third = third_next_available(provider, kind, today, location=place)
                yield AccessSample(
                    week=week,
                    sampled_at=at,
                    location=place,
                    provider=provider,
                    visit_type=kind,
                    days=None if third is None else (third - today).days,
                )
