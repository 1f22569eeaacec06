"""Waits and times of a visit, median and 90th percentile. Domain specification 2.4 and 11, report 2."""

from __future__ import annotations

from functools import partial

from clinic.reports.model import (
    Choice,
    Column,
    Detail,
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
from scheduling.queries.report_flow import MEASURES, Spread, flow, flow_rows, start_delays
from scheduling.queries.report_rooms import turnovers
from scheduling.queries.report_scope import dimension_words
from scheduling.reports.common import ROW_COLUMNS, RowsOf, in_order, pick_words, picked, row_of, visit_scope
from scheduling.rules.flow_measures import WHY_WORDS, Why

DEFINITIONS = {
    "lobby_wait": "From arrival to the room.",
    "late_adjusted_wait": "From arrival or the scheduled time, whichever is later, to the room; never negative.",
    "rooming_time": "From entering the room to ready for the provider.",
    "provider_wait": "From ready to the first time the provider comes in.",
    "door_to_provider": "From arrival to the first time the provider comes in.",
    "provider_time": "All times with the provider in one visit added up.",
    "cycle_time": "From arrival to leaving.",
    "value_added": "Rooming, time with the provider and procedures added up, as a share of door to door.",
    "turnover": "From a patient leaving a room to the room being available again.",
    "start_delay": "From the first scheduled start of a session to the first time its provider comes in; "
    "an early start is no delay.",
}
SESSION = "start_delay"
TURNOVER = "turnover"
LABELS = {code: label for code, (label, _) in MEASURES.items()} | {
    TURNOVER: "Room turnover",
    SESSION: "Start of a session delayed",
}
DIMENSIONS = ("provider", "type", "hour")
HEADS = {"provider": "Seen by", "type": "Kind of visit", "hour": "Scheduled at"}
TITLES = {"provider": "by provider", "type": "by kind of visit", "hour": "by hour of the appointment"}


def value_of(code: str, raw: float | None) -> float | None:
    """Minutes from seconds; a share stays one."""
    if raw is None:
        return None
    return raw if code == "value_added" else raw / 60


def build(scope: Scope) -> Findings:
    """All measures, and the chosen one in detail: three statements."""
    asked, chosen = visit_scope(scope), scope.choices.get("measure", "lobby_wait")
    found = flow(asked, measure=chosen, dimensions=(asked.bucket, *DIMENSIONS))
    whole = found[("", "")]
    everything = {code: whole.get(code, Spread()) for code in MEASURES} | {
        TURNOVER: turnovers(asked), SESSION: start_delays(asked)
    }  # fmt: skip
    share = everything.pop("value_added")
    sections = [Section("All measures", _overview(everything), note="Minutes. A median has half of the readings below it, a 90th percentile nine of ten."),
                Section("Care in the stay", _overview({"value_added": share}))]  # fmt: skip
    label = LABELS[chosen]
    bucket = asked.bucket
    sections.append(Section(f"{label} by {bucket}", _cut(found, chosen, bucket, bucket.capitalize()),
                            plot=Plot("spread", (2, 3), f"{label} by {bucket}, median and 90th percentile")))  # fmt: skip
    sections += [
        Section(f"{label} {TITLES[name]}", _cut(found, chosen, name, HEADS[name])) for name in DIMENSIONS
    ]
    spread = whole.get(chosen, Spread())
    return Findings(
        population=spread.counted + spread.left_out,
        tiles=_tiles(everything | {"value_added": share}),
        sections=tuple(sections),
        excluded=tuple(
            Excluded(
                f"{label}: {WHY_WORDS[why]}", spread.excluded.get(why, 0), (f"measure:{chosen}", f"why:{why}")
            )
            for why in Why
        ),
    )


def _tiles(found: dict[str, Spread]) -> tuple[Tile, ...]:
    def tile(code: str, label: str) -> Tile:
        one = found[code]
        p90 = value_of(code, one.p90)
        is_share = code == "value_added"
        hint = "" if p90 is None or is_share else f"90th percentile {p90:.0f} min"
        return Tile(
            label, value_of(code, one.median), Kind.PERCENT if is_share else Kind.MINUTES, one.counted, hint
        )

    return (
        tile("lobby_wait", "Wait for a room"),
        tile("provider_wait", "Wait for the provider"),
        tile("door_to_provider", "Door to provider"),
        tile("cycle_time", "Door to door"),
        tile("value_added", "Part of it with care"),
    )


def _overview(found: dict[str, Spread]) -> Table:
    kind = Kind.PERCENT if "value_added" in found else Kind.MINUTES
    lines = tuple(
        Line(
            (LABELS[code], value_of(code, one.median), value_of(code, one.p90), one.counted, one.left_out),
            (f"measure:{code}",) if code in MEASURES else (),
        )
        for code, one in found.items()
    )
    return Table(
        columns=(
            Column("Measure"),
            Column("Median", kind),
            Column("90th percentile", kind),
            Column("Counted", Kind.COUNT),
            Column("Left out", Kind.COUNT),
        ),
        lines=lines,
        picks={3: ""},
    )


def _cut(found: dict[tuple[str, str], dict[str, Spread]], code: str, name: str, head: str) -> Table:
    """The chosen measure for each value of a dimension."""
    values = {value: spreads[code] for (key, value), spreads in found.items() if key == name}
    kind = Kind.PERCENT if code == "value_added" else Kind.MINUTES
    lines = tuple(
        Line(
            (
                dimension_words(name, value) if value else "Nobody named",
                values[value].counted,
                value_of(code, values[value].median),
                value_of(code, values[value].p90),
                values[value].left_out,
            ),
            (f"measure:{code}", f"{name}:{value}"),
        )
        for value in in_order(name, values)
    )
    return Table(
        columns=(Column(head), Column("Counted", Kind.COUNT), Column("Median", kind), Column("90th percentile", kind), Column("Left out", Kind.COUNT)),
        lines=lines,
        picks={1: ""},
    )  # fmt: skip


def _asked(picks: tuple[str, ...]) -> tuple[str, Why | None]:
    """Measure and reason among the picks; the wait for a room, and no reason, where they name none that exists."""
    asked = dict(pick.partition(":")[::2] for pick in picks)
    code = asked.get("measure", "")
    why = next((one for one in Why if one.value == asked.get("why")), None)
    return (code if code in MEASURES else "lobby_wait"), why


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    code, why = _asked(picks)
    within = picked(picks, besides=("measure", "why"))
    statement = flow_rows(visit_scope(scope), measure=code, why=why or "", within=within)
    return RowsOf(statement, lambda row: row_of(row, _shown(code, row[9])))


def _shown(code: str, raw: float | None) -> str:
    """Minutes with one decimal, or percent, as the row's last cell."""
    value = value_of(code, raw)
    if value is None:
        return "–"
    return f"{value * 100:.0f}%" if code == "value_added" else f"{value:.1f} min"


def _words(picks: tuple[str, ...]) -> str:
    code, why = _asked(picks)
    parts = [LABELS[code]]
    if why:
        parts.append(f"left out because {WHY_WORDS[why]}")
    rest = [pick for pick in picks if pick.partition(":")[0] not in ("measure", "why")]
    return ", ".join(parts + ([pick_words(rest)] if rest else []))


def reading(code: str, scope: Scope) -> Reading:
    """One measure over one scope, ready to be compared."""
    asked = visit_scope(scope)
    if code == SESSION:
        return _plain_reading(code, start_delays(asked))
    if code == TURNOVER:
        return _plain_reading(code, turnovers(asked))
    found = flow(asked, measure=code, dimensions=(asked.bucket,))
    points = tuple(
        (dimension_words(asked.bucket, value), value_of(code, spreads[code].median), spreads[code].counted)
        for (name, value), spreads in sorted(found.items(), key=lambda item: item[0])
        if name == asked.bucket
    )
    return _plain_reading(code, found[("", "")].get(code, Spread()), points)


def _plain_reading(code: str, spread: Spread, points: tuple = ()) -> Reading:
    return Reading(
        value=value_of(code, spread.median),
        p90=value_of(code, spread.p90),
        counted=spread.counted,
        left_out={WHY_WORDS[why]: count for why, count in spread.excluded.items()},
        points=points,
    )


REPORT = Report(
    code="patient-flow",
    title="Patient flow",
    about="Waits and times of a visit: median, 90th percentile, and how many could not be measured.",
    icon="hourglass",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=Detail(
        columns=(*ROW_COLUMNS, Column("Time", Kind.TEXT)),
        read=_read,
        words=_words,
        permission=Permission.SCHEDULE_VIEW,
    ),
    choices=(Choice("measure", "In detail", lambda: [(code, LABELS[code]) for code in MEASURES]),),
    definitions=(
        *((LABELS[code], words) for code, words in DEFINITIONS.items()),
        ("Whose visits", "Visits that are over: completed, left without being seen, or never checked out. A measure "
                         "asks only kinds of visit that can have it: a blood draw has no wait for the provider."),
        ("Median, 90th percentile", "Nearest rank: a value that was really measured."),
        ("Moves taken back", "Time in a state that was undone counts for the state that was returned to."),
    ),
    exclusions="A reading is left out when a time is missing, when it is negative or longer than 6 hours, and when "
               "both of its times were entered within 5 seconds of one another.",
    unit="readings of the chosen measure",
    measures=tuple(
        Measure(
            code, LABELS[code], Kind.PERCENT if code == "value_added" else Kind.MINUTES, DEFINITIONS[code],
            partial(reading, code),
            better="higher" if code == "value_added" else "" if code == "provider_time" else "lower",
        )
        for code in LABELS
    ),
    order=20,
)  # fmt: skip
