"""Moving a message forward, and only forward: the one place that sets a settled state."""

import json
import random
from datetime import timedelta

from django.db import connection

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.gateways.base import Accepted, Later, NoAnswer, NotSent
from clinic.messaging.models import Attempt, Message
from clinic.messaging.rules import limits
from clinic.messaging.rules.states import State, after_report, may_move
from clinic.messaging.services.consent import record_consent
from clinic.messaging.services.reach import note_gone

MAX_TRIES = 5
Answer = Accepted | NotSent | Later | NoAnswer


def by_program() -> Actor:
    return Actor.system("messaging.send_due")


# What a patient's act on a visit is called on the message that moved them to it.
ANSWER_OF = {"confirm": "confirmed", "cancel_visit": "cancelled", "cancel": "cancelled"}


def note_answer(message: Message, meaning: str) -> None:
    """Keeps on a message that the patient confirmed or cancelled because of it, by text or by its link; any other
    meaning changes nothing. Inside the caller's transaction; the act itself is audited where it is done."""
    answer = ANSWER_OF.get(meaning)
    if answer:
        Message.objects.filter(pk=message.pk).update(answer=answer, answered_at=now(), updated_at=now())


def settle(message: Message, to: State, *, error: str = "", void_reason: str = "") -> bool:
    """Sets a state that we decide on; False when it may not follow. The row is locked; the caller saves it."""
    if not may_move(message.state, to):
        return False
    _set(message, State(to))
    if error:
        message.error = error[:200]
    if void_reason:
        message.void_reason = void_reason[:120]
    return True


def settle_reported(message: Message, word: str, *, error: str = "") -> bool:
    """Sets the state that a provider's word leads to; False when it is no news. The row is locked; the
    caller saves it."""
    reached = after_report(message.state, word, was_tried=message.attempts > 0)
    if reached is None:
        return False
    _set(message, reached)
    if error and reached is State.FAILED:
        message.error = error[:200]
    return True


def _set(message: Message, state: State) -> None:
    message.state = state.value
    message.lease_until, message.lease_token = None, ""
    message.settled_at = now()
    message.uncertain_at = None
    message.is_staff_needed = state is State.FAILED
    if state in (State.SENT, State.DELIVERED):
        message.error = ""
        message.left_at = message.left_at or now()


# What an answer decides by and may change; a column that is not named here is not read.
_DECIDES = ("number", "outcome", "detail", "finished_at", "gateway_ref", "updated_at", "message")
_MESSAGE = (
    "patient", "channel", "address", "not_after", "state", "next_try_at", "lease_until", "lease_token", "attempts",
    "gateway", "gateway_ref", "error", "left_at", "settled_at", "uncertain_at", "is_staff_needed", "updated_at",
)  # fmt: skip


def record_answers(answers: dict) -> None:
    """Writes down what a group of calls came to, without overruling a callback that was faster. Inside a
    transaction. `answers`: the gateway's answer by the key of the attempt."""
    attempts = list(
        Attempt.objects.filter(pk__in=answers)
        .select_related("message")
        .only(*_DECIDES, *(f"message__{name}" for name in _MESSAGE))
        .order_by("message_id")
        .select_for_update(of=("self", "message"))
    )
    accepted, gone = [], []
    for attempt in attempts:
        message, answer = attempt.message, answers[attempt.pk]
        if isinstance(answer, Accepted):
            message.gateway_ref = message.gateway_ref or answer.ref
            is_news = settle_reported(message, answer.status)
            accepted.append((message, attempt, answer))
            if is_news and message.state != State.FAILED:
                gone.append(message)
            else:
                message.save()
        else:
            _record_other(message, attempt, answer)
            message.save()
    if accepted:
        _save_gone(gone)
        _save_accepted(accepted)


