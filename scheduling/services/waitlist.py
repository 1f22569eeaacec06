"""The waitlist itself: adding, changing and withdrawing wishes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused, Stale
from clinic.core.locks import lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import today
from clinic.staff.models import Member
from scheduling.models import Appointment, Location, VisitType, WaitlistEntry
from scheduling.rules.visit_states import UPCOMING
from scheduling.services.booking import FILL_TASK
from scheduling.services.offers import close_entry, end_offers_of

LONGEST_NOTICE = 14 * 24 * 60


@service
def add_to_waitlist(
    *,
    by: Actor,
    patient,
    visit_type: VisitType,
    location: Location,
    moves: Appointment | None = None,
    providers: Iterable[Member] = (),
    **wishes,
) -> WaitlistEntry:
    """Puts a patient on the waitlist. Audited `waitlist.added`; freed times are looked through at once.

    `moves` is a coming visit of the patient that a yes moves to the earlier time. `wishes` are `weekdays` (0 is
    Monday), `day_parts`, `earliest_on`, `latest_on`, `urgency`, `notice_minutes` and `note`; empty means any.
    Refuses a last day that has passed, a visit to move that is not a coming one of this patient and kind, a
    patient who has died, and a second entry for the same kind of visit.
    """
    if patient.deceased_on:
        raise Refused("This patient is recorded as deceased.", field="patient")
    if moves is not None:
        _check_moves(moves, patient, visit_type)
    _check(location, **wishes)
    row = WaitlistEntry(
        patient=patient,
        visit_type=visit_type,
        location=location,
        moves=moves,
        added_by_id=by.member_id,
        added_by_label=by.label[:120],
        **wishes,
    )
    row.save(force_insert=True)
    row.providers.set(providers)
    audit.record(
        by, "waitlist.added", obj=row, patient=patient, visit_type=visit_type.code, urgency=row.urgency
    )
    enqueue(FILL_TASK)
    return row


def _check_moves(moves: Appointment, patient, visit_type: VisitType) -> None:
    if moves.patient_id != patient.pk or moves.state not in UPCOMING:
        raise Refused("Only a coming visit of this patient can be moved.", field="moves")
    if moves.visit_type_id != visit_type.pk:
        raise Refused("The visit to be moved is of another kind.", field="moves")


def _check(location: Location, *, latest_on: date | None = None, notice_minutes: int = 0, **_others) -> None:
    if latest_on and latest_on < today(location.zone):
        raise Refused("The last day has passed.", field="latest_on")
    if notice_minutes > LONGEST_NOTICE:
        raise Refused("At most 14 days (20160 minutes).", field="notice_minutes")


@service
def edit_waitlist_entry(
    *, by: Actor, entry: WaitlistEntry, version: int, providers: Iterable[Member] = (), **wishes
) -> WaitlistEntry:
    """Changes the wishes of an entry. Audited `waitlist.changed`. Refuses an entry that is closed; Stale when
    `version` is older than the row."""
    row = lock_rows(WaitlistEntry.objects.filter(pk=entry.pk).select_related("location"))[0]
    if row.state != WaitlistEntry.State.WAITING:
        raise Refused("This patient is no longer waiting.")
    if row.version != version:
        raise Stale("Somebody changed these wishes while you had them open.", hint="Look again.")
    _check(row.location, **wishes)
    changed = sorted(name for name, value in wishes.items() if getattr(row, name) != value)
    for name, value in wishes.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    row.providers.set(providers)
    audit.record(by, "waitlist.changed", obj=row, patient=row.patient_id, fields=changed)
    enqueue(FILL_TASK)
    return row


@service
def withdraw_from_waitlist(*, by: Actor, entry: WaitlistEntry, note: str) -> WaitlistEntry:
    """Takes a patient off the waitlist, with the offer that is out. Audited `waitlist.closed`. Refuses no
    reason, and an entry that is closed."""
    if not note.strip():
        raise Refused("Say why.", field="note")
    end_offers_of(by, entry, "Taken off the waitlist.")
    row = lock_rows(WaitlistEntry.objects.filter(pk=entry.pk))[0]
    if row.state != WaitlistEntry.State.WAITING:
        raise Refused("This patient is no longer waiting.")
    return close_entry(by, row, WaitlistEntry.State.WITHDRAWN, note.strip())
