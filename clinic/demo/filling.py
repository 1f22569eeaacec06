"""The waitlist, recalls, missed visits and triage of the made clinic, through the app's own services.

What lies in the past (who was offered which time, and took it) is told by rows; what is going on now is made
as people would make it.
"""

from __future__ import annotations

import datetime as dt

from clinic.core.actor import Actor
from clinic.demo.dice import stream
from clinic.demo.models import DemoVisit
from clinic.demo.world import World
from clinic.staff.models import Member
from records.models import Patient
from scheduling.models import (
    Appointment,
    CancelReason,
    ContactAttempt,
    FreedTime,
    Offer,
    Recall,
    RecallReason,
    TriageAssessment,
    WaitlistEntry,
)
from scheduling.rules.visit_states import UPCOMING, State
from scheduling.services.attempts import log_attempt
from scheduling.services.booking import cancel_appointment
from scheduling.services.filling import note_freed
from scheduling.services.missed import follow_missed
from scheduling.services.offers import work_freed
from scheduling.services.recalls import add_recall, contact_recalls, settle_recalls
from scheduling.services.triage import BEFORE_PROVIDER, assess_triage
from scheduling.services.waitlist import add_to_waitlist

# What patients wish for, in the order in which they called.
WISHES = (
    {"urgency": 2, "weekdays": [0, 1, 2], "day_parts": ["morning"], "note": "Works late shifts"},
    {"urgency": 3, "day_parts": ["afternoon"], "note": "Picks up the children at noon"},
    {"urgency": 1, "notice_minutes": 60, "note": "Lives around the corner"},
    {"urgency": 3, "weekdays": [3, 4]},
    {"urgency": 2, "notice_minutes": 240, "note": "Needs a ride"},
    {"urgency": 3, "notice_minutes": 1440},
    {"urgency": 2, "day_parts": ["morning", "afternoon"]},
    {"urgency": 3, "note": "Any time is fine"},
)
DUE = ((-75, "diabetes"), (-40, "annual"), (-32, "pap"), (-21, "result-repeat"), (-14, "diabetes"), (-9, "annual"),
       (-6, "vaccine-dose"), (-3, "diabetes"), (-1, "annual"), (0, "annual"), (9, "diabetes"), (20, "pap"),
       (33, "annual"), (48, "vaccine-dose"))  # fmt: skip
TRIAGE = (
    (3, "Fever since last night, drinks well"),
    (4, ""),
    (2, "Short of breath on the stairs, speaks in sentences"),
)


def fill_the_day(world: World, *, is_new: bool) -> None:
    """Lists at the first start; at every start something that is going on: an offer, a call, a triage."""
    if is_new:
        _past(world)
        _waiting(world)
        _recalls(world)
    follow_missed()
    settle_recalls()
    _calls(world)
    _triage(world)
    _offers(world)


def _by(member: Member) -> Actor:
    return Actor(member_id=member.pk, label=member.name)


def _desk(world: World) -> Actor:
    return _by(world.members["frontdesk"])


def _patients(world: World, count: int, name: str, *, adults: bool = True) -> list[Patient]:
    """So many patients of the made clinic without anything ahead, the same ones at each making."""
    busy = set(
        Appointment.objects.filter(state__in=sorted(UPCOMING), starts_at__gt=world.now).values_list(
            "patient_id", flat=True
        )
    )
    born_before = world.today.replace(year=world.today.year - 21, day=1)
    keys = [pk for pk in world.patients.values() if pk not in busy]
    stream("filling", name).shuffle(keys)
    rows = Patient.objects.filter(pk__in=keys[: count * 4], deceased_on=None)
    if adults:
        rows = rows.filter(birth_date__lt=born_before)
    return list(rows.order_by("pk")[:count])


def _waiting(world: World) -> None:
    kind = world.types["follow-up"]
    for patient, wishes in zip(_patients(world, len(WISHES), "waiting"), WISHES, strict=False):
        row = add_to_waitlist(
            by=_desk(world), patient=patient, visit_type=kind, location=world.location, **wishes
        )
        since = world.now - dt.timedelta(days=stream("waiting", patient.pk).randint(1, 20), minutes=37)
        WaitlistEntry.objects.filter(pk=row.pk).update(created_at=since)
    # One who has a visit and would rather come earlier.
    later = (
        Appointment.objects.filter(
            pk__in=DemoVisit.objects.values("appointment_id"),
            state__in=sorted(UPCOMING),
            visit_type=kind,
            local_day__gt=world.today + dt.timedelta(days=6),
        )
        .select_related("patient")
        .order_by("starts_at", "pk")
        .first()
    )
    if later is not None:
        add_to_waitlist(
            by=_desk(world), patient=later.patient, visit_type=kind, location=world.location, moves=later,
            urgency=2, note="Would rather come earlier",
        )  # fmt: skip


def _recalls(world: World) -> None:
    reasons = {row.code: row for row in RecallReason.objects.select_related("visit_type")}
    made = [
        add_recall(
            by=_by(world.members["ma"]),
            patient=patient,
            reason=reasons[code],
            due_on=world.today + dt.timedelta(days=days),
        )
        for patient, (days, code) in zip(_patients(world, len(DUE), "recalls"), DUE, strict=False)
    ]
    for row in made:
        row.created_at = world.now - dt.timedelta(days=60)
    Recall.objects.bulk_update(made, ["created_at"])
    contact_recalls(by=_desk(world), recalls=made[:4])
    for row, outcome in zip(made[:2], ("left_message", "no_answer"), strict=False):
        log_attempt(by=_desk(world), recall=row, outcome=outcome)


