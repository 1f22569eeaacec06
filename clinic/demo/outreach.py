"""Messages, replies, calls and errands: what went out, what came back, what waits for somebody."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from clinic.demo.data.phone import CALLS, ERRANDS, UNCLEAR_REPLIES
from clinic.demo.dice import minutes, stream
from clinic.demo.hours import at, past_days
from clinic.demo.models import DemoVisit
from clinic.demo.people import Person
from clinic.demo.rows import Rows
from clinic.demo.wishes import write_wishes
from clinic.demo.world import World
from clinic.inbox.models import CallScript, PhoneCall, Task
from clinic.inbox.rules.targets import first_action_due
from clinic.messaging.models import Attempt, DeliveryEvent, InboundMessage, Message, MessageTemplate
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules import texts
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.subjects import link_for
from records.models import ContactPoint
from scheduling.models import Appointment
from scheduling.queries.reminder_wishes import subject_of
from scheduling.rules import reminders as rules
from scheduling.services.reminder_sweep import plan_missing

LEADS = ((72, "visit_link", "visit_reminder"), (24, "visit_reminder", "visit_reminder"))
GATEWAY = "capture"
# What is said of a number or an address where nobody is reached.
GONE = {"sms": "The number is not in service.", "email": "The mail server does not know this address (550)."}


@dataclass(frozen=True)
class Sent:
    """A reminder that left: the row and when."""

    message: Message
    left_at: dt.datetime


def plan_coming() -> None:
    """Plans the reminders of the next days through the app's own sweep, exactly as for real bookings."""
    plan_missing()


def write_outreach(rows: Rows, world: World, *, is_new: bool) -> None:
    """The traffic of the past weeks at the first start; at later ones only what the day needs."""
    if not is_new:
        return
    writer = _Reminders(rows, world)
    sent = writer.write()
    _replies(rows, world, sent)
    write_wishes(rows, world)
    _calls(rows, world)
    _errands(rows, world)


