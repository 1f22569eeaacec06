"""Visits in number: the booking with its holds and intervals, the encounter with its vitals, the money."""

from __future__ import annotations

from billing.models import Charge, JournalEntry, Payment, Posting
from clinic.demo.scale.doses import SHARE, Doses
from clinic.demo.scale.plan import SLOT, Plan, Who
from clinic.demo.scale.text import DAY, NULL, Dice, Sheet, date_text, encode, key, stamp
from clinic.messaging.models import Attempt, Message
from records.models import Encounter, Note, VitalReading, VitalSet
from scheduling.models import Appointment, ResourceHold, VisitInterval

_REASONS = (
    "Follow-up", "Blood pressure check", "Cough and cold", "Medication review", "Back pain", "Yearly check-up",
    "Diabetes follow-up", "Sore throat", "Rash", "Knee pain", "Headache", "Results",
)  # fmt: skip
_NOTES = tuple(
    encode({"subjective": told, "objective": found, "assessment": thought, "plan": then})
    for told, found, thought, then in (
        (
            "Here for a check-up. No new worries.",
            "Exam as before.",
            "Check-up",
            "Continue. Next visit as planned.",
        ),
        ("Runny nose and cough for five days.", "Throat red, lungs clear.", "Cold", "Rest, fluids, honey."),
        ("Medicines gone through together.", "No side effects found.", "Medicine review", "No change."),
        ("Feels better than last time.", "Exam improved.", "Follow-up", "Continue, call if it comes back."),
    )
)
_METHODS = ("card",) * 7 + ("cash",) * 2 + ("check",)
_CANCELLED = ("patient_conflict", "patient_better", "patient_transport", "patient_other", "patient_cost")
_STATES = ("scheduled", "confirmed", "arrived", "roomed", "intake", "ready", "with_provider", "discharge", "checkout",
           "completed")  # fmt: skip
# Minutes from the slot's start at which a visit enters each state; what came before the visit stands apart.
_WENT = {"arrived": -7, "roomed": -1, "intake": 1, "ready": 7, "with_provider": 9, "discharge": 24, "checkout": 28,
         "completed": 33}  # fmt: skip
_FULL = ("arrived", "roomed", "intake", "ready", "with_provider", "discharge", "checkout", "completed")
_SHORT = ("arrived", "completed")
# Before that many days the clinic kept only arrival and departure, and fewer vitals.
DETAILED_DAYS = 365
SETTLED_DAYS = 25
_IN_ROOM = frozenset({"roomed", "intake", "ready", "with_provider", "discharge"})
_NAMED = ("id", "created_at", "updated_at")


