"""Series: a rule in wall time, made into visits that are booked together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cached_property
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.ids import uuid7
from clinic.staff.models import Member
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    Location,
    ResourceHold,
    SoftHold,
    Source,
    VisitType,
)
from scheduling.rules.recurrence import Rule
from scheduling.services._record import locked
from scheduling.services.booking import cancel_appointment, must_be_upcoming, replace_visit, write_claim
from scheduling.services.series_plan import Answer, Planned, Scope, Status, plan_change, plan_series


class SeriesConflict(Conflict):
    """Some days of a series want an answer. Nothing was saved.

    `plan` has every day, with the times nearest to each conflict: they are looked up when somebody asks,
    which is after the transaction and its locks are gone.
    """

    def __init__(self, plan: list[Planned]):
        self.found = plan
        self.finish: Callable[[list[Planned]], list[Planned]] = list
        count = sum(one.status == Status.CONFLICT for one in plan)
        days = "1 day wants" if count == 1 else f"{count} days want"
        super().__init__(
            f"{days} another time. Choose one for each, or leave the day out.", field="starts_at"
        )

    @cached_property
    def plan(self) -> list[Planned]:
        return self.finish(self.found)


def book_series(
    *,
    by: Actor,
    patient,
    visit_type: VisitType,
    location: Location,
    rule: Rule,
    first_day: date,
    clock: time,
    provider: Member | None = None,
    answers: Mapping[date, Answer] | None = None,
    reason: str = "",
    source: str = Source.PHONE,
    pk: UUID | None = None,
) -> AppointmentSeries:
    """Books every visit of a rule, all or nothing.

    The rule is expanded in the location's wall time from `first_day` at `clock`. `answers` say what
    happens on days that can't be had as they are: another opening, or no visit. Closed days without an
    answer are skipped and written down with their reason. The first visit is confirmed to the patient,
    all get their reminders. Audited `series.booked` and `appointment.booked` each.
    Raises SeriesConflict with the whole plan when a day is neither free nor answered; Refused for a rule
    without end and for a series of which fewer than two visits are left.
    """
    wish = {
        "patient": patient, "visit_type": visit_type, "location": location, "rule": rule, "first_day": first_day,
        "clock": clock, "provider": provider, "answers": answers or {},
    }  # fmt: skip
    try:
        return _book_series(by=by, wish=wish, reason=reason, source=source, pk=pk or uuid7())
    except SeriesConflict as error:
        error.finish = lambda known: plan_series(by=by, **wish, known=known)
        raise


@service
def _book_series(*, by: Actor, wish: dict, reason: str, source: str, pk: UUID) -> AppointmentSeries:
    plan = plan_series(by=by, **wish, is_trial=False)
    _must_be_settled(plan)
    booked = [one for one in plan if one.status == Status.FREE]
    if len(booked) < 2:
        raise Refused("Fewer than two visits are left of this series.", hint="Book a single visit instead.")
    rule, provider = wish["rule"], wish["provider"]
    row = AppointmentSeries(
        pk=pk,
        patient=wish["patient"],
        visit_type=wish["visit_type"],
        location=wish["location"],
        provider=provider,
        every=rule.every,
        interval=rule.interval,
        count=rule.count,
        until=rule.until,
        first_day=wish["first_day"],
        local_time=wish["clock"],
        reason=reason.strip()[:300],
        left_out=_left_out(plan),
        made_by_id=by.member_id,
    )
    row.save(force_insert=True)
    audit.record(
        by, "series.booked", obj=row, patient=row.patient_id, rule=rule.words, visits=len(booked),
        left_out=row.left_out,
    )  # fmt: skip
    _give_up_soft_hold(by, booked)
    for number, one in enumerate(booked):
        write_claim(
            by,
            one.claim,
            "appointment.booked",
            is_confirmed=number == 0,
            reason=row.reason,
            source=source,
            series_id=row.pk,
            series_number=one.number,
        )
    return row


def change_series(
    *,
    by: Actor,
    appointment: Appointment,
    scope: Scope,
    clock: time | None = None,
    provider: Member | None = None,
    shift_days: int = 0,
    answers: Mapping[date, Answer] | None = None,
    version: int | None = None,
) -> list[Appointment]:
    """Gives this visit and the later ones of its series, or all that are still to come, another time.

    `clock` is the new wall time, `provider` who takes them, `shift_days` moves each by that many days.
    `answers` (by the visit's present day) name another opening, or leave a visit as it is. Returns the
    new appointments. Audited `series.changed`, `appointment.rescheduled` each. Raises SeriesConflict
    with the whole plan when a new time is neither free nor answered; Stale when `version` is older than
    the visit.
    """
    change = {
        "appointment": appointment, "scope": Scope(scope), "clock": clock, "provider": provider,
        "shift_days": shift_days, "answers": answers or {},
    }  # fmt: skip
    try:
        return _change_series(by=by, change=change, version=version)
    except SeriesConflict as error:
        error.finish = lambda known: plan_change(by=by, **change, known=known)
        raise


@service
def _change_series(*, by: Actor, change: dict, version: int | None) -> list[Appointment]:
    appointment, scope = change["appointment"], change["scope"]
    series, rows = _locked_scope(appointment, scope, version)
    plan = plan_change(by=by, **change, is_trial=False)
    _must_be_settled(plan)
    by_pk = {row.pk: row for row in rows}
    moved = [one for one in plan if one.status == Status.FREE]
    if not moved:
        raise Refused("That changes nothing.", hint="Choose another time, day or provider.")
    # All old time is given up before any new is taken: a visit may move to where the next one was.
    ResourceHold.objects.filter(appointment__in=[one.visit.pk for one in moved], is_live=True).update(
        is_live=False
    )
    _give_up_soft_hold(by, moved)
    made = [replace_visit(by, by_pk[one.visit.pk], one.claim, reason="Series changed") for one in moved]
    if scope == Scope.ALL and change["clock"]:
        series.local_time = change["clock"]
    if scope == Scope.ALL and change["provider"]:
        series.provider = change["provider"]
    series.version += 1
    series.save(update_fields=["local_time", "provider", "version", "updated_at"])
    audit.record(
        by, "series.changed", obj=series, patient=series.patient_id, scope=scope.value, visits=len(made),
        clock=f"{change['clock']:%H:%M}" if change["clock"] else "", shift_days=change["shift_days"],
    )  # fmt: skip
    return made


@service
def cancel_series(
    *,
    by: Actor,
    appointment: Appointment,
    scope: Scope,
    reason: str,
    note: str = "",
    version: int | None = None,
) -> list[Appointment]:
    """Cancels this visit and the later ones of its series, or all that are still to come.

    Each counts as late or not by itself. Returns the cancelled ones. Audited `series.cancelled`,
    `appointment.cancelled` each. Refuses as `cancel_appointment` does; Stale when `version` is older.
    """
    series, rows = _locked_scope(appointment, Scope(scope), version)
    gone = [cancel_appointment(by=by, appointment=row, reason=reason, note=note) for row in rows]
    audit.record(
        by, "series.cancelled", obj=series, patient=series.patient_id, scope=Scope(scope).value,
        visits=len(gone), reason=reason,
    )  # fmt: skip
    return gone


def _locked_scope(
    appointment: Appointment, scope: Scope, version: int | None
) -> tuple[AppointmentSeries, list[Appointment]]:
    """The series and its visits in scope, locked in key order."""
    if appointment.series_id is None:
        raise Refused("This visit is not part of a series.")
    series = AppointmentSeries.objects.select_for_update().get(pk=appointment.series_id)
    first = locked(appointment, version=version)
    must_be_upcoming(first, "changed")
    rows = scope.visits(first)
    list(Appointment.objects.select_for_update(of=("self",)).filter(pk__in=rows).order_by("pk"))
    return series, list(rows.all())


def _must_be_settled(plan: list[Planned]) -> None:
    if any(one.status == Status.CONFLICT for one in plan):
        raise SeriesConflict(plan)


def _left_out(plan: list[Planned]) -> list[dict]:
    return [
        {"day": one.day.isoformat(), "why": one.words}
        for one in plan
        if one.status in (Status.CLOSED, Status.LEFT_OUT)
    ]


def _give_up_soft_hold(by: Actor, planned: list[Planned]) -> None:
    if any(one.claim.has_soft_hold for one in planned):
        SoftHold.objects.filter(held_by=by.member_id).delete()
