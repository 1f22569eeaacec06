"""What the billing reports share: tables cut by a dimension, readings, and the words of picks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Model

from billing.queries.report_source import Groups, bucket_of
from clinic.core.errors import NotFound
from clinic.reports.model import Column, Kind, Line, Reading, Table
from clinic.reports.scope import Scope
from scheduling.queries.report_scope import dimension_words
from scheduling.reports.common import in_order

ZERO = Decimal("0.00")
COURSES = ("day", "week", "month")
Cells = Callable[[tuple], tuple]


def ratio(part, whole) -> float | None:
    """`part` of `whole` (dollars or counts) as a share, None where there is nothing to share."""
    return float(part) / float(whole) if whole else None


def cut(
    head: str, name: str, found: Groups, columns: Sequence[Column], cells: Cells, *, words: Mapping[str, str] | None = None,
    order: Sequence[str] = (), picks: dict[int, str] | None = None, has_total: bool = True, by: int | None = None,
    nothing: str = "Nobody named",
) -> Table:  # fmt: skip
    """The groups of one dimension as a table; `cells` makes the cells of a group, `by` sorts by one of its measures.

    `picks` open the rows of a column, see `clinic.reports.model.Table`; courses over days have none.
    """
    groups = {value: row for (key, value), row in found.items() if key == name}
    if by is not None:
        values = sorted(groups, key=lambda value: (-(groups[value][by] or 0), value))
    else:
        values = [v for v in order if v in groups] if order else in_order(name, groups)
    lines = tuple(
        Line((label(name, value, words, nothing), *cells(groups[value])), (f"{name}:{value}",)) for value in values
    )  # fmt: skip
    total = Line(("All", *cells(found[("", "")]))) if lines and has_total else None
    return Table((Column(head), *columns), lines, total, picks={} if name in COURSES else picks or {})


def label(
    name: str, value: str, words: Mapping[str, str] | None = None, nothing: str = "Nobody named"
) -> str:
    """A value of a dimension for a reader."""
    if not value:
        return nothing
    return words.get(value, value) if words is not None else dimension_words(name, value)


def course(scope: Scope) -> tuple[str, str]:
    """(dimension, heading) of a course over the scope."""
    name = bucket_of(scope)
    return name, name.capitalize()


def reading(
    scope: Scope, found: Groups, value: Callable[[tuple], float | None], counted: Callable[[tuple], int], *,
    left_out: Mapping[str, int] | None = None, p90: Callable[[tuple], float | None] | None = None,
) -> Reading:  # fmt: skip
    """A measure over a scope, ready to be compared."""
    name, whole = bucket_of(scope), found[("", "")]
    points = tuple(
        (dimension_words(name, key), value(row), counted(row))
        for (group, key), row in sorted(found.items(), key=lambda item: item[0])
        if group == name
    )
    return Reading(
        value=value(whole), counted=counted(whole), p90=p90(whole) if p90 else None,
        left_out={words: count for words, count in (left_out or {}).items() if count}, points=points,
    )  # fmt: skip


def pick_words(picks: Sequence[str], known: Mapping[str, Mapping[str, str]], everything: str) -> str:
    """What was picked, for a heading. `known` gives the words of each name; of an unknown name there are no rows."""
    found = []
    for pick in picks:
        name, _, value = pick.partition(":")
        if name not in known:
            raise NotFound("There are no such rows.")
        found.append(label(name, value, known[name] or None))
    return ", ".join(found) or everything


def day(value: date | None) -> str:
    """03/10/2026, nothing for none."""
    return f"{value:%m/%d/%Y}" if value else ""


def names_of(model: type[Model]) -> dict[str, str]:
    """Key -> name of every row of a short list (payers, drawers). One query."""
    return {str(pk): name for pk, name in model.objects.values_list("pk", "name")}


def is_key(value: str) -> bool:
    """Whether a value of a pick may be a key."""
    try:
        UUID(value)
    except ValueError:
        return False
    return True


MONEY, COUNT, SHARE = Kind.MONEY, Kind.COUNT, Kind.PERCENT