class Visits:
    """Writes visits of one plan. One visit per call; `flush` is the caller's."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.receipt = 0
        self._day = ""  # the local day of the visit that is being written
        zone, clerk = plan.zone, plan.desk[0]
        desk = {"booked_by_id": clerk.id, "booked_by_label": clerk.name}
        self.appointments = Sheet(
            Appointment, (*_NAMED, "patient_id", "visit_type_id", "provider_id", "starts_at", "ends_at", "local_day",
            "local_time", "state", "state_since", "reason", "confirmed_at", "cancel_reason", "cancelled_at",
            "encounter_id", "room_id", "version"), location_id=plan.location, zone=zone, **desk,
        )  # fmt: skip
        self.holds = Sheet(
            ResourceHold, (*_NAMED, "appointment_id", "resource_kind", "resource_id", "during", "is_live")
        )
        self.intervals = Sheet(
            VisitInterval, (*_NAMED, "appointment_id", "state", "started_at", "ended_at", "recorded_at", "by_id", "by_label",
            "room_id"),
        )  # fmt: skip
        self.encounters = Sheet(
            Encounter, (*_NAMED, "patient_id", "provider_id", "started_at", "ended_at", "status", "reason"),
            location_label=plan.location_name, opened_by_id=clerk.id,
        )  # fmt: skip
        self.sets = Sheet(
            VitalSet, (*_NAMED, "patient_id", "encounter_id", "measured_at", "recorded_at", "recorded_by_id")
        )
        self.readings = Sheet(
            VitalReading, (*_NAMED, "set_id", "vital", "entered_value", "entered_unit", "value", "detail")
        )
        self.notes = Sheet(
            Note,
            (*_NAMED, "patient_id", "encounter_id", "author_id", "sections", "signed_at", "signed_by_id"),
            version=2,
        )
        self.doses = Doses(plan)
        self._money(plan)
        self.messages = Sheet(
            Message, (*_NAMED, "key", "patient_id", "address", "body", "subject", "link_token", "planned_at", "wanted_at",
            "not_after", "next_try_at", "gateway_ref", "left_at", "settled_at"), purpose="reminder", channel="sms",
            template_id=plan.template[0], template_code=plan.template[1], zone=zone, state="delivered", attempts=1,
            gateway="capture",
        )  # fmt: skip
        self.tries = Sheet(
            Attempt, (*_NAMED, "message_id", "started_at", "finished_at", "gateway_ref"), number=1, gateway="capture",
            outcome="accepted",
        )  # fmt: skip

    def _money(self, plan: Plan) -> None:
        clerk = plan.desk[0]
        self.entries = Sheet(
            JournalEntry,
            (*_NAMED, "kind", "business_day", "memo", "key", "at"),
            by_id=clerk.id,
            by_label=clerk.name,
        )
        self.postings = Sheet(
            Posting, (*_NAMED, "entry_id", "account", "amount", "patient_id", "encounter_id", "appointment_id",
            "drawer_id"),
        )  # fmt: skip
        self.charges = Sheet(
            Charge, (*_NAMED, "patient_id", "encounter_id", "appointment_id", "fee_id", "code", "words", "unit_price",
            "amount", "service_on", "source", "proposed_at", "approved_at", "approved_by_id", "state", "entry_id"),
        )  # fmt: skip
        self.payments = Sheet(
            Payment, (*_NAMED, "patient_id", "appointment_id", "amount", "method", "purpose", "reference", "drawer_id",
            "receipt_number", "business_day", "received_at", "entry_id"), received_by_id=clerk.id,
            received_by_label=clerk.name,
        )  # fmt: skip

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (
            self.encounters, self.appointments, self.holds, self.intervals, self.sets, self.readings, self.entries,
            self.postings, self.charges, self.payments, self.messages, self.tries, self.notes, *self.doses.sheets,
        )  # fmt: skip

    def past(
        self, dice: Dice, patient: str, provider: Who, midnight: int, minute: int, *, is_first: bool
    ) -> None:
        """A visit that is over: most were kept, some cancelled or missed. `minute` is of the local day.

        `is_first` is False where the patient has another visit that day, which this one then made room for.
        """
        roll = dice.random() if is_first else 0.99
        start = midnight + minute * 60
        if roll < 0.83:
            self.visit(dice, patient, provider, midnight, minute, "completed")
        elif roll < 0.89:
            self._missed(dice, patient, provider, midnight, minute, "no_show", start + 19 * 60)
        else:
            self._missed(
                dice, patient, provider, midnight, minute, "cancelled", start - dice.randrange(2, 95) * 3600
            )

    def visit(self, dice: Dice, patient: str, provider: Who, midnight: int, minute: int, until: str,
              room: str = NULL, *, is_told: bool = False) -> tuple[str, str]:  # fmt: skip
        """A visit that went as far as the state `until`; returns the keys of appointment and encounter.

        `is_told` has it told in full however long ago it was.
        """
        plan, start = self.plan, midnight + minute * 60
        self._day = date_text(midnight + DAY // 2)
        booked = min(start - dice.randrange(1, 30) * DAY - 3600, plan.now - 600)
        appointment = key(booked, dice)
        is_recent = is_told or plan.now - start < DETAILED_DAYS * DAY
        names = _FULL if is_recent or until != "completed" else _SHORT
        came = until in _WENT
        steps = [("scheduled", booked)]
        if came:
            late = dice.randrange(-2, 9) * 60
            steps += [(name, start + late + _WENT[name] * 60) for name in names[: names.index(until) + 1]]
        self._intervals(dice, appointment, steps, provider, room, is_over=until == "completed")
        encounter = key(steps[1][1], dice) if came else NULL
        ended = stamp(steps[-1][1]) if until == "completed" else NULL
        reason = dice.choice(_REASONS)
        if came:
            status = "open" if ended == NULL else "signed" if dice.random() < 0.97 else "closed"
            arrived = stamp(steps[1][1])
            self.encounters.put(
                encounter, arrived, arrived, patient, provider.id, arrived, ended, status, reason
            )
            if (
                until in ("ready", "with_provider", "discharge", "checkout", "completed")
                and dice.random() < 0.92
            ):
                self._vitals(dice, patient, encounter, start + 4 * 60, is_recent)
            if until == "completed":
                if is_recent:
                    self._note(dice, patient, encounter, provider, start + 50 * 60)
                if dice.random() < SHARE:
                    self.doses.give(dice, patient, encounter, provider, start + 20 * 60, self._day)
        where = room if until in _IN_ROOM else NULL
        self._appointment(dice, appointment, patient, provider, booked, midnight, minute, until, steps[-1][1], reason,
                          encounter=encounter, room=where)  # fmt: skip
        self._holds(dice, appointment, patient, provider, booked, start, "t")
        if until in ("checkout", "completed"):
            self._paid(dice, patient, appointment, encounter, steps[-1][1], is_settled=until == "completed")
        if dice.random() < 0.3 and booked < start - 2 * DAY:
            self._reminder(dice, patient, appointment, start)
        return appointment, encounter

    def _missed(
        self, dice: Dice, patient: str, provider: Who, midnight: int, minute: int, how: str, when: int
    ) -> None:
        start = midnight + minute * 60
        self._day = date_text(midnight + DAY // 2)
        booked = min(start - dice.randrange(5, 30) * DAY, when - 3600)
        appointment = key(booked, dice)
        self._intervals(dice, appointment, [("scheduled", booked), (how, when)], provider, NULL, is_over=True)
        self._appointment(
            dice, appointment, patient, provider, booked, midnight, minute, how, when, dice.choice(_REASONS)
        )
        self._holds(dice, appointment, patient, provider, booked, start, "f")

    def _appointment(self, dice, appointment, patient, provider, booked, midnight, minute, state, since, reason, *,
                     encounter=NULL, room=NULL) -> None:  # fmt: skip
        start = midnight + minute * 60
        made = stamp(booked)
        is_cancelled = state == "cancelled"
        self.appointments.put(
            appointment, made, made, patient, dice.choice(self.plan.visit_types), provider.id, stamp(start),
            stamp(start + SLOT), self._day, f"{minute // 60:02d}:{minute % 60:02d}:00", state, stamp(since),
            reason, NULL, dice.choice(_CANCELLED) if is_cancelled else "", stamp(since) if is_cancelled else NULL,
            encounter, room, "2",
        )  # fmt: skip

    def _holds(self, dice, appointment, patient, provider, booked, start, live) -> None:
        made, during = stamp(booked), f"[{stamp(start)},{stamp(start + SLOT)})"
        self.holds.put(key(booked, dice), made, made, appointment, "provider", provider.id, during, live)
        self.holds.put(key(booked, dice), made, made, appointment, "patient", patient, during, live)

    def _intervals(self, dice, appointment, steps, provider: Who, room: str, *, is_over: bool) -> None:
        """Each state of a visit as one stretch. The last one is open: that is where the visit stands."""
        desk = self.plan.desk[0]
        last = len(steps) - 1
        for number, (state, at) in enumerate(steps):
            when = stamp(at)
            who = provider if state == "with_provider" else desk
            self.intervals.put(
                key(at, dice), when, when, appointment, state, when, NULL if number == last else stamp(steps[number + 1][1]),
                when, who.id, who.name, room if state in _IN_ROOM else NULL,
            )  # fmt: skip

    def _vitals(self, dice: Dice, patient: str, encounter: str, at: int, is_recent: bool) -> None:
        measured, recorded = stamp(at), stamp(at + 60)
        one = key(at, dice)
        nurse = dice.choice(self.plan.nurses).id
        self.sets.put(one, recorded, recorded, patient, encounter, measured, recorded, nurse)
        put = self.readings.put
        high = dice.randrange(106, 139)
        pulse = dice.randrange(58, 92)
        for vital, value, unit in (
            ("systolic", high, "mmHg"), ("diastolic", high * 62 // 100, "mmHg"), ("pulse", pulse, "/min"),
        ):  # fmt: skip
            put(key(at, dice), recorded, recorded, one, vital, str(value), unit, str(value), "{}")
        if is_recent:
            pounds = dice.randrange(118, 260)
            warmth = dice.randrange(972, 992)
            for vital, typed, unit, value in (
                ("weight", str(pounds), "lb", f"{pounds * 0.45359237:.3f}"),
                ("temp", f"{warmth / 10}", "°F", f"{(warmth / 10 - 32) / 1.8:.3f}"),
                ("spo2", "98", "%", "98"),
            ):
                put(key(at, dice), recorded, recorded, one, vital, typed, unit, value, "{}")

    def _note(self, dice: Dice, patient: str, encounter: str, author: Who, at: int) -> None:
        when = stamp(at)
        self.notes.put(
            key(at, dice), when, when, patient, encounter, author.id, dice.choice(_NOTES), when, author.id,
        )  # fmt: skip

    def _paid(self, dice: Dice, patient, appointment, encounter, at: int, *, is_settled: bool) -> None:
        """What the visit costs, in the books once approved, and the copay at the desk."""
        fee = dice.choice(self.plan.fees)
        when, day = stamp(at), self._day
        charge = key(at, dice)
        entry = approved = by = NULL
        if is_settled:
            entry, approved, by = key(at, dice), when, self.plan.desk[0].id
            self._entry(dice, entry, "charge", f"charge:{charge}", fee.words, at, patient, appointment, encounter,
                        "receivable", "revenue", fee.price)  # fmt: skip
        self.charges.put(
            charge, when, when, patient, encounter, appointment, fee.id, fee.code, fee.words, fee.price, fee.price, day,
            f"visit:{appointment}", when, approved, by, "approved" if is_settled else "proposed", entry,
        )  # fmt: skip
        if is_settled and self.plan.now - at > SETTLED_DAYS * DAY:
            # What lies back a while is paid, but for a few.
            if dice.random() < 0.997:
                self._payment(dice, patient, appointment, encounter, at, fee.price, "balance")
        elif dice.random() < 0.55:
            copay = f"{dice.choice((15, 20, 25, 30, 40))}.00"
            self._payment(dice, patient, appointment, encounter, at, copay, "copay")

    def _payment(
        self, dice: Dice, patient, appointment, encounter, at: int, amount: str, purpose: str
    ) -> None:
        when, day = stamp(at), self._day
        one, entry = key(at, dice), key(at, dice)
        method = dice.choice(_METHODS)
        drawer = dice.choice(self.plan.drawers)
        self._entry(dice, entry, "payment", f"payment:{one}", f"{purpose.capitalize()} by {method}", at, patient, appointment, encounter,
                    "cash", "receivable", amount, drawer)  # fmt: skip
        self.receipt += 1
        self.payments.put(
            one, when, when, patient, appointment, amount, method, purpose, "" if method == "cash" else "4417", drawer,
            str(self.receipt), day, when, entry,
        )  # fmt: skip

    def _entry(self, dice, entry, kind, name, memo, at, patient, appointment, encounter, debit, credit, amount,
               drawer=NULL) -> None:  # fmt: skip
        when = stamp(at)
        self.entries.put(entry, when, when, kind, self._day, memo, name, when)
        for account, sign in ((debit, ""), (credit, "-")):
            self.postings.put(
                key(at, dice), when, when, entry, account, sign + amount, patient, encounter, appointment,
                drawer if account == "cash" else NULL,
            )  # fmt: skip

    def _reminder(self, dice: Dice, patient, appointment, start: int) -> None:
        at = start - DAY
        when, good_until = stamp(at), stamp(start)
        one, reference = key(at, dice), f"cap-{dice.getrandbits(80):020x}"
        self.messages.put(
            one, when, when, f"visit:{appointment}:24h:sms", patient, f"+1217555{dice.randrange(10_000):04d}",
            encode("Your visit is tomorrow. Reply C to confirm, or call us."), f"visit:{appointment}", reference[4:], when,
            when, good_until, when, reference, when, stamp(at + 4),
        )  # fmt: skip
        self.tries.put(key(at, dice), when, when, one, when, stamp(at + 1), reference)
