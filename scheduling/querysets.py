"""Rows by their meaning, so that no caller spells out states or bounds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet

from scheduling.rules.slots import Span
from scheduling.rules.visit_states import IN_CLINIC, RELEASED, UPCOMING, State


def as_range(span: Span) -> DateTimeTZRange:
    """A half-open range for the database."""
    return DateTimeTZRange(span.start, span.end, "[)")


class AppointmentQuerySet(QuerySet):
    def on_day(self, location_id: UUID, day: date) -> AppointmentQuerySet:
        """Visits of one local day of one location."""
        return self.filter(location_id=location_id, local_day=day)

    def in_clinic(self) -> AppointmentQuerySet:
        """The patient is in the house."""
        return self.filter(state__in=sorted(IN_CLINIC))

    def upcoming(self, now: datetime) -> AppointmentQuerySet:
        """Booked, not begun, not over."""
        return self.filter(state__in=sorted(UPCOMING), starts_at__gte=now)

    def taking_place(self) -> AppointmentQuerySet:
        """Everything but cancelled and rescheduled: what the day really holds."""
        return self.exclude(state__in=[State.CANCELLED, State.RESCHEDULED])

    def holding_time(self) -> AppointmentQuerySet:
        """Visits whose time nobody else may take."""
        return self.exclude(state__in=sorted(RELEASED))


class HoldQuerySet(QuerySet):
    def busy(self, resource_ids: Iterable[UUID], span: Span) -> HoldQuerySet:
        """Live holds of these resources that touch the span, overbooks included.

        Two alternatives, each the exact condition of one partial index.
        """
        return self.busy_at(resource_ids, Q(during__overlap=as_range(span)))

    def busy_at(self, resource_ids: Iterable[UUID], touching: Q) -> HoldQuerySet:
        """Like `busy`, for any condition on `during`."""
        these = Q(resource_id__in=list(resource_ids), is_live=True) & touching
        return self.filter(these & Q(is_overbook=False) | these & Q(is_overbook=True))


class SoftHoldQuerySet(QuerySet):
    def live(self, at: datetime) -> SoftHoldQuerySet:
        """Not run out yet."""
        return self.filter(expires_at__gt=at)


class IntervalQuerySet(QuerySet):
    def still_open(self) -> IntervalQuerySet:
        return self.filter(ended_at__isnull=True)
