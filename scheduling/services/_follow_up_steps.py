"""What every act on a follow-up shares: its lock, its moves and its attempts."""

from __future__ import annotations

from datetime import datetime

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.errors import Conflict, Refused
from clinic.core.locks import lock_rows
from clinic.core.time import now
from scheduling.models import FollowUp, FollowUpAttempt
from scheduling.rules import follow_ups as rules
from scheduling.rules.follow_ups import COUNTED, STATE_WORDS, State

SUBJECT = "follow-up"


def subject_of(follow_up: FollowUp) -> str:
    """How messages name this follow-up."""
    return f"{SUBJECT}:{follow_up.pk}"


def locked(follow_up: FollowUp) -> FollowUp:
    """The row as it stands now, locked. Refuses one that is closed."""
    row = lock_rows(FollowUp.objects.filter(pk=follow_up.pk).select_related("patient", "rule", "provider"))[0]
    if row.state == State.CLOSED:
        raise Conflict("This follow-up is closed.", hint="Look at what was done.")
    return row


def move(
    row: FollowUp, to: str, *, by: Actor, next_at: datetime | None = None, note: str = "", label: str = ""
) -> None:
    """Sets the state; the caller saves the row. Refuses a step that may not follow. Audited as
    `follow_up.moved`, an end as `follow_up.closed`."""
    if not rules.may_move(row.state, to):
        raise Refused(f"This follow-up is “{STATE_WORDS[State(row.state)]}”.")
    row.state = State(to).value
    if next_at is not None:
        row.next_at = next_at
    if to == State.CLOSED:
        row.closed_at, row.closed_by_label = now(), (label or by.label)[:120]
        row.outcome_note = note[:300]
        row.is_call_wanted = False
    action = "follow_up.closed" if to == State.CLOSED else "follow_up.moved"
    audit.record(by, action, obj=row, patient=row.patient_id, state=row.state)


def add_attempt(
    row: FollowUp, *, by: Actor, outcome: str, kind: str, at: datetime, **more
) -> FollowUpAttempt:
    """Notes one attempt and what it changes on the row, which the caller saves. Audited as
    `follow_up.attempted`."""
    number = FollowUpAttempt.objects.filter(follow_up=row).count() + 1
    attempt = FollowUpAttempt.objects.create(
        follow_up=row,
        number=number,
        kind=kind,
        at=at,
        outcome=outcome,
        by_id=by.member_id,
        by_label=by.label[:120],
        **more,
    )
    row.last_outcome, row.last_at = outcome, at
    row.is_call_wanted = outcome == rules.Attempt.CALL_ME
    if outcome in COUNTED:
        row.counted += 1
    audit.record(
        by, "follow_up.attempted", obj=attempt, patient=row.patient_id, outcome=str(outcome), way=str(kind)
    )
    return attempt


def tried_at(row: FollowUp) -> list[datetime]:
    """When calls were made so far."""
    kinds = (FollowUpAttempt.Kind.STAFF, FollowUpAttempt.Kind.AUTOMATED)
    return list(FollowUpAttempt.objects.filter(follow_up=row, kind__in=kinds).values_list("at", flat=True))


def next_staff_try(row: FollowUp) -> datetime:
    """When staff try again: another day, another part of the day; now, if no such time is found."""
    present = now()
    return (
        rules.next_try(after=present, tried=tried_at(row), zone=row.zone, parts=rules.STAFF_PARTS) or present
    )
