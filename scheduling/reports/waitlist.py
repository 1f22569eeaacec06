"""How well given-back time is used again. Domain specification 11, report 7."""

from __future__ import annotations

from functools import partial

from django.urls import reverse

from clinic.core.errors import NotFound
from clinic.core.time import format_local
from clinic.reports.model import (
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
    Row,
    Section,
    Table,
    Tile,
)
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.models import Offer
from scheduling.queries.report_scope import dimension_words, member_names
from scheduling.queries.report_waitlist import BECAME, NOTICE, Refill, freed_rows, offer_counts, refill_groups
from scheduling.reports.common import RowsOf, in_order, visit_scope
from scheduling.rules.outcomes import share

NO_RATE = {"open": "still open: they may yet be filled", "stopped": "stopped by staff, or given back again"}


def build(scope: Scope) -> Findings:
    """Freed times and offers of a scope: two statements."""
    asked = visit_scope(scope)
    found = refill_groups(asked)
    offers = offer_counts(asked)
    whole = found.get(("", ""), Refill())
    bucket = asked.bucket
    sections = [
        Section(f"By {bucket} on which it was given back", _table(bucket.capitalize(), bucket, found),
                plot=Plot("bars", (1, 4), f"Times given back and refilled by {bucket}")),
        Section("By how long before it was given back", _table("Given back", "notice", found)),
        Section("By provider", _table("Whose time", "provider", found)),
        Section("Offers to the waitlist", _offers(offers), empty="No offers were made of these times."),
    ]  # fmt: skip
    return Findings(
        population=sum(whole.became.values()),
        tiles=(
            Tile("Refilled", share(whole.refilled, whole.freed), Kind.PERCENT, whole.refilled,
                 f"{whole.refilled} of {whole.freed} times given back"),
            Tile("From the waitlist", whole.became.get("filled", 0), Kind.COUNT),
            Tile("Until it was filled", whole.median, Kind.MINUTES, whole.refilled,
                 "" if whole.p90 is None else f"90th percentile {whole.p90:,.0f} min"),
        ),
        sections=tuple(sections),
        excluded=tuple(
            Excluded(words, whole.became.get(state, 0), (f"became:{state}",)) for state, words in NO_RATE.items()
        ),
    )  # fmt: skip


def _table(head: str, name: str, found: dict[tuple[str, str], Refill]) -> Table:
    values = {value: one for (key, value), one in found.items() if key == name and one.freed}
    order = [value for value in NOTICE if value in values] if name == "notice" else in_order(name, values)
    lines = tuple(
        _line(
            NOTICE.get(value, value) if name == "notice" else dimension_words(name, value),
            values[value],
            (f"notice:{value}",) if name == "notice" else (),
        )
        for value in order
    )
    columns = (
        Column(head), Column("Given back", Kind.COUNT), Column("From the waitlist", Kind.COUNT),
        Column("By others", Kind.COUNT), Column("Refilled", Kind.COUNT), Column("Share refilled", Kind.PERCENT),
        Column("Median", Kind.MINUTES),
    )  # fmt: skip
    total = _line("All", found.get(("", ""), Refill()), ()) if lines else None
    picks = {2: "became:filled", 3: "became:taken"} if name == "notice" else {}
    return Table(columns, lines, total, picks=picks, sums=((4, (2, 3)),))


def _line(words: str, one: Refill, picks: tuple[str, ...]) -> Line:
    cells = (words, one.freed, one.became.get("filled", 0), one.became.get("taken", 0), one.refilled,
             share(one.refilled, one.freed), one.median)  # fmt: skip
    return Line(cells, picks)


def _offers(counts: dict[str, int]) -> Table:
    lines = tuple(
        Line((str(words), counts[state])) for state, words in Offer.State.choices if counts.get(state)
    )
    total = Line(("All", sum(counts.values()))) if lines else None
    return Table((Column("Offer"), Column("Offers", Kind.COUNT)), lines, total)


def _asked(picks: tuple[str, ...]) -> tuple[str, str]:
    asked = dict(pick.partition(":")[::2] for pick in picks)
    became, notice = asked.pop("became", ""), asked.pop("notice", "")
    if asked or (became and became not in BECAME) or (notice and notice not in NOTICE):
        raise NotFound("There are no such rows.")
    return became, notice


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    became, notice = _asked(picks)
    return RowsOf(freed_rows(visit_scope(scope), became=became, notice=notice), _row)


def _row(row: tuple) -> Row:
    visit, patient, last_name, first_name, freed_at, starts_at, zone, member, state, minutes = row
    name = f"{last_name}, {first_name}" if patient else "–"
    cells = (
        name, format_local(freed_at, zone), format_local(starts_at, zone), member_names().get(member or "", ""),
        BECAME.get(state, state), minutes,
    )  # fmt: skip
    return Row(cells, reverse("scheduling:appointment", args=[visit]) if visit else "", patient)


def _words(picks: tuple[str, ...]) -> str:
    became, notice = _asked(picks)
    words = [BECAME.get(became, ""), NOTICE.get(notice, "")]
    return ", ".join(word for word in words if word) or "Times given back"


def reading(name: str, scope: Scope) -> Reading:
    """The share refilled, or the minutes until then, over a scope, ready to be compared."""
    asked = visit_scope(scope)
    found = refill_groups(asked)
    whole = found.get(("", ""), Refill())
    left_out = {words: whole.became[state] for state, words in NO_RATE.items() if whole.became.get(state)}

    def value(one: Refill) -> float | None:
        return share(one.refilled, one.freed) if name == "refilled" else one.median

    def counted(one: Refill) -> int:
        return one.freed if name == "refilled" else one.refilled

    points = tuple(
        (dimension_words(*key), value(one), counted(one))
        for key, one in sorted(found.items())
        if key[0] == asked.bucket
    )
    return Reading(
        value=value(whole),
        counted=counted(whole),
        p90=whole.p90 if name != "refilled" else None,
        part=whole.refilled,
        left_out=left_out,
        points=points,
    )


_REFILLED = "Times that cancelled and moved visits gave back and another visit took before they passed, of all given back."
_MINUTES = "Minutes from giving back to the booking that took the time."

REPORT = Report(
    code="waitlist",
    title="Waitlist and refilled times",
    about="How many of the times given back were used again, how soon, and by whom.",
    icon="calendar-repeat",
    permission=Permission.REPORT_VIEW,
    build=build,
    detail=Detail(
        columns=(Column("Given back by"), Column("Given back"), Column("Time"), Column("Whose time"), Column("Became"),
                 Column("Until filled", Kind.MINUTES)),
        read=_read,
        words=_words,
        permission=Permission.SCHEDULE_VIEW,
    ),
    order=70,
    unit="times given back",
    definitions=(
        ("Given back", "Times of cancelled and moved visits, by the day on which they were given back."),
        ("Refilled", _REFILLED),
        ("From the waitlist", "By a yes to an offer; the others were booked in the ordinary way."),
        ("Median, 90th percentile", _MINUTES),
    ),
    exclusions="Times that are still open or were stopped are in no share. Times that the desk chose to offer itself, "
               "which nobody gave back, are not counted at all.",
    measures=(
        Measure("refilled", "Times refilled", Kind.PERCENT, _REFILLED, partial(reading, "refilled"), better="higher",
                summary="Share"),
        Measure("minutes-to-refill", "Minutes to refill", Kind.MINUTES, _MINUTES, partial(reading, "minutes"),
                better="lower"),
    ),
)  # fmt: skip
