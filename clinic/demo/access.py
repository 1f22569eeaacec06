"""Weekly looks at access of the time before the demo began, and this week's real one."""

from __future__ import annotations

import datetime as dt

from clinic.demo.dice import row_id, stream
from clinic.demo.hours import at
from clinic.demo.world import World
from scheduling.models import AccessSample
from scheduling.services.access import SAMPLED_AT, sample_access, week_of

WEEKS = 8
# Days to the third open time eight weeks ago: fewest, usual, most. Since then times were opened week by week.
DAYS = {
    "new-patient": (6, 11, 19), "follow-up": (2, 4, 8), "acute": (0, 1, 2), "wellness": (7, 12, 21),
    "well-child": (4, 7, 12), "procedure": (5, 9, 14), "telehealth": (1, 2, 4),
}  # fmt: skip
PROVIDERS = ("provider", "dbrandt")


def write_access(world: World) -> None:
    """What the last weeks' looks would have found; it can't be worked out any more."""
    this_week = week_of(world.today)
    rows = []
    for back in range(WEEKS, 0, -1):
        week = this_week - dt.timedelta(weeks=back)
        when = at(week, SAMPLED_AT, world.zone)
        for login in PROVIDERS:
            for code, (low, usual, high) in DAYS.items():
                dice = stream("access", week, login, code)
                rows.append(
                    AccessSample(
                        pk=row_id(dice, when), week=week, sampled_at=when, location=world.location,
                        provider=world.members[login], visit_type=world.types[code], created_at=when,
                        days=round(dice.triangular(low, high, usual) * back / WEEKS),
                    )
                )  # fmt: skip
    AccessSample.objects.bulk_create(rows, ignore_conflicts=True)
    sample_access()
