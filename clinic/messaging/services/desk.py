"""What people do with messages: try again, give up, hurry one in the demo, say what happened to a doubt."""

from clinic import audit
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_rows
from clinic.core.tasks import enqueue
from clinic.core.time import now
from clinic.messaging import gateways
from clinic.messaging.models import Attempt, Message
from clinic.messaging.rules.states import WAITING, State
from clinic.messaging.services.outcome import settle, settle_reported
from clinic.messaging.services.planning import SEND_TASK


def _locked(message: Message) -> Message:
    return lock_rows(Message.objects.filter(pk=message.pk))[0]


@service
def send_again(*, by, message: Message) -> Message:
    """A person decides on another try of a failed or doubtful message. It is looked at like any other
    before it leaves. Audited as `message.retried`. Refuses when it is too late, or not failed or in doubt."""
    row = _locked(message)
    if row.state not in (State.FAILED, State.UNCERTAIN):
        raise Refused("Only a failed message, or one in doubt, can be tried again.")
    if now() > row.not_after:
        raise Refused("It is too late for this message.")
    row.tries.filter(outcome__in=("", Attempt.Outcome.UNKNOWN)).update(
        outcome=Attempt.Outcome.NEVER_ARRIVED, detail="Decided by staff.", finished_at=now()
    )
    row.state, row.next_try_at, row.left_at = State.DUE, now(), None
    row.is_staff_needed, row.uncertain_at, row.settled_at, row.gateway_ref = False, None, None, ""
    row.save()
    audit.record(by, "message.retried", obj=row, patient=row.patient_id)
    enqueue(SEND_TASK)
    return row


@service
def leave_it(*, by, message: Message) -> Message:
    """A person decides against another try. Audited as `message.given_up`."""
    row = _locked(message)
    if row.state not in (State.FAILED, State.UNCERTAIN):
        raise Refused("Nothing is to be decided about this message.")
    _close_doubt(row)
    settle(row, State.VOID, void_reason="Staff decided against another try.")
    row.save()
    audit.record(by, "message.given_up", obj=row, patient=row.patient_id)
    return row


@service
def note_arrived(*, by, message: Message) -> Message:
    """A person knows that a doubtful message did arrive. Audited as `message.known_arrived`."""
    row = _locked(message)
    if row.state != State.UNCERTAIN:
        raise Refused("This message is not in doubt.")
    _close_doubt(row)
    settle_reported(row, "sent")
    row.save()
    audit.record(by, "message.known_arrived", obj=row, patient=row.patient_id)
    return row


def _close_doubt(row: Message) -> None:
    row.tries.filter(outcome__in=("", Attempt.Outcome.UNKNOWN)).update(
        outcome=Attempt.Outcome.ACCEPTED if row.state == State.UNCERTAIN else Attempt.Outcome.REFUSED,
        detail="Decided by staff.",
        finished_at=now(),
    )


@service
def hurry(*, by, message: Message) -> Message:
    """Lets a waiting message go now, whatever the hour. Only where nothing leaves the house (the capture
    gateway). Everything else is still checked. Audited as `message.hurried`."""
    row = _locked(message)
    if gateways.name_for(row.channel) != "capture":
        raise Refused("Messages that really leave keep to the send window.")
    if row.state not in WAITING:
        raise Refused("This message no longer waits.")
    row.hurried_by_id, row.next_try_at, row.planned_at = by.member_id, now(), min(now(), row.not_after)
    row.save()
    audit.record(by, "message.hurried", obj=row, patient=row.patient_id)
    enqueue(SEND_TASK)
    return row


@service
def call_off(*, by, message: Message, reason: str) -> Message:
    """Takes one waiting message out of the queue. Audited as `message.voided`. Refuses without a reason."""
    if not reason.strip():
        raise Refused("Say why.", field="reason")
    row = _locked(message)
    if row.state not in {*WAITING, State.CLAIMED} or not settle(row, State.VOID, void_reason=reason.strip()):
        raise Refused("This message no longer waits.")
    row.save()
    audit.record(by, "message.voided", obj=row, patient=row.patient_id, reason=reason.strip()[:120])
    return row
