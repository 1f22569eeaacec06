"""How far authorizations and referrals are used up: counted from the visits themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404

from billing.models import Authorization
from clinic.core.time import format_day
from scheduling.models import Appointment
from scheduling.rules.visit_states import IN_CLINIC, UPCOMING, State

TOOK_PLACE = IN_CLINIC | {State.COMPLETED}
COUNTED = sorted(TOOK_PLACE | UPCOMING)
SOON = dt.timedelta(days=14)


@dataclass(frozen=True)
class Use:
    """An authorization with the visits that count against it, the earliest first."""

    row: Authorization
    visits: tuple[Appointment, ...]

    @property
    def used(self) -> int:
        return sum(visit.state in TOOK_PLACE for visit in self.visits)

    @property
    def booked(self) -> int:
        return len(self.visits) - self.used

    @property
    def left(self) -> int:
        """Visits that can still be booked on it; never below zero."""
        return max(0, self.row.units - len(self.visits))

    @property
    def is_over(self) -> bool:
        return len(self.visits) > self.row.units

    def number_of(self, visit_id: UUID) -> int:
        """Which visit of the authorization this is, from 1; 0 where it does not count."""
        return next((n for n, visit in enumerate(self.visits, 1) if visit.pk == visit_id), 0)


def uses(patient_id: UUID) -> list[Use]:
    """Every authorization and referral of a patient that has not been ended by hand. Two queries."""
    rows = Authorization.objects.filter(patient=patient_id, ended_at=None)
    rows = list(rows.select_related("coverage__payer", "visit_type"))
    if not rows:
        return []
    first, last = min(row.starts_on for row in rows), max(row.ends_on for row in rows)
    visits = Appointment.objects.filter(patient=patient_id, local_day__range=(first, last), state__in=COUNTED)
    visits = list(visits.select_related("visit_type").order_by("starts_at"))
    return [Use(row, tuple(v for v in visits if _counts(row, v))) for row in rows]


def _counts(row: Authorization, visit: Appointment) -> bool:
    fits = row.visit_type_id in (None, visit.visit_type_id)
    return fits and row.starts_on <= visit.local_day <= row.ends_on


def visit_warnings(visit: Appointment) -> list[str]:
    """What somebody has to know of authorizations before this visit, in words. Two queries."""
    words = []
    for use in uses(visit.patient_id):
        row, place = use.row, use.number_of(visit.pk)
        name = f"{row.get_kind_display()} {row.number}"
        if place > row.units:
            words.append(f"{name} allows {row.units} visits; this is number {place}.")
        elif place and place == row.units:
            words.append(f"{name}: this is the last of {row.units} visits. Ask for more now.")
        elif place and row.ends_on - visit.local_day <= SOON:
            words.append(f"{name} ends {format_day(row.ends_on)}.")
        elif not place and row.visit_type_id == visit.visit_type_id and visit.state in UPCOMING:
            when = "ended" if row.ends_on < visit.local_day else "begins"
            day = row.ends_on if when == "ended" else row.starts_on
            words.append(f"{name} {when} {format_day(day)}: it does not hold for this visit.")
    return words


def authorization_or_404(pk) -> Authorization:
    """One authorization with patient and payer."""
    rows = Authorization.objects.select_related("patient", "coverage__payer", "visit_type", "recorded_by")
    return get_object_or_404(rows, pk=pk)


def use_of(row: Authorization) -> Use:
    """One authorization with its visits, ended ones too. One query."""
    visits = Appointment.objects.filter(
        patient=row.patient_id, local_day__range=(row.starts_on, row.ends_on), state__in=COUNTED
    )
    visits = visits.select_related("visit_type", "provider").order_by("starts_at")
    return Use(row, tuple(v for v in visits if _counts(row, v)))
