"""Keeping a time for the caller while somebody is on the phone.

A soft hold is claimed under the same locks as a booking, so it never stands beside one. It ends by
itself: whether it still counts is compared when it is read. A member keeps one time at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, SoftHold, VisitType
from scheduling.querysets import as_range
from scheduling.services.booking import moved_wish
from scheduling.services.claims import claim
from scheduling.services.wishes import Wish

KEPT_FOR = timedelta(minutes=5)


@service
def keep_time(
    *,
    by: Actor,
    call: UUID,
    visit_type: VisitType,
    location: Location,
    starts_at: datetime,
    provider: Member | None = None,
    patient=None,
    add_ons: Sequence[VisitType] = (),
    visit: Appointment | None = None,
) -> datetime:
    """Keeps everything that a visit at this time would hold, for five minutes; returns until when.

    `call` names the dialog that keeps it; what the member kept before is given up. With `visit` the time
    is for moving that one, whose own holds don't count. Audited `time.kept`. Refuses what a booking
    would refuse, with the same words; an overbook can't be kept.
    """
    if by.member_id is None:
        raise Refused("Only a member of staff can keep a time for a caller.")
    if visit is not None:
        wish = moved_wish(visit, starts_at, provider)
    else:
        wish = Wish(
            patient=patient,
            visit_type=visit_type,
            location=location,
            starts_at=starts_at,
            member=provider,
            is_interpreter_needed=bool(patient and patient.needs_interpreter),
            add_ons=tuple(add_ons),
        )
    # The member's own key as well: of two calls of one member the second waits, and then gives up the first.
    made = claim(by=by, wish=wish, instead_of=visit, also_lock=[by.member_id])
    until = now() + KEPT_FOR
    SoftHold.objects.filter(held_by=by.member_id).delete()
    rows = [
        SoftHold(
            call=call,
            location=location,
            held_by_id=by.member_id,
            resource_kind=kind,
            resource_id=resource_id,
            during=as_range(span),
            expires_at=until,
        )
        for kind, resource_id, span in made.stretches()
    ]
    SoftHold.objects.bulk_create(rows)
    audit.record(
        by,
        "time.kept",
        obj=rows[0],
        patient=wish.patient,
        starts_at=starts_at.isoformat(),
        visit_type=visit_type.code,
        until=until.isoformat(),
    )
    return until


@service
def give_up_time(*, by: Actor, call: UUID) -> bool:
    """Gives the time of a call back at once; False when there is none any more. Audited `time.given_up`."""
    rows = SoftHold.objects.filter(held_by=by.member_id, call=call)
    row = rows.first()
    if row is None:
        return False
    rows.delete()
    audit.record(by, "time.given_up", obj=row)
    return True


def sweep_soft_holds() -> int:
    """Removes rows that ran out an hour ago or longer: they count for nothing. Returns how many."""
    return SoftHold.objects.filter(expires_at__lt=now() - timedelta(hours=1)).delete()[0]