class _Reminders:
    """Reminders that should have left before now, as if the sender had run all along."""

    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.world = rows, world
        self.templates = {
            (t.code, t.channel, t.language): t for t in MessageTemplate.objects.filter(is_active=True)
        }
        self.people = {world.patients[p.index]: p for p in world.people if p.index in world.patients}
        self.practice = practice_name()
        self.addresses: dict = {}
        for contact in ContactPoint.objects.filter(is_active=True, kind__in=("mobile", "email")).order_by(
            "rank"
        ):
            channel = "sms" if contact.kind == "mobile" else "email"
            self.addresses.setdefault(contact.patient_id, (channel, contact.value))

    def write(self) -> list[Sent]:
        ours = DemoVisit.objects.values("appointment_id")
        visits = Appointment.objects.filter(
            pk__in=ours, is_walk_in=False, starts_at__lte=self.world.now + dt.timedelta(hours=72)
        ).select_related("patient", "location")
        sent = []
        for visit in visits.order_by("starts_at", "pk"):
            for hours, code, fallback in LEADS:
                one = self._one(visit, hours, code, fallback)
                sent += [one] if one else []
        return sent

    def _one(self, visit: Appointment, hours: int, code: str, fallback: str) -> Sent | None:
        dice = stream("reminder", visit.pk, hours)
        address = self.addresses.get(visit.patient_id)
        left = visit.starts_at - dt.timedelta(hours=hours) + minutes(dice, 0.1, 0.4, 1.5)
        local = left.astimezone(self.world.zone)
        ended = visit.cancelled_at and visit.cancelled_at < left
        if (
            address is None
            or ended
            or left < visit.created_at
            or left > self.world.now
            or not 9 <= local.hour < 20
        ):
            return None
        channel, value = address
        failed = dice.random() < 0.03
        digest = hashlib.sha256(value.encode()).hexdigest()[:12]
        key = f"{subject_of(visit)}|reminder-{hours}h|{rules.instant_key(visit.starts_at)}|{channel}|{digest}"
        token = hashlib.sha256(b"token" + key.encode()).hexdigest()[:22]
        template, body, heading, variables = self._words(visit, channel, code, fallback, token)
        if template is None:
            return None
        ref = f"cap-{hashlib.sha256(key.encode()).hexdigest()[:20]}"
        message = self.rows.add(
            Message(
                pk=self.rows.id("message", key, at=left), key=key, patient_id=visit.patient_id, purpose="reminder",
                channel=channel, address=value, template=template, template_code=template.code,
                language=template.language, variables=variables, heading=heading, body=body,
                subject=subject_of(visit), link_token=token,
                planned_at=left, wanted_at=left, not_after=visit.starts_at, zone=self.world.location.zone,
                state="failed" if failed else "delivered", next_try_at=left, attempts=1, gateway=GATEWAY,
                gateway_ref=ref, error=GONE[channel] if failed else "", left_at=left,
                settled_at=left + dt.timedelta(seconds=4), created_at=visit.created_at,
            )
        )  # fmt: skip
        self._trace(message, left, ref, failed=failed)
        return None if failed else Sent(message, left)

    def _words(self, visit: Appointment, channel: str, code: str, fallback: str, token: str):
        language = "es" if visit.patient.language == "es" else "en"
        variables = {
            "first_name": visit.patient.preferred_name or visit.patient.first_name, "clinic": self.practice,
            "date": rules.day_words(visit.starts_at, visit.zone, language),
            "time": rules.time_words(visit.starts_at, visit.zone), "phone": spoken_phone(visit.location.phone),
        }  # fmt: skip
        filled = {**variables, "link": link_for(subject_of(visit), token)}
        for name in (code, fallback):
            template = self.templates.get((name, channel, language))
            body = texts.fill(template.body, filled, channel=channel) if template else ""
            if body and (channel != "sms" or (texts.gsm7_length(body) or 999) <= texts.SMS_LENGTH):
                return template, body, texts.fill(template.heading, filled, channel=channel), variables
        return None, "", "", variables

    def _trace(self, message: Message, left: dt.datetime, ref: str, *, failed: bool) -> None:
        self.rows.add(
            Attempt(pk=self.rows.id("attempt", message.key, at=left), message=message, number=1, gateway=GATEWAY,
                    started_at=left, finished_at=left + dt.timedelta(seconds=1),
                    outcome="refused" if failed else "accepted", gateway_ref=ref, created_at=left)
        )  # fmt: skip
        self.rows.add(
            DeliveryEvent(pk=self.rows.id("delivery", message.key, at=left), message=message, gateway=GATEWAY, ref=ref,
                          status="failed" if failed else "delivered", received_at=left + dt.timedelta(seconds=4),
                          created_at=left)
        )  # fmt: skip
        self.rows.audit("message.planned", message, at=left, by="system:scheduling.plan_reminders",
                        patient=message.patient_id, purpose="reminder", channel=message.channel)  # fmt: skip