# One statement for the whole group: Django's own bulk update would write a CASE for every column and row.
_GONE_MESSAGES = """
UPDATE messaging_message AS m SET state = v.state, gateway_ref = v.ref, error = '', is_staff_needed = false,
    settled_at = %(at)s, left_at = coalesce(m.left_at, %(at)s), uncertain_at = NULL, lease_until = NULL, lease_token = '',
    updated_at = %(at)s
FROM json_to_recordset(%(rows)s) AS v(id uuid, state text, ref text) WHERE m.id = v.id
"""
_ACCEPTED_ATTEMPTS = """
UPDATE messaging_attempt AS a SET outcome = %(outcome)s, detail = '', finished_at = %(at)s, updated_at = %(at)s,
    gateway_ref = v.ref
FROM json_to_recordset(%(rows)s) AS v(id uuid, ref text) WHERE a.id = v.id
"""


def _save_gone(gone: list[Message]) -> None:
    """Messages that this answer settled as sent or delivered."""
    rows = [{"id": str(message.pk), "state": message.state, "ref": message.gateway_ref} for message in gone]
    with connection.cursor() as cursor:
        cursor.execute(_GONE_MESSAGES, {"at": now(), "rows": json.dumps(rows)})


def _save_accepted(accepted: list[tuple[Message, Attempt, Accepted]]) -> None:
    rows = [{"id": str(attempt.pk), "ref": answer.ref} for _, attempt, answer in accepted]
    with connection.cursor() as cursor:
        cursor.execute(
            _ACCEPTED_ATTEMPTS,
            {"outcome": Attempt.Outcome.ACCEPTED.value, "at": now(), "rows": json.dumps(rows)},
        )
    audit.record_many(
        by_program(),
        "message.sent",
        [(message, {"gateway": message.gateway, "ref": answer.ref}) for message, _, answer in accepted],
    )


def _record_other(message: Message, attempt: Attempt, answer: NotSent | Later | NoAnswer) -> None:
    # An answer to an earlier try, from a worker that was thought dead, decides nothing about a later one.
    is_open = message.state in (State.SENDING, State.UNCERTAIN) and attempt.number == message.attempts
    if isinstance(answer, NotSent):
        _finish(attempt, Attempt.Outcome.REFUSED, str(answer))
        if is_open:
            _refused(message, answer)
    elif isinstance(answer, Later):
        _finish(attempt, Attempt.Outcome.LATER, str(answer))
        if is_open:
            try_later(message, str(answer), answer.retry_after)
    elif is_open:
        doubt(message, str(answer))


def _finish(attempt: Attempt, outcome: str, detail: str) -> None:
    if attempt.outcome in (Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN):
        attempt.outcome, attempt.detail, attempt.finished_at = outcome, detail[:200], now()
        attempt.save()


def _refused(message: Message, answer: NotSent) -> None:
    message.left_at = None
    settle(message, State.FAILED, error=str(answer))
    if answer.is_gone:
        note_gone(by=by_program(), channel=message.channel, address=message.address, why=str(answer))
    if answer.is_opt_out:
        record_consent(
            by=by_program(),
            patient=None,
            channel=message.channel,
            address=message.address,
            is_granted=False,
            how="carrier",
            wording=str(answer),
        )


def try_later(message: Message, why: str, retry_after: float | None = None) -> None:
    """Nobody has it: another try after a growing pause, or to staff after five. The caller saves the row."""
    message.left_at, message.lease_until = None, None
    pause = limits.backoff_seconds(message.attempts, random.random(), retry_after)  # noqa: S311
    again = now() + timedelta(seconds=pause)
    if message.attempts >= MAX_TRIES or again > message.not_after:
        settle(message, State.FAILED, error=f"{why} Tried {message.attempts} times.")
        return
    message.state, message.next_try_at, message.error = State.DUE, again, why[:200]


def doubt(message: Message, why: str) -> None:
    """Somebody may have it: to be asked about, by a person where the gateway can't be asked. Saves the row."""
    present = now()
    Attempt.objects.filter(message=message, outcome=Attempt.Outcome.OPEN).update(
        outcome=Attempt.Outcome.UNKNOWN, detail=why[:200], finished_at=present
    )
    message.state, message.error = State.UNCERTAIN, why[:200]
    message.lease_until, message.lease_token = None, ""
    message.uncertain_at = message.uncertain_at or present
    message.next_try_at = present
    message.is_staff_needed = not gateways.can_be_asked(message.gateway)
    message.save()
