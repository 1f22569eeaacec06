"""Working off the outbox: claim a chunk, look at each message once more, commit, call, record.

Between the commit that says "sending" and the calls nothing else happens, so whatever stops the program
leaves one of three traces: a claim whose lease runs out (nobody was called, claim again), an attempt without
an outcome (somebody may have been called: in doubt, ask first), or a finished row.

A chunk goes through in groups: one look, one commit, all calls at once, one record. What a group takes in the
database does not depend on its size, so that the morning's reminders leave in seconds. A group that fails is
taken apart, so that one bad message stops nobody else.
"""

import logging
import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from clinic.core.ids import uuid7
from clinic.core.locks import lock_keys, lock_rows, share_key
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.gateways.base import Gateway, Later, NoAnswer, NotSent, Outgoing
from clinic.messaging.models import Message
from clinic.messaging.queries.hold import current_hold
from clinic.messaging.queries.html import email_html
from clinic.messaging.queries.last_look import facts_for, with_whom
from clinic.messaging.rules.states import WAITING, State
from clinic.messaging.services.consent import address_lock
from clinic.messaging.services.hold import HOLD_LOCK, check_before_sending
from clinic.messaging.services.last_look import look_again, put_off
from clinic.messaging.services.outcome import Answer, by_program, doubt, record_answers, try_later

log = logging.getLogger(__name__)

CHUNK = 100
# Messages that share a look, a commit and a record; as many may be in doubt when a worker is killed.
GROUP = 50
# Calls that one worker makes at once.
CALLERS = 25
CLAIM_LEASE = timedelta(seconds=45)
CALL_LEASE = timedelta(seconds=30)
# A call that could not begin soon after its commit is not made: its lease must outlive it.
BEGIN_WITHIN = 10.0
RUN_SECONDS = 60


_MARK = """
WITH leaving AS (
    UPDATE messaging_message SET state = %(state)s, gateway = %(gateway)s, attempts = attempts + 1,
        lease_until = %(until)s, lease_token = '', left_at = %(at)s, held_reason = '', error = '', updated_at = %(at)s
    WHERE id = ANY(%(ids)s::uuid[]) RETURNING id, attempts
)
INSERT INTO messaging_attempt (id, created_at, updated_at, message_id, number, gateway, started_at, outcome, detail,
    gateway_ref)
SELECT v.attempt, %(at)s, %(at)s, leaving.id, leaving.attempts, %(gateway)s, %(at)s, '', '', ''
FROM leaving JOIN unnest(%(ids)s::uuid[], %(attempts)s::uuid[]) AS v(message, attempt) ON v.message = leaving.id
"""


@dataclass(frozen=True)
class Claimed:
    """What a claim tells about one message."""

    pk: object
    channel: str
    address: str


@dataclass(frozen=True)
class Ready:
    """One message that is committed as being sent."""

    attempt_id: object
    outgoing: Outgoing


def send_due(*, chunk: int = CHUNK, run_seconds: float = RUN_SECONDS) -> int:
    """Works off what is due, for at most `run_seconds`; returns how many messages were looked at.

    Any number of these may run at once. One bad message never stops the others. Nothing is even claimed
    while sending is held.
    """
    check_before_sending()
    recover_leases()
    deadline = time.monotonic() + run_seconds
    done = 0
    while time.monotonic() < deadline and current_hold() is None:
        token, claimed = claim(chunk)
        if not claimed:
            break
        for group in groups_of(claimed):
            if time.monotonic() >= deadline:
                break  # the rest of the claim runs out and is taken by the next one
            send_group(group, token)
            done += len(group)
    return done


def recover_leases() -> None:
    """What a stopped worker left behind: claims go back into the queue, open calls become doubts."""
    present = now()
    with transaction.atomic():
        claimed = Message.objects.filter(state=State.CLAIMED, lease_until__lt=present)
        Message.objects.filter(pk__in=claimed.select_for_update(skip_locked=True).values("pk")).update(
            state=State.DUE, lease_until=None, lease_token=""
        )
        stuck = Message.objects.filter(state=State.SENDING, lease_until__lt=present).select_for_update(
            skip_locked=True
        )
        for message in stuck.order_by("pk")[:200]:
            doubt(message, "The program stopped while handing the message over.")


def claim(chunk: int) -> tuple[str, list[Claimed]]:
    """Takes up to `chunk` messages that are due for 45 seconds. Committed at once, so that a worker that
    dies holds nobody up for longer."""
    present, token = now(), secrets.token_hex(8)
    with transaction.atomic():
        rows = [
            Claimed(*row)
            for row in Message.objects.filter(state__in=WAITING, next_try_at__lte=present)
            .order_by("next_try_at", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", "channel", "address")[:chunk]
        ]
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.CLAIMED, lease_until=present + CLAIM_LEASE, lease_token=token
        )
    return token, rows


def groups_of(claimed: list[Claimed]) -> Iterator[list[Claimed]]:
    """Messages that go through together: of one channel, each address once (the limits of the second depend
    on the first). Where a gateway can't be asked what it took, one message is in doubt at most."""
    waiting = list(claimed)
    while waiting:
        channel, group, rest, seen = waiting[0].channel, [], [], set()
        size = GROUP if gateways.can_be_asked(gateways.name_for(channel)) else 1
        for row in waiting:
            if row.channel == channel and row.address not in seen and len(group) < size:
                group.append(row)
                seen.add(row.address)
            else:
                rest.append(row)
        waiting = rest
        yield group


