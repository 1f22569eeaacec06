"""What the reports on visits share: scope, picks, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from clinic.core.errors import NotFound
from clinic.core.time import format_local
from clinic.reports.model import Column, Detail, Kind, Reading, Row
from clinic.reports.scope import Scope
from clinic.staff.permissions import Permission
from scheduling.queries.report_rows import visit_rows
from scheduling.queries.report_scope import (
    DIMENSIONS,
    Statement,
    VisitScope,
    dimension_words,
    member_names,
    reasons,
    type_names,
)
from scheduling.rules.outcomes import WORDS, Outcome

Counts = Mapping[Outcome, int]


def visit_scope(scope: Scope) -> VisitScope:
    """The frame's scope as this app's queries take it."""
    return VisitScope(scope.first, scope.last, scope.location, scope.provider)


def picked(picks: Iterable[str], *, besides: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Picks as (dimension, value). `besides` are names that the caller reads itself; any other is refused."""
    found = []
    for pick in picks:
        name, _, value = pick.partition(":")
        if name in besides:
            continue
        if name not in DIMENSIONS or len(value) > 40:
            raise NotFound("There are no such rows.")
        found.append((name, value))
    return found


def pick_words(picks: Iterable[str], *, besides: Iterable[str] = ()) -> str:
    """What was picked, for a heading."""
    words = [dimension_words(name, value) for name, value in picked(picks, besides=besides)]
    return ", ".join(words) or "All visits"


@dataclass(frozen=True)
class RowsOf:
    """The rows of a statement, each made ready to be shown."""

    statement: Statement
    make: Callable[[tuple], Row]

    def __getitem__(self, wanted: slice) -> list[Row]:
        return [self.make(row) for row in self.statement[wanted]]

    def chunks(self) -> Iterator[list[Row]]:
        for rows in self.statement.chunks():
            yield [self.make(row) for row in rows]


def row_of(visit: tuple, *more: object) -> Row:
    """A row from the first nine columns that the row queries have in common."""
    pk, patient, last_name, first_name, starts_at, zone, kind, provider, outcome = visit[:9]
    return Row(
        cells=(
            f"{last_name}, {first_name}",
            format_local(starts_at, zone),
            type_names().get(kind, ""),
            member_names().get(provider or "", ""),
            WORDS[Outcome(outcome)],
            *more,
        ),
        url=reverse("scheduling:appointment", args=[pk]),
        patient_id=patient,
    )


ROW_COLUMNS = (
    Column("Patient"),
    Column("When"),
    Column("Kind of visit"),
    Column("Seen by"),
    Column("Outcome"),
)


def _read(scope: Scope, picks: tuple[str, ...]) -> RowsOf:
    words = reasons()
    statement = visit_rows(visit_scope(scope), picked(picks))
    return RowsOf(statement, lambda row: row_of(row, row[9], words.get(row[10], "")))


VISIT_DETAIL = Detail(
    columns=(*ROW_COLUMNS, Column("Booked ahead", Kind.DAYS), Column("Why cancelled")),
    read=_read,
    words=pick_words,
    permission=Permission.SCHEDULE_VIEW,
)


def total_of(counts: Counts, outcomes: Iterable[Outcome]) -> int:
    return sum(counts.get(one, 0) for one in outcomes)


def in_order(name: str, values: Mapping[str, object]) -> list[str]:
    """Values of a dimension in the order a reader expects: time by time, types and people by the clinic's order."""
    if name in ("type", "provider"):
        order = {key: at for at, key in enumerate(type_names() if name == "type" else member_names())}
        return sorted(values, key=lambda value: (order.get(value, len(order)), value))
    if name in ("weekday", "hour"):
        return sorted(values, key=int)
    return sorted(values)


def rate_points(
    by_bucket: Mapping[str, Counts], bucket: str, part: Iterable[Outcome], whole: Iterable[Outcome]
) -> tuple[tuple[str, float | None, int], ...]:
    """A rate by day, week or month: label, share, how many it is a share of."""
    part, whole = frozenset(part), frozenset(whole)
    points = []
    for value in sorted(by_bucket):
        n = total_of(by_bucket[value], whole)
        share = total_of(by_bucket[value], part) / n if n else None
        points.append((dimension_words(bucket, value), share, n))
    return tuple(points)


def rate_reading(
    counts: Counts, by_bucket: Mapping[str, Counts], bucket: str, part: Iterable[Outcome], whole: Iterable[Outcome],
    left_out: Mapping[str, int],
) -> Reading:  # fmt: skip
    """A rate over a scope, ready to be compared."""
    part, whole = frozenset(part), frozenset(whole)
    n, many = total_of(counts, whole), total_of(counts, part)
    return Reading(
        value=many / n if n else None,
        counted=n,
        part=many,
        left_out={words: count for words, count in left_out.items() if count},
        points=rate_points(by_bucket, bucket, part, whole),
    )
