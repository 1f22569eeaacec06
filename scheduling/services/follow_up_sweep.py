"""What happens by itself: visits make follow-ups due, automated calls are planned, their outcomes are acted on.

Each sweep asks the database what there is, each row in its own transaction; a second run finds nothing to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import attempt
from clinic.core.errors import ClinicError
from clinic.core.failures import each
from clinic.core.locks import lock_rows
from clinic.core.profile import clinic
from clinic.core.tasks import only_one
from clinic.core.time import now
from clinic.inbox.models import PhoneCall
from clinic.inbox.rules.targets import CallClass
from clinic.messaging.models import Message, VoiceCall
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.queries.policy import send_settings
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.queries.voice import spoken_digits, unsettled_calls
from clinic.messaging.rules.phones import spoken_phone
from clinic.messaging.rules.states import State as MessageState
from clinic.messaging.rules.voice import OUTCOME_WORDS, Outcome
from clinic.messaging.services import plan_message
from clinic.messaging.services.voice import settle_call
from scheduling.models import Appointment, FollowUp, FollowUpAttempt
from scheduling.procedures import procedures_done
from scheduling.queries.follow_up_numbers import automated_number
from scheduling.queries.follow_up_setup import rules_in_force
from scheduling.queries.settings import locations
from scheduling.rules import follow_ups as rules
from scheduling.rules.follow_ups import REACHED, Attempt, State
from scheduling.rules.visit_states import State as VisitState
from scheduling.services._follow_up_steps import (
    SUBJECT,
    add_attempt,
    move,
    next_staff_try,
    subject_of,
    tried_at,
)
from scheduling.services.follow_ups import plan_follow_up, visit_key

PLAN, SETTLE = "scheduling.plan_follow_ups", "scheduling.settle_follow_ups"
# A visit that was completed longer ago than this is history: a new rule does not reach back.
LOOK_BACK = timedelta(days=5)
# Automated calls are planned a day ahead, so that staff see what is coming.
PLAN_AHEAD = timedelta(hours=24)
# A call that could not leave within this is not made at an odd moment later.
GOOD_FOR = timedelta(hours=3)
AT_ONCE = 300
CALL_WORDING = "follow_up_call"
FROM_VOICE = {
    Outcome.WELL: Attempt.WELL,
    Outcome.CALL_ME: Attempt.CALL_ME,
    Outcome.STOP: Attempt.STOP,
    Outcome.NO_KEY: Attempt.NO_KEY,
    Outcome.VOICEMAIL: Attempt.LEFT_MESSAGE,
    Outcome.MACHINE: Attempt.NO_ANSWER,
    Outcome.NO_ANSWER: Attempt.NO_ANSWER,
    Outcome.FAILED: Attempt.NOT_PLACED,
}
TRY_AGAIN = {Attempt.NO_ANSWER, Attempt.LEFT_MESSAGE}
PHONE_OUTCOMES = {
    Attempt.NO_ANSWER: PhoneCall.Outcome.NO_ANSWER,
    Attempt.NOT_PLACED: PhoneCall.Outcome.NO_ANSWER,
    Attempt.LEFT_MESSAGE: PhoneCall.Outcome.VOICEMAIL,
}


def plan_due() -> int:
    """Makes follow-ups of completed visits due, and plans or queues what is due; returns how many rows moved."""
    with transaction.atomic():
        if not only_one(PLAN):
            return 0
        by = Actor.system(PLAN)
        moved = each(PLAN, _visits_without(), lambda visit: _plan_for(by, visit), key=lambda visit: visit.pk)
        return moved + each(PLAN, _waiting(), lambda row: _begin(by, row), key=lambda row: row.pk)


def _visits_without() -> list[Appointment]:
    """Visits completed lately for which a rule is in force, by their type or by what was done in them, and that have
    no follow-up made by itself yet; with the `procedures` that count."""
    in_force = rules_in_force().values()
    kinds = {rule.visit_type_id for rule in in_force if rule.visit_type_id}
    codes = {code for rule in in_force for code in rule.procedure_codes}
    if not kinds and not codes:
        return []
    since = now() - LOOK_BACK
    done = procedures_done(codes, since)
    there = FollowUp.objects.filter(appointment=OuterRef("pk"), source_key__isnull=False)
    visits = (
        Appointment.objects.filter(
            Q(visit_type__in=kinds) | Q(encounter__in=done),
            state=VisitState.COMPLETED,
            starts_at__gte=since,
        )
        .filter(~Exists(there))
        .select_related("patient")
        .order_by("starts_at")
    )
    found = [visit for visit in visits[:AT_ONCE] if visit.patient.deceased_on is None]
    for visit in found:
        visit.procedures = done.get(visit.encounter_id, [])
    return found


def _plan_for(by: Actor, visit: Appointment) -> None:
    """By what was done, else by the visit's type; nothing where no rule held on that day."""
    in_force = sorted(rules_in_force(visit.local_day).values(), key=lambda rule: rule.name)
    of_type = [rule for rule in in_force if rule.visit_type_id == visit.visit_type_id]
    by_code = [
        (rule, one.words) for rule in in_force for one in visit.procedures if one.code in rule.procedure_codes
    ]
    if not by_code and not of_type:
        return
    rule, words = by_code[0] if by_code else (of_type[0], "")
    plan_follow_up(
        by=by,
        patient=visit.patient,
        rule=rule,
        reason=f"{rule.name}: {words}" if words else "",
        appointment=visit,
        counted_from=visit.state_since,
        source_key=visit_key(visit.pk, rule.code),
    )