def send_group(group: list[Claimed], token: str) -> None:
    """A group from claim to record. Whatever goes wrong with one message stays with this message."""
    try:
        ready = _prepare(group, token)
    except (OperationalError, InterfaceError) as error:
        # The database is away or somebody holds a row for long: no message's fault. The claims run out.
        log.warning("a group could not be prepared", extra={"event": type(error).__name__})
        return
    except Exception as error:
        if len(group) > 1:
            for row in group:
                send_group([row], token)
            return
        log.exception("a message could not be prepared", extra={"event": type(error).__name__})
        _fault(group[0].pk, token, error)
        return
    if ready:
        answers = _call_all(gateways.name_for(group[0].channel), ready)
        _record(answers)


def _prepare(group: list[Claimed], token: str) -> list[Ready]:
    """The last look and the commit that comes before the calls. Only what may leave is returned."""
    with transaction.atomic():
        # A hold that commits while we look has to wait for us, or we see it.
        share_key(HOLD_LOCK)
        # One address at a time: two workers may not both find today's one message still free.
        lock_keys(*(address_lock(row.address) for row in group))
        present = now()
        mine = Message.objects.filter(
            pk__in=[row.pk for row in group], state=State.CLAIMED, lease_token=token, lease_until__gte=present
        )
        messages = lock_rows(with_whom(mine))
        if current_hold() is not None:
            mine.update(state=State.DUE, lease_until=None, lease_token="")
            return []
        facts = facts_for(messages, present)
        leaving = []
        for message in messages:
            verdict = look_again(message, facts)
            if verdict.may_leave:
                leaving.append(message)
            else:
                put_off(by_program(), message, verdict)
        return _mark(leaving, present) if leaving else []


def _mark(leaving: list[Message], present) -> list[Ready]:
    """Says that these are being sent, and opens an attempt for each."""
    name = gateways.name_for(leaving[0].channel)
    ready = [
        Ready(uuid7(), outgoing_of(row, email_html(row) if row.channel == "email" else "")) for row in leaving
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "state": State.SENDING.value,
                "gateway": name,
                "until": present + CALL_LEASE,
                "at": present,
                "ids": _array(row.pk for row in leaving),
                "attempts": _array(one.attempt_id for one in ready),
            },
        )
    return ready


def _array(ids: Iterable[UUID]) -> str:
    """Ids as PostgreSQL reads an array of them."""
    return "{" + ",".join(map(str, ids)) + "}"


def outgoing_of(message: Message, html: str = "") -> Outgoing:
    return Outgoing(
        id=str(message.pk),
        channel=message.channel,
        address=message.address,
        heading=message.heading,
        body=message.body,
        html=html,
    )


def _call_all(gateway_name: str, ready: list[Ready]) -> dict[object, Answer]:
    """All calls of a group at once, outside any transaction; answers by attempt."""
    begin_by = time.monotonic() + BEGIN_WITHIN
    try:
        gateway = gateways.gateway(gateway_name)
    except NotSent as answer:
        return {one.attempt_id: answer for one in ready}

    def call(one: Ready) -> Answer:
        return _call(gateway, one.outgoing, begin_by)

    if len(ready) == 1 or not gateway.is_remote:
        # A gateway without a network takes no time that could be shared.
        return {one.attempt_id: call(one) for one in ready}
    with ThreadPoolExecutor(max_workers=min(CALLERS, len(ready))) as callers:
        return dict(zip((one.attempt_id for one in ready), callers.map(call, ready), strict=True))


def _call(gateway: Gateway, outgoing: Outgoing, begin_by: float) -> Answer:
    """One call. Anything unforeseen counts as "may have been taken"."""
    if time.monotonic() > begin_by:
        return Later("Its turn came too late.")
    try:
        return gateway.send(outgoing)
    except (Later, NotSent, NoAnswer) as answer:
        return answer
    except Exception as error:
        log.exception("a gateway failed", extra={"event": type(error).__name__})
        return NoAnswer("The gateway failed.")


def _record(answers: dict[object, Answer]) -> None:
    """Writes the answers down, one by one if it does not go together."""
    try:
        with transaction.atomic():
            record_answers(answers)
    except Exception as error:
        if len(answers) > 1:
            for attempt_id, answer in answers.items():
                _record({attempt_id: answer})
            return
        # The attempt stays open; the lease runs out and the message becomes a doubt, which is the truth.
        log.exception("an outcome could not be recorded", extra={"event": type(error).__name__})


def _fault(message_id, token: str, error: Exception) -> None:
    """A message that can't even be looked at: later, and after five times to staff. Nobody was called."""
    with transaction.atomic():
        found = lock_rows(Message.objects.filter(pk=message_id, state=State.CLAIMED, lease_token=token))
        for row in found:
            row.attempts += 1
            row.lease_token = ""
            try_later(row, f"It could not be prepared ({type(error).__name__}).")
            row.save()
