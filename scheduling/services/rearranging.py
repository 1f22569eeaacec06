"""What changes about a visit while its start stays: how long it lasts, and the room or device it keeps.

The patient comes at the same time, so nobody has to be told; the row stays the same visit.
"""

from __future__ import annotations

from datetime import timedelta

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import insert_together, service
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_keys
from clinic.core.time import now, zone
from inventory.models import Equipment
from scheduling.models import Appointment, ResourceHold, Room, SoftHold, VisitStep
from scheduling.queries.busy import load_busy
from scheduling.queries.rosters import load_roster
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource, spans_of, told_span
from scheduling.rules.slots import Span
from scheduling.rules.wall_time import day_bounds
from scheduling.services._record import locked, save
from scheduling.services.booking import moved_wish, must_be_upcoming
from scheduling.services.claims import claim, hold_key
from scheduling.services.wishes import Claim, Wish

STEP, SHORTEST, LONGEST = 5, 5, 240


def resize_appointment(
    *,
    by: Actor,
    appointment: Appointment,
    minutes: int,
    version: int | None = None,
    overbook_reason: str = "",
) -> Appointment:
    """Makes a visit longer or shorter; its start stays. Returns the row.

    `minutes` is the length of its main part (with the provider, or with the MA where none is seen), in
    steps of five from 5 to 240; the MA's time before and the buffer after stay as the type says. People,
    room and devices are claimed anew for the new time. Audited `appointment.resized`. Refuses visits that
    have begun or ended and other lengths; Stale when `version` is older than the row; Conflict, with the
    longest length that fits, when somebody or something is taken.
    """
    try:
        return _resize(
            by=by, appointment=appointment, minutes=minutes, version=version, overbook_reason=overbook_reason
        )
    except Conflict as error:
        error.hint = _longest_words(appointment, minutes)
        raise


@service
def _resize(
    *, by: Actor, appointment: Appointment, minutes: int, version: int | None, overbook_reason: str
) -> Appointment:
    row = locked(appointment, version=version)
    must_be_upcoming(row, "changed")
    if minutes % STEP or not SHORTEST <= minutes <= LONGEST:
        raise Refused(f"A visit lasts {SHORTEST} to {LONGEST} minutes, in steps of {STEP}.", field="minutes")
    before = row.minutes
    if minutes == before:
        raise Refused("That is the length it already has.", field="minutes")
    old_holds = ResourceHold.objects.filter(appointment=row, is_live=True)
    held = list(old_holds)
    wish = _as_it_is(row, held, minutes, overbook_reason)
    made = claim(by=by, wish=wish, instead_of=row, also_lock=[one.resource_id for one in held])
    old_holds.update(is_live=False)
    if made.has_soft_hold:
        SoftHold.objects.filter(held_by=by.member_id).delete()
    row.ends_at = told_span(row.starts_at, wish.timing).end
    save(row, "ends_at")
    _move_steps(row, made)
    facts = {"before": before, "after": minutes}
    if made.is_overbook:
        facts["overbook_reason"] = wish.overbook_reason
    insert_together(
        *made.holds(row, by),
        audit.event(by, "appointment.resized", obj=row, patient=row.patient_id, **facts),
    )
    return row


def _as_it_is(row: Appointment, held: list[ResourceHold], minutes: int, overbook_reason: str) -> Wish:
    """The visit as a wish for what it has now, for another length."""
    things = {one.resource_id for one in held if _is_main(row, one)}
    overbook = next((one.overbook_reason for one in held if one.is_overbook), "")
    return moved_wish(
        row,
        row.starts_at,
        None,
        room=Room.objects.filter(pk__in=things).first() if things else None,
        equipment=tuple(Equipment.objects.filter(pk__in=things)) if things else (),
        overbook_reason=overbook_reason.strip()[:200] or overbook,
        minutes=minutes,
    )


def _is_main(row: Appointment, hold: ResourceHold) -> bool:
    """Whether a room or device is kept for the main part of the visit; added steps keep their own at other times."""
    if hold.resource_kind not in (Resource.ROOM, Resource.EQUIPMENT):
        return False
    span = spans_of(row.starts_at, row.timing)[Resource.ROOM]
    return (hold.during.lower, hold.during.upper) == (span.start, span.end)


