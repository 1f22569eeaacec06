"""Follow-up calls of the past weeks, and a list that is worked at this moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from clinic.demo.data import follow_ups as words
from clinic.demo.dice import minutes, stream, weighted
from clinic.demo.models import DemoVisit
from clinic.demo.rows import Rows
from clinic.demo.world import World
from clinic.inbox.models import Alert, CallScript, PhoneCall, Task
from clinic.messaging.models import ContactConsent
from records.models import ContactPoint
from scheduling.models import (
    Appointment,
    FollowUp,
    FollowUpAttempt,
    FollowUpLetter,
    FollowUpRule,
    FollowUpScript,
    ReleasedWords,
)
from scheduling.services.follow_ups import visit_key

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# As far back as a Friday on the Tuesday after.
LATELY = dt.timedelta(days=4, hours=6)
# The list of today, in this order over the newest visits; the rest of these days is closed or not called yet.
SHOWN = ("call_me", "fresh", "once", "red", "concern", "twice", "words", "fresh", "once")
# What takes days to come to that.
OLD = ("letter", "unreached")
AGREES = 0.55
INJECTION = "LOC-312"


@dataclass
class Case:
    """One follow-up on its way in."""

    row: FollowUp
    phone: str
    caller: object
    name: str
    number: int = 0


def write_follow_ups(rows: Rows, world: World, *, is_new: bool) -> None:
    """At the first start: consent to automated calls, closed follow-ups, and a list with every state in it."""
    if not is_new:
        return
    writer = _Writer(rows, world)
    writer.rules()
    writer.consents()
    writer.write()


class _Writer:
    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.world = rows, world
        self.script = FollowUpScript.objects.order_by("version").first()
        self.rule = FollowUpRule.objects.get(code="after-procedure")
        self.by_hand = FollowUpRule.objects.get(code="by-hand")
        self.letter = FollowUpLetter.objects.get(language="en")
        self.emergency = CallScript.objects.order_by("-version").first()
        self.phones: dict = {}
        for contact in ContactPoint.objects.filter(is_active=True, kind__in=("mobile", "home")).order_by(
            "-rank"
        ):
            self.phones[contact.patient_id] = contact.value

    def rules(self) -> None:
        """The clinic calls after each joint injection, whatever kind of visit it was done in."""
        shipped = FollowUpRule.objects.get(code="after-injection")
        FollowUpRule.objects.create(
            pk=self.rows.id("follow-up rule", shipped.code, at=self.world.now), code=shipped.code, version=shipped.version + 1,
            name=shipped.name, procedure_codes=[INJECTION], opens_hours=shipped.opens_hours,
            closes_hours=shipped.closes_hours, script_code=shipped.script_code, effective_from=shipped.effective_from,
            saved_by=self.world.members["manager"],
        )  # fmt: skip

    def consents(self) -> None:
        """More than half of those with a phone let us call by machine after a visit."""
        desk = self.world.members["frontdesk"]
        for patient, value in self.phones.items():
            dice = stream("voice-consent", patient)
            if dice.random() < AGREES:
                at = self.world.now - minutes(dice, 3_000, 30_000, 60_000)
                self.rows.add(
                    ContactConsent(
                        pk=self.rows.id("voice-consent", patient, at=at), patient_id=patient, channel="voice",
                        address=value, purpose="followup", is_granted=True, how="spoken", at=at, created_at=at,
                        wording="May we call you automatically after a visit?", by=desk, by_label=desk.name,
                    )
                )  # fmt: skip

    def write(self) -> None:
        """Today's list out of the visits of the last days, whatever their kind; before them the procedures."""
        complaints = dict(DemoVisit.objects.values_list("appointment_id", "complaint"))
        seen = Appointment.objects.filter(
            state="completed", provider__isnull=False, state_since__lt=self.world.now - DAY
        ).select_related("patient", "provider")
        recent = seen.filter(state_since__gte=self.world.now - LATELY).order_by("-state_since")
        procedures = seen.filter(visit_type=self.rule.visit_type).order_by("-state_since")
        listed = [*procedures.filter(state_since__gte=self.world.now - LATELY)]
        known = {visit.pk for visit in listed}
        listed += [visit for visit in recent if visit.pk not in known and visit.patient_id in self.phones]
        old = seen.filter(state_since__lt=self.world.now - 5 * DAY).exclude(visit_type=self.rule.visit_type)
        chosen = [
            *zip(listed, SHOWN, strict=False),
            *zip(old.order_by("-state_since")[:2], OLD, strict=False),
        ]
        for number, (visit, how) in enumerate(chosen):
            is_procedure = visit.pk in known
            asked = words.ASKED[number % len(words.ASKED)]
            reason = (
                words.REASONS.get(complaints.get(visit.pk, ""), self.rule.name) if is_procedure else asked
            )
            rule = self.rule if is_procedure else self.by_hand
            getattr(self, f"_{how}")(self._case(visit, reason, rule))
        for visit in procedures:
            if visit.pk not in known:
                reason = words.REASONS.get(complaints.get(visit.pk, ""), self.rule.name)
                self._past(self._case(visit, reason, self.rule))

    def _case(self, visit: Appointment, reason: str, rule: FollowUpRule) -> Case:
        opens = visit.state_since + DAY
        row = self.rows.add(
            FollowUp(
                pk=self.rows.id("follow-up", visit.pk, at=visit.state_since), patient_id=visit.patient_id,
                appointment=visit, rule=rule, reason=reason,
                source_key=visit_key(visit.pk, rule.code), provider=visit.provider, opens_at=opens,
                closes_at=opens + 2 * DAY, zone=visit.zone, pool="ma", state="queue", next_at=opens,
                created_at=visit.state_since,
            )
        )  # fmt: skip
        self.rows.audit("follow_up.planned", row, at=visit.state_since, by="system:scheduling.plan_follow_ups",
                        patient=visit.patient_id, rule=rule.code)  # fmt: skip
        dice = stream("follow-up", visit.pk)
        caller = self.world.members[dice.choice(("ma", "leadma", "tboyd"))]
        return Case(row, self.phones.get(visit.patient_id, ""), caller, visit.patient.name)

    # How one ends or stands -------------------------------------------------------------------

    def _past(self, case: Case) -> None:
        """An older one: closed, most by the patient's key or a good call."""
        dice = stream("follow-up-past", case.row.pk)
        at = case.row.opens_at + minutes(dice, 5, 90, 400)
        kind = weighted(dice, [("key", 5), ("well", 5), ("concern", 1.4), ("late", 1), ("letter", 0.5)])
        if kind == "key":
            self._by_machine(case, at, "well", close=True)
            return
        if kind == "late":
            self._by_machine(case, at, "no_answer")
            at += 22 * HOUR
        if kind == "letter" and at + 4 * DAY < self.world.now:
            self._letter(case, then=at + 4 * DAY)
            return
        if kind == "concern":
            self._concern(case, at=at, is_closed=True)
            return
        self._by_staff(case, at, "well", answers=words.WELL)
        self._close(case, at, case.caller.name, "Doing well")

    def _fresh(self, case: Case) -> None:
        """Due, and nobody has called yet."""

    def _call_me(self, case: Case) -> None:
        self._by_machine(case, self._ago(3 * HOUR), "call_me")
        self.rows.change(case.row, is_call_wanted=True, next_at=self._ago(3 * HOUR))

    def _once(self, case: Case) -> None:
        self._by_machine(case, self._due(case, DAY), "no_answer")
        self.rows.change(case.row, next_at=self._ago(HOUR))

    def _twice(self, case: Case) -> None:
        at = self._due(case, DAY)
        self._by_machine(case, at, "left_message")
        self._by_staff(case, max(at + HOUR / 2, self._ago(3 * HOUR)), "no_answer")
        self.rows.change(case.row, next_at=self._ago(2 * HOUR))

    def _letter(self, case: Case, then: dt.datetime | None = None) -> None:
        last = then or self.world.now
        for number, outcome in enumerate(("no_answer", "left_message", "no_answer")):
            self._by_staff(case, last - (3 - number) * DAY + number * HOUR, outcome)
        self.rows.change(case.row, state="letter", next_at=last - 20 * HOUR)
        if then is not None:
            self._mail(case, last - 18 * HOUR)
            self._close(
                case, last, self._provider(case).name, "No answer to the letter; next visit is booked"
            )

    def _unreached(self, case: Case) -> None:
        self._letter(case)
        at = self._ago(5 * HOUR)
        self._mail(case, at)
        self.rows.change(case.row, state="provider", next_at=at)
        self._task(case, "Not reached by phone or letter: decide", at, "high", at + 6 * HOUR)

    def _concern(self, case: Case, at: dt.datetime | None = None, is_closed: bool = False) -> None:
        at = at or self._ago(2 * HOUR)
        changed, found, said, answer = words.CONCERNS[
            stream("concern", case.row.pk).randrange(len(words.CONCERNS))
        ]
        task = self._task(
            case,
            "Follow-up call: a concern for today",
            at,
            "high",
            at + 2 * HOUR,
            done=at + HOUR if is_closed else None,
        )
        self._by_staff(
            case,
            at,
            "concern",
            answers=words.WELL | changed,
            level="concern",
            findings=found,
            note=said,
            task=task,
        )
        self.rows.change(case.row, state="provider", next_at=at)
        if is_closed:
            self._release(case, answer, at + HOUR, told=at + 3 * HOUR)
            self._by_staff(case, at + 3 * HOUR, "well")
            self._close(case, at + 3 * HOUR, case.caller.name, "Doing well")

    def _words(self, case: Case) -> None:
        """The provider has answered and has a result to tell: it stands on top of the next call."""
        self._concern(case, at=self._ago(5 * HOUR))
        self._release(case, words.RESULT, self._ago(HOUR), kind="result")
        self.rows.change(case.row, state="queue", is_call_wanted=True, next_at=self._ago(HOUR))

    def _red(self, case: Case) -> None:
        at = self._ago(HOUR / 2)
        self._by_staff(case, at, "red_flag", answers=words.RED_ANSWERS, level="red", findings=words.RED_FINDINGS,
                       note=words.RED_WORDS, flags=("bleeding",), phone_outcome="emergency",
                       words_used=words.RED_WORDS, caller_location="At home", agreement="agreed",
                       call_class="emergent")  # fmt: skip
        self.rows.change(case.row, state="provider", next_at=at)
        alert = self.rows.add(
            Alert(pk=self.rows.id("follow-up-alert", case.row.pk, at=at), patient_id=case.row.patient_id,
                  kind="follow_up_red_flag", severity="danger", pool="provider", raised_at=at, created_at=at,
                  source_key=f"follow-up:{case.row.pk}:{case.number}",
                  text=f"Red flag on a follow-up call ({case.row.reason}): {words.RED_FINDINGS}.")
        )  # fmt: skip
        self.rows.audit("alert.raised", alert, at=at, by=case.caller, patient=case.row.patient_id)
        self._task(case, "Call back: how did the emergency end?", at, "urgent", at + 4 * HOUR, pool="ma")

    # Rows -------------------------------------------------------------------------------------

    def _ago(self, ago: dt.timedelta) -> dt.datetime:
        return self.world.now - ago

    def _due(self, case: Case, ago: dt.timedelta) -> dt.datetime:
        """So long ago, but not before the follow-up was due."""
        return max(case.row.opens_at, self.world.now - ago)

    def _provider(self, case: Case):
        return case.row.provider or self.world.members["provider"]

    def _by_machine(self, case: Case, at: dt.datetime, outcome: str, *, close: bool = False) -> None:
        said = {"well": "Pressed 1: doing well", "call_me": "Pressed 2: wants a call"}.get(
            outcome, "No answer"
        )
        call = self._phone(case, at, {"no_answer": "no_answer", "left_message": "voicemail"}.get(outcome, "done"),
                           by=None, reason=f"Automated follow-up call: {case.row.reason}", outcome_note=said)  # fmt: skip
        self._attempt(case, at, outcome, "automated", call, by=None)
        if close:
            self._close(case, at, "the patient, by key", said)

    def _by_staff(self, case: Case, at: dt.datetime, outcome: str, *, answers=None, level="", findings="", note="",
                  flags=(), phone_outcome="", task=None, **record) -> None:  # fmt: skip
        usual = {"no_answer": "no_answer", "left_message": "voicemail", "concern": "message"}
        is_reached = outcome not in usual or outcome == "concern"
        call = self._phone(
            case, at, phone_outcome or usual.get(outcome, "done"), by=case.caller,
            reason=f"Follow-up call: {case.row.reason}", identifiers="name_dob" if is_reached else "none",
            red_flags={g["code"]: g["code"] in flags for g in self.emergency.groups} if is_reached else {},
            protocol=str(self.script), task=task, **record,
        )  # fmt: skip
        self._attempt(case, at, outcome, "staff", call, by=case.caller, answers=answers or {}, note=note,
                      level=level or ("well" if answers else ""), findings=findings,
                      script=self.script if answers else None)  # fmt: skip

    def _phone(self, case: Case, at: dt.datetime, outcome: str, *, by, reason: str, **fields) -> PhoneCall:
        row = self.rows.add(
            PhoneCall(
                pk=self.rows.id("follow-up-phone", case.row.pk, at, at=at), direction="out", started_at=at,
                ended_at=at + dt.timedelta(minutes=4 if by else 1), caller=case.name, relation="patient",
                patient_id=case.row.patient_id, callback_number=case.phone, reason=reason, script=self.emergency,
                outcome=outcome, by=by, by_label=by.name if by else "system:scheduling.settle_follow_ups",
                created_at=at, **{"call_class": "same_day" if outcome == "message" else "administrative"} | fields,
            )
        )  # fmt: skip
        self.rows.audit(
            "call.logged", row, at=at, by=by or row.by_label, patient=row.patient_id, outcome=outcome
        )
        return row

    def _attempt(self, case: Case, at: dt.datetime, outcome: str, kind: str, call, *, by, **fields) -> None:
        case.number += 1
        row = self.rows.add(
            FollowUpAttempt(
                pk=self.rows.id("follow-up-attempt", case.row.pk, case.number, at=at), follow_up=case.row,
                number=case.number, kind=kind, at=at, address=case.phone if call else "", outcome=outcome, call=call,
                by=by, by_label=by.name if by else "system:scheduling.settle_follow_ups", created_at=at, **fields,
            )
        )  # fmt: skip
        is_counted = outcome in ("no_answer", "left_message")
        self.rows.change(case.row, last_outcome=outcome, last_at=at, counted=case.row.counted + is_counted)
        self.rows.audit("follow_up.attempted", row, at=at, by=by or row.by_label, patient=case.row.patient_id,
                        outcome=outcome)  # fmt: skip

    def _mail(self, case: Case, at: dt.datetime) -> None:
        self._attempt(case, at, "letter", "letter", None, by=case.caller, letter=self.letter)

    def _close(self, case: Case, at: dt.datetime, who: str, note: str) -> None:
        self.rows.change(case.row, state="closed", closed_at=at, closed_by_label=who, outcome_note=note,
                         is_call_wanted=False)  # fmt: skip
        self.rows.audit("follow_up.closed", case.row, at=at, by=who, patient=case.row.patient_id)

    def _release(self, case: Case, text: str, at: dt.datetime, *, told=None, kind: str = "answer") -> None:
        provider = self._provider(case)
        row = self.rows.add(
            ReleasedWords(
                pk=self.rows.id("follow-up-words", case.row.pk, text, at=at), follow_up=case.row, kind=kind, text=text,
                released_at=at, released_by=provider, told_at=told, told_by=case.caller if told else None, created_at=at,
            )
        )  # fmt: skip
        self.rows.audit("follow_up.words_released", row, at=at, by=provider, patient=case.row.patient_id)

    def _task(self, case: Case, title: str, at, priority: str, due, *, pool: str = "", done=None) -> Task:
        provider = self._provider(case)
        row = self.rows.add(
            Task(pk=self.rows.id("follow-up-task", case.row.pk, title, at=at), title=title,
                 detail=f"Follow-up call: {case.row.reason}", patient_id=case.row.patient_id,
                 owner=None if pool else provider, pool=pool, priority=priority, due_at=due, opened_by=case.caller,
                 state="done" if done else "open", done_at=done, done_by=provider if done else None,
                 outcome="Answered, words released" if done else "", created_at=at)
        )  # fmt: skip
        self.rows.audit("task.added", row, at=at, by=case.caller, patient=case.row.patient_id)
        return row
