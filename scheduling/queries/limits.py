"""What is booked, as far as the limits of a kind of visit need it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from scheduling.models import Appointment, VisitType
from scheduling.queries.needs import Needs
from scheduling.queries.settings import visit_types
from scheduling.rules.limits import Booked, KindLimits, Limits
from scheduling.rules.rosters import Roster
from scheduling.rules.slots import Span


def kind_limits(visit_type: VisitType) -> KindLimits:
    """The limits of a kind of visit."""
    new = {kind.pk for kind in visit_types() if kind.is_for_new_patients}
    return KindLimits(visit_type.pk, visit_type.daily_cap, visit_type.needs_provider, frozenset(new))


def limits_for(
    roster: Roster, needs: Needs, span: Span, *, replaced: Appointment | None = None
) -> Limits | None:
    """The limits of a kind of visit against what is booked in the span; None where it has none. One statement."""
    kind = kind_limits(needs.visit_type)
    has_session_cap = kind.is_new and any(block.new_patient_cap is not None for block in roster.blocks)
    wanted = Q()
    if kind.daily_cap is not None or has_session_cap:
        counted = {kind.visit_type_id} | (kind.new_kinds if has_session_cap else set())
        wanted |= Q(visit_type__in=counted, provider__in=needs.members)
        if not needs.visit_type.needs_provider:
            wanted |= Q(visit_type__in=counted, ma__in=needs.members)
    if needs.patient_id and kind.is_once_a_day:
        wanted |= Q(patient=needs.patient_id)
    if not wanted:
        return None
    if replaced is not None:
        wanted &= ~Q(pk=replaced.pk)
    return Limits(kind, _booked(wanted, span), needs.patient_id, roster.zone)


def _booked(wanted: Q, span: Span) -> Iterable[Booked]:
    rows = Appointment.objects.holding_time().filter(
        wanted, starts_at__gte=span.start, starts_at__lt=span.end
    )
    columns: tuple[str, ...] = ("person", "patient_id", "visit_type_id", "starts_at")
    for row in rows.annotate(person=Coalesce("provider_id", "ma_id")).values_list(*columns):
        member: UUID | None = row[0]
        yield Booked(member, *row[1:])
