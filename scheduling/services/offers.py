"""Offers of freed times: made, answered, over. The first yes wins, by the same locks as any booking.

Order of locks everywhere here: the freed time, then its offers and the entry, then (inside booking) the
resources. A booking at the desk takes only the last, so none can wait for another in a circle.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import attempt, service
from clinic.core.errors import ClinicError, Conflict, Refused
from clinic.core.locks import lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now, today
from clinic.staff.models import Member
from scheduling.models import Appointment, FreedTime, Offer, Source, WaitlistEntry
from scheduling.queries.candidates import candidates_for, taker_of, time_of
from scheduling.queries.offers import unsent_reasons
from scheduling.queries.outreach import outreach_settings
from scheduling.rules import waitlist as rules
from scheduling.rules.visit_states import UPCOMING
from scheduling.services.booking import FILL_TASK, book_appointment, reschedule_appointment
from scheduling.services.offer_messages import send_offer, void_offer, way_for

# A visit that was moved several times is followed to where it stands now.
MOST_MOVES = 10
BUSY = "That time is busy for the moment. Try again in a few minutes."


def locked_freed(freed_id) -> FreedTime:
    """The freed time as it stands now, locked until commit."""
    rows = lock_rows(FreedTime.objects.filter(pk=freed_id).select_related("location", "member"))
    if not rows:
        raise Refused("This time is no longer on the list.")
    return rows[0]


def _locked(offer: Offer) -> tuple[FreedTime, Offer]:
    freed = locked_freed(offer.freed_id)
    row = lock_rows(
        Offer.objects.filter(pk=offer.pk).select_related(
            "entry__patient", "entry__visit_type", "entry__moves"
        )
    )[0]
    row.freed = freed
    return freed, row


def stands_until(entry: WaitlistEntry, freed: FreedTime, present: datetime) -> datetime | None:
    """Until when an offer of this time to this patient would stand; None when there is no time to ask."""
    chosen = outreach_settings()
    return rules.expires_at(
        present,
        time_of(freed),
        today=today(freed.location.zone),
        notice=timedelta(minutes=entry.notice_minutes),
        same_day=timedelta(minutes=chosen.same_day_minutes),
        later=timedelta(minutes=chosen.later_minutes),
    )


def make_offer(
    *, by: Actor, entry: WaitlistEntry, freed: FreedTime, until: datetime, may_call: bool = True
) -> Offer | None:
    """Offers a locked freed time to a patient, by message or as a call for the desk. Audited `offer.made`.

    None where only a call is possible and nobody is there to make it (`may_call` False).
    """
    room = way_for(entry, freed, until=until)
    if not room.channel and not may_call:
        return None
    offer = Offer.objects.create(
        entry=entry,
        freed=freed,
        way=room.channel or Offer.Way.CALL,
        why_call=room.why_not[:120],
        offered_at=now(),
        offered_by_id=by.member_id,
        offered_by_label=by.label[:120],
        expires_at=until,
    )
    if room.channel:
        send_offer(by=by, offer=offer, channel=room.channel)
    audit.record(
        by,
        "offer.made",
        obj=offer,
        patient=entry.patient_id,
        starts_at=freed.starts_at.isoformat(),
        way=offer.way,
        until=until.isoformat(),
    )
    return offer


@service
def offer_time(
    *, by: Actor, entry: WaitlistEntry, starts_at: datetime, member: Member | None = None
) -> Offer:
    """Offers a patient of the waitlist a time chosen at the desk, whatever their wishes say.

    `member` is whose column the time stands in. A time that is on the list of freed ones already is offered
    beside the others. Audited `offer.made`. Refuses a time that is taken or too close to ask about, and a
    patient who has an offer out or was offered that time.
    """
    if entry.state != WaitlistEntry.State.WAITING:
        raise Refused("This patient is no longer waiting.")
    timing = entry.visit_type.timing(with_interpreter=entry.patient.needs_interpreter)
    known = FreedTime.objects.filter(
        location=entry.location, member=member, starts_at=starts_at, state=FreedTime.State.OPEN
    ).first()
    freed = known or FreedTime.objects.create(
        location=entry.location,
        member=member,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=timing.visit_minutes),
        cause=FreedTime.Cause.DESK,
        freed_at=now(),
    )
    freed = locked_freed(freed.pk)
    if freed.state != FreedTime.State.OPEN or taker_of(freed):
        raise Refused("That time has just been taken.", field="slot", hint="Choose another one.")
    until = stands_until(entry, freed, now())
    if until is None:
        raise Refused(
            "That is too soon to wait for an answer.", field="slot", hint="Call the patient and book it."
        )
    rows = lock_rows(WaitlistEntry.objects.filter(pk=entry.pk, state=WaitlistEntry.State.WAITING))
    if not rows:
        raise Refused("This patient is no longer waiting.")
    return make_offer(by=by, entry=entry, freed=freed, until=until)


@service
def accept_offer(*, by: Actor, offer: Offer, how: str = "phone") -> Offer:
    """The patient says yes: books the time, or moves the visit that the entry names, all or nothing.

    `how` is link, text or phone. Returns the offer; its state says what happened: accepted, or lost when
    somebody else has the time, or expired. A second yes changes nothing. The other patients' offers of the
    same time are lost with it. It is still out where the time is only busy for the moment. Audited `offer.accepted` or `offer.lost`.
    """
    freed, row = _locked(offer)
    if row.state != Offer.State.OUT:
        return row
    if now() >= row.expires_at:
        return _settle(by, row, Offer.State.EXPIRED)
    entry = lock_rows(WaitlistEntry.objects.filter(pk=row.entry_id))[0]
    if entry.state != WaitlistEntry.State.WAITING:
        return _settle(by, row, Offer.State.LOST, note="The patient is no longer waiting.")
    try:
        with attempt():
            visit = _book(by, row, freed, how)
    except ClinicError as error:
        if isinstance(error, Conflict) and freed.state == FreedTime.State.OPEN and taker_of(freed) is None:
            return row  # kept for a caller, or somebody is just saving there: the patient can say yes again
        return _lose(by, row, freed, str(error))
    row.visit = visit
    _settle(by, row, Offer.State.ACCEPTED, how=how)
    entry.visit = visit
    close_entry(by, entry, WaitlistEntry.State.BOOKED)
    _settle_freed(by, freed, FreedTime.State.FILLED, visit)
    return row


def _book(by: Actor, offer: Offer, freed: FreedTime, how: str) -> Appointment:
    if freed.state != FreedTime.State.OPEN:
        raise Refused("The time is no longer open.")
    entry = offer.entry
    standing = standing_visit(entry.moves)
    if entry.moves_id and standing is None:
        raise Refused("The visit that was to be moved is over.")
    if standing is not None:
        return reschedule_appointment(
            by=by,
            appointment=standing,
            starts_at=freed.starts_at,
            provider=freed.member,
            reason="Earlier time from the waitlist",
        )
    return book_appointment(
        by=by,
        patient=entry.patient,
        visit_type=entry.visit_type,
        starts_at=freed.starts_at,
        location=freed.location,
        provider=freed.member,
        reason=entry.note[:200],
        source=Source.PHONE if how == "phone" else Source.PATIENT_LINK,
    )


def standing_visit(visit: Appointment | None) -> Appointment | None:
    """Where the visit to be moved stands now: None when it is over or cancelled."""
    for _ in range(MOST_MOVES):
        if visit is None or visit.state in UPCOMING:
            return visit
        visit = visit.rescheduled_to
    return None


def _lose(by: Actor, row: Offer, freed: FreedTime, why: str) -> Offer:
    """The time could not be booked. When it is gone for all, the others' offers end with it."""
    _settle(by, row, Offer.State.LOST, note=why[:200])
    taker = taker_of(freed) if freed.state == FreedTime.State.OPEN else None
    if taker is not None:
        _settle_freed(by, freed, FreedTime.State.TAKEN, taker)
    return row


