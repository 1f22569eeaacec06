"""Follow-ups: made due, decided on by the provider, never closed by themselves."""

from __future__ import annotations

from datetime import datetime

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.services import record_consent, void_messages
from scheduling.models import Appointment, FollowUp, FollowUpRule, ReleasedWords
from scheduling.queries.follow_up_numbers import phones_of
from scheduling.queries.settings import locations
from scheduling.rules import follow_ups as rules
from scheduling.rules.follow_ups import State
from scheduling.services._follow_up_steps import locked, move, subject_of

CALL_BACK, CLOSE, CERTIFIED = "call_back", "close", "certified"
DECISIONS = {
    CALL_BACK: "Call again",
    CERTIFIED: "Send a certified letter",
    CLOSE: "Close it",
}


@service
def plan_follow_up(
    *,
    by: Actor,
    patient,
    rule: FollowUpRule,
    reason: str = "",
    appointment: Appointment | None = None,
    counted_from: datetime | None = None,
    source_key: str | None = None,
) -> FollowUp:
    """Makes a follow-up due, in the window of its rule counted from `counted_from` (now without one).

    With a `source_key` it is made once; a second call returns the first one's. Audited as `follow_up.planned`.
    Refuses an appointment of another patient, and a second open one of the same rule for the same visit.
    """
    if appointment is not None and appointment.patient_id != patient.pk:
        raise Refused("This visit is another patient's.")
    if source_key:
        existing = FollowUp.objects.filter(source_key=source_key).first()
        if existing:
            return existing
    if appointment is not None and _open_for(appointment, rule):
        raise Refused("This follow-up is on the list already.")
    opens_at, closes_at = rules.window(counted_from or now(), rule.opens_hours, rule.closes_hours)
    row = FollowUp(
        patient=patient,
        appointment=appointment,
        rule=rule,
        reason=(reason.strip() or rule.name)[:160],
        source_key=source_key,
        provider_id=appointment.provider_id if appointment else patient.primary_provider_id,
        opens_at=opens_at,
        closes_at=closes_at,
        zone=_zone_of(patient, appointment),
        pool=rule.pool,
        next_at=opens_at,
        opened_by_id=by.member_id,
    )
    FollowUp.objects.bulk_create([row], ignore_conflicts=source_key is not None)
    saved = FollowUp.objects.get(source_key=source_key) if source_key else row
    if saved.pk == row.pk:
        audit.record(by, "follow_up.planned", obj=row, patient=patient.pk, rule=rule.code)
    return saved


def visit_key(appointment_id, rule_code: str) -> str:
    """What makes the follow-up of one visit by one rule happen once."""
    return f"visit:{appointment_id}:{rule_code}"


def _open_for(appointment: Appointment, rule: FollowUpRule) -> bool:
    rows = FollowUp.objects.filter(appointment=appointment, rule__code=rule.code)
    return rows.exclude(state=State.CLOSED).exists()


def _zone_of(patient, appointment: Appointment | None) -> str:
    if getattr(patient, "zone", ""):
        return patient.zone
    return appointment.zone if appointment else locations()[0].zone


@service
def release_words(
    *, by: Actor, follow_up: FollowUp, text: str, kind: str = ReleasedWords.Kind.ANSWER
) -> ReleasedWords:
    """The provider's words, an answer or a result, that staff may read to the patient as they stand.

    Audited as `follow_up.words_released`. Refuses empty words and a follow-up that is closed. Who may release is
    the view's matter (FOLLOW_UP_DECIDE).
    """
    if not text.strip():
        raise Refused("Write the words that the patient may be told.", field="words")
    row = locked(follow_up)
    words = ReleasedWords.objects.create(
        follow_up=row, kind=kind, text=text.strip()[:500], released_at=now(), released_by_id=by.member_id
    )
    audit.record(by, "follow_up.words_released", obj=words, patient=row.patient_id, what=str(kind))
    return words


@service
def decide_follow_up(
    *,
    by: Actor,
    follow_up: FollowUp,
    decision: str,
    words: str = "",
    kind: str = ReleasedWords.Kind.ANSWER,
    note: str = "",
) -> FollowUp:
    """The provider decides: call again (with words to tell, or another round of attempts), a certified letter,
    or an end with its reason. Audited as `follow_up.decided`.

    Refuses an unknown decision, an end without a reason or with words that nobody would tell, and a follow-up that
    is closed.
    """
    if decision not in DECISIONS:
        raise Refused("Choose what is to be done.", field="decision")
    row = locked(follow_up)
    if words.strip():
        release_words(by=by, follow_up=row, text=words, kind=kind)
    audit.record(by, "follow_up.decided", obj=row, patient=row.patient_id, decision=decision)
    if decision == CLOSE:
        if not note.strip():
            raise Refused("Say why it ends here.", field="note")
        if words.strip():
            raise Refused("Words to tell need a call: choose “Call again”.", field="decision")
        _call_off(by, row)
        move(row, State.CLOSED, by=by, note=note.strip())
    elif decision == CERTIFIED:
        _call_off(by, row)
        if row.state in (State.PLANNED, State.CALLING):
            row.state = State.QUEUE
        move(row, State.LETTER, by=by, next_at=now())
    else:
        _call_off(by, row)
        row.counted = 0
        move(row, State.QUEUE, by=by, next_at=now())
        row.is_call_wanted = True
    row.save()
    return row


def _call_off(by: Actor, row: FollowUp) -> None:
    """A person takes over: an automated call that has not left does not leave any more."""
    void_messages(by=by, subject=subject_of(row), reason="Staff took over.")


@service
def set_call_consent(*, by: Actor, patient, address: str, is_granted: bool) -> None:
    """Records what the patient said about automated calls to one of their numbers, after visits only.

    Audited by messaging as `consent.granted` or `consent.refused`. Refuses a number that is not on file.
    """
    if address not in {number.address for number in phones_of(patient)}:
        raise Refused("This number is not on file.", field="address")
    record_consent(
        by=by,
        patient=patient,
        channel=Channel.VOICE,
        address=address,
        purpose=Purpose.FOLLOWUP,
        is_granted=is_granted,
        how="spoken",
        wording="Asked whether we may call automatically after a visit.",
    )
