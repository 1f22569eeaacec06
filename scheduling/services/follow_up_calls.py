"""A follow-up call by staff: the answers, what they set off, and the record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.time import now
from clinic.inbox.models import Alert, PhoneCall
from clinic.inbox.queries.calls import script_in_force
from clinic.inbox.rules.targets import CallClass
from clinic.inbox.services import add_task, log_call, raise_alert
from clinic.messaging.models.choices import Channel
from clinic.messaging.services import void_messages
from clinic.messaging.services.reach import note_gone
from clinic.staff.roles import Role
from scheduling.models import FollowUp, FollowUpAttempt, ReleasedWords
from scheduling.queries.follow_up_numbers import Number, phones_of
from scheduling.queries.follow_up_setup import script_for
from scheduling.rules import follow_up_script as script_rules
from scheduling.rules.follow_up_script import Assessment, Level
from scheduling.rules.follow_ups import Attempt, State, after_attempt
from scheduling.services._follow_up_steps import add_attempt, locked, move, next_staff_try, subject_of

REACHED, TOLD = "reached", "told"
RESULTS = {
    REACHED: "Reached: script",
    TOLD: "Reached: provider's words only",
    "no_answer": "No answer",
    "left_message": "Left a message",
    "wrong_number": "Wrong number",
}
# How long after a red flag somebody learns how it ended: the same day.
LOOP_AFTER = timedelta(hours=4)
NOT_REACHED = {
    "no_answer": PhoneCall.Outcome.NO_ANSWER,
    "left_message": PhoneCall.Outcome.VOICEMAIL,
    "wrong_number": PhoneCall.Outcome.WRONG_NUMBER,
}


@dataclass(frozen=True)
class Emergency:
    """What the emergency script brought: domain specification 4.2, steps 1 to 5."""

    outcome: str = ""
    location: str = ""
    words_used: str = ""
    agreement: str = ""


@dataclass(frozen=True)
class Told:
    """One call as the caller filled it in. `words` are ids of released words that were read to the patient."""

    address: str
    result: str
    identifiers: str = PhoneCall.Identifiers.NONE
    spoke_with: str = ""
    relation: str = PhoneCall.Relation.PATIENT
    answers: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    words: Iterable[str] = ()
    note: str = ""
    emergency: Emergency = Emergency()
    started_at: datetime | None = None


@service
def record_follow_up_call(*, by: Actor, follow_up: FollowUp, told: Told) -> FollowUpAttempt:
    """Records one call of staff: a phone record, an attempt, and what follows from the answers.

    Doing well closes it; a concern becomes a task for the provider for today; a red flag an alert to the providers
    and a task to learn the same day how it ended, and both wait for the provider. Not reached: another day and
    part of the day, after the last attempt a letter. A wrong number is given to the front desk. An automated call
    still waiting is called off. Audited as `follow_up.attempted`, with what the others audit.

    Refuses a number that may not be called or left a message, an answer that is missing or unknown, two
    identifiers that were not checked, a red flag without the emergency script, provider's words that were not
    released here, and a follow-up that waits for the provider or is closed.
    """
    row = locked(follow_up)
    if row.state in (State.PROVIDER, State.LETTER):
        raise Refused("This follow-up waits for the provider or a letter, not for a call.")
    number = _number(row, told)
    words = _words(row, told)
    finding = _assess(row, told)
    _check(told, finding, words)
    void_messages(by=by, subject=subject_of(row), reason="Staff called.")
    outcome = _outcome(told, finding)
    call = _log(by, row, told, number, outcome, finding)
    attempt = add_attempt(
        row,
        by=by,
        outcome=outcome,
        kind=FollowUpAttempt.Kind.STAFF,
        at=call.started_at,
        address=number.address,
        level=finding.level if told.result == REACHED else "",
        answers=dict(told.answers) if told.result == REACHED else {},
        findings=finding.words[:500],
        note=told.note.strip()[:500],
        script=script_for(row.rule.script_code) if told.result == REACHED else None,
        call=call,
    )
    for each in words:
        each.told_at, each.told_by_id = now(), by.member_id
        each.save(update_fields=["told_at", "told_by"])
        audit.record(by, "follow_up.words_told", obj=each, patient=row.patient_id)
    _follow(by, row, told, attempt, finding)
    return attempt


def _number(row: FollowUp, told: Told) -> Number:
    if told.result not in RESULTS:
        raise Refused("Say how the call ended.", field="result")
    number = next((one for one in phones_of(row.patient) if one.address == told.address), None)
    if number is None or not number.is_callable:
        raise Refused("Choose a number that may be called.", field="number")
    if told.result == "left_message" and not number.may_leave_message:
        raise Refused("No message may be left at this number.", field="result")
    return number


def _words(row: FollowUp, told: Told) -> list[ReleasedWords]:
    wanted = {str(key) for key in told.words}
    rows = lock_rows(ReleasedWords.objects.filter(follow_up=row, told_at=None))
    chosen = [one for one in rows if str(one.pk) in wanted]
    if len(chosen) != len(wanted):
        raise Refused("These words are not released for this patient, or were told already.", field="words")
    if told.result in (REACHED, TOLD) and len(chosen) < len(rows) and not told.note.strip():
        raise Refused("Read the provider's words to the patient, or note why not.", field="words")
    return chosen


def _assess(row: FollowUp, told: Told) -> Assessment:
    if told.result not in (REACHED, TOLD):
        return script_rules.assess({})
    script, calls = script_for(row.rule.script_code), script_in_force()
    return script_rules.assess(
        told.answers if told.result == REACHED else {},
        pain_concern_from=script.pain_concern_from,
        pain_red_from=script.pain_red_from,
        flags=told.flags,
        flag_names={group["code"]: group["name"] for group in (calls.groups if calls else [])},
    )


def _check(told: Told, finding: Assessment, words: list[ReleasedWords]) -> None:
    if told.result not in (REACHED, TOLD):
        return
    is_red = finding.level is Level.RED
    if told.identifiers == PhoneCall.Identifiers.NONE and not is_red:
        # An emergency never waits for a date of birth.
        raise Refused("Check two identifiers before you speak about the patient.", field="identifiers")
    if script_rules.unknown(told.answers):
        raise Refused("There is no such answer.")
    if is_red:
        _check_emergency(told.emergency)
    elif told.result == TOLD and not words:
        raise Refused("Tick the provider's words that you read to the patient.", field="words")
    elif told.result == REACHED and (open_items := script_rules.missing(told.answers)):
        raise Refused(
            "Ask every question, or mark that the patient did not want to say.", field=open_items[0]
        )


def _check_emergency(emergency: Emergency) -> None:
    if emergency.outcome not in PhoneCall.EMERGENCY_OUTCOMES:
        raise Refused(
            "A red flag needs the emergency script: 911 or a hand-over on the line.",
            field="emergency_outcome",
        )
    if not emergency.location.strip():
        raise Refused("Write where the patient is now.", field="location")
    if not emergency.words_used.strip():
        raise Refused("Write down the patient's words.", field="words_used")
    if emergency.agreement not in PhoneCall.Agreement.values:
        raise Refused("Say whether the patient agreed.", field="agreement")


def _outcome(told: Told, finding: Assessment) -> Attempt:
    if told.result not in (REACHED, TOLD):
        return Attempt(told.result)
    return {Level.RED: Attempt.RED_FLAG, Level.CONCERN: Attempt.CONCERN}.get(finding.level, Attempt.WELL)


def _log(by, row: FollowUp, told: Told, number: Number, outcome: Attempt, finding: Assessment) -> PhoneCall:
    """The phone record. Clinical answers stay in the attempt, which only who reads the chart sees."""
    is_reached = told.result in (REACHED, TOLD)
    values = {
        "direction": PhoneCall.Direction.OUT,
        "caller": told.spoke_with.strip() or row.patient.name,
        "relation": told.relation,
        "patient": row.patient,
        "identifiers": told.identifiers if is_reached else PhoneCall.Identifiers.NONE,
        "callback_number": number.address,
        "may_leave_voicemail": number.may_leave_message,
        "reason": f"Follow-up call: {row.reason}",
        "red_flags": dict(told.flags) if is_reached else {},
        "started_at": told.started_at,
        "protocol": str(script_for(row.rule.script_code) or "")[:80],
        "is_alert_raised": True,
    }
    if outcome is Attempt.RED_FLAG:
        values |= {
            "outcome": told.emergency.outcome,
            "call_class": CallClass.EMERGENT,
            "caller_location": told.emergency.location,
            "words_used": told.emergency.words_used.strip()[:500],
            "agreement": told.emergency.agreement,
            "follow_up_due_at": now() + LOOP_AFTER,
        }
    elif outcome is Attempt.CONCERN:
        values |= {
            "outcome": PhoneCall.Outcome.MESSAGE,
            "call_class": CallClass.SAME_DAY,
            "title": "Follow-up call: a concern for today",
            **_provider_of(row),
        }
    else:
        values["outcome"] = NOT_REACHED.get(told.result, PhoneCall.Outcome.DONE)
    return log_call(by=by, **values)


def _provider_of(row: FollowUp) -> dict:
    if row.provider is not None and row.provider.is_active:
        return {"owner": row.provider}
    return {"pool": Role.PROVIDER.value}


def _follow(by, row: FollowUp, told: Told, attempt: FollowUpAttempt, finding: Assessment) -> None:
    """What the attempt sets off, and where the follow-up goes."""
    if row.state in (State.PLANNED, State.CALLING):
        row.state = State.QUEUE
    to = after_attempt(attempt.outcome, counted=row.counted, most=row.rule.max_attempts)
    if attempt.outcome == Attempt.RED_FLAG:
        tell_providers(by=by, follow_up=row, number=attempt.number, findings=finding.words)
        add_task(
            by=by,
            title="Call back: how did the emergency end?",
            detail=f"Follow-up call: {row.reason}",
            patient=row.patient,
            pool=row.pool,
            priority="urgent",
            due_at=now() + LOOP_AFTER,
            source_key=f"follow-up-loop:{attempt.pk}",
        )
    if attempt.outcome == Attempt.WRONG_NUMBER:
        _give_number_to_desk(by, row, attempt)
        if not any(one.is_callable for one in phones_of(row.patient)):
            to = State.LETTER
    if told.answers.get("next_visit") == "wants_one" and told.result == REACHED:
        add_task(
            by=by,
            title="Book the next visit",
            detail="Asked for on a follow-up call.",
            patient=row.patient,
            pool=Role.FRONT_DESK.value,
            source_key=f"follow-up-booking:{attempt.pk}",
        )
    move(row, to, by=by, next_at=next_staff_try(row) if to == State.QUEUE else now(), note="Doing well")
    row.save()


def tell_providers(*, by: Actor, follow_up: FollowUp, number: int, findings: str = "") -> Alert:
    """The alert of a red flag, once for each attempt: to every provider, until one acknowledges it."""
    said = f": {findings}" if findings else ", the patient is on the line now"
    return raise_alert(
        by=by,
        patient=follow_up.patient,
        kind="follow_up_red_flag",
        text=f"Red flag on a follow-up call ({follow_up.reason}){said}.",
        severity=Alert.Severity.DANGER,
        source_key=alert_key(follow_up, number),
        pool=Role.PROVIDER.value,
    )


def alert_key(follow_up: FollowUp, number: int) -> str:
    return f"follow-up:{follow_up.pk}:{number}"


@service
def alert_provider_now(*, by: Actor, follow_up: FollowUp) -> Alert:
    """Tells the providers of a red flag while the patient is still on the line; saving the call then adds no second
    alert. Audited as `alert.raised`. Refuses a follow-up that is closed."""
    row = locked(follow_up)
    return tell_providers(by=by, follow_up=row, number=row.attempts.count() + 1)


def _give_number_to_desk(by, row: FollowUp, attempt: FollowUpAttempt) -> None:
    """A stranger answers there: nothing of this patient's may be texted or said there by machine either."""
    for channel in (Channel.SMS, Channel.VOICE):
        note_gone(
            by=by,
            channel=channel,
            address=attempt.address,
            why="Somebody else answered a follow-up call.",
            how="spoken",
        )
    add_task(
        by=by,
        title="A phone number is wrong: ask for the right one",
        detail="Somebody else answered, or the number is not in service.",
        patient=row.patient,
        pool=Role.FRONT_DESK.value,
        source_key=f"follow-up-number:{attempt.pk}",
    )
