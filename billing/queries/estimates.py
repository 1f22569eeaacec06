"""Good-faith estimates: which are owed, by when, and where the bill has run away from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from billing.models import Charge, Estimate
from billing.queries.fees import fee_on, visit_type_code
from billing.rules.estimates import WATCH, due_when_asked, due_when_booked
from clinic.core import time
from clinic.core.money import MoneyField
from clinic.core.profile import clinic, clinic_zone
from records.models import Coverage
from scheduling.models import Appointment
from scheduling.queries.holidays import holidays_of
from scheduling.rules.visit_states import UPCOMING

LOOK_AHEAD = dt.timedelta(days=120)
LOOK_BACK = dt.timedelta(days=180)
ZERO = Decimal("0.00")


def is_federal_holiday(day: dt.date) -> bool:
    """Whether federal offices keep that day."""
    found = holidays_of(day.year, clinic().state).get(day)
    return found is not None and found[1]


def due_day(visit: Appointment, trigger: str) -> dt.date | None:
    """The last day to hand over an estimate: counted from today when the patient asked, else from the booking."""
    if trigger == Estimate.Trigger.REQUESTED:
        return due_when_asked(time.today(clinic_zone()), is_federal_holiday)
    booked_on = visit.created_at.astimezone(time.zone(visit.zone)).date()
    return due_when_booked(booked_on, visit.local_day, is_federal_holiday)


@dataclass(frozen=True)
class Owed:
    """A visit whose patient is owed an estimate, the day it is due, and the version that waits to be handed over."""

    visit: Appointment
    due_on: dt.date
    draft: Estimate | None
    is_late: bool


def owed_estimates() -> list[Owed]:
    """Visits of patients without insurance whose estimate has not been handed over, the most urgent first. Two queries."""
    today = time.today(clinic_zone())
    insured = Coverage.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=OuterRef("local_day")),
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("local_day")),
        patient=OuterRef("patient"),
    ).exclude(payer__kind="self")
    sent = Estimate.objects.filter(appointment=OuterRef("pk"), sent_at__isnull=False)
    visits = (
        Appointment.objects.filter(
            ~Exists(insured),
            ~Exists(sent),
            state__in=sorted(UPCOMING),
            local_day__range=(today, today + LOOK_AHEAD),
        )
        .select_related("patient", "visit_type", "provider")
        .order_by("starts_at")
    )
    due = [(visit, day) for visit in visits if (day := due_day(visit, Estimate.Trigger.SCHEDULED))]
    drafts: dict = {}
    for row in Estimate.objects.filter(appointment__in=[visit.pk for visit, _ in due]).order_by("number"):
        drafts[row.appointment_id] = row
    rows = [Owed(visit, day, drafts.get(visit.pk), day < today) for visit, day in due]
    return sorted(rows, key=lambda row: (row.due_on, row.visit.starts_at))


@dataclass(frozen=True)
class Overrun:
    """A visit that was charged so far over its estimate that the patient may dispute the bill."""

    estimate: Estimate
    charged: Decimal

    @property
    def over(self) -> Decimal:
        return self.charged - self.estimate.total


def overruns() -> list[Overrun]:
    """Estimates that charges exceed by $400 or more, of the last half year, the largest first. One query."""
    charges = (
        Charge.objects.filter(appointment=OuterRef("appointment"))
        .exclude(state=Charge.State.VOID)
        .order_by()
        .values("appointment")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    newer = Estimate.objects.filter(
        appointment=OuterRef("appointment"), number__gt=OuterRef("number"), sent_at__isnull=False
    )
    rows = (
        Estimate.objects.filter(~Exists(newer), sent_at__isnull=False, made_at__gte=time.now() - LOOK_BACK)
        .annotate(charged=Coalesce(Subquery(charges), ZERO, output_field=MoneyField()))
        .filter(charged__gte=WATCH + Coalesce("total", ZERO))
        .select_related("patient", "appointment__visit_type")
    )
    return sorted((Overrun(row, row.charged) for row in rows), key=lambda one: -one.over)


def expected_fees(visit: Appointment) -> list:
    """What the kind of visit is charged by itself, as a fee or nothing."""
    code = visit_type_code(visit.visit_type_id)
    fee = fee_on(code, visit.local_day) if code else None
    return [fee] if fee else []


def estimates_of(visit: Appointment) -> list[Estimate]:
    """Every version of a visit's estimate, the newest first. One query."""
    return list(Estimate.objects.filter(appointment=visit).select_related("made_by"))


def estimate_or_404(pk) -> Estimate:
    """One estimate with patient and visit."""
    rows = Estimate.objects.select_related(
        "patient", "appointment__visit_type", "appointment__provider", "made_by"
    )
    return get_object_or_404(rows, pk=pk)
