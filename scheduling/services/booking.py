"""Booking, moving to another time, cancelling, confirming: what happens before the patient arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service
from clinic.core.errors import Conflict, Refused
from clinic.core.ids import uuid7
from clinic.core.tasks import enqueue
from clinic.core.time import format_local, now
from clinic.core.wakes import happened
from clinic.messaging.services import outbox_rows
from clinic.staff.models import Member
from scheduling.models import (
    Appointment,
    CancelReason,
    Location,
    ResourceHold,
    Room,
    SoftHold,
    Source,
    VisitType,
)
from scheduling.queries.settings import flow_settings
from scheduling.queries.slots import open_slots
from scheduling.rules.visit_states import UPCOMING, State
from scheduling.services._record import close_interval, locked, new_interval, open_interval, save
from scheduling.services.claims import claim
from scheduling.services.reminders import draft_reminders, void_reminders
from scheduling.services.wishes import Claim, Wish, new_appointment

FEW = 3
# Given-back time is offered to the waitlist by a sweep that finds it; this only wakes it.
FILL_TASK = "scheduling.fill_openings"


def book_appointment(
    *,
    by: Actor,
    patient,
    visit_type: VisitType,
    starts_at: datetime,
    location: Location,
    provider: Member | None = None,
    ma: Member | None = None,
    reason: str = "",
    room: Room | None = None,
    equipment: Sequence = (),
    overbook_reason: str = "",
    add_ons: Sequence[VisitType] = (),
    source: str = Source.PHONE,
    pk: UUID | None = None,
) -> Appointment:
    """Books a visit and holds everything it needs, all or nothing.

    `provider` is the person whose column the visit stands in (for a visit without a provider, the
    member who does it); None takes whoever is free, the least booked first. `ma`, `room` and
    `equipment` are held only when named or when the visit type asks for a kind of them. `add_ons` are
    kinds of visit that become steps of this one (a blood draw, an ECG), with people and things of their
    own. `pk` is the new row's key, for a caller that has to know it beforehand.

    Changes: one appointment, one interval, one hold per resource, one step per add-on; what the actor
    keeps for a caller is given up. Audited `appointment.booked`.
    Refuses: times outside sessions, breaks, leave, closures. With `overbook_reason`, an actor who may
    overbook passes over age, sex, notice, horizon, kept time, caps and a second visit with the same
    provider that day, and books over a person's taken time up to the session's maximum. Raises
    Conflict, with the next free times, when a person, room, device or the patient is taken.
    """
    wish = Wish(
        patient=patient,
        visit_type=visit_type,
        location=location,
        starts_at=starts_at,
        member=provider,
        ma=ma,
        room=room,
        equipment=tuple(equipment),
        overbook_reason=overbook_reason.strip()[:200],
        is_interpreter_needed=patient.needs_interpreter,
        add_ons=tuple(add_ons),
    )
    try:
        return _book(by=by, wish=wish, reason=reason, source=source, pk=pk or uuid7())
    except Conflict as error:
        _offer_more(error, wish)
        raise


@service
def _book(*, by: Actor, wish: Wish, reason: str, source: str, pk: UUID) -> Appointment:
    made = claim(by=by, wish=wish)
    if made.has_soft_hold:
        SoftHold.objects.filter(held_by=by.member_id).delete()
    return write_claim(by, made, "appointment.booked", reason=reason.strip()[:300], source=source, pk=pk)


def write_claim(
    by: Actor, made: Claim, action: str = "", *, is_confirmed: bool = True, **values
) -> Appointment:
    """Inserts the appointment of a claim, its first interval, its holds and its messages, in one statement.

    With `action` the audit row of the visit goes with them. A visit that is not confirmed by a message of
    its own (a later one of a series) gets its reminders only.
    """
    appointment = new_appointment(by, made, state=State.SCHEDULED, state_since=now(), **values)
    rows = [appointment, new_interval(by, appointment, State.SCHEDULED), *made.holds(appointment, by)]
    appointment.added_steps = sorted(made.step_rows(appointment), key=attrgetter("starts_at"))
    rows += appointment.added_steps
    if action:
        facts = _facts(appointment, made)
        rows.append(audit.event(by, action, obj=appointment, patient=made.wish.patient, **facts))
    drafts = draft_reminders(by=by, appointment=appointment, is_confirmed=is_confirmed)
    insert_together(*rows, *outbox_rows(by=by, drafts=drafts))
    happened("appointment.booked", appointment.pk)
    return appointment


def _facts(appointment: Appointment, made: Claim) -> dict:
    facts = {
        "starts_at": appointment.starts_at.isoformat(),
        "visit_type": appointment.visit_type.code,
        "provider": appointment.provider_id,
    }
    if made.is_overbook:
        facts["overbook_reason"] = made.wish.overbook_reason
    if made.passed:
        facts |= {"passed_over": sorted(made.passed), "exception_reason": made.wish.overbook_reason}
    if made.steps:
        facts["steps"] = [step.visit_type.code for step in made.steps]
    if appointment.series_id:
        facts["series"] = appointment.series_id
    if made.wish.is_walk_in:
        facts["holds_time"] = not made.is_in_line
    return facts


def _offer_more(error: Conflict, wish: Wish) -> None:
    """Has the conflict look further than its day where that has little left."""
    nearby = error.look

    def look() -> Sequence:
        found = nearby()
        if len(found) >= FEW:
            return found
        return open_slots(
            location=wish.location,
            visit_type=wish.visit_type,
            provider=wish.member,
            day_from=wish.local_day,
            patient=wish.patient,
            add_ons=wish.add_ons,
        )

    error.look = look


def reschedule_appointment(
    *,
    by: Actor,
    appointment: Appointment,
    starts_at: datetime,
    provider: Member | None = None,
    room: Room | None = None,
    equipment: Sequence = (),
    version: int | None = None,
    overbook_reason: str = "",
    reason: str = "",
) -> Appointment:
    """Gives a visit another time (and provider, room or device, when named); returns the new appointment.

    The old one stays, ended as rescheduled and pointing at the new one; its holds are replaced in one
    transaction, so that the patient may move by ten minutes over their own time. A length that somebody
    gave the visit moves with it. Audited `appointment.rescheduled`. Refuses visits that have begun or
    ended; Stale when `version` is older than the row; Conflict as for booking.
    """
    wish = moved_wish(
        appointment,
        starts_at,
        provider,
        room=room,
        equipment=tuple(equipment),
        overbook_reason=overbook_reason.strip()[:200],
    )
    try:
        return _reschedule(by=by, appointment=appointment, wish=wish, version=version, reason=reason)
    except Conflict as error:
        _offer_more(error, wish)
        _leave_out_own(error, appointment)
        raise


def moved_wish(appointment: Appointment, starts_at: datetime, provider: Member | None, **options) -> Wish:
    """The same visit at another time, with all its steps and the length that it was given."""
    return Wish(
        patient=appointment.patient,
        visit_type=appointment.visit_type,
        location=appointment.location,
        starts_at=starts_at,
        member=provider or appointment.provider or appointment.ma,
        ma=appointment.ma if appointment.has_provider else None,
        is_interpreter_needed=appointment.is_interpreter_needed,
        add_ons=tuple(step.visit_type for step in appointment.added_steps),
        **{"minutes": appointment.own_minutes, **options},
    )


def _leave_out_own(error: Conflict, appointment: Appointment) -> None:
    """Its own time is free for a visit that moves, and no move: it is not offered."""
    nearby, own = error.look, (appointment.starts_at, appointment.provider_id or appointment.ma_id)
    error.look = lambda: [one for one in nearby() if (one.starts_at, one.member_id) != own]


@service
def _reschedule(
    *, by: Actor, appointment: Appointment, wish: Wish, version: int | None, reason: str
) -> Appointment:
    old = locked(appointment, version=version)
    if old.state == State.RESCHEDULED and old.rescheduled_to:
        there = format_local(old.rescheduled_to.starts_at, old.zone)
        raise Refused(f"This visit was already moved to {there}.", hint="Open that one to move it again.")
    must_be_upcoming(old, "moved")
    if wish.starts_at == old.starts_at and wish.member and wish.member.pk in (old.provider_id, old.ma_id):
        raise Refused("That is the time it already has.", field="starts_at")
    old_holds = ResourceHold.objects.filter(appointment=old, is_live=True)
    made = claim(
        by=by, wish=wish, instead_of=old, also_lock=list(old_holds.values_list("resource_id", flat=True))
    )
    old_holds.update(is_live=False)
    if made.has_soft_hold:
        SoftHold.objects.filter(held_by=by.member_id).delete()
    return replace_visit(by, old, made, reason=reason)


def replace_visit(by: Actor, old: Appointment, made: Claim, *, reason: str) -> Appointment:
    """Writes the appointment that takes the place of a locked one, whose holds are given up already."""
    new = write_claim(
        by,
        made,
        reason=old.reason,
        source=old.source,
        series_id=old.series_id,
        series_number=old.series_number,
    )
    _end(by, old, State.RESCHEDULED, reason)
    old.rescheduled_to = new
    save(old, "state", "state_since", "rescheduled_to")
    facts = {"overbook_reason": made.wish.overbook_reason} if made.is_overbook else {}
    if made.passed:
        facts |= {"passed_over": sorted(made.passed), "exception_reason": made.wish.overbook_reason}
    audit.record(
        by,
        "appointment.rescheduled",
        obj=old,
        patient=old.patient_id,
        to=new.pk,
        before=old.starts_at.isoformat(),
        after=new.starts_at.isoformat(),
        **facts,
    )
    void_reminders(by=by, appointment=old, reason="rescheduled")
    enqueue(FILL_TASK)
    return new


@service
def cancel_appointment(
    *, by: Actor, appointment: Appointment, reason: str, note: str = "", version: int | None = None
) -> Appointment:
    """Cancels a visit that has not begun and gives its time back.

    `reason` is a CancelReason. Under the clinic's limit (24 hours by default) before the start it counts
    as a late cancellation. Audited `appointment.cancelled`. Refuses visits that have begun or ended, and
    an unknown reason; Stale when `version` is older than the row.
    """
    if reason not in CancelReason.values:
        raise Refused("Choose why the visit is cancelled.", field="reason")
    row = locked(appointment, version=version)
    if row.state == State.CANCELLED:
        raise Refused("This visit is cancelled already.")
    must_be_upcoming(row, "cancelled")
    at = now()
    row.cancel_reason, row.cancel_note, row.cancelled_at = reason, note.strip()[:200], at
    row.is_late_cancel = row.starts_at - at < timedelta(hours=flow_settings().late_cancel_hours)
    ResourceHold.objects.filter(appointment=row, is_live=True).update(is_live=False)
    _end(by, row, State.CANCELLED, note)
    save(
        row,
        "state",
        "state_since",
        "cancel_reason",
        "cancel_note",
        "cancelled_at",
        "is_late_cancel",
    )
    audit.record(
        by,
        "appointment.cancelled",
        obj=row,
        patient=row.patient_id,
        reason=reason,
        late=row.is_late_cancel,
    )
    void_reminders(by=by, appointment=row, reason="cancelled")
    enqueue(FILL_TASK)
    return row


@service
def confirm_appointment(*, by: Actor, appointment: Appointment, how: str = "phone") -> Appointment:
    """The patient says they will come. Saying it twice changes nothing.

    `how` is phone, text, link or desk. Audited `appointment.confirmed`. Refuses visits that have begun
    or ended.
    """
    row = locked(appointment)
    if row.state == State.CONFIRMED:
        return row
    must_be_upcoming(row, "confirmed")
    at = now()
    close_interval(row, at)
    row.state, row.state_since, row.confirmed_at = State.CONFIRMED, at, at
    open_interval(by, row, State.CONFIRMED, at=at, reason=how)
    save(row, "state", "state_since", "confirmed_at")
    audit.record(by, "appointment.confirmed", obj=row, patient=row.patient_id, how=how)
    return row


def must_be_upcoming(row: Appointment, verb: str) -> None:
    if row.state not in UPCOMING:
        raise Refused(f"This visit is {row.state_words.lower()} and can't be {verb} any more.")


def _end(by: Actor, row: Appointment, state: State, reason: str) -> None:
    at = now()
    close_interval(row, at)
    row.state, row.state_since = state, at
    open_interval(by, row, state, at=at, reason=reason)