@service
def decline_offer(*, by: Actor, offer: Offer, note: str = "") -> Offer:
    """The patient does not want this time and stays on the list; the next one is asked. Audited
    `offer.declined`. An offer that is over stays as it is."""
    _, row = _locked(offer)
    if row.state == Offer.State.OUT:
        _settle(by, row, Offer.State.DECLINED, note=note[:200])
        enqueue(FILL_TASK)
    return row


@service
def withdraw_offer(*, by: Actor, offer: Offer, note: str = "") -> Offer:
    """Takes an offer back. Audited `offer.withdrawn`. Refuses one that is over."""
    _, row = _locked(offer)
    if row.state != Offer.State.OUT:
        raise Refused(f"This offer is over: {row.get_state_display().lower()}.")
    _settle(by, row, Offer.State.WITHDRAWN, note=note[:200])
    enqueue(FILL_TASK)
    return row


def end_offers_of(by: Actor, entry: WaitlistEntry, note: str) -> None:
    """Takes back whatever offer an entry has out. To be called before the entry is locked (order of locks)."""
    out = Offer.objects.filter(entry=entry, state=Offer.State.OUT)
    lock_rows(FreedTime.objects.filter(pk__in=list(out.values_list("freed_id", flat=True))))
    for row in lock_rows(out.select_related("entry")):
        _settle(by, row, Offer.State.WITHDRAWN, note=note[:200])
        enqueue(FILL_TASK)


@service
def stop_filling(*, by: Actor, freed: FreedTime) -> FreedTime:
    """Offers a time to nobody any more and takes back what is out. Audited `freed_time.stopped`."""
    row = locked_freed(freed.pk)
    if row.state != FreedTime.State.OPEN:
        raise Refused("This time is no longer offered.")
    audit.record(by, "freed_time.stopped", obj=row, starts_at=row.starts_at.isoformat())
    _settle_freed(by, row, FreedTime.State.STOPPED, None)
    return row


