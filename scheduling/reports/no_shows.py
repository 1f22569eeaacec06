"""No-shows, late and timely cancellations, and what goes with them. Domain specification 2.4 and 11, report 3."""

from __future__ import annotations

from functools import partial

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
from scheduling.queries.report_scope import NEWNESS, REMINDER, dimension_words, tally
from scheduling.reports.common import VISIT_DETAIL, Counts, in_order, rate_reading, total_of, visit_scope
from scheduling.rules.outcomes import KEPT_TIME, LEADS, WALK_IN, WORDS, Outcome, share

FINISHED = KEPT_TIME | {Outcome.CANCEL}
NOT_COUNTED = (
    Outcome.RESCHEDULED,
    Outcome.TO_COME,
    Outcome.IN_CLINIC,
    Outcome.UNCLOSED,
    Outcome.UNMARKED,
)
# Dimension -> heading of the section, heading of the column, order of the values (None: as they come).
SPLITS: dict[str, tuple[str, str, tuple[str, ...] | None]] = {
    "lead": ("By how long ahead it was booked", "Booked ahead", (*LEADS, WALK_IN)),
    "weekday": ("By weekday", "Weekday", None),
    "type": ("By kind of visit", "Kind of visit", None),
    "newness": ("New and established patients", "Patient", tuple(NEWNESS)),
    "reminder": ("By reminder", "Reminder", tuple(REMINDER)),
    "provider": ("By provider", "Seen by", None),
}
REASON = "reason"


def build(scope: Scope) -> Findings:
    """Rates of one scope with every split: one statement."""
    asked = visit_scope(scope)
    found = tally(asked, [asked.bucket, *SPLITS, REASON])
    counts = found[""].get("", {})
    name = {"day": "day", "week": "week", "month": "month"}[asked.bucket]
    line = Plot("line", (3, 5), f"No-shows and late cancellations by {name}")
    bars = {"lead", "weekday"}
    sections = [
        Section(
            f"By {name}",
            _table(name.capitalize(), asked.bucket, found[asked.bucket], counts, None),
            plot=line,
        )
    ]
    for dimension, (title, head, order) in SPLITS.items():
        table = _table(head, dimension, found[dimension], counts, order)
        plot = Plot("bars", (3, 5), f"{title}: rates") if dimension in bars else None
        sections.append(Section(title, table, plot=plot))
    sections.append(Section("Why visits were cancelled", _reasons(found[REASON])))
    return Findings(
        population=sum(counts.values()),
        tiles=_tiles(counts),
        sections=tuple(sections),
        excluded=tuple(
            Excluded(WORDS[one].lower(), counts.get(one, 0), (f"outcome:{one}",)) for one in NOT_COUNTED
        ),
    )  # fmt: skip


def rate(counts: Counts, *outcomes: Outcome, of: frozenset[Outcome] = KEPT_TIME) -> float | None:
    """The share of these outcomes, None where nothing is to be shared."""
    return share(total_of(counts, outcomes), total_of(counts, of))


def _tiles(counts: Counts) -> tuple[Tile, ...]:
    kept, finished = total_of(counts, KEPT_TIME), total_of(counts, FINISHED)
    return (
        Tile("No-show rate", rate(counts, Outcome.NO_SHOW), Kind.PERCENT, counts.get(Outcome.NO_SHOW, 0),
             f"{counts.get(Outcome.NO_SHOW, 0)} of {kept:,}"),
        Tile("Late cancel rate", rate(counts, Outcome.LATE_CANCEL), Kind.PERCENT, counts.get(Outcome.LATE_CANCEL, 0),
             f"{counts.get(Outcome.LATE_CANCEL, 0)} of {kept:,}"),
        Tile("Cancelled in time", rate(counts, Outcome.CANCEL, of=FINISHED), Kind.PERCENT, counts.get(Outcome.CANCEL, 0),
             f"{counts.get(Outcome.CANCEL, 0)} of {finished:,} booked"),
        Tile("Left without being seen", counts.get(Outcome.LEFT, 0), Kind.COUNT),
    )  # fmt: skip


def _table(
    head: str, name: str, found: dict[str, Counts], counts: Counts, order: tuple[str, ...] | None
) -> Table:
    values = [value for value in (order or in_order(name, found)) if value in found]
    lines = tuple(
        line
        for value in values
        if (line := _line(dimension_words(name, value), found[value], f"{name}:{value}")).cells[1]
        or line.cells[6]
    )
    return Table(
        columns=(
            Column(head),
            Column("Counted", Kind.COUNT),
            Column("No-shows", Kind.COUNT),
            Column("No-show rate", Kind.PERCENT),
            Column("Late cancels", Kind.COUNT),
            Column("Late cancel rate", Kind.PERCENT),
            Column("Cancelled in time", Kind.COUNT),
        ),
        lines=lines,
        total=_line("All", counts, "") if lines else None,
        picks={2: "outcome:no_show", 4: "outcome:late_cancel", 6: "outcome:cancel"},
    )


