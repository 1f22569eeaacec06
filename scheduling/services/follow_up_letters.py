"""The letter to a patient who could not be reached."""

from __future__ import annotations

from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.inbox.services import add_task
from clinic.staff.roles import Role
from scheduling.models import FollowUp, FollowUpAttempt
from scheduling.queries.follow_up_setup import letter_for
from scheduling.rules.follow_ups import Attempt, State
from scheduling.services._follow_up_steps import add_attempt, locked, move


@service
def send_follow_up_letter(*, by: Actor, follow_up: FollowUp) -> FollowUpAttempt:
    """Notes that the letter was printed and mailed. Then the provider decides: a task says so.

    After a certified letter was asked for, it is that one. Audited as `follow_up.attempted`. Refuses when no letter
    is due, and when no wording is in force.
    """
    row = locked(follow_up)
    if row.state != State.LETTER:
        raise Refused("No letter is due.")
    letter = letter_for(row.patient.language)
    if letter is None:
        raise Refused("There is no wording for the letter.")
    attempt = add_attempt(
        row,
        by=by,
        outcome=Attempt.LETTER,
        kind=FollowUpAttempt.Kind.CERTIFIED if is_certified(row) else FollowUpAttempt.Kind.LETTER,
        at=now(),
        letter=letter,
    )
    move(row, State.PROVIDER, by=by, next_at=now())
    row.save()
    owner = row.provider if row.provider is not None and row.provider.is_active else None
    add_task(
        by=by,
        title="Not reached by phone or letter: decide",
        detail=f"Follow-up: {row.reason}. Call again, send a certified letter, or close it with the reason.",
        patient=row.patient,
        owner=owner,
        pool="" if owner else Role.PROVIDER.value,
        priority="high",
        source_key=f"follow-up-decide:{attempt.pk}",
    )
    return attempt


def is_certified(row: FollowUp) -> bool:
    """Whether the letter due is a certified one: a plain one has been sent already."""
    return row.attempts.filter(kind=FollowUpAttempt.Kind.LETTER).exists()