def _waiting() -> list[FollowUp]:
    rows = FollowUp.objects.filter(state=State.PLANNED, opens_at__lte=now() + PLAN_AHEAD)
    return list(
        rows.select_related("patient", "rule")
        .prefetch_related("patient__contacts")
        .order_by("opens_at")[:AT_ONCE]
    )


def _begin(by: Actor, known: FollowUp) -> None:
    """An automated call where the patient agreed to one; staff's queue for everybody else, once it is due."""
    row = _lock(known)
    if row.state != State.PLANNED:
        return
    if row.rule.is_automated and _plan_call(by, row, known.patient, first=True):
        return
    if row.opens_at <= now():
        move(row, State.QUEUE, by=by, next_at=max(row.next_at, row.opens_at))
        row.save()


def _lock(row: FollowUp) -> FollowUp:
    return lock_rows(FollowUp.objects.filter(pk=row.pk).select_related("patient", "rule", "provider"))[0]


def _plan_call(by: Actor, row: FollowUp, patient, *, first: bool) -> Message | None:
    """Plans one automated call within window and send hours; None when there is no number or no time for it."""
    number, settings = automated_number(patient), send_settings()
    if number is None:
        return None
    hours = {"opens": settings.window_opens, "closes": settings.window_closes}
    if first:
        at = rules.first_try(opens_at=max(row.opens_at, now()), zone=row.zone, until=row.closes_at, **hours)
    else:
        at = rules.next_try(after=now(), tried=tried_at(row), zone=row.zone, until=row.closes_at, **hours)
    if at is None:
        return None
    try:
        with attempt():
            message = _order(by, row, patient, number.address, at)
    except ClinicError as error:
        # A wording that can't be used stops no follow-up: staff call.
        why = str(error)[:200]
        audit.record(by, "follow_up.call_not_planned", obj=row, patient=row.patient_id, why=why)
        return None
    if message.state == MessageState.VOID:
        return None
    move(row, State.CALLING, by=by, next_at=message.planned_at)
    row.save()
    return message


def _order(by: Actor, row: FollowUp, patient, address: str, at: datetime) -> Message:
    phone = clinic().phone or next((place.phone for place in locations() if place.phone), "")
    return plan_message(
        by=by,
        key=f"{subject_of(row)}|call|{at:%Y%m%dT%H%M}",
        patient=patient,
        purpose=Purpose.FOLLOWUP,
        channel=Channel.VOICE,
        address=address,
        template_code=CALL_WORDING,
        variables={
            "first_name": patient.preferred_name or patient.first_name,
            "clinic": practice_name(),
            "phone": spoken_digits(spoken_phone(phone)),
        },
        planned_at=at,
        not_after=min(at + GOOD_FOR, row.closes_at),
        zone=row.zone,
        subject=subject_of(row),
    )


def settle_calls() -> int:
    """Acts on what automated calls came to, and takes over where none will come; returns how many rows moved."""
    with transaction.atomic():
        if not only_one(SETTLE):
            return 0
        by = Actor.system(SETTLE)
        moved = each(
            SETTLE, unsettled_calls(SUBJECT), lambda call: _settle(by, call), key=lambda call: call.pk
        )
        return moved + each(SETTLE, _given_up(), lambda row: _take_over(by, row), key=lambda row: row.pk)


def _settle(by: Actor, call: VoiceCall) -> None:
    found = FollowUp.objects.filter(pk=call.message.subject_id).first()
    if found is None:
        settle_call(call)
        return
    row = _lock(found)
    outcome = FROM_VOICE[Outcome(call.outcome)]
    before = FollowUpAttempt.objects.filter(message_id=call.message_id).first()
    if before is not None:
        _late_news(by, row, outcome, before)
    else:
        _note(by, row, call, outcome)
        if row.state == State.CALLING:
            _go_on(by, row, outcome)
    row.save()
    settle_call(call)


