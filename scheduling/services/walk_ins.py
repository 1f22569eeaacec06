"""Patients who come without an appointment."""

from __future__ import annotations

from dataclasses import replace

from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Conflict, Refused
from clinic.core.time import format_clock, now, today
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, Source, VisitType
from scheduling.queries.needs import rostered
from scheduling.queries.slots import open_slots
from scheduling.rules.visit_states import UPCOMING, State
from scheduling.services.booking import write_claim
from scheduling.services.claims import claim
from scheduling.services.visits import move_visit
from scheduling.services.wishes import Claim, Wish


@service
def walk_in(
    *,
    by: Actor,
    patient,
    visit_type: VisitType,
    location: Location,
    provider: Member | None = None,
    reason: str = "",
) -> Appointment:
    """Takes in a patient who is here now: an appointment, arrived, with its encounter open.

    The next free time of today is held. With none left the patient waits in line: the visit then holds
    no one's time, so it never pushes out a booked one. Audited `appointment.walked_in`, then the move.
    Refuses when the patient has a visit today that can be checked in instead.
    """
    _refuse_second(patient, location)
    slots = open_slots(
        location=location,
        visit_type=visit_type,
        provider=provider,
        days=1,
        limit=1,
        patient=patient,
        is_walk_in=True,
    )
    wish = Wish(
        patient=patient,
        visit_type=visit_type,
        location=location,
        starts_at=slots[0].starts_at if slots else now().replace(second=0, microsecond=0),
        member=provider,
        is_interpreter_needed=patient.needs_interpreter,
        is_walk_in=True,
    )
    made = _claim(by, wish) if slots else _in_line(wish)
    row = write_claim(
        by,
        made,
        "appointment.walked_in",
        reason=reason.strip()[:300],
        source=Source.WALK_IN,
        is_walk_in=True,
    )
    return move_visit(by=by, appointment=row, to=State.ARRIVED)


def _refuse_second(patient, location: Location) -> None:
    booked = Appointment.objects.filter(
        patient=patient, local_day=today(location.zone), state__in=sorted(UPCOMING)
    ).first()
    if booked:
        at = format_clock(booked.starts_at, booked.zone)
        raise Refused(
            f"The patient is booked today at {at}.", field="patient", hint="Check that visit in instead."
        )


def _claim(by: Actor, wish: Wish) -> Claim:
    try:
        return claim(by=by, wish=wish)
    except Conflict:
        # Somebody took the slot between looking and locking: the patient is here all the same.
        return _in_line(replace(wish, starts_at=now().replace(second=0, microsecond=0)))


def _in_line(wish: Wish) -> Claim:
    """No one's time is held. A single provider who sees this kind of visit is named all the same."""
    names = {wish.member.pk: wish.member.name} if wish.member else rostered(wish.location, wish.visit_type)
    only = next(iter(names)) if len(names) == 1 else None
    return Claim(
        wish=wish,
        member_id=only,
        ma_id=None,
        room_id=None,
        equipment_ids=(),
        is_overbook=False,
        is_in_line=True,
    )