def _move_steps(row: Appointment, made: Claim) -> None:
    """What comes after the main part begins when that ends now, with whom is free then."""
    for step in made.step_rows(row):
        VisitStep.objects.filter(appointment=row, visit_type=step.visit_type).update(
            member_id=step.member_id, starts_at=step.starts_at, ends_at=step.ends_at
        )


def _longest_words(appointment: Appointment, wanted: int) -> str:
    """How long the visit could be before somebody else's time or the end of the session."""
    person = appointment.provider_id or appointment.ma_id
    if person is None:
        return ""
    row, tz = appointment, zone(appointment.zone)
    roster = load_roster(row.location, row.local_day, row.local_day)
    others = ResourceHold.objects.busy([person], Span(*day_bounds(row.local_day, tz)))
    others = others.exclude(appointment=row).filter(is_overbook=False)
    taken = [Span(one.lower, one.upper) for one in others.values_list("during", flat=True)]
    for minutes in range(wanted - STEP, 0, -STEP):
        span = Span(row.starts_at, row.starts_at + timedelta(minutes=minutes))
        if not any(span.overlaps(one) for one in taken) and roster.covers(
            row.local_day, person, row.visit_type_id, span, now()
        ):
            return f"It can last {minutes} minutes at most."
    return ""


@service
def place_appointment(
    *,
    by: Actor,
    appointment: Appointment,
    room: Room | None = None,
    device: Equipment | None = None,
    version: int | None = None,
) -> Appointment:
    """Keeps a certain room or device for a visit, instead of the one it kept before. Returns the row.

    Name one of the two. Audited `appointment.placed`. Refuses visits that have begun or ended, a room or
    device that is out of service or not of the kind that the visit needs; Stale when `version` is older
    than the row; Conflict when it is taken at that time.
    """
    row = locked(appointment, version=version)
    must_be_upcoming(row, "changed")
    kind = Resource.ROOM if room else Resource.EQUIPMENT
    thing = room or device
    if thing is None:
        raise Refused("Choose a room or a device.")
    if room:
        _check_room(row, room)
    elif device:
        _check_device(row, device)
    span = spans_of(row.starts_at, row.timing)[kind]
    # Of the main part alone: added steps keep rooms and devices of their own.
    old = ResourceHold.objects.filter(
        appointment=row, is_live=True, resource_kind=kind, during=as_range(span)
    )
    before = list(old.values_list("resource_id", flat=True))
    if before == [thing.pk]:
        raise Refused(f"It already has {thing.name}.")
    lock_keys(*(hold_key(one) for one in {thing.pk, *before}))
    if not load_busy([thing.pk], span, viewer=by.member_id).free(thing.pk, span):
        raise Conflict(f"{thing.name} is taken at that time.", field="starts_at")
    old.update(is_live=False)
    save(row)
    insert_together(
        ResourceHold(appointment=row, resource_kind=kind, resource_id=thing.pk, during=as_range(span)),
        audit.event(
            by,
            "appointment.placed",
            obj=row,
            patient=row.patient_id,
            kind_of=kind,
            before=before,
            after=thing.pk,
        ),
    )
    return row


def _check_room(row: Appointment, room: Room) -> None:
    kind = row.visit_type
    if not kind.needs_room:
        raise Refused(f"“{kind.name}” takes no room.")
    if room.location_id != row.location_id:
        raise Refused(f"{room.name} is at another location.")
    if not room.is_active or room.state == Room.State.OUT_OF_SERVICE:
        raise Refused(f"{room.name} is out of service.")
    if kind.room_kind and room.kind != kind.room_kind:
        wanted = Room.Kind(kind.room_kind).label.lower()
        raise Refused(f"“{kind.name}” needs a {wanted}, and {room.name} is none.")


def _check_device(row: Appointment, device: Equipment) -> None:
    kind = row.visit_type
    if device.status != Equipment.Status.IN_SERVICE:
        raise Refused(f"{device.name} is out of service.")
    if device.kind != kind.equipment_kind:
        raise Refused(f"“{kind.name}” does not use {device.name}.")
