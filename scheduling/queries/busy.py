"""Held time: what visits hold, and what is kept for callers at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import BooleanField, CharField, DateTimeField, F, Q, QuerySet, UUIDField, Value

from clinic.core.time import now
from scheduling.models import Appointment, ResourceHold, SoftHold
from scheduling.querysets import as_range
from scheduling.rules.slots import Span, Timeline


@dataclass(frozen=True, slots=True)
class Held:
    """One stretch of one resource. `keeper` is set while it is only kept for a caller, until `until`."""

    resource_id: UUID
    span: Span
    is_overbook: bool
    visit_type_id: UUID | None
    provider_id: UUID | None
    keeper_id: UUID | None = None
    keeper: str = ""
    until: datetime | None = None


@dataclass
class Busy:
    """Held time per resource."""

    by_resource: dict[UUID, list[Span]] = field(default_factory=lambda: defaultdict(list))
    _lines: dict[UUID, Timeline] = field(default_factory=dict)

    def add(self, resource_id: UUID, span: Span) -> None:
        self.by_resource[resource_id].append(span)
        self._lines.pop(resource_id, None)

    def line(self, resource_id: UUID) -> Timeline:
        """The taken time of one resource, ready to be searched."""
        line = self._lines.get(resource_id)
        if line is None:
            line = self._lines[resource_id] = Timeline(self.by_resource.get(resource_id, ()))
        return line

    def free(self, resource_id: UUID, span: Span) -> bool:
        return self.line(resource_id).is_free(span)

    def first_free(self, resource_ids: Iterable[UUID], span: Span) -> UUID | None:
        return next((one for one in resource_ids if self.free(one, span)), None)

    def any_free(self, resource_ids: Iterable[UUID], span: Span) -> bool:
        return self.first_free(resource_ids, span) is not None


def load_busy(
    resource_ids: Iterable[UUID],
    span: Span,
    *,
    viewer: UUID | None = None,
    replaced: Appointment | None = None,
) -> Busy:
    """Held time of these resources in the span, in one statement.

    What is kept for a caller counts, unless the member `viewer` keeps it; what `replaced` holds does not.
    """
    busy = Busy()
    ids = list(resource_ids)
    live = SoftHold.objects.live(now()).filter(resource_id__in=ids, during__overlap=as_range(span))
    if viewer:
        live = live.exclude(held_by=viewer)
    held = ResourceHold.objects.busy(ids, span).values_list("resource_id", "during")
    if replaced is not None:
        held = held.exclude(appointment=replaced)
    for resource_id, during in held.union(live.values_list("resource_id", "during"), all=True):
        busy.by_resource[resource_id].append(Span(during.lower, during.upper))
    return busy


def load_held(
    resource_ids: Iterable[UUID], spans: Sequence[Span], *, replaced: Sequence[Appointment] = ()
) -> list[Held]:
    """Held time that touches any of the spans, with what claiming has to know of it, in one statement.

    The holds of `replaced` appointments don't count.
    """
    ids = list(resource_ids)
    touching = reduce(or_, (Q(during__overlap=as_range(span)) for span in spans))
    rows = ResourceHold.objects.busy_at(ids, touching)
    if replaced:
        rows = rows.exclude(appointment__in=[one.pk for one in replaced])
    kept = SoftHold.objects.live(now()).filter(touching, resource_id__in=ids)
    found = _columns(rows, "is_overbook", "appointment__visit_type_id", "appointment__provider_id").union(
        _columns(kept, keeper=True), all=True
    )
    return [Held(resource, Span(during.lower, during.upper), *rest) for resource, during, *rest in found]


def _columns(rows: QuerySet, *of_visit: str, keeper: bool = False) -> QuerySet:
    """Both tables in the same columns."""
    visit = of_visit or (
        Value(False, BooleanField()),
        Value(None, UUIDField(null=True)),
        Value(None, UUIDField(null=True)),
    )
    who = (
        (F("held_by_id"), F("held_by__first_name"), F("expires_at"))
        if keeper
        else (
            Value(None, UUIDField(null=True)),
            Value("", CharField()),
            Value(None, DateTimeField(null=True)),
        )
    )
    named = {f"column_{number}": _as_column(one) for number, one in enumerate((*visit, *who))}
    return rows.annotate(**named).values_list("resource_id", "during", *named)


def _as_column(one):
    return F(one) if isinstance(one, str) else one