def _settle(by: Actor, row: Offer, state: str, *, note: str = "", how: str = "") -> Offer:
    row.state, row.settled_at, row.settled_by_label = state, now(), by.label[:120]
    row.note = note
    row.save()
    if state != Offer.State.ACCEPTED:
        void_offer(by=by, offer=row, reason=f"offer {row.state}")
    facts = {"how": how} if how else {}
    audit.record(by, f"offer.{state}", obj=row, patient=row.entry.patient_id, **facts)
    return row


def _settle_freed(by: Actor, freed: FreedTime, state: str, visit: Appointment | None) -> None:
    """Ends a freed time and the offers of it that are still out."""
    over = {FreedTime.State.STOPPED: Offer.State.WITHDRAWN, FreedTime.State.LAPSED: Offer.State.EXPIRED}
    freed.state, freed.settled_at, freed.visit = state, now(), visit
    if state == FreedTime.State.TAKEN and visit is not None:
        # When it was really taken, not when somebody noticed.
        freed.settled_at = max(freed.freed_at, min(now(), visit.created_at))
    freed.save()
    for other in lock_rows(Offer.objects.filter(freed=freed, state=Offer.State.OUT).select_related("entry")):
        _settle(by, other, over.get(state, Offer.State.LOST))


def close_entry(by: Actor, entry: WaitlistEntry, state: str, note: str = "") -> WaitlistEntry:
    """Ends a locked entry of the waitlist. Audited `waitlist.closed`."""
    entry.state, entry.closed_at, entry.closed_by_label = state, now(), by.label[:120]
    entry.close_note = note[:200]
    entry.version += 1
    entry.save()
    audit.record(by, "waitlist.closed", obj=entry, patient=entry.patient_id, state=state)
    return entry


@service
def work_freed(*, by: Actor, freed: FreedTime, may_call: bool) -> int:
    """Brings one freed time up to now: what is over ends, who has not answered in time is passed over, the
    next patients are asked. Returns how many were asked. A second run asks nobody.

    `may_call` says whether somebody is at the desk to call those who may not be written to.
    """
    row = locked_freed(freed.pk)
    if row.state != FreedTime.State.OPEN or _is_taken(by, row):
        return 0
    present, chosen = now(), outreach_settings()
    out = 0 if row.starts_at <= present else _pass_over(by, row, present, may_call=may_call)
    is_too_late = row.starts_at - timedelta(minutes=chosen.least_minutes) <= present
    if is_too_late or row.cause == FreedTime.Cause.DESK:
        if not out:
            # A time that the desk chose for one patient leaves the list once that one has answered.
            _settle_freed(by, row, FreedTime.State.LAPSED if is_too_late else FreedTime.State.STOPPED, None)
        return 0
    if not chosen.is_automatic:
        return 0
    made = 0
    for entry in candidates_for(row, present):
        if out + made >= chosen.offers_at_once:
            break
        until = stands_until(entry, row, present)
        locked = lock_rows(WaitlistEntry.objects.filter(pk=entry.pk, state=WaitlistEntry.State.WAITING))
        if until is None or not locked:
            continue
        made += make_offer(by=by, entry=entry, freed=row, until=until, may_call=may_call) is not None
    return made


def _is_taken(by: Actor, row: FreedTime) -> bool:
    """Whether somebody has the time by now; then it is settled. A cancellation that was undone frees nothing."""
    taker = taker_of(row)
    if taker is None:
        return False
    undone = taker.pk == row.appointment_id
    _settle_freed(
        by, row, FreedTime.State.STOPPED if undone else FreedTime.State.TAKEN, None if undone else taker
    )
    return True


def _pass_over(by: Actor, freed: FreedTime, present: datetime, *, may_call: bool) -> int:
    """Ends offers without an answer in time, and turns those whose message will not arrive into calls.

    Returns how many are still out.
    """
    rows = lock_rows(
        Offer.objects.filter(freed=freed, state=Offer.State.OUT).select_related("entry__patient")
    )
    reasons = unsent_reasons([row for row in rows if row.way != Offer.Way.CALL])
    out = 0
    for row in rows:
        row.freed = freed
        why = reasons.get(row.pk)
        if row.expires_at <= present:
            _settle(by, row, Offer.State.UNREACHED if why else Offer.State.EXPIRED, note=(why or "")[:200])
        elif why:
            out += _call_instead(by, row, why, present, may_call=may_call)
        else:
            out += 1
    return out


def _call_instead(by: Actor, row: Offer, why: str, present: datetime, *, may_call: bool) -> int:
    until = stands_until(row.entry, row.freed, present)
    if not may_call or until is None:
        _settle(by, row, Offer.State.UNREACHED, note=why[:200])
        return 0
    row.way, row.why_call, row.expires_at = Offer.Way.CALL, why[:120], until
    row.save()
    audit.record(by, "offer.call_instead", obj=row, patient=row.entry.patient_id)
    return 1