def _calls(world: World) -> None:
    """Tomorrow's list is half called; today's missed visits are tried once. Once a day, whoever did it."""
    if ContactAttempt.objects.filter(
        appointment__isnull=False, at__gt=world.now - dt.timedelta(hours=12)
    ).exists():
        return
    visits = Appointment.objects.filter(
        pk__in=DemoVisit.objects.values("appointment_id"), contact_attempts=None, location=world.location
    ).select_related("patient")
    coming = visits.filter(state=State.SCHEDULED, local_day__gt=world.today).order_by("starts_at", "pk")
    for visit, outcome in zip(coming[:3], ("left_message", "other_time", "no_answer"), strict=False):
        log_attempt(by=_desk(world), appointment=visit, outcome=outcome)
    missed = visits.filter(state=State.NO_SHOW, local_day=world.today).order_by("starts_at", "pk").first()
    if missed is not None:
        log_attempt(by=_desk(world), appointment=missed, outcome="left_message")


def _triage(world: World) -> None:
    waiting = Appointment.objects.filter(
        location=world.location, state__in=sorted(BEFORE_PROVIDER), triage=None
    ).order_by("state_since", "pk")
    if TriageAssessment.objects.filter(appointment__local_day=world.today).exists():
        return
    for visit, (level, note) in zip(waiting[:3], TRIAGE, strict=False):
        assess_triage(by=_by(world.members["ma"]), appointment=visit, level=level, note=note)


def _offers(world: World) -> None:
    """Something is being offered at every start: where nothing is, one coming visit is cancelled."""
    note_freed()
    if not Offer.objects.filter(state=Offer.State.OUT).exists():
        visit = _to_cancel(world)
        if visit is not None:
            cancel_appointment(by=_desk(world), appointment=visit, reason=CancelReason.PATIENT_CONFLICT)
            note_freed()
    by = Actor.system("scheduling.fill_openings")
    for freed in FreedTime.objects.filter(state=FreedTime.State.OPEN).order_by("starts_at", "pk")[:3]:
        work_freed(by=by, freed=freed, may_call=True)


def _to_cancel(world: World) -> Appointment | None:
    """A follow-up of one of the next days that nobody has touched."""
    return (
        Appointment.objects.filter(
            pk__in=DemoVisit.objects.values("appointment_id"),
            state=State.SCHEDULED,
            visit_type=world.types["follow-up"],
            location=world.location,
            starts_at__gt=world.now + dt.timedelta(hours=26),
            contact_attempts=None,
            waiting_to_move=None,
        )
        .order_by("starts_at", "pk")
        .first()
    )


def _past(world: World) -> None:
    """Times that came free in the past weeks: taken again by an offer, by an ordinary booking, or by nobody."""
    gone = (
        Appointment.objects.filter(
            state=State.CANCELLED, starts_at__lt=world.now, cancelled_at__isnull=False, provider__isnull=False
        )
        .select_related("provider", "location")
        .order_by("starts_at", "pk")
    )
    for visit in gone:
        if visit.cancelled_at >= visit.starts_at - dt.timedelta(minutes=30):
            continue
        again = (
            Appointment.objects.filter(
                provider=visit.provider,
                starts_at__lt=visit.ends_at,
                ends_at__gt=visit.starts_at,
                state=State.COMPLETED,
            )
            .order_by("starts_at")
            .first()
        )
        freed = FreedTime.objects.create(
            location=visit.location, member=visit.provider, starts_at=visit.starts_at, ends_at=visit.ends_at,
            cause=FreedTime.Cause.CANCELLED, appointment=visit, freed_at=visit.cancelled_at,
            state=FreedTime.State.TAKEN if again else FreedTime.State.LAPSED,
            settled_at=max(visit.cancelled_at, again.created_at) if again else visit.starts_at, visit=again,
        )  # fmt: skip
        if again is not None and again.created_at > visit.cancelled_at:
            _was_offered(world, freed, again)


def _was_offered(world: World, freed: FreedTime, visit: Appointment) -> None:
    """The patient who came instead had been on the waitlist and said yes."""
    dice = stream("offered", freed.appointment_id)
    answered = freed.freed_at + dt.timedelta(minutes=dice.randint(3, 70))
    entry = WaitlistEntry.objects.create(
        patient_id=visit.patient_id, location=freed.location, visit_type_id=visit.visit_type_id,
        urgency=dice.randint(1, 3), state=WaitlistEntry.State.BOOKED, visit=visit, closed_at=answered,
        closed_by_label="patient by link", added_by=world.members["frontdesk"],
        added_by_label=world.members["frontdesk"].name,
        created_at=freed.freed_at - dt.timedelta(days=dice.randint(2, 25)),
    )  # fmt: skip
    Offer.objects.create(
        entry=entry, freed=freed, way=Offer.Way.SMS, state=Offer.State.ACCEPTED, visit=visit,
        offered_at=freed.freed_at + dt.timedelta(minutes=1), offered_by_label="system:scheduling.fill_openings",
        expires_at=freed.freed_at + dt.timedelta(hours=2), settled_at=answered, settled_by_label="patient by link",
    )  # fmt: skip
    freed.state, freed.settled_at = FreedTime.State.FILLED, answered
    freed.save()
