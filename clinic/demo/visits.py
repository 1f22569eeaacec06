"""Visits as they happen: every step of a script that lies before now becomes rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from clinic.audit.models import AuditEvent
from clinic.demo import clinical, front
from clinic.demo.data.complaints import BY_KEY, Complaint
from clinic.demo.dice import stream
from clinic.demo.flow import Visit
from clinic.demo.models import DemoVisit
from clinic.demo.people import Person
from clinic.demo.rows import Rows
from clinic.demo.stockroom import Stockroom
from clinic.demo.world import World
from clinic.staff.models import Member
from records.models import Encounter, Immunization
from scheduling.models import Appointment, ResourceHold, VisitInterval
from scheduling.querysets import as_range
from scheduling.rules.holds import Resource
from scheduling.rules.slots import Span
from scheduling.rules.visit_states import IN_ROOM, RELEASED, State

LOOK_BACK = dt.timedelta(days=60)
PATIENT_BY_TEXT = "patient by text"


@dataclass
class Live:
    """A visit of the demo with its rows, while its script is played."""

    demo: DemoVisit
    appointment: Appointment
    person: Person
    complaint: Complaint
    interval: VisitInterval | None
    encounter: Encounter | None
    doses: list[Immunization] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.appointment.pk)


class Stage:
    """Where scripts are played. `rows` takes what comes out of it."""

    def __init__(self, rows: Rows, world: World, stockroom: Stockroom) -> None:
        self.rows, self.world, self.stockroom = rows, world, stockroom
        self.rooms_of_others = _rooms_of_others()

    def begin(self, visit: Visit) -> None:
        """Books a visit of the plan and plays it up to now."""
        kind = self.world.types[visit.complaint.visit_type]
        local = visit.start.astimezone(self.world.zone)
        members, column = self.world.members, self.world.members[visit.column]
        desk = members[_desk(visit.key)]
        appointment = Appointment(
            pk=self.rows.id("appointment", visit.key, at=visit.booked_at),
            patient_id=self.world.patients[visit.person.index], location=self.world.location, visit_type=kind,
            provider=column if kind.needs_provider else None, ma=None if kind.needs_provider else column,
            starts_at=visit.start, ends_at=visit.start + visit.told, zone=self.world.location.zone,
            local_day=local.date(), local_time=local.time().replace(tzinfo=None), reason=visit.complaint.reason,
            source=visit.source, is_walk_in=visit.is_walk_in, is_interpreter_needed=visit.person.interpreter,
            booked_by=desk, booked_by_label=desk.name, created_at=visit.booked_at, state=State.SCHEDULED,
            state_since=visit.booked_at,
        )  # fmt: skip
        self.rows.add(appointment)
        if not visit.is_walk_in:
            self._hold(visit, appointment)
        demo = DemoVisit(
            pk=self.rows.id("demo", visit.key, at=visit.booked_at), appointment=appointment,
            complaint=visit.complaint.key, script=_named(visit, desk), created_at=visit.booked_at,
        )  # fmt: skip
        self.rows.add(demo)
        self.play(Live(demo, appointment, visit.person, visit.complaint, None, None))

    def play(self, live: Live) -> None:
        """Plays every step that lies before now."""
        script, done = live.demo.script, live.demo.steps_done
        for state, moment, room, who in script[done : self._due(live)]:
            self._step(live, State(state), dt.datetime.fromisoformat(moment), room, who)
            done += 1
        if done != live.demo.steps_done:
            finished = done == len(script)
            self.rows.change(live.demo, steps_done=done, is_finished=finished)

    def _due(self, live: Live) -> int:
        """How far the script goes by now. Nobody is left in a room in which somebody put another patient."""
        script, end = live.demo.script, live.demo.steps_done
        while end < len(script) and dt.datetime.fromisoformat(script[end][1]) <= self.world.now:
            end += 1
        while end > live.demo.steps_done and self._is_in_others_room(*script[end - 1]):
            end -= 1
        return end

    def _is_in_others_room(self, state: str, moment: str, room: str, who: str) -> bool:
        held = self.world.rooms.get(room) if State(state) in IN_ROOM else None
        return held is not None and held.pk in self.rooms_of_others

    def _step(self, live: Live, state: State, when: dt.datetime, room: str, who: str) -> None:
        member = self.world.members.get(who)
        self._interval(live, state, when, room, member, who)
        values = {"state": state, "state_since": when}
        in_room = self.world.rooms[room] if room and state in IN_ROOM else None
        if live.appointment.room_id != (in_room.pk if in_room else None):
            values["room"] = in_room
        if state == State.SCHEDULED:
            self._audit(
                live, "appointment.booked", when, member, starts_at=live.appointment.starts_at.isoformat()
            )
        elif state == State.CONFIRMED:
            values["confirmed_at"] = when
            self._audit(live, "appointment.confirmed", when, member or PATIENT_BY_TEXT, how="text")
        elif state == State.CANCELLED:
            values |= self._cancelled(live, when, member)
        else:
            self._audit(live, "visit.moved", when, member, after=state.value)
        if state == State.ARRIVED:
            live.encounter = self._encounter(live, when, member)
            values["encounter"] = live.encounter
            front.check_in(self.rows, self.world, live, when, member)
        values["version"] = live.appointment.version + (state != State.SCHEDULED)
        self.rows.change(live.appointment, **values)
        self._care(live, state, when, member)

    def _care(self, live: Live, state: State, when: dt.datetime, member: Member | None) -> None:
        """What is charted and captured as the visit goes on."""
        is_provider_visit = live.appointment.provider_id is not None
        if state == State.READY or (state == State.ORDERS and not is_provider_visit):
            clinical.rooming(self.rows, self.world, live, when, member)
        if state in (State.DISCHARGE, State.CHECKOUT):
            clinical.care(self.rows, self.world, self.stockroom, live, when, state)
        if state == State.CHECKOUT:
            front.capture(self.rows, self.world, self.stockroom, live, when, member)
        if state in (State.COMPLETED, State.LEFT):
            self.rows.change(live.encounter, ended_at=when, status="closed")
            self._audit(live, "encounter.closed", when, member, row=live.encounter)
        if state == State.COMPLETED:
            front.check_out(self.rows, self.world, live, when, member)
        if state in RELEASED:
            self._release(live)

    def _interval(self, live: Live, state: State, when, room: str, member: Member | None, who: str) -> None:
        if live.interval is not None:
            self.rows.change(live.interval, ended_at=when)
        held = self.world.rooms.get(room) if state in IN_ROOM else None
        live.interval = self.rows.add(
            VisitInterval(
                pk=self.rows.id("interval", live.name, state.value, at=when), appointment=live.appointment,
                state=state, started_at=when, recorded_at=when, by=member,
                by_label=member.name if member else PATIENT_BY_TEXT, room=held, created_at=when,
            )
        )  # fmt: skip

    def _encounter(self, live: Live, when: dt.datetime, member: Member | None) -> Encounter:
        kind = live.appointment.visit_type
        flavor = "telehealth" if not kind.needs_room else "office" if kind.needs_provider else "nurse"
        encounter = self.rows.add(
            Encounter(
                pk=self.rows.id("encounter", live.name, at=when), patient_id=live.appointment.patient_id,
                provider=live.appointment.provider, kind=flavor, started_at=when, status="open",
                reason=live.appointment.reason, location_label=self.world.location.name, opened_by=member,
                created_at=when,
            )
        )  # fmt: skip
        self._audit(live, "encounter.opened", when, member, row=encounter, encounter_kind=flavor)
        return encounter

    def _cancelled(self, live: Live, when: dt.datetime, member: Member | None) -> dict:
        dice = stream("cancel", live.name)
        reason = dice.choice(
            (
                "patient_conflict",
                "patient_conflict",
                "patient_better",
                "patient_transport",
                "patient_other",
                "patient_cost",
            )
        )
        late = live.appointment.starts_at - when < dt.timedelta(hours=24)
        self._audit(live, "appointment.cancelled", when, member, reason=reason, late=late)
        return {"cancel_reason": reason, "cancelled_at": when, "is_late_cancel": late}

    def _hold(self, visit: Visit, appointment: Appointment) -> None:
        start, end = visit.whole
        main = Span(visit.start, visit.start + visit.told)
        kind = Resource.PROVIDER if visit.is_provider_visit else Resource.MA
        spans = [
            (kind, self.world.members[visit.column].pk, main),
            (Resource.PATIENT, appointment.patient_id, Span(start, end)),
        ]
        if visit.room_kind:
            label = {"procedure": "P", "lab": "Lab"}[visit.room_kind]
            spans.append((Resource.ROOM, self.world.rooms[label].pk, Span(start, end)))
        device = appointment.visit_type.equipment_kind
        if device and device in self.world.devices:
            spans.append((Resource.EQUIPMENT, self.world.devices[device].pk, Span(start, end)))
        for resource, key, span in spans:
            self.rows.add(
                ResourceHold(
                    pk=self.rows.id("hold", visit.key, resource.value, at=visit.booked_at), appointment=appointment,
                    resource_kind=resource, resource_id=key, during=as_range(span), created_at=visit.booked_at,
                    is_live=visit.outcome != "cancelled" or visit.ended_early_at > self.world.now,
                )
            )  # fmt: skip

    def _release(self, live: Live) -> None:
        """A visit that ended early gives its time back."""
        holds = self.rows.new.get(ResourceHold, [])
        pending = (
            [hold for hold in holds if hold.appointment_id == live.appointment.pk]
            if live.appointment.pk in self.rows.fresh
            else []
        )
        for hold in pending or ResourceHold.objects.filter(appointment=live.appointment, is_live=True):
            self.rows.change(hold, is_live=False)

    def _audit(self, live: Live, action: str, when, by, *, row=None, **detail) -> None:
        self.rows.audit(
            action,
            row or live.appointment,
            at=when,
            by=by or PATIENT_BY_TEXT,
            patient=live.appointment.patient_id,
            **detail,
        )


def running(world: World) -> list[Live]:
    """The demo's visits that are not over, unless somebody worked on them by hand: those are theirs."""
    people = {world.patients[p.index]: p for p in world.people if p.index in world.patients}
    rows = DemoVisit.objects.filter(is_finished=False, is_released=False).select_related(
        "appointment__visit_type", "appointment__provider", "appointment__encounter"
    )
    found, released = [], []
    open_intervals = {
        interval.appointment_id: interval
        for interval in VisitInterval.objects.filter(
            appointment__in=[r.appointment_id for r in rows], ended_at=None
        )
    }
    by_hand = _worked_on(world)
    for demo in rows:
        appointment = demo.appointment
        appointment.location = world.location
        expected = demo.script[demo.steps_done - 1][0] if demo.steps_done else None
        person = people.get(appointment.patient_id)
        is_theirs = (appointment.patient_id, appointment.local_day) in by_hand
        if is_theirs or appointment.state != expected or person is None or _was_moved(demo, appointment):
            released.append(demo.pk)
            continue
        found.append(
            Live(
                demo,
                appointment,
                person,
                BY_KEY[demo.complaint],
                open_intervals.get(appointment.pk),
                appointment.encounter,
            )
        )
    DemoVisit.objects.filter(pk__in=released).update(is_released=True)
    return found