def _replies(rows: Rows, world: World, sent: list[Sent]) -> None:
    """Yes-texts settled by the program, and a handful that a person has to read."""
    texts_sent = [one for one in sent if one.message.channel == "sms"]
    rows_confirmed = Appointment.objects.filter(confirmed_at__isnull=False).values_list("pk", "confirmed_at")
    confirmed = {str(pk): moment for pk, moment in rows_confirmed}
    answered: set[str] = set()
    for one in texts_sent:
        visit = one.message.subject.partition(":")[2]
        when = confirmed.get(visit)
        if when and visit not in answered and one.left_at < when <= one.left_at + dt.timedelta(hours=6):
            answered.add(visit)
            _reply(rows, world, one, "C", "confirm", when, settled=True)
            one.message.answer, one.message.answered_at = "confirmed", when
    recent = [one for one in texts_sent if world.now - one.left_at < dt.timedelta(hours=30)]
    chosen = UNCLEAR_REPLIES[: len(recent)]
    for number, (body, meaning) in enumerate(chosen):
        one = recent[-1 - number * (len(recent) // len(chosen))]
        when = min(
            one.left_at + dt.timedelta(minutes=4 + 7 * number), world.now - dt.timedelta(minutes=3 + number)
        )
        _reply(rows, world, one, body, meaning, when, settled=False)


def _reply(
    rows: Rows, world: World, one: Sent, body: str, meaning: str, when: dt.datetime, *, settled: bool
) -> None:
    reply = rows.add(
        InboundMessage(
            pk=rows.id("reply", one.message.key, body, at=when), gateway=GATEWAY,
            ref=f"in-{hashlib.sha256((one.message.key + body).encode()).hexdigest()[:20]}",
            from_address=one.message.address, to_address=world.location.phone, body=body, received_at=when,
            patient_id=one.message.patient_id, message=one.message, meaning=meaning,
            settled_at=when if settled else None, needs_person=not settled, created_at=when,
        )
    )  # fmt: skip
    rows.audit(
        "reply.received",
        reply,
        at=when,
        by="patient by text",
        patient=one.message.patient_id,
        meaning=meaning,
    )


def _calls(rows: Rows, world: World) -> None:
    """Calls of the last workdays and of this morning; the newest messages are still to be worked."""
    script = CallScript.objects.order_by("-version").first()
    days = [*past_days(world.today, 4), world.today]
    for day_number, day in enumerate(days):
        for number, call in enumerate(CALLS):
            dice = stream("call", day, number)
            if dice.random() < (0.35 if day != world.today else 0.1):
                continue
            begun = at(day, dt.time(8, 10), world.zone) + dt.timedelta(
                minutes=38 * number + dice.randint(0, 25)
            )
            if day == world.today:
                begun = world.now - dt.timedelta(minutes=12 + 17 * number + dice.randint(0, 9))
            if begun < world.now:
                _call(rows, world, script, call, begun, dice, is_open=day_number >= len(days) - 2)


def _call(rows: Rows, world: World, script, call, begun: dt.datetime, dice, *, is_open: bool) -> None:
    relation, urgency, reason, outcome, note, title, pool, priority = call
    person = _caller(world, relation, dice)
    ended = min(begun + minutes(dice, 1.2, 3, 7), world.now)
    who = world.members[dice.choice(("frontdesk", "lmarrero"))]
    patient = world.patients[person.index] if relation not in ("payer", "office") else None
    name = (
        person.name
        if relation == "patient"
        else person.relatives[0].name
        if person.relatives
        else person.name
    )
    caller = {
        "pharmacy": "Depot Street Pharmacy",
        "payer": "Blue Prairie Health",
        "office": "Prairie Eye Clinic",
    }.get(relation, name)
    task = None
    if title:
        done = not is_open or dice.random() < 0.35
        finished = ended + minutes(dice, 20, 60, 200)
        done = done and finished < world.now
        task = rows.add(
            Task(
                pk=rows.id("task", title, begun, at=ended), title=title, detail=reason, patient_id=patient, pool=pool,
                priority=priority, due_at=first_action_due(urgency, ended.astimezone(world.zone)), opened_by=who,
                state="done" if done else "open", done_at=finished if done else None,
                done_by=_worker(world, pool) if done else None, outcome="Done, patient told" if done else "",
                created_at=ended,
            )
        )  # fmt: skip
        rows.audit("task.added", task, at=ended, by=who, patient=patient, pool=pool)
    row = rows.add(
        PhoneCall(
            pk=rows.id("call", begun, reason, at=begun), started_at=begun, ended_at=ended, caller=caller,
            relation=relation, patient_id=patient, identifiers="name_dob" if patient else "none",
            callback_number=person.phone, may_leave_voicemail=dice.random() < 0.6, reason=reason, script=script,
            red_flags=dict.fromkeys((g["code"] for g in script.groups), False) if script else {}, call_class=urgency,
            outcome=outcome, outcome_note=note, task=task, by=who, created_at=ended,
        )
    )  # fmt: skip
    rows.audit("call.logged", row, at=ended, by=who, patient=patient, call_class=urgency, outcome=outcome)


def _caller(world: World, relation: str, dice) -> Person:
    wanted = [
        p
        for p in world.people
        if (
            p.age(world.today) < 16
            if relation == "guardian"
            else p.age(world.today) > 72
            if relation == "family"
            else p.age(world.today) > 20
        )
    ]
    return wanted[dice.randrange(len(wanted))]


def _worker(world: World, pool: str):
    names = {"provider": "provider", "front_desk": "lmarrero", "ma": "tboyd", "lead_ma": "leadma"}
    return world.members[names.get(pool, "manager")]


def _errands(rows: Rows, world: World) -> None:
    """Tasks that are nobody's call: one for every role to find on its first page."""
    for number, (title, detail, pool, priority) in enumerate(ERRANDS):
        opened = world.now - dt.timedelta(hours=3 + 9 * number)
        task = rows.add(
            Task(pk=rows.id("errand", title, at=opened), title=title, detail=detail, pool=pool, priority=priority,
                 due_at=world.now + dt.timedelta(hours=4 + 11 * number), opened_by=world.members["manager"],
                 created_at=opened)
        )  # fmt: skip
        rows.audit("task.added", task, at=opened, by=world.members["manager"], pool=pool)