def _note(by: Actor, row: FollowUp, call: VoiceCall, outcome: Attempt) -> None:
    message = call.message
    at = message.left_at or call.heard_at
    record = PhoneCall.objects.create(
        direction=PhoneCall.Direction.OUT,
        started_at=at,
        ended_at=max(at, call.heard_at),
        caller=row.patient.name,
        relation=PhoneCall.Relation.PATIENT,
        patient=row.patient,
        callback_number=message.address,
        reason=f"Automated follow-up call: {row.reason}",
        call_class=CallClass.ADMINISTRATIVE,
        outcome=PHONE_OUTCOMES.get(outcome, PhoneCall.Outcome.DONE),
        outcome_note=OUTCOME_WORDS[Outcome(call.outcome)],
        protocol=message.template_code,
        by_label=by.label,
    )
    audit.record(by, "call.logged", obj=record, patient=row.patient_id, outcome=record.outcome)
    add_attempt(
        row,
        by=by,
        outcome=outcome,
        kind=FollowUpAttempt.Kind.AUTOMATED,
        at=at,
        address=message.address,
        message=message,
        call=record,
    )


def _go_on(by: Actor, row: FollowUp, outcome: Attempt) -> None:
    """Well by key is an end; no answer is tried once more by itself; everything else is a person's."""
    if outcome is Attempt.WELL:
        move(row, State.CLOSED, by=by, note="Pressed 1: doing well", label="the patient, by key")
    elif row.counted >= row.rule.max_attempts:
        move(row, State.LETTER, by=by, next_at=now())
    elif outcome in TRY_AGAIN:
        # The last attempt is always a person's.
        if row.counted + 1 < row.rule.max_attempts and _plan_call(by, row, row.patient, first=False):
            return
        move(row, State.QUEUE, by=by, next_at=next_staff_try(row))
    else:
        move(row, State.QUEUE, by=by, next_at=now())


def _late_news(by: Actor, row: FollowUp, outcome: Attempt, before: FollowUpAttempt) -> None:
    """A key that arrived after the call was taken for unanswered: nobody loses it, a person looks."""
    if outcome not in REACHED or outcome == before.outcome or row.state == State.CLOSED:
        return
    row.is_call_wanted = outcome is Attempt.CALL_ME
    row.last_outcome = outcome
    if row.state == State.CALLING:
        move(row, State.QUEUE, by=by, next_at=now())
    elif row.state == State.QUEUE:
        row.next_at = now()
    audit.record(by, "follow_up.late_key", obj=before, patient=row.patient_id, outcome=str(outcome))


def _given_up() -> list[FollowUp]:
    """Waiting for an automated call that will not be made (any more), or whose window has ended."""
    rows = list(
        FollowUp.objects.filter(state=State.CALLING, next_at__lte=now()).select_related("patient", "rule")[
            :AT_ONCE
        ]
    )
    newest: dict[str, Message] = {}
    for message in Message.objects.filter(subject__in=[subject_of(row) for row in rows]).order_by(
        "planned_at"
    ):
        newest[message.subject] = message
    over = {MessageState.VOID, MessageState.FAILED}
    heard = set(
        VoiceCall.objects.filter(message__in=newest.values(), settled_at=None)
        .exclude(outcome="")
        .values_list("message_id", flat=True)
    )
    return [
        row
        for row in rows
        if (message := newest.get(subject_of(row))) is None
        or (message.state in over and message.pk not in heard)
        or row.closes_at + GOOD_FOR < now()
    ]


def _take_over(by: Actor, known: FollowUp) -> None:
    row = _lock(known)
    if row.state != State.CALLING:
        return
    refused = Message.objects.filter(subject=subject_of(row), state=MessageState.FAILED, is_staff_needed=True)
    refused.filter(follow_up=None).update(is_staff_needed=False)
    move(row, State.QUEUE, by=by, next_at=now())
    row.save()


def check_follow_up(subject_id: str, message: Message) -> str | None:
    """Why an automated call may not leave now, or None: still wanted, and the patient still has this number."""
    row = FollowUp.objects.filter(pk=subject_id).select_related("patient").first()
    if row is None:
        return "The follow-up no longer exists."
    if message.left_at is not None:
        return "An automated call is not answered by text."
    if row.state != State.CALLING:
        return "The follow-up no longer waits for an automated call."
    if not row.patient.contacts.filter(value=message.address, is_active=True).exists():
        return "The patient no longer has this number."
    return None
