"""Sessions for today's hours where the weekly pattern has none: the demo is open whenever it is shown."""

from __future__ import annotations

import datetime as dt

from clinic.demo.columns import COLUMNS
from clinic.demo.hours import Day
from clinic.demo.world import World
from scheduling.models import ProviderSession

Span = tuple[dt.time, dt.time]


def open_sessions(world: World, day: Day) -> None:
    """Adds one-day sessions for the part of `day` that no session covers. Doing it again adds nothing."""
    opens = day.opens_at.astimezone(world.zone).time()
    closes = day.closes_at.astimezone(world.zone).time()
    if closes <= opens:
        return
    for column in COLUMNS:
        member = world.members[column.member]
        there = ProviderSession.objects.filter(
            provider=member, location=world.location, weekday=day.day.weekday(), effective_from__lte=day.day
        ).exclude(effective_to__lt=day.day)
        for start, end in without((opens, closes), sorted(there.values_list("starts", "ends"))):
            session = ProviderSession.objects.create(
                provider=member, location=world.location, weekday=day.day.weekday(), starts=start, ends=end,
                effective_from=day.day, effective_to=day.day,
            )  # fmt: skip
            session.visit_types.set([world.types[code] for code in column.visit_types if code in world.types])


def without(whole: Span, taken: list[Span]) -> list[Span]:
    """The parts of a span that none of the others covers."""
    free, at = [], whole[0]
    for start, end in taken:
        if start > at and start < whole[1]:
            free.append((at, start))
        at = max(at, end)
    if at < whole[1]:
        free.append((at, whole[1]))
    return [(a, b) for a, b in free if b > a]