def _line(words: str, counts: Counts, pick: str) -> Line:
    cells = (
        words,
        total_of(counts, KEPT_TIME),
        counts.get(Outcome.NO_SHOW, 0),
        rate(counts, Outcome.NO_SHOW),
        counts.get(Outcome.LATE_CANCEL, 0),
        rate(counts, Outcome.LATE_CANCEL),
        counts.get(Outcome.CANCEL, 0),
    )
    return Line(cells, (pick,) if pick else ())


def _reasons(found: dict[str, Counts]) -> Table:
    counted = {reason: counts for reason, counts in found.items() if reason}
    lines = sorted(
        (
            Line(
                (
                    dimension_words(REASON, reason),
                    total_of(counts, (Outcome.CANCEL, Outcome.LATE_CANCEL)),
                    counts.get(Outcome.LATE_CANCEL, 0),
                    counts.get(Outcome.CANCEL, 0),
                ),
                (f"reason:{reason}",),
            )
            for reason, counts in counted.items()
        ),
        key=lambda line: (-line.cells[1], line.cells[0]),
    )
    total = tuple(sum(line.cells[at] for line in lines) for at in (1, 2, 3))
    return Table(
        columns=(
            Column("Reason"),
            Column("Cancelled", Kind.COUNT),
            Column("Late", Kind.COUNT),
            Column("In time", Kind.COUNT),
        ),
        lines=tuple(lines),
        total=Line(("All", *total)) if lines else None,
        picks={1: "", 2: "outcome:late_cancel", 3: "outcome:cancel"},
        sums=((1, (2, 3)),),
    )


def reading(part: Outcome, whole: frozenset[Outcome], scope: Scope) -> Reading:
    """One rate over one scope, ready to be compared."""
    asked = visit_scope(scope)
    found = tally(asked, [asked.bucket])
    counts = found[""].get("", {})
    left_out = {WORDS[one].lower(): counts.get(one, 0) for one in NOT_COUNTED}
    return rate_reading(counts, found[asked.bucket], asked.bucket, (part,), whole, left_out)


_RATE = "divided by all that kept their time to the end: completed, no-show, cancelled late, left without being seen."

REPORT = Report(
    code="no-shows",
    title="No-shows and cancellations",
    about="Who did not come or called off, by lead time, weekday, kind of visit, patient and reminder.",
    icon="calendar-off",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=VISIT_DETAIL,
    order=30,
    definitions=(
        ("No-show rate", f"No-shows {_RATE}"),
        ("Late cancel rate", f"Visits cancelled late {_RATE} Late is less than the hours set under Schedule settings "
                             "(24 unless changed) before the start, as it stood when the visit was cancelled."),
        ("Cancelled in time", "All other cancelled visits, as a share of all booked visits that are over."),
        ("Counted", "Visits that kept their time to the end; what the two rates are a share of. Walk-ins are among "
                    "the completed ones."),
        ("Booked ahead", "Calendar days from booking to the visit, by the location’s clock."),
        ("New patient", "No completed visit and no encounter in the chart in the three years before this visit."),
        ("Reminder", "Confirmed: by the patient or by the desk for them. Reminded: at least one reminder left. Not "
                     "delivered: every reminder failed. No reminder: none was sent, for lack of consent, address or time."),
    ),
    exclusions="Visits that are not over, were never closed, or were moved to another time are in no rate; visits "
               "cancelled in time are in neither rate and shown beside them.",
    measures=(
        Measure("no-show-rate", "No-show rate", Kind.PERCENT, f"No-shows {_RATE}",
                partial(reading, Outcome.NO_SHOW, KEPT_TIME), better="lower", summary="Rate"),
        Measure("late-cancel-rate", "Late cancel rate", Kind.PERCENT, f"Visits cancelled late {_RATE}",
                partial(reading, Outcome.LATE_CANCEL, KEPT_TIME), better="lower", summary="Rate"),
        Measure("timely-cancel-rate", "Cancelled in time", Kind.PERCENT,
                "Visits cancelled in time, as a share of all booked visits that are over.",
                partial(reading, Outcome.CANCEL, FINISHED), summary="Rate"),
    ),
)  # fmt: skip
