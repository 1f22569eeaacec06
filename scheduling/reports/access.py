"""How long patients wait for an appointment. Domain specification 2.4 and 11, report 4."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from clinic.reports.model import (
    Column,
    Excluded,
    Findings,
    Kind,
    Line,
    Measure,
    Plot,
    Reading,
    Report,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_access import Lead, Sample, leads, samples
from scheduling.queries.report_scope import dimension_words
from scheduling.reports.common import VISIT_DETAIL, in_order, visit_scope
from scheduling.rules.waits import percentile

FEWER = "weekly looks that found fewer than three open times"
WALK_INS = "walk-ins, which nobody booked"
MOVED = "visits moved to another time (they count where they went)"


def build(scope: Scope) -> Findings:
    """Samples and lead times of one scope: two statements."""
    asked = visit_scope(scope)
    looks = samples(asked)
    found, left_out = leads(asked, [asked.bucket, "type", "provider"])
    whole = found.get(("", ""))
    known = [look for look in looks if look.days is not None]
    latest = max((look.week for look in looks), default=None)
    now_days = _middle(look for look in known if look.week == latest)
    bucket = asked.bucket
    return Findings(
        population=len(looks) + (whole.counted if whole else 0) + sum(left_out.values()),
        tiles=(
            Tile("Third next available", now_days, Kind.DAYS, hint="in the latest week, median"),
            Tile("Booked ahead", whole.median if whole else None, Kind.DAYS, whole.counted if whole else None,
                 f"90th percentile {whole.p90} days" if whole else ""),
        ),
        sections=(
            Section("Third next available by week", _looks("Week", looks, lambda look: f"week:{look.week}"),
                    plot=Plot("line", (1, 2), "Third next available by week, median and longest"),
                    empty="No weekly look in these days yet. One is taken every Monday."),
            Section("By kind of visit", _looks("Kind of visit", looks, lambda look: f"type:{look.visit_type_id}"),
                    empty="No weekly look in these days yet."),
            Section("By provider", _looks("Provider", looks, lambda look: f"provider:{look.provider_id}"),
                    empty="No weekly look in these days yet."),
            Section(f"Booked ahead by {bucket}", _leads(bucket.capitalize(), bucket, found),
                    plot=Plot("spread", (2, 3), f"Days booked ahead by {bucket}, median and 90th percentile")),
            Section("Booked ahead by kind of visit", _leads("Kind of visit", "type", found)),
            Section("Booked ahead by provider", _leads("Seen by", "provider", found)),
        ),
        excluded=(
            Excluded(FEWER, len(looks) - len(known)),
            Excluded(WALK_INS, left_out.get("walk-in", 0), ("lead:walk-in",)),
            Excluded(MOVED, left_out.get("rescheduled", 0), ("outcome:rescheduled",)),
        ),
    )  # fmt: skip


def _middle(looks: Iterable[Sample]) -> float | None:
    return percentile([look.days for look in looks if look.days is not None], 0.5)


def _looks(head: str, looks: list[Sample], key: Callable[[Sample], str]) -> Table:
    """Median, longest and latest of the looks, grouped by a `dimension:value`."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for look in looks:
        groups[key(look)].append(look)
    name = next(iter(groups), "week:").partition(":")[0]
    values = in_order(name, {group.partition(":")[2]: None for group in groups})
    lines = []
    for value in values:
        own = groups[f"{name}:{value}"]
        known = [look.days for look in own if look.days is not None]
        last = _middle(look for look in own if look.week == own[-1].week)
        cells = (
            dimension_words(name, value),
            percentile(known, 0.5),
            max(known, default=None),
            last,
            len(own),
        )
        lines.append(Line(cells))
    columns = (
        Column(head), Column("Median", Kind.DAYS), Column("Longest", Kind.DAYS), Column("Latest", Kind.DAYS),
        Column("Looks", Kind.NUMBER),
    )  # fmt: skip
    return Table(columns, tuple(lines))


def _leads(head: str, name: str, found: dict[tuple[str, str], Lead]) -> Table:
    values = {value: lead for (key, value), lead in found.items() if key == name}
    lines = tuple(
        Line(
            (dimension_words(name, value), values[value].counted, values[value].median, values[value].p90),
            (f"{name}:{value}",),
        )
        for value in in_order(name, values)
    )
    return Table(
        (Column(head), Column("Booked", Kind.COUNT), Column("Median", Kind.DAYS), Column("90th percentile", Kind.DAYS)),
        lines,
        picks={1: ""},
    )  # fmt: skip


def third_next_reading(scope: Scope) -> Reading:
    """The median of all looks in a scope."""
    looks = samples(visit_scope(scope))
    known = [look.days for look in looks if look.days is not None]
    weeks: dict[str, list[Sample]] = defaultdict(list)
    for look in looks:
        weeks[look.week.isoformat()].append(look)
    return Reading(
        value=percentile(known, 0.5),
        p90=percentile(known, 0.9),
        counted=len(known),
        left_out={FEWER: len(looks) - len(known)} if len(looks) > len(known) else {},
        points=tuple(
            (dimension_words("week", week), _middle(own), len(own)) for week, own in sorted(weeks.items())
        ),
    )


def lead_reading(scope: Scope) -> Reading:
    """Days from booking to the visit over a scope."""
    asked = visit_scope(scope)
    found, left_out = leads(asked, [asked.bucket])
    whole = found.get(("", ""))
    words = {"walk-in": WALK_INS, "rescheduled": MOVED}
    return Reading(
        value=float(whole.median) if whole else None,
        p90=float(whole.p90) if whole else None,
        counted=whole.counted if whole else 0,
        left_out={words[name]: count for name, count in left_out.items()},
        points=tuple(
            (dimension_words(asked.bucket, value), float(lead.median), lead.counted)
            for (name, value), lead in sorted(found.items())
            if name == asked.bucket
        ),
    )


_THIRD = (
    "Calendar days (weekends counted) to the third open time of one provider and kind of visit; time kept back or held "
    "for same-day requests is not open. Looked at every Monday at seven."
)
_LEAD = "Calendar days from the day of booking to the day of the visit, by the location’s clock."

REPORT = Report(
    code="access",
    title="Access",
    about="How long patients wait for an appointment: third next available, and how far ahead visits are booked.",
    icon="calendar-search",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=VISIT_DETAIL,
    order=40,
    unit="weekly looks and booked visits",
    definitions=(
        ("Third next available", _THIRD + " Often aimed at: the same or the next day in primary care, within ten working "
                                 "days for a specialist."),
        ("Booked ahead", _LEAD + " Cancelled visits count: they were waited for too."),
        ("Looks", "How many providers and kinds of visit were looked at, week by week."),
    ),
    exclusions="A look that found fewer than three open times within half a year has no number of days.",
    measures=(
        Measure("third-next", "Third next available", Kind.DAYS, _THIRD, third_next_reading, better="lower"),
        Measure("lead-time", "Booked ahead", Kind.DAYS, _LEAD, lead_reading),
    ),
)  # fmt: skip