def _worked_on(world: World) -> set[tuple[UUID, dt.date]]:
    """Patients and the days on which a person changed anything of theirs: checked in, took money, charted.

    What a person does comes by a request from an address; what the demo plays has none.
    """
    changes = AuditEvent.objects.filter(
        kind=AuditEvent.Kind.CHANGE, ip__isnull=False, patient_id__isnull=False, at__gte=world.now - LOOK_BACK
    )
    return {
        (patient, at.astimezone(world.zone).date())
        for patient, at in changes.order_by().values_list("patient_id", "at")
    }


def _rooms_of_others() -> set[UUID]:
    """Rooms in which a patient is whom somebody moved by hand; call it after `running` has let go of those."""
    ours = DemoVisit.objects.filter(is_released=False).values("appointment_id")
    held = Appointment.objects.filter(room__isnull=False).exclude(pk__in=ours)
    return set(held.values_list("room_id", flat=True))


def _was_moved(demo: DemoVisit, appointment: Appointment) -> bool:
    """A visit whose state began at another moment than its script says was moved back and forth by hand."""
    return (
        demo.steps_done > 0
        and dt.datetime.fromisoformat(demo.script[demo.steps_done - 1][1]) != appointment.state_since
    )


def _named(visit: Visit, desk: Member) -> list[list[str]]:
    """The script with user names in place of parts."""
    names = {
        "ma": visit.ma,
        "provider": visit.column,
        "nurse": visit.column,
        "desk": desk.username,
        "patient": "",
    }
    return [[state, moment.isoformat(), room, names[who]] for state, moment, room, who in visit.script]


def _desk(key: str) -> str:
    return ("frontdesk", "lmarrero")[stream("desk", key).random() < 0.42]
