"""Bookings that take more than one visit or one resource, made through the clinic's own services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from clinic.core.actor import Actor
from clinic.core.errors import ClinicError
from clinic.demo.rows import Rows
from clinic.demo.world import World
from clinic.staff.permissions import Permission
from records.models import Patient
from scheduling.models import Appointment, SoftHold
from scheduling.queries.slots import open_slots
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource
from scheduling.rules.recurrence import Every, Rule
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import UPCOMING
from scheduling.services.booking import book_appointment
from scheduling.services.series import SeriesConflict, book_series
from scheduling.services.series_plan import Answer, Status

KEPT = dt.timedelta(minutes=5)


def plan_examples(rows: Rows, world: World) -> None:
    """A series, a visit with a blood draw and an ECG in it, and an overbook. For the first start."""
    free = _free_patients(world)
    _series(rows, world, next(free))
    _steps(rows, world, next(free))
    _overbook(rows, world, next(free))


def keep_a_time(world: World) -> None:
    """The other front desk is on the phone just now: an opening of today or the next days is held for five minutes."""
    SoftHold.objects.all().delete()
    who = world.members["provider"]
    for slot in open_slots(
        location=world.location, visit_type=world.types["follow-up"], provider=who, days=7, limit=1
    ):
        SoftHold.objects.create(
            call=who.pk,
            location=world.location,
            held_by=world.members["lmarrero"],
            resource_kind=Resource.PROVIDER,
            resource_id=who.pk,
            during=as_range(Span(slot.starts_at, slot.starts_at + dt.timedelta(minutes=20))),
            expires_at=world.now + KEPT,
        )


def _free_patients(world: World) -> Iterator[Patient]:
    """Grown-ups of the demo who have no visit ahead, in a fixed order."""
    booked = Appointment.objects.filter(state__in=sorted(UPCOMING)).values("patient")
    grown = world.today - dt.timedelta(days=35 * 365)
    found = Patient.objects.filter(
        pk__in=list(world.patients.values()), birth_date__lt=grown, deceased_on=None, needs_interpreter=False
    )
    yield from found.exclude(pk__in=booked).order_by("mrn")[:20]


def _by(world: World, name: str) -> Actor:
    member = world.members[name]
    return Actor(member_id=member.pk, label=member.name, permissions=frozenset(Permission))


def _series(rows: Rows, world: World, patient: Patient) -> None:
    """Blood pressure checks every two weeks; days that are taken get the nearest open time."""
    day = world.today + dt.timedelta(days=7 - world.today.weekday() + 1)
    call = {
        "by": _by(world, "frontdesk"), "patient": patient, "visit_type": world.types["nurse"],
        "location": world.location, "rule": Rule(Every.WEEK, 2, 6), "first_day": day, "clock": dt.time(14, 30),
        "provider": world.members["glindqvist"], "reason": "blood pressure check",
        "pk": rows.id("series", patient.pk, at=world.now),
    }  # fmt: skip
    answers: dict[dt.date, Answer] = {}
    for _ in range(3):
        try:
            book_series(**call, answers=answers)
            return
        except SeriesConflict as conflict:
            for one in conflict.plan:
                if one.status == Status.CONFLICT:
                    near = one.alternatives[:1]
                    answers[one.day] = Answer(near[0].starts_at, near[0].member_id) if near else Answer()


def _steps(rows: Rows, world: World, patient: Patient) -> None:
    kind, who = world.types["follow-up"], world.members["provider"]
    add_ons = (world.types["lab"], world.types["ecg"])
    tomorrow = world.today + dt.timedelta(days=1)
    for slot in open_slots(
        location=world.location, visit_type=kind, provider=who, add_ons=add_ons, patient=patient,
        day_from=tomorrow, limit=1,
    ):  # fmt: skip
        book_appointment(
            by=_by(world, "frontdesk"), patient=patient, visit_type=kind, starts_at=slot.starts_at,
            location=world.location, provider=who, add_ons=add_ons, reason="palpitations, back after the first ECG",
            pk=rows.id("steps", patient.pk, at=world.now),
        )  # fmt: skip


def _overbook(rows: Rows, world: World, patient: Patient) -> None:
    """On top of a visit of the coming days, where the session still takes one."""
    visits = Appointment.objects.filter(
        provider=world.members["provider"], state__in=sorted(UPCOMING), local_day__gt=world.today,
        visit_type=world.types["follow-up"],
    ).order_by("starts_at")[:5]  # fmt: skip
    for visit in visits:
        try:
            book_appointment(
                by=_by(world, "leadma"), patient=patient, visit_type=world.types["acute"], starts_at=visit.starts_at,
                location=world.location, provider=visit.provider, reason="fever since last night",
                overbook_reason="Dr. Okafor asked to see him", pk=rows.id("overbook", patient.pk, at=world.now),
            )  # fmt: skip
            return
        except ClinicError:
            continue
